"""A batch of papers as arrays, and the lights they switch on: a row of bits for each signal, one bit a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from bot.model import Paper
from bot.rules.fold import cleaned
from bot.rules.forms import BREAK, HYPHEN, SOFT, Bits, Chunks, Forms, Ints
from bot.rules.reading import FIELDS, field_text

BATCH = 64
BITS = [np.uint64(1 << n) for n in range(BATCH)]
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
Longs = npt.NDArray[np.int64]
Where = npt.NDArray[np.bool_]

SPACED, HYPHENED, LOOSE = 1, 2, 3
GAPS = ("", " ", "-", "~")
"""How a word hangs on the one before, by number (see `Token.gap`)."""


@dataclass(slots=True)
class Words:
    """The words of a batch, end to end: which form, whose paper, in which field, how it hangs on the one before."""

    form: Ints
    paper: Ints
    zone: Ints
    gap: Ints
    family: Ints

    def inside(self, name: str) -> npt.NDArray[np.bool_]:
        """Which words stand in a field; "" is title, abstract and keywords."""
        found: npt.NDArray[np.bool_] = self.zone <= 2 if name == "" else self.zone == FIELDS.index(name)
        return found


def arranged(papers: Sequence[Paper], chunks: Chunks, forms: Forms, named: Sequence[str]) -> Words:
    """The batch as arrays: title, abstract and keywords, and those other fields that are `named`."""
    ids: list[int] = []
    sizes: list[int] = []
    number = chunks.__getitem__
    fields = [n for n, name in enumerate(FIELDS) if n <= 2 or name in named]
    for one in papers:
        for place in fields:
            before = len(ids)
            text = field_text(one, FIELDS[place])
            if text:
                ids.extend(chain.from_iterable(map(number, cleaned(text).split())))
            ids.append(BREAK)
            sizes.append(len(ids) - before)
    pieces = np.array(ids, np.int32)
    paper = np.repeat(np.repeat(np.arange(len(papers), dtype=np.int32), len(fields)), sizes)
    zone = np.repeat(np.tile(np.array(fields, np.int32), len(papers)), sizes)
    at = np.flatnonzero(pieces > SOFT)
    form = pieces[at]
    return Words(form, paper[at], zone[at], _gaps(pieces, at), forms.family.reach(len(forms.low))[form])


def _gaps(pieces: Ints, at: npt.NDArray[np.int64]) -> Ints:
    """How each word hangs on the one before: 0 not at all, 1 by space, 2 by hyphen, 3 by other soft signs."""
    between = np.diff(at, prepend=-1) - 1
    gap = np.ones(len(at), np.int32)
    gap[:1] = 0
    signed = np.flatnonzero(between > 0)
    if len(signed):
        sums = [np.concatenate([[0], np.cumsum(pieces == sign)]) for sign in (BREAK, HYPHEN, SOFT)]
        starts, ends = at[signed] - between[signed], at[signed]
        breaks, _, softs = (total[ends] - total[starts] for total in sums)
        gap[signed] = np.where(breaks > 0, 0, np.where(softs > 0, LOOSE, HYPHENED))
    gap[:1] = 0
    return gap


def within(name: str, zone: int) -> bool:
    """Whether a field's words (by its number) are looked at under this name; "" is title, abstract and keywords."""
    return zone <= 2 if name == "" else FIELDS[zone] == name


@dataclass(slots=True)
class Lights:
    """What is true of a batch so far: `rows[signal]` has a bit a paper.

    `glued[(a, b)]` are the papers in which one word holds the two words a and b; `suspects` phrases (field, signal,
    place) that must be looked at word by word.
    """

    rows: Bits
    glued: dict[tuple[int, int], int] = field(default_factory=dict)
    suspects: set[tuple[str, int, int]] = field(default_factory=set)

    def light(self, signal: Ints, paper: Ints, where: Where) -> None:
        """Set the papers' bits in the signals' rows."""
        lit = signal[where]
        np.bitwise_or.at(self.rows, lit, np.uint64(1) << paper[where].astype(np.uint64))

    def set(self, signal: int, paper: int) -> None:
        self.rows[signal] |= BITS[paper]

    def suspect_at(self, name: str, signal: int, words: Words, at: int) -> None:
        """A phrase that may stand around this word, if the word is in the phrase's field."""
        if within(name, int(words.zone[at])):
            self.suspects.add((name, signal, at))

    def glue(self, pair: tuple[int, int], papers: int) -> None:
        """Remember that one word of these papers holds two that rules may ask for side by side."""
        if papers:
            self.glued[pair] = self.glued.get(pair, 0) | papers


def bits_of(words: Words, place: Longs, size: int, inside: Where) -> Bits:
    """For each of `size` different forms the papers that have it; `place` is each word's form among them."""
    bits = np.zeros(size, np.uint64)
    np.bitwise_or.at(bits, place[inside], np.uint64(1) << words.paper[inside].astype(np.uint64))
    return bits
