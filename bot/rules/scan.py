"""Up to 64 papers at once against all signals: a row of bits for each signal, one bit a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from bot.model import Paper
from bot.rules.facts import counts, holds, in_category, same_person
from bot.rules.edges import Edges, within
from bot.rules.fold import Token, cleaned
from bot.rules.forms import BREAK, HYPHEN, POWERS, SOFT, VARIANTS, Bits, Chunks, Forms, Ints, Numbers
from bot.rules.judge import exact_place, fields_of
from bot.rules.phrases import Wanted
from bot.rules.reading import FIELDS, field_text
from bot.rules.signals import CROSS, NEW, ON, REVISED, Signals, Zone
from bot.rules.tree import Fact, Number
from bot.rules.values import name_parts
from bot.rules.spelling import american
from bot.rules.words import ENDS, ends, makes

BATCH = 64
_BIT = [np.uint64(1 << n) for n in range(BATCH)]
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
Longs = npt.NDArray[np.int64]


@dataclass(slots=True)
class Words:
    """The words of a batch, end to end: which form, whose paper, in which field, how it hangs on the one before."""

    form: Ints
    paper: Ints
    zone: Ints
    gap: Ints
    family: Ints

    def inside(self, name: str) -> npt.NDArray[np.bool_]:
        """Which words stand in a field; "" is title, abstract and keywords."""
        found: npt.NDArray[np.bool_] = self.zone <= 2 if name == "" else self.zone == FIELDS.index(name)
        return found


@dataclass(slots=True)
class Found:
    """What is true of a batch: `rows[signal]` has a bit a paper; `touched` are the signals that have any.

    `glued[(a, b)]` are the papers in which one word holds the two words a and b.
    """

    rows: Bits
    touched: npt.NDArray[np.int64]
    glued: dict[tuple[int, int], int] = field(default_factory=dict)


class Scanner:
    """Reads papers for the signals. Not for two threads at once."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.forms: Forms = signals.forms
        self.chunks = Chunks(signals.forms)
        self.rows: Bits = np.zeros(1024, np.uint64)
        self.marks = _Marks(signals)
        self.categories: dict[str, tuple[int, list[int]]] = {}
        self.caps: list[str] = []

    def scan(self, papers: Sequence[Paper], ranks: Mapping[str, int]) -> Found:
        """All that is true of up to 64 papers. The rows are good until the next scan."""
        return Batch(self, papers, ranks).found()

    def caps_names(self, number: int) -> str:
        """An acronym's capitals by their number."""
        if number >= len(self.caps):
            self.caps = list(self.forms.capitals)
        return self.caps[number]

    def in_categories(self, name: str) -> list[int]:
        """The signals of a category as a paper names it; remembered while no category is added."""
        have = len(self.signals.categories)
        known = self.categories.get(name)
        if known is None or known[0] != have:
            found = [signal for signal, category in self.signals.categories if in_category(category, name)]
            known = self.categories[name] = (have, found)
        return known[1]

    def clear(self, found: Found) -> None:
        """Make the rows ready for the next scan."""
        found.rows[found.touched] = 0
        found.rows[ON] = 0

    def cleared(self, size: int) -> Bits:
        if len(self.rows) < size:
            self.rows = np.zeros(2 * size, np.uint64)
        return self.rows


class _Marks:
    """What forms mean for the signals beyond their family, worked out once a form and again when terms are added."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.epoch = -1
        self.marks = Numbers(_UNKNOWN)
        self.prefixes: dict[int, list[tuple[str, int]]] = {}
        self.glued: dict[int, list[tuple[int, int]]] = {}
        self.starts: dict[int, list[str]] = {}
        self.joined: dict[int, list[tuple[str, int]]] = {}

    def of(self, forms: Ints) -> Ints:
        """The marks of these different forms: `_BEGINS` and so on, added up."""
        if self.epoch != self.signals.epoch:
            self.epoch = self.signals.epoch
            self.marks = Numbers(_UNKNOWN)
            for memory in (self.prefixes, self.glued, self.starts, self.joined):
                memory.clear()
        marks = self.marks.reach(len(self.signals.forms.low))
        for form in forms[marks[forms] == _UNKNOWN].tolist():
            marks[form] = self._work_out(form)
        found: Ints = marks[forms]
        return found

    def _work_out(self, form: int) -> int:
        signals = self.signals
        low = signals.forms.low[form]
        prefixes = [(name, signal) for name, zone in signals.zones.items() for signal in _beginnings(zone, low)]
        if prefixes:
            self.prefixes[form] = prefixes
        glued = list(_parts(signals, signals.forms.names[signals.forms.family[form]]))
        if glued:
            self.glued[form] = glued
        starts = signals.starts.get(low, [])
        if starts:
            self.starts[form] = starts
        joined = [(name, own) for name, zone in signals.zones.items() for own in zone.phrases.joined.get(low, ())]
        if joined:
            self.joined[form] = joined
        return bool(prefixes) * _BEGINS + bool(glued) * _HOLDS + bool(starts) * _STARTS + bool(joined) * _JOINS


_UNKNOWN = -1
_BEGINS, _HOLDS, _STARTS, _JOINS = 1, 2, 4, 8
"""A form begins with an asked prefix; holds two asked words; may be the first part of a prefix; is a short compound."""


def _beginnings(zone: Zone, low: str) -> list[int]:
    """The zone's prefixes that a word begins with, in either spelling."""
    if not zone.prefixes:
        return []
    spellings = {word[:size] for word in (low, american(low)) for size in range(1, len(word) + 1)}
    return [zone.prefixes[prefix] for prefix in spellings if prefix in zone.prefixes]


