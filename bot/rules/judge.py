"""One rule against one paper, slowly and with all its reasons. The engine must always agree with this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bot.model import Paper, Reason
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.facts import fact_reasons
from bot.rules.fold import Token
from bot.rules.ground import ground
from bot.rules.reading import Reading, field_text, read
from bot.rules.tree import TEXT, Acronym, And, Exact, Leaf, Node, Not, Or, Phrase, Prefix, Rule, Word
from bot.rules.words import Piece, ends, meaning_pieces, pieces, solid
from bot.rules.writer import spell


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a paper is here or is not: a hit has at least one reason, a miss at least one term in `missing`.

    `missing` are the terms of the nearest way to a hit, in canonical words; excluded words begin with "-".
    `near` says it in a sentence: `one term short: quantization`.
    """

    hit: bool
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    near: str = ""


def explain(
    rule: Rule, paper: Paper, *, acronyms: Acronyms = KNOWN, ranks: Mapping[str, int] | None = None
) -> Explanation:
    """Which terms of the rule hit the paper, where, and which failed.

    `ranks` are the places of the day's papers in trending order, by id, for `top:`; without them it never hits.
    """
    return examine(rule, _read(paper, (ranks or {}).get(paper.id)), acronyms)


@lru_cache(maxsize=64)
def _read(paper: Paper, rank: int | None) -> Reading:
    """A paper is often explained to many rules in a row."""
    return read(paper, rank)


def examine(rule: Rule, reading: Reading, acronyms: Acronyms = KNOWN) -> Explanation:
    """`explain` for a paper that has been read already."""
    verdict = Judge(reading, acronyms).node(ground(rule.tree))
    missing = tuple(dict.fromkeys(verdict.missing))
    reasons = tuple(dict.fromkeys(verdict.reasons))
    asked = tuple(reason for reason in reasons if reason.term != "on:new")
    if verdict.hit:
        return Explanation(True, asked or reasons)
    return Explanation(False, asked, missing, _near(missing))


_SHORT = {"on:new": "it is not a new paper (the rule would need on:cross or on:revised)"}


def _near(missing: tuple[str, ...]) -> str:
    absent = [term for term in missing if not term.startswith("-") and term not in _SHORT]
    said = [_SHORT[term] for term in missing if term in _SHORT]
    excluded = [term[1:] for term in missing if term.startswith("-")]
    if absent:
        count = {1: "one term", 2: "two terms", 3: "three terms"}.get(len(absent), f"{len(absent)} terms")
        said.append(f"{count} short: {', '.join(absent)}")
    if excluded:
        said.append(f"excluded by {', '.join(excluded)}")
    return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a part of the rule."""

    hit: bool
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the parts of a rule against one paper."""

    reading: Reading
    acronyms: Acronyms

    def node(self, node: Node) -> Verdict:
        match node:
            case And(parts):
                return self.all_of(parts)
            case Or(parts):
                return self.any_of(parts)
            case Not(part):
                hit = self.node(part).hit
                return Verdict(not hit, missing=(spell(node),) if hit else ())
            case _:
                return self.leaf(node)

    def leaf(self, leaf: Leaf) -> Verdict:
        reasons = tuple(self.reasons(leaf))
        return Verdict(bool(reasons), reasons, () if reasons else (spell(leaf),))

    def all_of(self, parts: tuple[Node, ...]) -> Verdict:
        verdicts = [self.node(part) for part in parts]
        for place, part in enumerate(parts):
            if not verdicts[place].hit and isinstance(part, Word):
                rescued = tuple(self.beside(part, parts))
                verdicts[place] = Verdict(True, rescued) if rescued else verdicts[place]
        return Verdict(
            all(verdict.hit for verdict in verdicts),
            tuple(reason for verdict in verdicts for reason in verdict.reasons),
            tuple(term for verdict in verdicts for term in verdict.missing),
        )

    def any_of(self, parts: tuple[Node, ...]) -> Verdict:
        verdicts = [self.node(part) for part in parts]
        hits = [verdict for verdict in verdicts if verdict.hit]
        if hits:
            return Verdict(True, tuple(reason for verdict in hits for reason in verdict.reasons))
        return min(verdicts, key=lambda verdict: len(verdict.missing))

    def reasons(self, leaf: Leaf) -> Iterator[Reason]:
        """The first place of a leaf in each of its fields."""
        match leaf:
            case Word() | Acronym() | Prefix() | Phrase():
                wanted = pieces(leaf, self.acronyms)
                for name in fields_of(leaf.field):
                    place = self.place(wanted, self.reading.words[name])
                    if place:
                        yield Reason(spell(leaf), name, *place)
            case Exact(text, name):
                for inner in fields_of(name):
                    start = exact_place(text, field_text(self.reading.paper, inner))
                    if start is not None:
                        yield Reason(spell(leaf), inner, start, start + len(text))
            case _:
                yield from fact_reasons(leaf, self.reading)

    def place(self, wanted: tuple[Piece, ...], words: tuple[Token, ...]) -> tuple[int, int] | None:
        for at in range(len(words)):
            found = ends(wanted, words, at, self.acronyms)
            if found:
                return words[at].start, words[min(found) - 1].end
        return None

    def beside(self, word: Word, parts: tuple[Node, ...]) -> Iterator[Reason]:
        """Where the word stands inside a solid word (`fine tuning` in *finetuning*) or an acronym, with its neighbours.

        Words side by side mean what they mean together: `large language model` is also *LLM*.
        """
        others = [part for part in parts if isinstance(part, Word) and part.field == word.field]
        for name in fields_of(word.field):
            for token in self.reading.words[name]:
                if self.inside(word, others, token):
                    yield Reason(spell(word), name, token.start, token.end)
                    break

    def inside(self, word: Word, others: list[Word], token: Token) -> bool:
        (own,) = pieces(word, self.acronyms)
        around = [pieces(other, self.acronyms)[0] for other in others]
        if any(solid(own, other, token) or solid(other, own, token) for other in around if other.family != own.family):
            return True
        return bool(token.caps) and any(
            covers(meaning_pieces(meaning), own, around)
            for meaning in self.acronyms.meanings.get(self.acronyms.names.get(token.caps, ""), ())
        )


def covers(meaning: tuple[Piece, ...], own: Piece, around: list[Piece]) -> bool:
    """Whether a meaning's words are all asked for, and `own` is among them."""
    families = {piece.family for piece in around}
    return any(piece.family == own.family for piece in meaning) and all(p.family in families for p in meaning)


def fields_of(field: str) -> tuple[str, ...]:
    """The fields that a leaf's words are looked for in."""
    return (field,) if field else TEXT


def exact_place(text: str, whole: str) -> int | None:
    """Where exactly these characters stand in `whole`, not inside a longer word."""
    at = whole.find(text)
    while at >= 0:
        before = at and whole[at - 1].isalnum() and text[0].isalnum()
        end = at + len(text)
        after = end < len(whole) and whole[end].isalnum() and text[-1].isalnum()
        if not before and not after:
            return at
        at = whole.find(text, at + 1)
    return None
