"""Phrases that go over a word made of two, or over two made one: where such words meet their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bot.rules.arrays import Longs, Maybe, Where, spread, where
from bot.rules.lights import Lights, Words
from bot.rules.phrases import PAPER
from bot.rules.signals import Signals, Zone

WHOLE, HELD, SAID = range(3)
"""Two words of the text that are one family; one that holds two families; an acronym that says several."""


class Edges:
    """Words of a batch as rules may see them: from `start` to `end`, begun by one family and ended by another."""

    def __init__(self, lights: Lights, signals: Signals, words: Words) -> None:
        self.lights = lights
        self.signals = signals
        self.words = words
        self.all: list[Longs] = []
        self.inner: list[tuple[int, int]] = []
        self.wanted = signals.any_phrases()

    def add(self, start: Longs, size: int, first: Longs, last: Longs, kind: int) -> None:
        """Words of one kind and of so many tokens each."""
        if self.wanted and len(start):
            self.all.append(np.stack([start, start + size, first, last, np.full(len(start), kind)]))

    def said(self, parts: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        """Acronyms, each by its place and the families of what it says."""
        at, first, last = np.array([(at, says[0], says[-1]) for at, says in parts], np.int64).reshape(-1, 3).T
        self.add(at, 1, first, last, SAID)
        self.inner += [(at, one << 32 | two) for at, says in parts for one, two in pairwise(says)]

    def meet(self) -> None:
        """Light the phrases of two words that stand here, and suspect longer ones that have two families which meet."""
        if not self.all:
            return
        edges = np.concatenate(self.all, axis=1)
        codes, at, sure = self.codes(edges)
        present = self.present(codes, at)
        for name, zone in self.signals.zones.items():
            inside = self.words.inside(name)[at]
            own = where(inside & sure)
            self.lights.light_pairs(zone, codes[own], self.words.bit[at[own]])
            if zone.phrases.pieces:
                self.suspect(name, zone, codes[inside], at[inside], present)
            if zone.phrases.loose:
                self.suspect_loose(name, zone, edges)

    def present(self, codes: Longs, at: Longs) -> Maybe:
        """All pairs of families that stand side by side in a paper, each with the paper's number."""
        family = self.words.family.astype(np.int64)
        second = where(self.words.gap > 0)
        inner = np.array(self.inner, np.int64).reshape(-1, 2)
        pairs = np.concatenate([family[second - 1] << 32 | family[second], codes, inner[:, 1]])
        places = np.concatenate([second, at, inner[:, 0]])
        found = Maybe(18)
        found.add_all((pairs ^ self.words.paper[places].astype(np.int64) << PAPER).view(np.uint64))
        return found

    def suspect(self, name: str, zone: Zone, codes: Longs, at: Longs, present: Maybe) -> None:
        known = zone.phrases.maybe.among(codes.astype(np.uint64))
        papers = self.words.paper[at[known]].tolist()
        for code, place, paper in zip(codes[known].tolist(), at[known].tolist(), papers, strict=True):
            for signal in zone.phrases.at(code):
                if zone.phrases.stands(signal, present, paper):
                    self.lights.suspects.add((name, signal, place))

    def suspect_loose(self, name: str, zone: Zone, edges: Longs) -> None:
        hung = zone.phrases.hangs.reach(len(self.signals.forms.names))[edges[2]] > 0
        for start, first in edges[0::2, hung][:2].T.tolist():
            for signal in zone.phrases.loose[first]:
                self.lights.suspect_at(name, signal, self.words, start)

    def codes(self, edges: Longs) -> tuple[Longs, Longs, Where]:
        """The pairs of neighbouring families, where they stand, and whether a phrase of both surely does."""
        start, end, first, last, kind = edges
        family, gap = self.words.family.astype(np.int64), self.words.gap
        own = where(kind != WHOLE)
        left = where((start > 0) & (gap[start] > 0))
        right = where((end < len(family)) & (gap[np.minimum(end, len(family) - 1)] > 0))
        before, after = self._between(start, end)
        codes = [
            first[own] << 32 | last[own],
            family[start[left] - 1] << 32 | first[left],
            last[right] << 32 | family[end[right]],
            last[before] << 32 | first[after],
        ]
        sure = [kind[own] == HELD, kind[left] == WHOLE, kind[right] == WHOLE, (kind[before] + kind[after]) == 2 * WHOLE]
        return (
            np.concatenate(codes),
            np.concatenate([start[own], start[left], start[right], start[after]]),
            (np.concatenate(sure)),
        )

    def _between(self, start: Longs, end: Longs) -> tuple[Longs, Longs]:
        """Where one such word follows another: the numbers of both."""
        order = np.argsort(start, kind="stable")
        gap = np.append(self.words.gap, 0)
        first = np.searchsorted(start[order], end)
        sizes = np.where(gap[end] > 0, np.searchsorted(start[order], end, "right") - first, 0)
        return np.repeat(np.arange(len(end)), sizes), order[spread(first, sizes)]
