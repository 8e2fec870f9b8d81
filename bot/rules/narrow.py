"""Which papers a rule need be asked about: what a paper is indexed by, and what of that a match cannot be without.

Coarse on purpose: a match is never left out (a law in the tests), and what is let in besides, the engine turns away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.model import Paper
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.facts import HAVE, announced_as, has
from bot.rules.fold import STOPS, WORD, Token, fold, tokens
from bot.rules.ground import ground
from bot.rules.reading import field_text
from bot.rules.spelling import american
from bot.rules.tree import (
    Acronym,
    And,
    Author,
    Category,
    Exact,
    Fact,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Rule,
    Word,
)
from bot.rules.values import name_parts
from bot.rules.words import ENDS, Piece, firsts, meaning_pieces, pieces

EDITION = 1
"""Goes up whenever the same paper would be indexed by other terms: a store then indexes all its papers anew."""

Column = Literal["words", "title", "more", "facts"]
"""`title`; `more`: abstract and keywords; `words`: either; `facts`: names, categories, counts, what a paper has."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term that a paper must be indexed by, or with `begins` one that begins so."""

    text: str
    column: Column = "words"
    begins: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every one of at least two needs."""

    parts: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any one of at least two needs."""

    parts: tuple[Need, ...]


Need = Term | All | Either


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a paper is found by: terms of letters, digits and `_`, each once a column, spaces between."""

    title: str
    more: str
    facts: str


# ── a paper's side ──────────────────────────────────────────────────────────────────────────────────


def indexed(paper: Paper) -> Indexed:
    """The terms of a paper. About 0.5 ms."""
    more = [*_words(paper.abstract), *_words(field_text(paper, "keyword"))]
    return Indexed(_line(_words(paper.title)), _line(more), _line(_facts(paper)))


def _words(text: str) -> Iterator[str]:
    """Each word's terms; what hyphens join also as one word."""
    before: Token | None = None
    for token in tokens(text):
        yield from _said(token.low, token.family, token.caps)
        if before is not None and token.gap == "-":
            yield _plain(before.low + token.low)
            yield from (_plain(f"_{before.low}{tail}") for tail in _tails(token.family))
        before = token


@lru_cache(maxsize=1 << 16)
def _said(low: str, family: str, caps: str) -> tuple[str, ...]:
    """A word as folded, in American spelling, as a family (`_quantiz`), by its capitals. Remembered, as `forms` is."""
    terms = (low, american(low), f"_{family}", fold(caps) if caps else low)
    return tuple({_plain(term) for term in terms if term})


def _facts(paper: Paper) -> Iterator[str]:
    for field in ("source", "submitter", "org"):
        yield from _words(field_text(paper, field))
    yield from (_plain(f"a_{part}") for author in paper.authors for part in name_parts(author))
    yield from (_plain(f"c_{category.casefold().strip()}") for category in paper.categories)
    yield from (f"has_{value}" for value in HAVE if has(paper, value))
    yield from (f"on_{value}" for value in announced_as(paper))
    for name, count in (("v", paper.signals.upvotes), ("m", paper.signals.comments)):
        yield from _steps(name, count)


def _steps(name: str, count: int | None) -> Iterator[str]:
    """A count as the powers of two that it reaches: `v_0 v_1 v_2 v_4` of five votes."""
    if count is not None:
        yield f"{name}_0"
        yield from (f"{name}_{1 << bit}" for bit in range(min(max(count, 0).bit_length(), 32)))


def _tails(name: str) -> list[str]:
    """A family as it may stand at the end of a longer one."""
    return [name, *(name[: -len(end)] for end in ENDS if name.endswith(end) and len(name) - len(end) >= 3)]


def _line(terms: Iterable[str]) -> str:
    return " ".join(sorted(set(terms)))


_UNPLAIN = re.compile(r"[\x00-/:-@\[-`{-\x7f\s]")


def _plain(term: str) -> str:
    """One word for every tokenizer: any sign is an underscore. What falls together only lets more in."""
    return _UNPLAIN.sub("_", term)


# ── a rule's side ───────────────────────────────────────────────────────────────────────────────────


def needs(rule: Rule, acronyms: Acronyms = KNOWN) -> Need | None:
    """What every paper that the rule hits is indexed by; None when nothing can be told (`top:10` alone)."""
    return _Asking(acronyms).node(ground(rule.tree))


