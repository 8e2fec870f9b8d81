"""Two words side by side in a rule may stand in one word of a paper: `fine tuning` in *finetuning*."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from bot.rules.arrays import Bits, Ints, Longs, Maybe, where
from bot.rules.lights import ALL
from bot.rules.scan import Found
from bot.rules.signals import ON, Signals, pair

Glued = Mapping[tuple[int, int], int]


def beside(word: int, words: list[int], glued: Glued) -> int:
    """The papers in which the word stands inside one word together with another of these (see `Judge.beside`)."""
    bits = 0
    for other in words if glued else ():
        bits |= glued.get((word, other), 0) | glued.get((other, word), 0)
    return bits


def rescued(found: Found, on: Ints, ways: Longs, all_signals: Signals) -> tuple[Longs, Bits]:
    """Of these ways those that have two such words, and the papers that have all their words so."""
    saved, bits = [], []
    for way in _suspects(found, on, ways).tolist():
        signals = [signal for signal in on[:, way].tolist() if signal != ON]
        own = int(ALL)
        for signal in signals:
            own &= all_signals.bits(found.rows, signal) | beside(signal, signals, found.glued)
        if own:
            saved.append(way)
            bits.append(own)
    return np.array(saved, np.int64), np.array(bits, np.uint64)


def _suspects(found: Found, on: Ints, ways: Longs) -> Longs:
    """The ways that (nearly surely) ask for both words of a pair which stands in one word somewhere in the batch."""
    part = np.zeros(len(found.rows), np.bool_)
    part[found.held] = True
    first, second, fourth = (on[place].take(ways) for place in (0, 1, 3))
    ways = ways[part.take(first) | part.take(second) | (fourth != ON)]  # the others have one such word at most
    columns = [np.maximum(column.take(ways), ON) for column in on]  # choices are no words
    several = where(np.add.reduce([part.take(column) for column in columns], dtype=np.int8) > 1)
    pairs = Maybe(18)
    for one, two in found.glued:
        pairs.add(pair(one, two))
    asked = np.zeros(len(several), np.bool_)
    for one, two in combinations([column[several].astype(np.int64) for column in columns], 2):
        asked |= pairs.among((np.minimum(one, two) << 32 | np.maximum(one, two)).view(np.uint64))
    found_ways: Longs = ways[several[asked]]
    return found_ways
