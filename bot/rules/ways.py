"""Ways to match: each an array row of signals that must be on and off, kept under its rarest signal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.rules.forms import Bits, Ints
from bot.rules.parser import parse
from bot.rules.plan import MOST_OFF, MOST_ON, OFF as NOT, PART, SAID, TREE, WAY
from bot.rules.scan import ALL, Found
from bot.rules.signals import NEW, OFF, ON, Signals
from bot.rules.trees import Tree, beside, judge, needed, plant

Longs = npt.NDArray[np.int64]
_NONE = np.empty(0, np.int64)
_MUCH = 4096


class Ways:
    """All different rules. A rule has one way to match or several; a way is kept under one signal only."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.numbers: dict[int, int] = {}
        self.lines_sorted: Longs = _NONE
        self.rules_sorted: Longs = _NONE
        self.count = 0
        self.ways = 0
        self.on: Ints = np.zeros((1024, MOST_ON), np.int32)
        self.off: Ints = np.zeros((1024, MOST_OFF), np.int32)
        self.rule_of: Ints = np.zeros(1024, np.int32)
        self.new_only: npt.NDArray[np.bool_] = np.zeros(1024, np.bool_)
        self.is_tree: npt.NDArray[np.bool_] = np.zeros(1024, np.bool_)
        self.under: Ints = np.zeros(1024, np.int32)
        self.trees: dict[int, Tree] = {}
        self.starts: Longs = np.zeros(1, np.int64)
        self.kept: Ints = np.empty(0, np.int32)
        self.settled = 0
        self.late: dict[int, list[int]] = {}
        self.always: list[int] = []

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
        fresh = []
        for place in np.flatnonzero(found < 0).tolist():
            digest = int(different[place])
            known = self.numbers.get(digest)
            found[place] = self._take(lines[first[place]]) if known is None else known
            if known is None:
                fresh.append(place)
        self._remember(different[fresh], found[fresh])
        return found[back]

    def _remember(self, digests: Longs, rules: Longs) -> None:
        gone = np.isin(self.lines_sorted, digests) if (self.rules_sorted < 0).any() else np.zeros(len(self.lines_sorted), np.bool_)
        all_digests = np.concatenate([self.lines_sorted[~gone], digests])
        order = np.argsort(all_digests, kind="stable")
        self.lines_sorted = all_digests[order]
        self.rules_sorted = np.concatenate([self.rules_sorted[~gone], rules])[order]

    def _take(self, line: str) -> int:
        rule = self.count
        self.count += 1
        if line.startswith(TREE):
            self._plant(line[1:], rule)
            return rule
        for way in line.split(WAY):
            self._way(way, rule)
        return rule

    def _plant(self, words: str, rule: int) -> None:
        tree = plant(parse(words, self.signals.acronyms).tree, self.signals)
        choice = needed(tree, self.signals)
        way = self._room(rule)
        self.is_tree[way] = True
        self.trees[way] = tree
        if choice:
            self._keep(way, choice[0] if len(choice) == 1 else self.signals.choice(list(choice)))
        else:
            self.always.append(way)

    def _way(self, line: str, rule: int) -> None:
        of, weight = self.signals.of, self.signals.weight
        said = line.startswith(SAID)
        on, off = [], []
        for part in line[said:].split(PART):
            if part.startswith(NOT):
                off.append(of(part[1:]))
            else:
                on.append(of(part))
        way = self._room(rule)
        self.on[way, : len(on)] = on
        self.off[way, : len(off)] = off
        self.new_only[way] = not said
        self._keep(way, on[0] if len(on) == 1 else min(on, key=weight.__getitem__))

    def _room(self, rule: int) -> int:
        way = self.ways
        self.ways += 1
        if way == len(self.rule_of):
            for name in ("on", "off", "rule_of", "new_only", "is_tree", "under"):
                array = getattr(self, name)
                grown = np.zeros((len(array) * 3 // 2, *array.shape[1:]), array.dtype)
                grown[:way] = array
                setattr(self, name, grown)
        self.on[way] = ON
        self.off[way] = OFF
        self.rule_of[way] = rule
        return way

    def _keep(self, way: int, signal: int) -> None:
        self.under[way] = signal
        self.late.setdefault(signal, []).append(way)

    def forget(self, rule: int) -> None:
        """Nobody wants this rule any more: it never matches again, and equal words make a new one."""
        ways = np.flatnonzero(self.rule_of[: self.ways] == rule)
        self.on[ways, 0] = OFF
        self.is_tree[ways] = False
        for digest in [digest for digest, number in self.numbers.items() if number == rule]:
            del self.numbers[digest]
        self.rules_sorted[self.rules_sorted == rule] = -1

    def settle_much(self) -> None:
        if self.ways - self.settled > max(_MUCH, self.settled // 8):
            self.settle()

    def settle(self) -> None:
        """Put all ways into one array by their signal."""
        under = self.under[: self.ways]
        order = np.argsort(under, kind="stable")
        kept = under != 0
        self.kept = order[kept[order]].astype(np.int32)
        self.starts = np.searchsorted(under[self.kept], np.arange(len(self.signals) + 1))
        self.late = {}
        self.settled = self.ways

    # ── asking ──
    def judged(self, found: Found) -> tuple[Longs, Bits, int]:
        """The rules that hit papers of the batch, their papers as bits, and how many were looked at (summed)."""
        ways = self.candidates(found.touched)
        rows = found.rows
        trees = self.is_tree[ways]
        flat = ways[~trees]
        on, off = self.on[flat], self.off[flat]
        bits = rows[on[:, 0]]
        for place in range(1, MOST_ON):
            bits &= rows[on[:, place]]
        looked = int(np.bitwise_count(rows[self.under[ways]]).sum())
        if found.glued:
            self.rescue(found, on, bits)
        bits[self.new_only[flat]] &= rows[NEW]
        for place in range(MOST_OFF):
            bits &= ~rows[off[:, place]]
        hit = np.flatnonzero(bits)
        more = [(way, judge(self.trees[way], rows, found.glued)) for way in ways[trees].tolist()]
        wild = [(way, grown) for way, grown in more if grown]
        rules = np.concatenate([self.rule_of[flat[hit]], self.rule_of[[way for way, _ in wild]]]).astype(np.int64)
        return rules, np.concatenate([bits[hit], np.array([grown for _, grown in wild], np.uint64)]), looked

    def candidates(self, touched: Longs) -> Longs:
        """The ways kept under any of these signals."""
        own = touched[touched < len(self.starts) - 1]
        sizes = self.starts[own + 1] - self.starts[own]
        some = sizes > 0
        own, sizes = own[some], sizes[some]
        shift = self.starts[own] - np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(own) else sizes
        ways = self.kept[np.arange(int(sizes.sum())) + np.repeat(shift, sizes)].astype(np.int64)
        late = [way for signal in touched.tolist() for way in self.late.get(signal, ())] if self.late else []
        return np.concatenate([ways, np.array(late + self.always, np.int64)]) if late or self.always else ways

    def rescue(self, found: Found, on: Ints, bits: Bits) -> None:
        """Let two words side by side in a rule stand in one word of a paper (see `Judge.beside`)."""
        part = np.zeros(len(self.signals), np.bool_)
        part[[signal for pair in found.glued for signal in pair]] = True
        for way in np.flatnonzero(part[on].sum(axis=1) > 1).tolist():
            signals = on[way].tolist()
            if any((a, b) in found.glued for a in signals for b in signals):
                own = int(ALL)
                for signal in signals:
                    own &= int(found.rows[signal]) | beside(signal, signals, found.glued)
                bits[way] = own
