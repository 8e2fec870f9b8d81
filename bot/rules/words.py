"""Words of a rule against words of a text: families, hyphens and spaces, beginnings, phrases, acronyms both ways.

Plain and complete: the engine is measured against this, and explanations are made with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.rules.acronyms import Acronyms
from bot.rules.fold import STOPS, WORD, Token, family, fold, forms
from bot.rules.spelling import american
from bot.rules.tree import Acronym, Phrase, Prefix, Word


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a rule, ready to be compared. `meanings` are an acronym's expansions."""

    kind: type[Word | Acronym | Prefix]
    low: str
    family: str
    caps: str = ""
    meanings: tuple[tuple[Piece, ...], ...] = ()


def pieces(leaf: Word | Acronym | Prefix | Phrase, acronyms: Acronyms) -> tuple[Piece, ...]:
    """A leaf's words in order."""
    return tuple(_piece(word, acronyms) for word in (leaf.words if isinstance(leaf, Phrase) else (leaf,)))


def _piece(word: Word | Acronym | Prefix, acronyms: Acronyms) -> Piece:
    low = fold(word.text)
    if isinstance(word, Word):
        return Piece(Word, low, family(word.text))
    if isinstance(word, Prefix):
        return Piece(Prefix, low, low)
    meanings = acronyms.meanings.get(word.text, ())
    return Piece(Acronym, low, low, word.text.upper(), tuple(meaning_pieces(meaning) for meaning in meanings))


@lru_cache(maxsize=4096)
def meaning_pieces(meaning: str) -> tuple[Piece, ...]:
    """An expansion's words; capitals in it are capitals, and stand for themselves."""
    found = (forms(match.group()) for match in WORD.finditer(meaning))
    return tuple(Piece(Acronym if caps else Word, low, stem, caps) for low, stem, caps in found)


def ends(wanted: Sequence[Piece], words: Sequence[Token], at: int, acronyms: Acronyms) -> set[int]:
    """Where the wanted words end if they begin at `words[at]`; empty when they do not.

    One pass over the wanted words with the set of places reached so far: never more than words × places steps.
    """
    reached: list[set[int]] = [set() for _ in range(len(wanted) + 1)]
    reached[0].add(at)
    for number in range(len(wanted)):
        for place in reached[number]:
            if place < len(words) and (number == 0 or words[place].gap):
                for used, end in _steps(wanted, number, words, place, acronyms):
                    reached[number + used].add(end)
    return reached[-1]


def _steps(
    wanted: Sequence[Piece], number: int, words: Sequence[Token], place: int, acronyms: Acronyms
) -> Iterator[tuple[int, int]]:
    """(wanted words used, place after) for each way to go on from `words[place]`."""
    piece, word = wanted[number], words[place]
    if alike(piece, word):
        yield 1, place + 1
    if place + 1 < len(words) and joined(piece, word, words[place + 1]):
        yield 1, place + 2
    for spelled in piece.meanings:
        yield from ((1, end) for end in ends(spelled, words, place, _NONE))
    if number + 1 < len(wanted) and solid(piece, wanted[number + 1], word):
        yield 2, place + 1
    if word.caps:
        for meaning in acronyms.meanings.get(acronyms.names.get(word.caps, ""), ()):
            spelled = meaning_pieces(meaning)
            if _same(spelled, wanted[number : number + len(spelled)]):
                yield len(spelled), place + 1


_NONE = Acronyms({})


def _same(spelled: Sequence[Piece], wanted: Sequence[Piece]) -> bool:
    return len(spelled) == len(wanted) and all(
        a.family == b.family and a.kind is b.kind for a, b in zip(spelled, wanted, strict=True)
    )


def alike(piece: Piece, word: Token) -> bool:
    """One word against one word."""
    if piece.kind is Word:
        return piece.family == word.family
    if piece.kind is Acronym:
        return piece.caps == word.caps
    return word.low.startswith(piece.low) or american(word.low).startswith(piece.low)


def joined(piece: Piece, first: Token, second: Token) -> bool:
    """`finetuning` against *fine-tuning* and *fine tuning*: one word of the rule, two of the text."""
    size = len(first.low)
    if piece.kind is Acronym or second.gap not in (" ", "-") or not piece.low.startswith(first.low):
        return False
    rest = piece.low[size:]
    if second.gap == " " and (size < 2 or len(rest) < 3 or first.low in STOPS):
        return False
    if piece.kind is Prefix:
        return bool(rest) and second.low.startswith(rest)
    return bool(rest) and family(rest) == second.family


def solid(first: Piece, second: Piece, word: Token) -> bool:
    """`"fine tuning"` against *finetuning*: two words of the rule, one of the text."""
    if first.kind is not Word or second.kind is Acronym or not word.low.startswith(first.low):
        return False
    rest = word.low[len(first.low) :]
    if second.kind is Prefix:
        return rest.startswith(second.low)
    return bool(rest) and family(rest) == second.family


def glued(first: Piece, second: Piece, word: Token) -> bool:
    """Two words side by side in a rule, in one word of the text; shorter ones are left to phrases."""
    return len(first.low) >= 2 and len(second.low) >= 3 and solid(first, second, word)
