"""Ways to match: each an array row of signals that must be on and off, kept under its rarest signal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from bot.rules.forms import Bits, Ints
from bot.rules.lights import ALL
from bot.rules.parser import parse
from bot.rules.plan import MOST_OFF, MOST_ON, PART, SAID, TREE, WAY
from bot.rules.plan import OFF as NOT
from bot.rules.scan import Found
from bot.rules.signals import NEW, OFF, ON, Signals
from bot.rules.trees import Tree, beside, judge, needed, plant

Longs = npt.NDArray[np.int64]
_NONE = np.empty(0, np.int64)
_MUCH = 4096
_RULE, _UNDER, _NEW, _TREE = range(MOST_ON + MOST_OFF, MOST_ON + MOST_OFF + 4)
"""Columns of a way's row after the signals that are on and off: its rule, the signal it is kept under, whether it is
for new papers only, and the number of its tree if it is one."""
_ONS = [(ON,) * (MOST_ON - count) for count in range(MOST_ON + 1)]
_OFFS = [(OFF,) * (MOST_OFF - count) for count in range(MOST_OFF + 1)]
Row = tuple[int, ...]


class Ways:
    """All different rules. A rule has one way to match or several; a way is kept under one signal only."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.numbers: dict[int, int] = {}
        self.lines_sorted: Longs = _NONE
        self.rules_sorted: Longs = _NONE
        self.count = 0
        self.ways = 0
        self.table: Ints = np.zeros((1024, _TREE + 1), np.int32)
        self.trees: list[Tree] = []
        self.starts: Longs = np.zeros(1, np.int64)
        self.kept: Ints = np.empty(0, np.int32)
        self.settled = 0
        self.late: dict[int, list[int]] = {}
        self.single = True
        """Whether every rule has one way only, so that it is found once."""

    # ── adding ──
    def rule(self, line: str) -> int:
        """The number of a rule by its compiled line; a new one is live at once."""
        known = self.number(hash(line))
        if known is not None:
            return known
        rule = self._take(line)
        self.numbers[hash(line)] = rule
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
        """The numbers of many rules."""
        digests = np.fromiter(map(hash, lines), np.int64, len(lines))
        different, first, back = np.unique(digests, return_index=True, return_inverse=True)
        found = np.full(len(different), -1, np.int64)
        if len(self.lines_sorted):
            at = np.minimum(np.searchsorted(self.lines_sorted, different), len(self.lines_sorted) - 1)
            same = self.lines_sorted[at] == different
            found[same] = self.rules_sorted[at[same]]
        fresh, rows = [], []
        for place in np.flatnonzero(found < 0).tolist():
            known = self.numbers.get(int(different[place])) if self.numbers else None
            if known is None:
                fresh.append(place)
                rows.append(self._rows(lines[first[place]], self.count))
                known, self.count = self.count, self.count + 1
            found[place] = known
        if rows:
            self._write(rows)
        self._remember(different[fresh], found[fresh])
        return found[back]

    def _remember(self, digests: Longs, rules: Longs) -> None:
        gone = (
            np.isin(self.lines_sorted, digests)
            if (self.rules_sorted < 0).any()
            else np.zeros(len(self.lines_sorted), np.bool_)
        )
        all_digests = np.concatenate([self.lines_sorted[~gone], digests])
        order = np.argsort(all_digests, kind="stable")
        self.lines_sorted = all_digests[order]
        self.rules_sorted = np.concatenate([self.rules_sorted[~gone], rules])[order]

    def _take(self, line: str) -> int:
        """A new rule, live at once."""
        rule = self.count
        first = self.ways
        self._write([self._rows(line, rule)])
        self.count += 1
        for way in range(first, self.ways):
            self.late.setdefault(int(self.under[way]), []).append(way)
            self.signals.side_by_side([signal for signal in self.on[way].tolist() if signal > ON])
        return rule

    def _rows(self, line: str, rule: int) -> list[Row]:
        """A rule's ways as rows of numbers."""
        if line.startswith(TREE):
            return [self._tree(line[1:], rule)]
        ways = line.split(WAY)
        if len(ways) > 1:
            self.single = False
        return [self._row(way, rule) for way in ways]

    def _row(self, line: str, rule: int) -> Row:
        of = self.signals.of
        said = line[0] == SAID
        parts = (line[1:] if said else line).split(PART)
        on = [of(part) for part in parts if part[0] != NOT]
        off = [of(part[1:]) for part in parts[len(on) :]] if len(on) < len(parts) else []
        under = on[0] if len(on) == 1 else min(on, key=self.signals.weight.__getitem__)
        return (*on, *_ONS[len(on)], *off, *_OFFS[len(off)], rule, under, not said, -1)

    def _tree(self, words: str, rule: int) -> Row:
        tree = plant(parse(words, self.signals.acronyms).tree, self.signals)
        choice = needed(tree, self.signals)
        under = ON
        if choice:
            under = choice[0] if len(choice) == 1 else self.signals.choice(list(choice))
        self.trees.append(tree)
        return (*_ONS[0], *_OFFS[0], rule, under, False, len(self.trees) - 1)

    def _write(self, rules: Sequence[list[Row]]) -> None:
        """Put new ways at the end of the arrays."""
        rows = np.array([row for rule in rules for row in rule], np.int32)
        start, end = self.ways, self.ways + len(rows)
        if end > len(self.table):
            grown = np.zeros((max(end, len(self.table) * 3 // 2), rows.shape[1]), np.int32)
            grown[:start] = self.table[:start]
            self.table = grown
        self.table[start:end] = rows
        self.ways = end

    @property
    def on(self) -> Ints:
        return self.table[:, :MOST_ON]

    @property
    def off(self) -> Ints:
        return self.table[:, MOST_ON : MOST_ON + MOST_OFF]

    @property
    def rule_of(self) -> Ints:
        return self.table[:, _RULE]

    @property
    def under(self) -> Ints:
        return self.table[:, _UNDER]

    def forget(self, rule: int) -> None:
        """Nobody wants this rule any more: it never matches again, and equal words make a new one."""
        ways = np.flatnonzero(self.rule_of[: self.ways] == rule)
        self.table[ways, 0] = OFF
        self.table[ways, _TREE] = -1
        for digest in [digest for digest, number in self.numbers.items() if number == rule]:
            del self.numbers[digest]
        self.rules_sorted[self.rules_sorted == rule] = -1

    def settle_much(self) -> None:
        if self.ways - self.settled > max(_MUCH, self.settled // 8):
            self.settle()

    def settle(self) -> None:
        """Put all ways into one array by their signal, and the pairs of words they ask for."""
        under = self.under[: self.ways]
        order = np.argsort(under, kind="stable")
        self.kept = order.astype(np.int32)
        self.starts = np.searchsorted(under[order], np.arange(len(self.signals) + 1))
        fresh = np.sort(self.on[self.settled : self.ways].astype(np.int64), axis=1)
        self.signals.all_side_by_side(
            fresh[:, one] << 32 | fresh[:, two] for one, two in combinations(range(MOST_ON), 2)
        )
        self.late = {}
        self.settled = self.ways

    # ── asking ──
    def judged(self, found: Found) -> tuple[Longs, Bits, int]:
        """The rules that hit papers of the batch, their papers as bits, and how many were looked at (summed)."""
        ways, looked = self.candidates(found)
        rows = found.rows
        table = self.table[ways]
        trees = np.flatnonzero(table[:, _TREE] >= 0)
        bits = rows[table[:, 0]] & rows[table[:, 1]]
        bits[trees] = 0
        saved = self.rescued(found, table) if found.glued else {}
        some = np.flatnonzero(bits)
        table, bits = table[some], bits[some]
        for place in range(2, MOST_ON):
            bits &= rows[table[:, place]]
        if saved:
            keep = ~np.isin(some, list(saved))
            table = np.concatenate([table[keep], self.table[ways[list(saved)]]])
            bits = np.concatenate([bits[keep], np.array(list(saved.values()), np.uint64)])
        bits[table[:, _NEW] > 0] &= rows[NEW]
        for place in range(MOST_ON, MOST_ON + MOST_OFF):
            bits &= ~rows[table[:, place]]
        grown = [(way, judge(self.trees[self.table[way, _TREE]], rows, found.glued)) for way in ways[trees].tolist()]
        wild = [(way, papers) for way, papers in grown if papers]
        hit = np.flatnonzero(bits)
        rules = np.concatenate([table[hit, _RULE], self.table[[way for way, _ in wild], _RULE]])
        return rules.astype(np.int64), np.concatenate([bits[hit], np.array([p for _, p in wild], np.uint64)]), looked

    def candidates(self, found: Found) -> tuple[Longs, int]:
        """The ways kept under any lit signal, and how many papers they were to be asked of, summed."""
        held = [signal for pair in found.glued for signal in pair]
        own = np.concatenate([[ON], found.touched])
        if held:
            own = np.unique(np.concatenate([own, np.array(held, np.int64)]))
        own = own[own < len(self.starts) - 1]
        sizes = self.starts[own + 1] - self.starts[own]
        some = sizes > 0
        own, sizes = own[some], sizes[some]
        shift = self.starts[own] - np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(own) else sizes
        ways = self.kept[np.arange(int(sizes.sum())) + np.repeat(shift, sizes)].astype(np.int64)
        looked = int((np.bitwise_count(found.rows[own]) * sizes).sum())
        if self.late:
            lit = {ON, *found.touched.tolist(), *held}
            late = [way for signal in lit & self.late.keys() for way in self.late[signal]]
            ways, looked = np.concatenate([ways, np.array(late, np.int64)]), looked + len(late)
        return ways, looked

    def rescued(self, found: Found, table: Ints) -> dict[int, int]:
        """Two words side by side in a rule may stand in one word of a paper (see `Judge.beside`).

        The places in the table whose ways have such words, and the papers that have all their words so.
        """
        part = np.zeros(len(self.signals), np.bool_)
        part[[signal for pair in found.glued for signal in pair]] = True
        saved = {}
        for place in np.flatnonzero(part[table[:, :MOST_ON]].sum(axis=1) > 1).tolist():
            signals = table[place, :MOST_ON].tolist()
            if any((a, b) in found.glued for a in signals for b in signals):
                own = int(ALL)
                for signal in signals:
                    own &= int(found.rows[signal]) | beside(signal, signals, found.glued)
                if own:
                    saved[place] = own
        return saved
