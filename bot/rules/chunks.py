"""Texts to forms, all texts of a batch at once: what stands between spaces has been read before, nearly always.

Each such chunk is a number by a sum of random numbers, one for each of its letters at its place (Zobrist's hashing).
They are made with Python's own hash of text, whose secret is new in every process, so that nobody can write a word that
is taken for another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.rules.arrays import Bits, Codes, Ints, Lists, Longs, where
from bot.rules.fold import PIECE
from bot.rules.forms import BREAK, Forms

LONGEST = 64
"""Letters of a chunk that is looked up by its number; longer ones, and any beyond ASCII, go by their text."""
_ASCII = 128
_ODD = _ASCII
_BLANK = np.array([chr(n).isspace() for n in range(_ASCII)] + [False])


def _table() -> Bits:
    """A number for each letter at each place; none for blanks, which are not counted."""
    rows = [[hash(f"{place} {letter}") for letter in range(_ASCII + 1)] for place in range(LONGEST)]
    table: Bits = np.array(rows, np.int64).view(np.uint64)
    table[:, _BLANK] = 0
    return table.ravel()


class Chunks:
    """What chunks are made of, remembered."""

    MOST = 400_000

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.table = _table()
        self._forget()

    def _forget(self) -> None:
        self.codes = Codes()
        self.odd: dict[str, int] = {}
        self.lists = Lists()
        self.count = 0

    def read(self, texts: Sequence[str]) -> tuple[Ints, Ints]:
        """The forms of all texts, a `BREAK` at the end of each; how many of them each text has, that one counted."""
        if self.count > self.MOST:
            self._forget()
        whole = "\n".join(texts)
        letters = np.minimum(np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32), _ODD).astype(np.intp)
        blank = _BLANK.take(letters)
        starts = where(~blank & np.concatenate([[True], blank[:-1]])) if len(blank) else np.empty(0, np.int64)
        numbers = self._numbers(whole, letters, blank, starts)
        which, forms = self.lists.of(numbers)
        begins = np.cumsum([len(text) + 1 for text in texts[:-1]], dtype=np.int64)
        text = np.searchsorted(begins, starts.take(which), "right")
        found: Ints = np.full(len(forms) + len(texts), BREAK, np.int32)
        found[np.arange(len(forms)) + text] = forms
        sizes: Ints = (np.bincount(text, minlength=len(texts)) + 1).astype(np.int32)
        return found, sizes

    def _numbers(self, whole: str, letters: Longs, blank: Longs, starts: Longs) -> Ints:
        """The number of each chunk; new ones get one."""
        if not len(starts):
            return np.empty(0, np.int32)
        ends = where(~blank & np.concatenate([blank[1:], [True]])) + 1
        place = np.arange(len(letters))
        place[starts[0] :] -= np.repeat(starts, np.diff(starts, append=len(letters)))
        values = self.table.take(np.minimum(place, LONGEST - 1) * (_ASCII + 1) + letters)
        codes = np.add.reduceat(values, starts)
        numbers = self.codes.of(codes)
        numbers[np.searchsorted(starts, where(letters == _ODD), "right") - 1] = -1
        numbers[ends - starts > LONGEST] = -1
        unknown = where(numbers < 0)
        if len(unknown):
            spans = zip(starts[unknown].tolist(), ends[unknown].tolist(), strict=True)
            numbers[unknown] = self._learn([whole[start:end] for start, end in spans], codes[unknown])
        return numbers

    def _learn(self, chunks: list[str], codes: Bits) -> list[int]:
        """The numbers of chunks that are odd, or new."""
        new: dict[str, int] = {}
        first = []
        for place, chunk in enumerate(chunks):
            if chunk not in self.odd and chunk not in new:
                new[chunk] = self.count + len(new)
                first.append(place)
        self.lists.put_all(self.count, [self._forms(chunk) for chunk in new])
        self.count += len(new)
        plain = [len(chunk) <= LONGEST and chunk.isascii() for chunk in new]
        own = np.array(plain, np.bool_)
        self.codes.put_all(codes[first][own], np.fromiter(new.values(), np.int32, len(new))[own])
        self.odd.update((chunk, number) for (chunk, number), one in zip(new.items(), plain, strict=True) if not one)
        return [new[chunk] if chunk in new else self.odd[chunk] for chunk in chunks]

    def _forms(self, chunk: str) -> list[int]:
        """Most are a word, or a word and a sign."""
        form = self.forms.__getitem__
        if chunk.isalpha():
            return [form(chunk)]
        if chunk[:-1].isalpha() and chunk[-1] in ".,;:)":
            return [form(chunk[:-1]), form(chunk[-1])]
        return [form(piece) for piece in PIECE.findall(chunk)]
