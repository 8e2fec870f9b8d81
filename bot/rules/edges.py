"""Phrases that go over a word made of two, or over two made one: where such words meet their neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.rules.lights import Lights, Longs, Words
from bot.rules.signals import Signals


class Edges:
    """Words of a batch as rules may see them: from `start` to `end`, begun by one family and ended by another."""

    def __init__(self, lights: Lights, signals: Signals, words: Words) -> None:
        self.lights = lights
        self.signals = signals
        self.words = words
        self.all: list[tuple[int, int, int, int]] = []

    def add(self, start: int, end: int, first: int, last: int) -> None:
        self.all.append((start, end, first, last))

    def held(self, at: Longs, pairs: Sequence[Sequence[tuple[int, int]]]) -> None:
        """One word each that holds these pairs of families."""
        for place, own in zip(at.tolist(), pairs, strict=True):
            self.all.extend((place, place + 1, first, last) for first, last in own)

    def meet(self) -> None:
        """Suspect every phrase that has two families which meet here."""
        if not self.all or not self.signals.any_phrases():
            return
        codes, at = self.codes()
        for name, zone in self.signals.zones.items():
            known = zone.phrases.maybe.among(codes.astype(np.uint64))
            for code, place in zip(codes[known].tolist(), at[known].tolist(), strict=True):
                for signal in zone.phrases.at(code):
                    self.lights.suspect_at(name, signal, self.words, place)
            if zone.phrases.loose:
                for start, _, first, _ in self.all:
                    for signal in zone.phrases.loose.get(first, ()):
                        self.lights.suspect_at(name, signal, self.words, start)

    def codes(self) -> tuple[Longs, Longs]:
        """The pairs of neighbouring families, and where they stand."""
        edges = np.array(self.all, np.int64)
        start, end, first, last = edges.T
        family, gap = self.words.family.astype(np.int64), self.words.gap
        left = np.flatnonzero((start > 0) & (gap[start] > 0))
        right = np.flatnonzero((end < len(family)) & (gap[np.minimum(end, len(family) - 1)] > 0))
        own = np.flatnonzero(end == start + 1)
        codes = [
            first[own] << 32 | last[own],
            family[start[left] - 1] << 32 | first[left],
            last[right] << 32 | family[end[right]],
        ]
        places = [start[own], start[left], start[right]]
        for code, place in self._between():
            codes.append(np.array([code], np.int64))
            places.append(np.array([place], np.int64))
        return np.concatenate(codes), np.concatenate(places)

    def _between(self) -> list[tuple[int, int]]:
        """Where one such word follows another."""
        begun: dict[int, set[int]] = {}
        for start, _, first, _ in self.all:
            begun.setdefault(start, set()).add(first)
        return [
            (last << 32 | first, end)
            for _, end, _, last in self.all
            if end in begun and self.words.gap[end] > 0
            for first in begun[end]
        ]
