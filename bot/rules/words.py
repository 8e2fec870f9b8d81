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
        yield from ((1, end) for end in ends(spelled, words, place, acronyms))
    if number + 1 < len(wanted):
        following = wanted[number + 1]
        if solid(piece, following, word) or word.low == together(piece, following):
            yield 2, place + 1
    if word.caps:
        for meaning in acronyms.meanings.get(acronyms.names.get(word.caps, ""), ()):
            spelled = meaning_pieces(meaning)
            if _same(spelled, wanted[number : number + len(spelled)]):
                yield len(spelled), place + 1


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
    return begins(piece.low, word.low)


def begins(prefix: str, low: str) -> bool:
    """Whether a word of the text begins so, in its own spelling or the American one."""
    return low.startswith(prefix) or american(low).startswith(prefix)


def joined(piece: Piece, first: Token, second: Token) -> bool:
    """`finetuning` against *fine-tuning* and *fine tuning*: one word of the rule, two of the text."""
    if second.gap not in (" ", "-") or piece.kind is Acronym:
        return False
    if second.gap == " " and (len(first.low) < 2 or first.low in STOPS):
        return False
    least = 3 if second.gap == " " else 1
    if piece.kind is Prefix:
        rest = piece.low[len(first.low) :]
        return piece.low.startswith(first.low) and len(rest) >= 3 and second.low.startswith(rest)
    return makes(first.low, second.family, piece.family, least)


_ENDS = "e al at i iv ic ent ant abl ous ion iti er y l"
ENDS = frozenset(_ENDS.split())
"""What a stem may lose at its end when it stands inside a longer word: *modal*, but `multimod`."""


def makes(first: str, second: str, whole: str, least: int = 3) -> bool:
    """Whether a word and a family make up a longer word's family: fine, `tune` → `finetun`."""
    rest = whole[len(first) :]
    if len(rest) < least or not whole.startswith(first):
        return False
    return rest == second or (len(rest) >= 3 and second.startswith(rest) and second[len(rest) :] in ENDS)


def firsts(family: str) -> tuple[str, ...]:
    """How a family may be written as the first part of a longer word: `languag` is *language*, `memori` *memory*."""
    return (family, f"{family[:-1]}y") if family.endswith("i") else (family, f"{family}e")


def solid(first: Piece, second: Piece, word: Token) -> bool:
    """`fine tuning` against *finetuning*: two words of the rule, one of the text."""
    return (
        first.kind is Word
        and second.kind is Word
        and len(first.family) >= 2
        and any(makes(start, second.family, word.family) for start in firsts(first.family))
    )


def together(first: Piece, second: Piece) -> str | None:
    """`GPT-4` and `x-ray` written as one: short parts, which only a phrase joins, and letter for letter."""
    short = len(first.low) < 2 or len(second.family) < 3 or first.kind is Acronym
    return first.low + second.low if short and first.kind is not Prefix and second.kind is not Prefix else None


def may_begin(piece: Piece, word: Token) -> bool:
    """Whether it is worth looking closer: every way to begin shares the first letter, or goes by capitals."""
    first = piece.family[:1]
    return (
        bool(word.caps or piece.meanings) or first in (word.family[:1], word.low[:1]) or piece.low[:1] == word.low[:1]
    )
