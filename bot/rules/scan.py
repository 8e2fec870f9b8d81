"""Up to 64 papers at once against all signals: a row of bits for each signal, one bit a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.model import Paper
from bot.rules.facts import counts, holds, in_category, same_person
from bot.rules.fold import PIECE, STOPS, clean
from bot.rules.forms import BREAK, HYPHEN, POWERS, SOFT, VARIANTS, Bits, Forms, Ints
from bot.rules.judge import Judge, exact_place, fields_of
from bot.rules.reading import FIELDS, Reading, field_text, read
from bot.rules.signals import CROSS, NEW, ON, REVISED, Signals, Zone
from bot.rules.tree import Fact, Number
from bot.rules.values import name_parts
from bot.rules.spelling import american
from bot.rules.words import ENDS, makes

BATCH = 64
_BIT = [np.uint64(1 << n) for n in range(BATCH)]
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(slots=True)
class Words:
    """The words of a batch, end to end: which form, whose paper, in which field, how it hangs on the one before."""

    form: Ints
    paper: Ints
    zone: Ints
    gap: Ints
    family: Ints


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
        self.rows: Bits = np.zeros(1024, np.uint64)
        self.marks = _Marks(signals)
        self.categories: dict[str, tuple[int, list[int]]] = {}

    def scan(self, papers: Sequence[Paper], ranks: Mapping[str, int]) -> Found:
        """All that is true of up to 64 papers. The rows are good until the next scan."""
        return _Batch(self, papers, ranks).found()

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
        self.done = np.zeros(1024, np.bool_)
        self.marked = np.zeros(1024, np.bool_)
        self.prefixes: dict[int, list[tuple[str, int]]] = {}
        self.glued: dict[int, list[tuple[str, str]]] = {}
        self.starts: dict[int, list[str]] = {}
        self.joined: dict[int, list[tuple[str, int]]] = {}

    def of(self, forms: Ints) -> npt.NDArray[np.bool_]:
        """Which of these forms are marked."""
        if self.epoch != self.signals.epoch or len(self.done) < len(self.signals.forms.low):
            self._begin_again()
        for form in np.unique(forms[~self.done[forms]]).tolist():
            self._work_out(form)
        self.done[forms] = True
        marked: npt.NDArray[np.bool_] = self.marked[forms]
        return marked

    def _begin_again(self) -> None:
        size = max(1024, 2 * len(self.signals.forms.low))
        if self.epoch == self.signals.epoch:
            self.done = np.concatenate([self.done, np.zeros(size - len(self.done), np.bool_)])
            self.marked = np.concatenate([self.marked, np.zeros(size - len(self.marked), np.bool_)])
            return
        self.epoch = self.signals.epoch
        self.done, self.marked = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        for memory in (self.prefixes, self.glued, self.starts, self.joined):
            memory.clear()

    def _work_out(self, form: int) -> None:
        signals = self.signals
        low = signals.forms.low[form]
        family = signals.forms.names[signals.forms.family[form]]
        prefixes = [
            (name, signal)
            for name, zone in signals.zones.items()
            for signal in _beginnings(zone, low)
        ]
        glued = list(_parts(signals, family))
        starts = signals.starts.get(low, [])
        joined = [(name, s) for name, zone in signals.zones.items() for s in zone.phrases.joined.get(low, ())]
        for memory, value in ((self.prefixes, prefixes), (self.glued, glued), (self.starts, starts), (self.joined, joined)):
            if value:
                memory[form] = value  # type: ignore[index,assignment]
                self.marked[form] = True


def _beginnings(zone: Zone, low: str) -> list[int]:
    """The zone's prefixes that a word begins with, in either spelling."""
    if not zone.prefixes:
        return []
    spellings = {word[:size] for word in (low, american(low)) for size in range(1, len(word) + 1)}
    return [zone.prefixes[prefix] for prefix in spellings if prefix in zone.prefixes]


def _parts(signals: Signals, family: str) -> Iterator[tuple[str, str]]:
    """The pairs of asked families that one word holds: `finetun` → (`fine`, `tune`)."""
    for cut in range(2, len(family) - 2):
        found = signals.firsts.get(family[:cut])
        if found:
            rest = family[cut:]
            seconds = [second for end in ("", *ENDS) if (second := rest + end) in signals.asked]
            yield from ((first, second) for first in found for second in seconds if makes(family[:cut], second, family))


