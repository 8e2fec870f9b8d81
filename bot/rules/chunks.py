"""Texts to words, all texts of a batch at once: what stands between spaces has been read before, nearly always."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from bot.rules.arrays import Ints, where
from bot.rules.fold import PIECE, between
from bot.rules.forms import Forms

NONE, HYPHEN, SOFT, BREAK = range(4)
"""What signs between two words do to them, the loosest last: as `fold.between` says it, by number."""
_SIGNS = {"-": HYPHEN, "~": SOFT, "": BREAK}
_BITS = 2
APART = (("-", " - "), (",", " , "), ("(", " ( "), (")", " ) "), (". ", " . "))
"""Signs so common that they are read by themselves: they only separate, whether or not spaces stand around them."""
LONG = 64
"""Letters of a chunk that count as one against `MOST`."""


class _Signs(dict[str, int]):
    """Signs between words → what they do, remembered: texts have few."""

    MOST = 10_000

    def __missing__(self, signs: str) -> int:
        if len(self) >= self.MOST:
            self.clear()
        kind = self[signs] = _SIGNS[between(signs) or ""]
        return kind


class Chunks(dict[str, int]):
    """What stands between two spaces → its word, remembered.

    A word is a number: its form, and two bits for the signs after it. Signs alone have no form. A number below zero
    is a place in `many`, for chunks of several words and signs.
    """

    MOST = 100_000
    """Chunks remembered at a time: some 20 MB."""

    def __init__(self, forms: Forms) -> None:
        super().__init__()
        self.forms = forms
        self.many: list[list[int]] = []
        self.signs = _Signs()
        self.size = 0

    def read(self, texts: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """The forms of all texts' words; the number of each word's text; how it hangs on the one before.

        That is 0 for not at all, 1 by space, 2 by hyphen, 3 by other soft signs.
        """
        if self.size > self.MOST:
            self.forget()
        words: list[int] = []
        sizes: list[int] = []
        for text in texts:  # one at a time, so that its strings stay in the processor's cache
            chunks = _apart(text).split()
            words.extend(map(self.__getitem__, chunks))
            sizes.append(len(chunks))
        self.forms.settle()
        found = np.array(words, np.int32)
        text_of = np.arange(len(texts), dtype=np.int32).repeat(sizes)
        if len(found) and found.min() < 0:
            found, text_of = self._spread(found, text_of)
        at = where(found > BREAK)
        behind = np.maximum.reduceat(found & BREAK, at) if len(at) else found[:0]
        text_of = text_of.take(at)
        gap: Ints = np.zeros(len(at), np.int32)
        gap[1:] = (behind[:-1] + 1 & BREAK) * (text_of[1:] == text_of[:-1])
        return found.take(at) >> _BITS, text_of, gap

    def _spread(self, found: Ints, text_of: Ints) -> tuple[Ints, Ints]:
        """Each chunk of several words as so many."""
        several = where(found < 0)
        words = [self.many[~place] for place in found[several].tolist()]
        sizes = np.ones(len(found), np.int64)
        sizes[several] = list(map(len, words))
        filled = found.repeat(sizes)
        filled[filled < 0] = list(chain.from_iterable(words))
        return filled, text_of.repeat(sizes)

    def forget(self) -> None:
        """Forget all chunks; the words in them stay known."""
        self.clear()
        self.many.clear()
        self.size = 0

    def __missing__(self, chunk: str) -> int:
        self.size += 1 + len(chunk) // LONG
        number = self[chunk] = self.forms[chunk] << _BITS if chunk.isalnum() else self._mixed(chunk)
        return number

    def _mixed(self, chunk: str) -> int:
        if chunk[-1] in ".:;?" and chunk[:-1].isalnum():
            return self.forms[chunk[:-1]] << _BITS | BREAK
        words: list[int] = []
        for piece in PIECE.findall(chunk):
            if piece[0].isalnum():
                words.append(self.forms[piece] << _BITS)
            elif words:
                words[-1] = max(words[-1], words[-1] & ~BREAK | self.signs[piece])
            else:
                words.append(self.signs[piece])
        if len(words) == 1:
            return words[0]
        self.many.append(words)
        return ~(len(self.many) - 1)


def _apart(text: str) -> str:
    for sign, spaced in APART:
        text = text.replace(sign, spaced)
    return text
