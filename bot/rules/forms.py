"""The words of papers as numbers: each spelling is folded once and remembered, so that papers become arrays.

A *form* is a word as written; it has a family and perhaps capitals, each with a number of its own. Numbers are stable
for the life of the engine, whatever rules come and go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.rules.arrays import Bits, Ints, Numbers, longer
from bot.rules.fold import STOPS, folded_all
from bot.rules.words import ENDS

_BASE = 1_000_003


def digest(text: str) -> int:
    """A number for a text that can be put together: `digest(a + b)` is `digest(a) * power(len(b)) + digest(b)`."""
    value = 0
    for c in text:
        value = (value * _BASE + ord(c)) & 0xFFFFFFFFFFFFFFFF
    return value


POWERS: Bits = np.array([pow(_BASE, n, 1 << 64) for n in range(1024)], np.uint64)
UNDONE: Bits = np.array([pow(_BASE, -n, 1 << 64) for n in range(8)], np.uint64)
"""What takes a power back: an odd number has an inverse."""


def digests(texts: Sequence[str]) -> Bits:
    """`digest` for many, none longer than there are `POWERS`."""
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(sizes)
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    values = letters * POWERS[np.repeat(ends, sizes) - 1 - np.arange(len(letters))]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values)])
    found: Bits = sums[ends] - sums[ends - sizes]
    return found


_ENDS = tuple(sorted(ENDS))
_END_SIZES = np.array([len(end) for end in _ENDS])
_END_DIGESTS = np.array([digest(end) for end in _ENDS], np.uint64)
VARIANTS = 3


def endings(family: str) -> list[int]:
    """The endings, by number, that a family may lose at the end of a longer one; `VARIANTS - 1` at most."""
    if not family.endswith(_ENDS):
        return []
    return [n for n, end in enumerate(_ENDS) if family.endswith(end) and len(family) - len(end) >= 3]


def lasts(family: str) -> list[str]:
    """How a family may be written as the last part of a longer one (see `words.makes`)."""
    return [family, *(family[: -len(_ENDS[end])] for end in endings(family))]


class Forms(dict[str, int]):
    """Spelling → form, from 1 on. Families and capitals have numbers of their own.

    A new spelling has its number at once, and all else by the next `settle`, which folds many together. `loose` are the
    forms that never make one word with the next by a space alone; `digests` those of the forms, and `tails` those of
    each family and of what is left of it without an ending.
    """

    def __init__(self) -> None:
        super().__init__()
        self.low: list[str] = [""]
        self.families: dict[str, int] = {}
        self.names: list[str] = []
        self.capitals: dict[str, int] = {}
        self.family = Numbers()
        self.caps = Numbers()
        self.loose = Numbers(0)
        self.digests: Bits = np.zeros(1024, np.uint64)
        self.tails: Bits = np.zeros((VARIANTS, 1024), np.uint64)
        self.tail_sizes: Ints = np.full((VARIANTS, 1024), -1, np.int32)
        self.tailed = 0
        """So many families have their tails."""
        self._fresh: list[str] = []

    def __missing__(self, word: str) -> int:
        form = self[word] = len(self.low) + len(self._fresh)
        self._fresh.append(word)
        return form

    def settle(self) -> None:
        """Bring all up to the words learned since."""
        if not self._fresh and self.tailed == len(self.names):
            return
        start = len(self.low)
        if self._fresh:
            self._settle_words(*folded_all(self._fresh))
        end, families = len(self.low), self.names[self.tailed :]
        found = digests([*self.low[start:], *families])
        self.digests = longer(self.digests, end)
        self.digests[start:end] = found[: end - start]
        if families:
            self._settle_tails(families, found[end - start :])

    def _settle_words(self, lows: list[str], families: list[str], caps: list[str]) -> None:
        start, end = len(self.low), len(self.low) + len(lows)
        self.low += lows
        self._fresh = []
        self.family.reach(end)[start:end] = list(map(self.family_number, families))
        self.caps.reach(end)[start:end] = [self.capitals_number(own) if own else -1 for own in caps]
        self.loose.reach(end)[start:end] = [len(low) < 2 or low in STOPS for low in lows]

    def _settle_tails(self, families: Sequence[str], whole: Bits) -> None:
        start, self.tailed = self.tailed, self.tailed + len(families)
        self.tails, self.tail_sizes = longer(self.tails, self.tailed), longer(self.tail_sizes, self.tailed, -1)
        tails, sizes = self.tails[:, start : self.tailed], self.tail_sizes[:, start : self.tailed]
        tails[0], sizes[0] = whole, np.fromiter(map(len, families), np.int32, len(families))
        cut = [(n, place, end) for n, family in enumerate(families) for place, end in enumerate(endings(family), 1)]
        if cut:
            n, place, end = np.array(cut, np.int64).T
            sizes[place, n] = sizes[0, n] - _END_SIZES[end]
            tails[place, n] = (tails[0, n] - _END_DIGESTS[end]) * UNDONE[_END_SIZES[end]]

    def family_number(self, family: str) -> int:
        number = self.families.get(family)
        if number is None:
            number = self.families[family] = len(self.names)
            self.names.append(family)
        return number

    def capitals_number(self, caps: str) -> int:
        return self.capitals.setdefault(caps, len(self.capitals))
