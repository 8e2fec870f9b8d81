"""A batch of papers as arrays, and the lights they switch on: a row of bits for each signal, one bit a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bot.model import Paper
from bot.rules.arrays import Bits, Ints, Longs, Where, where
from bot.rules.chunks import Chunks
from bot.rules.fold import cleaned
from bot.rules.forms import BREAK, HYPHEN, SOFT, Forms
from bot.rules.reading import FIELDS, field_text

if TYPE_CHECKING:
    from bot.rules.signals import Zone

BATCH = 64
BITS = [np.uint64(1 << n) for n in range(BATCH)]
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)

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

    def inside(self, name: str) -> Where:
        """Which words stand in a field; "" is title, abstract and keywords."""
        found: Where = self.zone <= 2 if name == "" else self.zone == FIELDS.index(name)
        return found


def arranged(papers: Sequence[Paper], chunks: Chunks, forms: Forms, named: Sequence[str]) -> Words:
    """The batch as arrays: title, abstract and keywords, and those other fields that are `named`."""
    fields = [n for n, name in enumerate(FIELDS) if n <= 2 or name in named]
    texts = [cleaned(field_text(one, FIELDS[place])) for one in papers for place in fields]
    pieces, sizes = chunks.read(texts)
    forms.settle()
    text = np.repeat(np.arange(len(texts)), sizes)
    paper = (text // len(fields)).astype(np.int32)
    zone = np.array(fields, np.int32).take(text % len(fields))
    at = where(pieces > SOFT)
    form = pieces[at]
    return Words(form, paper[at], zone[at], _gaps(pieces, at), forms.family.reach(len(forms.low))[form])


def _gaps(pieces: Ints, at: Longs) -> Ints:
    """How each word hangs on the one before: 0 not at all, 1 by space, 2 by hyphen, 3 by other soft signs."""
    between = np.diff(at, prepend=-1) - 1
    gap = np.ones(len(at), np.int32)
    gap[:1] = 0
    signed = where(between > 0)
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

    def light(self, signal: Ints | Longs, paper: Ints) -> None:
        """Set the papers' bits in the signals' rows."""
        np.bitwise_or.at(self.rows, signal, np.uint64(1) << paper.astype(np.uint64))

    def light_known(self, signal: Ints, paper: Ints, places: Longs) -> None:
        """`light` at these places, but where the signal is -1."""
        own = signal[places]
        on = own >= 0
        self.light(own[on], paper[places[on]])

    def light_pairs(self, zone: Zone, codes: Longs, paper: Ints, places: Longs) -> None:
        """Light the phrases of two words whose pair is here, at these places."""
        if len(zone.phrases.two):
            own = zone.phrases.two.of(codes[places].astype(np.uint64))
            on = where(own >= 0)
            self.light(own[on], paper[places[on]])

    def set(self, signal: int, paper: int) -> None:
        self.rows[signal] |= BITS[paper]

    def suspect_at(self, name: str, signal: int, words: Words, at: int) -> None:
        """A phrase that may stand around this word, if the word is in the phrase's field."""
        if within(name, int(words.zone[at])):
            self.suspects.add((name, signal, at))

    def glue(self, one: Longs, two: Longs, paper: Ints) -> None:
        """Remember that one word of a paper holds two words that rules may ask for side by side."""
        if len(one):
            codes = one << 32 | two
            order = np.argsort(codes, kind="stable")
            codes, bits = codes[order], np.uint64(1) << paper[order].astype(np.uint64)
            first = where(np.diff(codes, prepend=-1) != 0)
            pairs = zip((codes[first] >> 32).tolist(), (codes[first] & 0xFFFFFFFF).tolist(), strict=True)
            self.glued.update(zip(pairs, np.bitwise_or.reduceat(bits, first).tolist(), strict=True))