def _parts(signals: Signals, family: str) -> Iterator[tuple[int, int]]:
    """The pairs of asked families that one word holds: `finetun` → (`fine`, `tune`)."""
    asked = signals.asked
    for cut in range(2, len(family) - 2):
        for first in signals.firsts.get(family[:cut], ()):
            for second in _wholes_of(family[cut:]):
                if second in asked and second != first and makes(family[:cut], second, family):
                    yield asked[first], asked[second]


def _wholes_of(rest: str) -> Iterator[str]:
    """The families that may stand as `rest` at the end of a longer word."""
    yield rest
    yield from (rest + end for end in ENDS)


class Batch:
    """One scan."""

    def __init__(self, scanner: Scanner, papers: Sequence[Paper], ranks: Mapping[str, int]) -> None:
        self.scanner = scanner
        self.signals = scanner.signals
        self.forms = scanner.forms
        self.papers = papers
        self.ranks = ranks
        self.rows = scanner.cleared(len(self.signals))
        self.touched: list[npt.NDArray[np.int64]] = []
        self.single: list[int] = []
        self.glued: dict[tuple[int, int], int] = {}
        self.suspects: set[tuple[str, int, int]] = set()

    def found(self) -> Found:
        words = self.words()
        self.rows[ON] = ALL
        for name, zone in self.signals.zones.items():
            inside = words.inside(name)
            self.plain(zone, words, inside)
            self.pairs(name, zone, words, inside)
        self.odd(words)
        self.facts()
        self.exact()
        self.verify(words)
        touched = self.choices()
        return Found(self.rows, touched, self.glued)

    # ── words ──
    def words(self) -> Words:
        """The batch as arrays."""
        ids: list[int] = []
        sizes: list[int] = []
        number = self.scanner.chunks.__getitem__
        fields = [n for n, name in enumerate(FIELDS) if n <= 2 or name in self.signals.zones]
        for paper in self.papers:
            for name in fields:
                before = len(ids)
                text = field_text(paper, FIELDS[name])
                if text:
                    ids.extend(chain.from_iterable(map(number, cleaned(text).split())))
                ids.append(BREAK)
                sizes.append(len(ids) - before)
        pieces = np.array(ids, np.int32)
        paper = np.repeat(np.repeat(np.arange(len(self.papers), dtype=np.int32), len(fields)), sizes)
        zone = np.repeat(np.tile(np.array(fields, np.int32), len(self.papers)), sizes)
        at = np.flatnonzero(pieces > SOFT)
        form = pieces[at]
        return Words(form, paper[at], zone[at], _gaps(pieces, at), self.forms.family.reach(len(self.forms.low))[form])

    def plain(self, zone: Zone, words: Words, inside: npt.NDArray[np.bool_]) -> None:
        """Words by their families and capitals."""
        signal = zone.words.reach(len(self.forms.names))[words.family]
        self.light(signal, words.paper, (signal >= 0) & inside)
        if len(zone.capitals.array):
            caps = self.forms.caps.reach(len(self.forms.low))[words.form]
            here = np.flatnonzero((caps >= 0) & inside)
            signal = zone.capitals.reach(len(self.forms.capitals) + 1)[caps[here]]
            self.light(signal, words.paper[here], signal >= 0)
            if zone.phrases.capitals:
                self.said(zone, caps[here], words.paper[here])

    def light(self, signal: Ints, paper: Ints, where: npt.NDArray[np.bool_]) -> None:
        """Set the papers' bits in the signals' rows."""
        lit = signal[where]
        np.bitwise_or.at(self.rows, lit, np.uint64(1) << paper[where].astype(np.uint64))
        self.touched.append(lit.astype(np.int64))

    def set(self, signal: int, paper: int) -> None:
        self.rows[signal] |= _BIT[paper]
        self.single.append(signal)

    def said(self, zone: Zone, caps: Ints, papers: Ints) -> None:
        """Phrases that are what an acronym of the paper stands for."""
        wanted = np.array(list(zone.phrases.capitals), np.int32)
        for place in np.flatnonzero(np.isin(caps, wanted)).tolist():
            for signal in zone.phrases.capitals[int(caps[place])]:
                self.set(signal, int(papers[place]))

    def said_partly(self, words: Words, edges: Edges) -> None:
        """Phrases of which an acronym of the paper says a part."""
        parts: dict[int, set[tuple[int, int]]] = {}
        for zone in self.signals.zones.values():
            for number, ends_of in zone.phrases.partly.items():
                parts.setdefault(number, set()).update(ends_of)
        if parts:
            caps = self.forms.caps.reach(len(self.forms.low))[words.form]
            for at in np.flatnonzero(np.isin(caps, np.array(list(parts), np.int32))).tolist():
                for first, last in parts[int(caps[at])]:
                    edges.add(at, at + 1, first, last)

    # ── phrases ──
    def pairs(self, name: str, zone: Zone, words: Words, inside: npt.NDArray[np.bool_]) -> None:
        phrases = zone.phrases
        if phrases.pairs:
            self.neighbours(name, zone, words, inside)
        for family, waiting in phrases.loose.items():
            for at in np.flatnonzero(inside & (words.family == family)).tolist():
                self.suspects.update((name, signal, at) for signal in waiting)
        for signal in phrases.always:
            self.suspects.update((name, signal, at) for at in np.flatnonzero(inside).tolist())

    def neighbours(self, name: str, zone: Zone, words: Words, inside: npt.NDArray[np.bool_]) -> None:
        phrases = zone.phrases
        hung = (words.gap > 0) & inside
        second = np.flatnonzero(hung)
        codes = (words.family[second - 1].astype(np.int64) << 32) | words.family[second]
        keep = phrases.maybe.among(codes.astype(np.uint64))
        papers = words.paper
        for code, at in zip(codes[keep].tolist(), second[keep].tolist(), strict=True):
            for wanted in phrases.pairs.get(code, ()):
                if not wanted.sure:
                    self.suspects.add((name, wanted.signal, at))
                elif (len(wanted.families) == 2 and not wanted.caps) or self.stands(wanted, words, at - 1 - wanted.key):
                    self.set(wanted.signal, int(papers[at]))

    def stands(self, wanted: Wanted, words: Words, start: int) -> bool:
        """Whether a phrase's families stand in a row from here."""
        end = start + len(wanted.families)
        return (
            start >= 0
            and tuple(words.family[start:end].tolist()) == wanted.families
            and bool((words.gap[start + 1 : end] > 0).all())
            and (wanted.caps is None or self.capitals_stand(wanted.caps, words.form[start:end]))
        )

    def capitals_stand(self, wanted: tuple[int, ...], forms: Ints) -> bool:
        return all(caps < 0 or self.forms.caps[form] == caps for caps, form in zip(wanted, forms.tolist(), strict=True))

    # ── words made of two, and beginnings ──
    def odd(self, words: Words) -> None:
        """Hyphens and spaces left out or put in, and words by their beginning."""
        forms, place = np.unique(words.form, return_inverse=True)
        marks = self.scanner.marks.of(forms)
        close = self.close(words)
        if (marks & _BEGINS).any():
            self.begin(words, forms, place, marks)
        if (marks & _STARTS).any():
            self.begin_late(words, np.flatnonzero((marks[place] & _STARTS) > 0), close)
        if (marks & _JOINS).any():
            for at in np.flatnonzero(marks[place] & _JOINS).tolist():
                for name, signal in self.scanner.marks.joined[int(words.form[at])]:
                    self.suspect_at(name, signal, words, at)
        edges = Edges(self, words)
        self.said_partly(words, edges)
        if (marks & _HOLDS).any():
            self.hold(words, place, forms, marks, edges)
        self.wholes(words, close, edges)
        edges.meet()

    def close(self, words: Words) -> npt.NDArray[np.bool_]:
        """Which words hang on the one before so closely that both may be one."""
        loose = self.forms.loose.reach(len(self.forms.low))[words.form]
        before = np.concatenate([[1], loose[:-1]]) > 0
        found: npt.NDArray[np.bool_] = (words.gap == _HYPHENED) | ((words.gap == _SPACED) & ~before)
        return found

    def begin(self, words: Words, forms: Ints, place: Longs, marks: Ints) -> None:
        """Words that begin with an asked prefix."""
        held = self.scanner.marks.prefixes
        flat = [(at, *own) for at in np.flatnonzero(marks & _BEGINS).tolist() for own in held[int(forms[at])]]
        for name in self.signals.zones:
            own = np.array([(at, signal) for at, field, signal in flat if field == name], np.int64).reshape(-1, 2)
            if len(own):
                bits = self.bits_of(words, place, len(forms), words.inside(name))[own[:, 0]]
                lit = bits > 0
                np.bitwise_or.at(self.rows, own[lit, 1], bits[lit])
                self.touched.append(own[lit, 1])

    def bits_of(self, words: Words, place: Longs, size: int, inside: npt.NDArray[np.bool_]) -> Bits:
        """For each different form the papers that have it."""
        bits = np.zeros(size, np.uint64)
        np.bitwise_or.at(bits, place[inside], np.uint64(1) << words.paper[inside].astype(np.uint64))
        return bits

    def begin_late(self, words: Words, at: Longs, close: npt.NDArray[np.bool_]) -> None:
        """Two words that are one with an asked prefix: `finetu*` in *fine tuning*."""
        at = at[at + 1 < len(words.form)]
        for first in at[close[at + 1]].tolist():
            form, low = int(words.form[first]), self.forms.low[words.form[first + 1]]
            for rest in self.scanner.marks.starts[form]:
                if low.startswith(rest):
                    self.begun(self.forms.low[form] + rest, int(words.zone[first]), int(words.paper[first]))

    def begun(self, prefix: str, zone: int, paper: int) -> None:
        for name, own in self.signals.zones.items():
            if prefix in own.prefixes and within(name, zone):
                self.set(own.prefixes[prefix], paper)

    def hold(self, words: Words, place: Longs, forms: Ints, marks: Ints, edges: Edges) -> None:
        """Words that hold two asked ones: for rules with both side by side, and for phrases."""
        held = self.scanner.marks.glued
        some = np.flatnonzero(marks & _HOLDS).tolist()
        flat = [(at, one, two) for at in some for one, two in held[int(forms[at])]]
        pairs = np.array(flat, np.int64)
        for name, zone in self.signals.zones.items():
            own = zone.words.reach(len(self.forms.names))
            one, two = own[pairs[:, 1]].astype(np.int64), own[pairs[:, 2]].astype(np.int64)
            beside = np.flatnonzero((one >= 0) & (two >= 0))
            codes = np.minimum(one[beside], two[beside]) << 32 | np.maximum(one[beside], two[beside])
            beside = beside[self.signals.beside.among(codes.astype(np.uint64))]
            if len(beside):
                bits = self.bits_of(words, place, len(forms), words.inside(name))
                for n in beside.tolist():
                    self.glue((int(one[n]), int(two[n])), int(bits[pairs[n, 0]]))
        if self.signals.any_phrases():
            tokens = np.flatnonzero(marks[place] & _HOLDS)
            edges.held(tokens, [held[form] for form in words.form[tokens].tolist()])

    def glue(self, pair: tuple[int, int], papers: int) -> None:
        """Remember that one word of these papers holds two that rules may ask for side by side."""
        if papers:
            self.glued[pair] = self.glued.get(pair, 0) | papers
            self.single.extend(pair)

    def wholes(self, words: Words, close: npt.NDArray[np.bool_], edges: Edges) -> None:
        """Two words of the text that are one word of a rule."""
        at = np.flatnonzero(close)
        heads, tails = self.forms.digests[words.form[at - 1]], words.family[at]
        for variant in range(VARIANTS):
            sizes = self.forms.tail_sizes[tails, variant]
            whole = heads * POWERS[sizes] + self.forms.tails[tails, variant]
            for place in np.flatnonzero((sizes > 0) & self.signals.wholes.among(whole)).tolist():
                self.whole(words, int(at[place]), int(sizes[place]), edges)

    def whole(self, words: Words, at: int, size: int, edges: Edges) -> None:
        first = self.forms.low[words.form[at - 1]]
        second = self.forms.names[words.family[at]]
        family = first + second[:size]
        number = self.signals.asked.get(family)
        least = 3 if words.gap[at] == _SPACED else 1
        if number is None or not makes(first, second, family, least):
            return
        zone, paper = int(words.zone[at]), int(words.paper[at])
        for name, own in self.signals.zones.items():
            if within(name, zone) and own.words[number] >= 0:
                self.set(own.words[number], paper)
        edges.add(at - 1, at + 1, number, number)

    def suspect_at(self, name: str, signal: int, words: Words, at: int) -> None:
        """A phrase that may stand around this word, if the word is in the phrase's field."""
        if within(name, int(words.zone[at])):
            self.suspects.add((name, signal, at))

    # ── the rest ──
    def facts(self) -> None:
        signals = self.signals
        for number, paper in enumerate(self.papers):
            if paper.announce == "new":
                self.set(NEW, number)
            if paper.announce in ("cross", "replace-cross"):
                self.set(CROSS, number)
            if paper.announce in ("replace", "replace-cross"):
                self.set(REVISED, number)
            for signal, fact in signals.facts.items():
                if self.true(fact, paper):
                    self.set(signal, number)
            for name in paper.categories if signals.categories else ():
                for signal in self.scanner.in_categories(name):
                    self.set(signal, number)
            if signals.authors:
                self.named(number, paper)

    def true(self, fact: object, paper: Paper) -> bool:
        if isinstance(fact, Number):
            return counts(fact, paper)
        if isinstance(fact, Fact):
            return holds(fact, paper)
        rank = self.ranks.get(paper.id)
        return rank is not None and rank <= fact.count  # type: ignore[attr-defined]

    def named(self, number: int, paper: Paper) -> None:
        parts = {part for author in paper.authors for part in name_parts(author)}
        for part in parts & self.signals.authors.keys():
            for signal, wanted in self.signals.authors[part]:
                if any(same_person(wanted.names, author) for author in paper.authors):
                    self.set(signal, number)

    def exact(self) -> None:
        for name, zone in self.signals.zones.items():
            if not zone.exact:
                continue
            for number, paper in enumerate(self.papers):
                texts = [field_text(paper, field) for field in fields_of(name)]
                whole = "\x00".join(texts)
                for signal, text in zone.exact.items():
                    if text in whole and any(exact_place(text, own) is not None for own in texts):
                        self.set(signal, number)

    def verify(self, words: Words) -> None:
        """Judge word by word what could not be told from the numbers, around the place that raised suspicion."""
        lit: set[tuple[int, int]] = set()
        for name, signal, at in self.suspects:
            paper = int(words.paper[at])
            if (signal, paper) in lit:
                continue
            wanted = self.signals.zones[name].phrases.pieces[signal]
            reach = sum(2 + 2 * max(map(len, piece.meanings), default=0) for piece in wanted)
            start, end = max(0, at - reach), min(len(words.form), at + reach + 1)
            around = [self.token(words, place) for place in range(start, end)]
            if any(
                within(name, int(words.zone[start + place]))
                and words.paper[start + place] == paper
                and ends(wanted, around, place, self.signals.acronyms)
                for place in range(len(around))
            ):
                lit.add((signal, paper))
                self.set(signal, paper)

    def token(self, words: Words, at: int) -> Token:
        form = int(words.form[at])
        caps = self.forms.caps[form]
        return Token(
            0,
            0,
            self.forms.low[form],
            self.forms.names[int(words.family[at])],
            self.scanner.caps_names(caps) if caps >= 0 else "",
            _GAPS[int(words.gap[at])],
        )

    def choices(self) -> npt.NDArray[np.int64]:
        """Light what is a choice of lit signals; return all that are lit."""
        touched = np.concatenate([*self.touched, np.array(self.single, np.int64)])
        many = len(touched) > len(self.rows) // 16
        touched = np.flatnonzero(self.rows)[1:] if many else np.unique(touched)
        of, choice = self.signals.choices()
        bits = self.rows[of]
        lit = np.flatnonzero(bits)
        if not len(lit):
            return touched
        np.bitwise_or.at(self.rows, choice[lit], bits[lit])
        return np.concatenate([touched, np.unique(choice[lit])])


_SPACED, _HYPHENED, _LOOSE = 1, 2, 3
_GAPS = ("", " ", "-", "~")


def _gaps(pieces: Ints, at: npt.NDArray[np.int64]) -> Ints:
    """How each word hangs on the one before: 0 not at all, 1 by space, 2 by hyphen, 3 by other soft signs."""
    between = np.diff(at, prepend=-1) - 1
    gap = np.ones(len(at), np.int32)
    gap[:1] = 0
    signed = np.flatnonzero(between > 0)
    if len(signed):
        sums = [np.concatenate([[0], np.cumsum(pieces == sign)]) for sign in (BREAK, HYPHEN, SOFT)]
        starts, ends = at[signed] - between[signed], at[signed]
        breaks, _, softs = (total[ends] - total[starts] for total in sums)
        gap[signed] = np.where(breaks > 0, 0, np.where(softs > 0, _LOOSE, _HYPHENED))
    gap[:1] = 0
    return gap



