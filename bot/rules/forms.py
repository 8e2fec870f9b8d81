"""The words of papers as numbers: each spelling is folded once and remembered, so that papers become arrays.

A *form* is a word as written; it has a family and perhaps capitals, each with a number of its own. Numbers are stable
for the life of the engine, whatever rules come and go.
"""

from __future__ import annotations

import numpy as np

from bot.rules.arrays import Bits, Ints, Numbers
from bot.rules.fold import PIECE, STOPS, between, forms
from bot.rules.words import ENDS

BREAK, HYPHEN, SOFT = 0, 1, 2
"""Forms that are no words: a run of signs that ends a phrase, one that joins, one that does neither."""
_SIGNS = {"": BREAK, "-": HYPHEN, "~": SOFT}
_BASE = 1_000_003


def digest(text: str) -> int:
    """A number for a text that can be put together: `digest(a + b)` is `digest(a) * power(len(b)) + digest(b)`."""
    value = 0
    for c in text:
        value = (value * _BASE + ord(c)) & 0xFFFFFFFFFFFFFFFF
    return value


POWERS: Bits = np.array([pow(_BASE, n, 1 << 64) for n in range(1024)], np.uint64)
VARIANTS = 3


def shortened(family: str) -> list[str]:
    """A family as it may stand at the end of a longer one: itself, and without an ending it may lose there."""
    cut = [family[: -len(end)] for end in ENDS if family.endswith(end) and len(family) - len(end) >= 3]
    return [family, *cut][:VARIANTS]


class Forms(dict[str, int]):
    """Spelling → form. Families and capitals have numbers of their own.

    `loose` are the forms that never make one word with the next by a space alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.low: list[str] = ["", "", ""]
        self.families: dict[str, int] = {}
        self.names: list[str] = []
        self.capitals: dict[str, int] = {}
        self.family = Numbers()
        self.caps = Numbers()
        self.loose = Numbers(0)
        self.digests: Bits = np.zeros(1024, np.uint64)
        self.tails: Bits = np.zeros((1024, VARIANTS), np.uint64)
        self.tail_sizes: Ints = np.full((1024, VARIANTS), -1, np.int32)

    def __missing__(self, word: str) -> int:
        sign = between(word)
        form = len(self.low) if sign is None else _SIGNS[sign]
        self[word] = form
        if sign is None:
            self._learn(form, word)
        return form

    def _learn(self, form: int, word: str) -> None:
        low, family, caps = forms(word)
        self.low.append(low)
        self.family[form] = self.family_number(family)
        self.caps[form] = self.capitals_number(caps) if caps else -1
        self.loose[form] = len(low) < 2 or low in STOPS
        if form >= len(self.digests):
            self.digests = np.concatenate([self.digests, np.zeros_like(self.digests)])
        self.digests[form] = digest(low)

    def family_number(self, family: str) -> int:
        number = self.families.get(family)
        if number is None:
            number = self.families[family] = len(self.names)
            self.names.append(family)
            self._tails(number, family)
        return number

    def _tails(self, number: int, family: str) -> None:
        if number >= len(self.tails):
            self.tails = np.concatenate([self.tails, np.zeros_like(self.tails)])
            self.tail_sizes = np.concatenate([self.tail_sizes, np.full_like(self.tail_sizes, -1)])
        for place, tail in enumerate(shortened(family)):
            if len(tail) < len(POWERS):
                self.tails[number, place] = digest(tail)
                self.tail_sizes[number, place] = len(tail)

    def capitals_number(self, caps: str) -> int:
        return self.capitals.setdefault(caps, len(self.capitals))


class Chunks(dict[str, tuple[int, ...]]):
    """What stands between spaces → its forms, remembered: most of a text has been seen before."""

    MOST = 400_000

    def __init__(self, forms: Forms) -> None:
        super().__init__()
        self.forms = forms

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        if len(self) >= self.MOST:
            self.clear()
        found = self[chunk] = tuple(map(self.forms.__getitem__, PIECE.findall(chunk)))
        return found
