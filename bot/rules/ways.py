"""Ways to match: columns of signals that must be on and off, kept in order of their rarest two signals.

A rule has one way to match or several; each is kept under one signal only, its rarest, and beside it stands the second
rarest. A *candidate* is a paper and a way whose two rarest signals are both on for it (one, where a way has no more):
of no other is anything else looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from bot.rules.arrays import Bits, Ints, Links, Longs, Maybe, Numbers, lit, spread, where
from bot.rules.glue import rescued
from bot.rules.lights import ALL
from bot.rules.parser import parse
from bot.rules.plan import MOST_OFF, MOST_ON, PART, TREE, WAY
from bot.rules.scan import Found
from bot.rules.signals import NEW, OFF, ON, SAYS, Signals, pair
from bot.rules.trees import Tree, judge, needed, plant, words_together

_NONE = np.empty(0, np.int64)
_MUCH = 4096
_RULE, _NEW, _TREE = range(MOST_ON + MOST_OFF, MOST_ON + MOST_OFF + 3)
"""Columns after the signals that are on (rarest first) and off: the way's rule, whether it is for new papers only, and
the number of its tree if it is one."""


class Ways:
    """All different rules, by number."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.numbers: dict[int, int] = {}
        self.lines_sorted: Longs = _NONE
        self.rules_sorted: Longs = _NONE
        self.count = 0
        self.ways = 0
        self.columns: Ints = np.zeros((_TREE + 1, 1024), np.int32)
        self.trees: list[Tree] = []
        self.starts: Longs = np.zeros(1, np.int64)
        self.settled = 0
        self.several = Numbers(0)
        """1 for rules of several ways, which may be found more than once."""
        self.choices = Links(_NONE, _NONE, 0)
        """By signal, the choices it is one of that ways are kept under."""

    # ── adding ──
    def rule(self, line: str) -> int:
        """The number of a rule by its compiled line; a new one is live at once."""
        known = self.number(hash(line))
        if known is not None:
            return known
        late = self.ways
        self._take([line], self.count)
        for way in range(late, self.ways):
            self.signals.ask_together([signal for signal in self.columns[:MOST_ON, way].tolist() if signal > ON])
        rule = self.numbers[hash(line)] = self.count
        self.count += 1
        return rule

    def number(self, digest: int) -> int | None:
        known = self.numbers.get(digest)
        if known is not None:
            return known
        at = int(np.searchsorted(self.lines_sorted, digest))
        if at < len(self.lines_sorted) and self.lines_sorted[at] == digest and self.rules_sorted[at] >= 0:
            return int(self.rules_sorted[at])
        return None

    def rules(self, lines: Sequence[str]) -> Longs:
        """The numbers of many rules. New ones are live after `settle`."""
        digests = np.fromiter(map(hash, lines), np.int64, len(lines))
        different, first, back = np.unique(digests, return_index=True, return_inverse=True)
        found = self._known(different)
        fresh = where(found < 0)
        found[fresh] = self.count + np.arange(len(fresh))
        self._take([lines[place] for place in first[fresh].tolist()], self.count)
        self.count += len(fresh)
        self._remember(different[fresh], found[fresh])
        return found[back]

    def _known(self, digests: Longs) -> Longs:
        """The rules' numbers, -1 for those that are new."""
        found = np.full(len(digests), -1, np.int64)
        if len(self.lines_sorted):
            at = np.minimum(np.searchsorted(self.lines_sorted, digests), len(self.lines_sorted) - 1)
            same = self.lines_sorted[at] == digests
            found[same] = self.rules_sorted[at[same]]
        if self.numbers:
            for place in where(found < 0).tolist():
                found[place] = self.numbers.get(int(digests[place]), -1)
        return found

    def _remember(self, digests: Longs, rules: Longs) -> None:
        alive = self.rules_sorted >= 0
        all_digests = np.concatenate([self.lines_sorted[alive], digests])
        order = np.argsort(all_digests, kind="stable")
        self.lines_sorted = all_digests[order]
        self.rules_sorted = np.concatenate([self.rules_sorted[alive], rules])[order]

    def _take(self, lines: Sequence[str], rule: int) -> None:
        """Put the ways of new rules, numbered from `rule` on, at the end of the columns."""
        plain: list[str] = []
        rules: list[int] = []
        for number, line in enumerate(lines, rule):
            if line[0] == TREE:
                self._take_tree(line[1:], number)
            elif WAY in line:
                self.several[number] = 1
                ways = line.split(WAY)
                plain += ways
                rules += [number] * len(ways)
            else:
                plain.append(line)
                rules.append(number)
        if plain:
            self._take_plain(plain, np.array(rules, np.int32))

    def _take_plain(self, lines: Sequence[str], rules: Ints) -> None:
        """Many ways without a tree, all at once: each part is looked up once, and the rest is columns."""
        parts = np.fromiter(map(self.signals.of, PART.join(lines).split(PART)), np.int64)
        sizes = np.fromiter((line.count(PART) + 1 for line in lines), np.int64, len(lines))
        way = np.repeat(np.arange(len(lines)), sizes)
        own = self._room(len(lines))
        own[_RULE], own[_NEW] = rules, 1
        own[_NEW, way[parts == SAYS]] = 0
        on, off = parts > ON, (parts < 0) & (parts != SAYS)
        weights = np.fromiter(map(self.signals.weight.__getitem__, parts[on].tolist()), np.float64)
        rarest = np.lexsort((weights, way[on]))
        _fill(own[:MOST_ON], way[on][rarest], parts[on][rarest])
        _fill(own[MOST_ON:_RULE], way[off], ~parts[off])
        own[1:_RULE] = self._marked(own[1:_RULE])

    def _marked(self, signals: Ints) -> Ints:
        """These signals, choices written as `~signal`: they are asked only where the rarest signal is on."""
        marked: Ints = np.where(self.signals.is_choice(signals), ~signals, signals)
        return marked

    def _take_tree(self, words: str, rule: int) -> None:
        """A tree is kept under each of the signals of which it needs one."""
        tree = plant(parse(words, self.signals.acronyms).tree, self.signals)
        under = needed(tree, self.signals) or (ON,)
        self.several[rule] = len(under) > 1
        own = self._room(len(under))
        own[0], own[_RULE], own[_TREE] = under, rule, len(self.trees)
        self.trees.append(tree)
        for both in words_together(tree):
            self.signals.ask_together(both)

    def _room(self, count: int) -> Ints:
        """The columns of so many new ways, all signals on and none off so far."""
        start, self.ways = self.ways, self.ways + count
        if self.ways > self.columns.shape[1]:
            self._grow(max(self.ways, self.columns.shape[1] * 3 // 2))
        own = self.columns[:, start : self.ways]
        own[:MOST_ON], own[MOST_ON:_RULE], own[_TREE] = ON, OFF, -1
        return own

    def _grow(self, size: int) -> None:
        grown = np.zeros((len(self.columns), size), np.int32)
        kept = min(size, self.columns.shape[1])
        grown[:, :kept] = self.columns[:, :kept]
        self.columns = grown

    def forget(self, rule: int) -> None:
        """Nobody wants this rule any more: it never matches again, and equal words make a new one."""
        ways = where(self.columns[_RULE, : self.ways] == rule)
        self.columns[:MOST_ON, ways] = OFF
        self.columns[_TREE, ways] = -1
        for digest in [digest for digest, number in self.numbers.items() if number == rule]:
            del self.numbers[digest]
        self.rules_sorted[self.rules_sorted == rule] = -1

    def settle_much(self) -> None:
        if self.ways - self.settled > _much(self.settled):
            self.settle()

    def settle(self) -> None:
        """Put all ways in order of their two rarest signals, with room for those to come until the next time."""
        self._grow(self.ways + _much(self.ways) + 1)
        self.signals.spare()
        own = self.columns[:, : self.ways]
        order = np.argsort((own[0].astype(np.int64) << 32) + own[1], kind="stable")
        for column in own:
            column[:] = column[order]
        self.starts = np.searchsorted(own[0], np.arange(len(self.signals) + 1))
        self.settled = self.ways
        self._settle_choices(np.unique(own[0]))
        self._settle_pairs(own[:MOST_ON])

    def _settle_choices(self, kept: Ints) -> None:
        """Find the choices among the signals that ways are kept under."""
        chosen = kept[self.signals.is_choice(kept)].tolist()
        pairs = [(member, choice) for choice in chosen for member in self.signals.members(choice)]
        members, choices = np.array(pairs, np.int64).reshape(-1, 2).T
        self.choices = Links(members, choices, len(self.signals))

    def _settle_pairs(self, on: Ints) -> None:
        """Learn anew which signals rules ask for together, with room for what is to come."""
        together = Maybe(max(20, (12 * self.ways).bit_length()), probes=2)
        for one, two in combinations(on, 2):
            both = where((one > ON) & (two > ON))
            first, second = one[both].astype(np.int64), two[both].astype(np.int64)
            together.add_all((np.minimum(first, second) << 32 | np.maximum(first, second)).view(np.uint64))
        for words in map(words_together, self.trees):
            together.add_all(np.array([pair(*both) for both in words], np.uint64))
        self.signals.together = together
        self.signals.epoch += 1

    # ── asking ──
    def judged(self, found: Found) -> tuple[Longs, Bits, int]:
        """The rules that hit papers of the batch, their papers as bits, and how many candidates there were."""
        self.choose(found)
        ways, bits = self.kept(found)
        looked = int(np.bitwise_count(bits).sum())
        saved, their = _NONE, bits[:0]
        if found.glued:
            saved, their = rescued(
                found, self.columns[:MOST_ON], ways[self.columns[_TREE].take(ways) < 0], self.signals
            )
        wild, wide = self.grown(found, ways, bits) if self.trees else (_NONE, bits[:0])
        some = lit(bits)
        plain, bits = self.sides(found.rows, ways[some], bits[some])
        if len(saved):
            rest = ~np.isin(plain, saved)
            saved, their = self.allowed(found.rows, saved, their)
            plain, bits = np.concatenate([plain[rest], saved]), np.concatenate([bits[rest], their])
        rules = self.columns[_RULE].take(np.concatenate([plain, wild])).astype(np.int64)
        return rules, np.concatenate([bits, wide]), looked + len(saved)

    def choose(self, found: Found) -> None:
        """Light the choices that ways are kept under."""
        if len(self.choices):
            places, choices = self.choices.of(found.touched)
            np.bitwise_or.at(found.rows, choices, found.rows.take(found.touched.take(places)))
            found.touched = np.concatenate([found.touched, np.unique(choices)])

    def kept(self, found: Found) -> tuple[Longs, Bits]:
        """The ways kept under any signal that is on, and the papers that have their two rarest signals, as bits."""
        own = np.concatenate([[ON], found.touched])
        if found.glued:
            held = [signal for signal in dict.fromkeys(found.held.tolist()) if not found.rows[signal]]
            own = np.concatenate([own, np.array(held, np.int64)])
        inside = own[own < len(self.starts) - 1]
        starts = self.starts.take(inside)
        sizes = self.starts.take(inside + 1) - starts
        ways = spread(starts, sizes)
        bits = found.rows.take(inside).repeat(sizes) & self.signals.on(found.rows, self.columns[1].take(ways))
        if self.settled < self.ways:
            late = np.arange(self.settled, self.ways)
            first, second = self.columns[:2, late]
            ways = np.concatenate([ways, late])
            both = self.signals.on(found.rows, self._marked(first)) & self.signals.on(found.rows, second)
            bits = np.concatenate([bits, both])
        return ways, bits

    def sides(self, rows: Bits, ways: Longs, bits: Bits) -> tuple[Longs, Bits]:
        """What is left when the other signals must be on as well, and none that must be off."""
        for column in self.columns[2:MOST_ON]:
            bits = bits & self.signals.on(rows, column.take(ways))
        return self.allowed(rows, ways, bits)

    def allowed(self, rows: Bits, ways: Longs, bits: Bits) -> tuple[Longs, Bits]:
        """What is left when no signal is on that must be off, and new papers are meant where nothing is said."""
        if rows[NEW] != rows[ON]:
            bits = bits & (rows[NEW] | (self.columns[_NEW].take(ways) == 0) * ALL)
        for column in self.columns[MOST_ON:_RULE]:
            bits = bits & ~self.signals.on(rows, column.take(ways))
        hit = lit(bits)
        return ways[hit], bits[hit]

    def grown(self, found: Found, ways: Longs, bits: Bits) -> tuple[Longs, Bits]:
        """The ways of these that are trees and hit papers, and their papers as bits. Trees are taken out of `bits`."""
        trees = where(self.columns[_TREE].take(ways) >= 0)
        if not len(trees):
            return _NONE, bits[:0]
        bits[trees] = 0
        ways = ways[trees]
        hits: list[tuple[int, int]] = []
        seen: dict[int, int] = {}
        for way, tree in zip(ways.tolist(), self.columns[_TREE, ways].tolist(), strict=True):
            if tree not in seen:
                seen[tree] = judge(self.trees[tree], found.rows, found.glued)
                if seen[tree]:
                    hits.append((way, seen[tree]))
        return np.array([way for way, _ in hits], np.int64), np.array([papers for _, papers in hits], np.uint64)


def _much(settled: int) -> int:
    """So many new ways may stand beside the settled ones."""
    return max(_MUCH, settled // 8)


def _fill(columns: Ints, ways: Longs, signals: Longs) -> None:
    """Write each way's signals into its columns from the first on; `ways` are in order."""
    first = np.searchsorted(ways, ways)
    columns[np.arange(len(ways)) - first, ways] = signals