class _Batch:
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
        self.readings: dict[int, Reading] = {}
        self.suspects: set[tuple[str, int, int]] = set()

    def found(self) -> Found:
        words = self.words()
        self.rows[ON] = ALL
        for name, zone in self.signals.zones.items():
            inside = words.zone <= 2 if name == "" else words.zone == FIELDS.index(name)
            self.plain(zone, words, inside)
            self.pairs(name, zone, words, inside)
        self.odd(words)
        self.facts()
        self.exact()
        self.verify()
        touched = self.choices()
        return Found(self.rows, touched, self.glued)

    # ── words ──
    def words(self) -> Words:
        """The batch as arrays."""
        ids: list[int] = []
        sizes: list[int] = []
        number = self.forms.__getitem__
        fields = [n for n, name in enumerate(FIELDS) if n <= 2 or name in self.signals.zones]
        for paper in self.papers:
            for name in fields:
                before = len(ids)
                text = field_text(paper, FIELDS[name])
                if text:
                    ids.extend(map(number, PIECE.findall(clean(text)[0])))
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

    def said(self, zone: Zone, caps: Ints, paper: Ints) -> None:
        """Phrases that hold what an acronym of the paper stands for."""
        name = next(key for key, value in self.signals.zones.items() if value is zone)
        wanted = np.array(list(zone.phrases.capitals), np.int32)
        for at in np.flatnonzero(np.isin(caps, wanted)).tolist():
            for signal in zone.phrases.capitals[int(caps[at])]:
                self.suspects.add((name, signal, int(paper[at])))

    # ── phrases ──
    def pairs(self, name: str, zone: Zone, words: Words, inside: npt.NDArray[np.bool_]) -> None:
        phrases = zone.phrases
        if phrases.pairs:
            self.neighbours(name, zone, words, inside)
        for family, waiting in phrases.loose.items():
            for paper in np.unique(words.paper[inside & (words.family == family)]).tolist():
                self.suspects.update((name, signal, paper) for signal in waiting)
        for signal in phrases.always:
            self.suspects.update((name, signal, paper) for paper in range(len(self.papers)))

    def neighbours(self, name: str, zone: Zone, words: Words, inside: npt.NDArray[np.bool_]) -> None:
        phrases = zone.phrases
        hung = (words.gap > 0) & inside
        second = np.flatnonzero(hung)
        codes = (words.family[second - 1].astype(np.int64) << 32) | words.family[second]
        keep = phrases.maybe.among(codes.astype(np.uint64))
        families, gaps, papers = words.family.tolist(), words.gap.tolist(), words.paper.tolist()
        for code, at in zip(codes[keep].tolist(), second[keep].tolist(), strict=True):
            for wanted in phrases.pairs.get(code, ()):
                size = len(wanted.families)
                start = at - 1 - wanted.key
                if size > 2 and (
                    start < 0
                    or tuple(families[start : start + size]) != wanted.families
                    and -1 not in wanted.families
                    or not all(gaps[start + 1 : start + size])
                ):
                    continue
                if wanted.sure:
                    self.set(wanted.signal, papers[at])
                else:
                    self.suspects.add((name, wanted.signal, papers[at]))

    # ── words made of two, and beginnings ──
    def odd(self, words: Words) -> None:
        """Hyphens and spaces left out or put in, and words by their beginning."""
        edges: list[tuple[int, int, str, str]] = []
        marks = self.scanner.marks
        for at in np.flatnonzero(marks.of(words.form)).tolist():
            edges.extend(self.marked(words, at, int(words.form[at])))
        edges.extend(self.wholes(words))
        if edges:
            self.edges(words, edges)

    def marked(self, words: Words, at: int, form: int) -> Iterator[tuple[int, int, str, str]]:
        marks, paper, zone = self.scanner.marks, int(words.paper[at]), int(words.zone[at])
        for name, signal in marks.prefixes.get(form, ()):
            if _within(name, zone):
                self.set(signal, paper)
        for name, signal in marks.joined.get(form, ()):
            if _within(name, zone):
                self.suspects.add((name, signal, paper))
        for rest in marks.starts.get(form, ()):
            if self.follows(words, at) and self.forms.low[words.form[at + 1]].startswith(rest):
                self.begun(self.forms.low[form] + rest, zone, paper)
        for first, second in marks.glued.get(form, ()):
            self.glue(first, second, zone, paper)
            yield at, at + 1, first, second

    def follows(self, words: Words, at: int) -> bool:
        """Whether the next word hangs on this one so closely that both may be one."""
        if at + 1 >= len(words.gap):
            return False
        gap = int(words.gap[at + 1])
        low = self.forms.low[words.form[at]]
        return gap == _HYPHENED or (gap == _SPACED and len(low) >= 2 and low not in STOPS)

    def begun(self, prefix: str, zone: int, paper: int) -> None:
        for name, own in self.signals.zones.items():
            if prefix in own.prefixes and _within(name, zone):
                self.set(own.prefixes[prefix], paper)

    def glue(self, first: str, second: str, zone: int, paper: int) -> None:
        """Remember that one word of the paper holds two that rules may ask for side by side."""
        one, two = self.signals.asked[first], self.signals.asked[second]
        for name, own in self.signals.zones.items():
            pair = own.words[one], own.words[two]
            if _within(name, zone) and min(pair) >= 0 and one != two:
                self.glued[pair] = self.glued.get(pair, 0) | 1 << paper
                self.single.extend(pair)

    def wholes(self, words: Words) -> Iterator[tuple[int, int, str, str]]:
        """Two words of the text that are one word of a rule."""
        at = np.flatnonzero((words.gap == _SPACED) | (words.gap == _HYPHENED))
        heads, tails = self.forms.digests[words.form[at - 1]], words.family[at]
        for variant in range(VARIANTS):
            sizes = self.forms.tail_sizes[tails, variant]
            whole = heads * POWERS[sizes] + self.forms.tails[tails, variant]
            for place in np.flatnonzero((sizes > 0) & self.signals.wholes.among(whole)).tolist():
                yield from self.whole(words, int(at[place]), int(sizes[place]))

    def whole(self, words: Words, at: int, size: int) -> Iterator[tuple[int, int, str, str]]:
        first = self.forms.low[words.form[at - 1]]
        second = self.forms.names[words.family[at]]
        family = first + second[:size]
        number = self.signals.asked.get(family)
        least = 3 if words.gap[at] == _SPACED else 1
        if number is None or not self.follows(words, at - 1) or not makes(first, second, family, least):
            return
        zone, paper = int(words.zone[at]), int(words.paper[at])
        for name, own in self.signals.zones.items():
            if _within(name, zone) and own.words[number] >= 0:
                self.set(own.words[number], paper)
        yield at - 1, at + 1, family, family

    def edges(self, words: Words, edges: list[tuple[int, int, str, str]]) -> None:
        """Phrases that go over a word made of two, or over two made one."""
        number = self.forms.families
        before: dict[int, set[int]] = {}
        after: dict[int, set[int]] = {}
        for start, end, first, last in edges:
            after.setdefault(start, set()).add(number[first])
            before.setdefault(end, set()).add(number[last])
        for start, end, first, last in edges:
            codes = {number[first] << 32 | number[last]} if first != last or end == start + 1 else set()
            if start > 0 and words.gap[start] > 0:
                lefts = before.get(start, set()) | {int(words.family[start - 1])}
                codes |= {left << 32 | number[first] for left in lefts}
            if end < len(words.form) and words.gap[end] > 0:
                rights = after.get(end, set()) | {int(words.family[end])}
                codes |= {number[last] << 32 | right for right in rights}
            self.suspect(codes, words, start, number[first], number[last])

    def suspect(self, codes: set[int], words: Words, at: int, *whole: int) -> None:
        zone, paper = int(words.zone[at]), int(words.paper[at])
        for name, own in self.signals.zones.items():
            if _within(name, zone):
                for code in codes:
                    self.suspects.update((name, signal, paper) for signal in own.phrases.at(code))
                for family in whole:
                    self.suspects.update((name, signal, paper) for signal in own.phrases.loose.get(family, ()))

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

    def verify(self) -> None:
        """Judge word by word what could not be told from the numbers."""
        for name, signal, number in self.suspects:
            if number not in self.readings:
                self.readings[number] = read(self.papers[number])
            judge = Judge(self.readings[number], self.signals.acronyms)
            wanted = self.signals.zones[name].phrases.pieces[signal]
            if any(judge.place(wanted, self.readings[number].words[field]) for field in fields_of(name)):
                self.set(signal, number)

    def choices(self) -> npt.NDArray[np.int64]:
        """Light what is a choice of lit signals; return all that are lit."""
        touched = np.unique(np.concatenate([*self.touched, np.array(self.single, np.int64)]))
        above = self.signals.above
        lit = []
        for signal in touched.tolist() if above else ():
            for choice in above.get(signal, ()):
                self.rows[choice] |= self.rows[signal]
                lit.append(choice)
        return np.unique(np.concatenate([touched, np.array(lit, np.int64)])) if lit else touched


_SPACED, _HYPHENED, _LOOSE = 1, 2, 3


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


def _within(name: str, zone: int) -> bool:
    """Whether a zone's words are among those of the field with this number."""
    return zone <= 2 if name == "" else FIELDS[zone] == name