@dataclass(frozen=True, slots=True)
class _Asking:
    acronyms: Acronyms

    def node(self, node: Node) -> Need | None:
        match node:
            case And(parts):
                return _all(need for part in parts if (need := self.part(part, parts)) is not None)
            case Or(parts):
                needs = [self.node(part) for part in parts]
                return None if None in needs else _either(need for need in needs if need)
            case Word() | Acronym() | Prefix():
                return self.phrase(pieces(node, self.acronyms), _column(node.field))
            case Phrase(field=field):
                return self.phrase(pieces(node, self.acronyms), _column(field))
            case Exact(text, field):
                return _exact(text, _column(field))
            case Not():
                return None
        return _fact(node)

    def part(self, part: Node, parts: Sequence[Node]) -> Need | None:
        """A part of an `And`: a word may also stand in one word, or one acronym, with another of them."""
        need = self.node(part)
        if need is None or not isinstance(part, Word):
            return need
        (own,) = pieces(part, self.acronyms)
        beside = [other for other in parts if isinstance(other, Word) and other.field == part.field]
        around = [pieces(other, self.acronyms)[0] for other in beside]
        glued = (text for other in around for text in (*_glued(own, other), *_glued(other, own)))
        column = _column(part.field)
        return _either([need, *_terms((*glued, *self.sayers(own, around)), column)])

    def phrase(self, wanted: Sequence[Piece], column: Column) -> Need | None:
        """Words in a row, each also inside a longer word with its neighbour, or said by an acronym."""
        needs = []
        for place, piece in enumerate(wanted):
            said = [*self.sayers(piece, wanted)]
            for first, second in _pairs(wanted, place):
                said += [*_glued(first, second), first.low + second.low]
            needs.append(_either([*self.piece(piece, column), *_terms(said, column)]))
        return _all(need for need in needs if need is not None)

    def piece(self, piece: Piece, column: Column) -> Iterator[Need]:
        """One word by itself."""
        if piece.kind is Word:
            yield Term(_plain(f"_{piece.family}"), column)
            yield from _split(piece.family, column)
        elif piece.kind is Prefix:
            yield Term(_plain(piece.low), column, begins=True)
            yield from _split_prefix(piece.low, column)
        else:
            yield Term(_plain(fold(piece.caps)), column)
            for meaning in piece.meanings:
                spelled = self.phrase(meaning, column)
                if spelled is not None:
                    yield spelled

    def sayers(self, own: Piece, around: Sequence[Piece]) -> Iterator[str]:
        """Acronyms that stand for this word together with some of these."""
        names = {name for piece in around for name in (piece.family, piece.low)}
        for acronym, meanings in self.acronyms.meanings.items():
            for spelled in map(meaning_pieces, meanings):
                if any(p.family in (own.family, own.low) for p in spelled) and all(p.family in names for p in spelled):
                    yield fold(acronym.upper())


def _pairs(wanted: Sequence[Piece], place: int) -> Iterator[tuple[Piece, Piece]]:
    if place:
        yield wanted[place - 1], wanted[place]
    if place + 1 < len(wanted):
        yield wanted[place], wanted[place + 1]


def _glued(first: Piece, second: Piece) -> Iterator[str]:
    """`fine tuning` in *finetuning*."""
    if first.kind is Word and second.kind is Word:
        yield from (f"_{start}{tail}" for start in firsts(first.family) for tail in _tails(second.family))


def _split(name: str, column: Column) -> Iterator[Need]:
    """`finetuning` in *fine tuning*: two words with a space between (a hyphen is in the index)."""
    for cut in range(2, len(name) - 2):
        if name[:cut] not in STOPS:
            rest = name[cut:]
            ends = _terms((f"_{rest}{end}" for end in ("", *ENDS)), column)
            yield All((Term(_plain(name[:cut]), column), Either(tuple(ends))))


def _split_prefix(low: str, column: Column) -> Iterator[Need]:
    for cut in range(2, len(low) - 2):
        if low[:cut] not in STOPS:
            yield All((Term(_plain(low[:cut]), column), Term(_plain(low[cut:]), column, begins=True)))


def _exact(text: str, column: Column) -> Need | None:
    """The plain words in it: only such ones surely stand as words of their own in any text that holds it."""
    words = [found.group() for found in WORD.finditer(text)]
    return _all(Term(_plain(fold(w)), column, begins=True) for w in words if len(w) > 2 and w.isascii() and w.isalpha())


def _fact(node: Node) -> Need | None:
    match node:
        case Author(names):
            return _author(names)
        case Category(text, stem):
            return Term(_plain(f"c_{text.casefold()}"), "facts", begins=stem)
        case Fact(kind, value):
            return Term(f"{kind}_{value}", "facts")
        case Number(field, compare, value):
            least = value + (compare == ">") if compare in (">=", ">", "=") else 0
            step = 1 << (min(least, 1 << 31).bit_length() - 1) if least else 0
            return Term(f"{'v' if field == 'votes' else 'm'}_{step}", "facts")
    return None


def _author(names: tuple[str, ...]) -> Need | None:
    """The last name, and the first one or its initial, as `same_person` wants them."""
    last, first = Term(_plain(f"a_{names[-1]}"), "facts"), names[0]
    if len(names) == 1:
        return last
    initial = Term(_plain(f"a_{first[:1]}"), "facts", begins=len(first) == 1)
    return _all([last, Either((Term(_plain(f"a_{first}"), "facts"), initial)) if len(first) > 1 else initial])


def _column(field: str) -> Column:
    columns: dict[str, Column] = {"": "words", "title": "title", "abstract": "more", "keyword": "more"}
    return columns.get(field, "facts")


def _terms(texts: Iterable[str], column: Column) -> list[Need]:
    return [Term(_plain(text), column) for text in dict.fromkeys(texts) if text]


def _all(parts: Iterable[Need]) -> Need | None:
    different = tuple(dict.fromkeys(parts))
    return All(different) if len(different) > 1 else next(iter(different), None)


def _either(parts: Iterable[Need]) -> Need | None:
    different = tuple(dict.fromkeys(parts))
    return Either(different) if len(different) > 1 else next(iter(different), None)


def met(need: Need | None, found: Indexed) -> bool:
    """Whether a paper so indexed is let in: what a store does by its index, done slowly."""
    match need:
        case None:
            return True
        case All(parts):
            return all(met(part, found) for part in parts)
        case Either(parts):
            return any(met(part, found) for part in parts)
        case Term(text, column, begins):
            lines = {"title": found.title, "more": found.more, "facts": found.facts}
            held = lines.get(column, f"{found.title} {found.more}")
            return any(term.startswith(text) if begins else term == text for term in held.split())
