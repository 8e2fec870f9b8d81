"""A batch of papers as arrays, and the lights they switch on: a row of bits for each signal, one bit a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bot.model import Paper
from bot.rules.arrays import Bits, Ints, Longs, Where, different, where
from bot.rules.chunks import Chunks
from bot.rules.fold import cleaned
from bot.rules.forms import Forms
from bot.rules.reading import FIELDS, field_text

if TYPE_CHECKING:
    from bot.rules.signals import Zone

BATCH = 64
BITS: Bits = np.array([1 << n for n in range(BATCH)], np.uint64)
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
    bit: Bits
    """The bit of each word's paper."""

    def inside(self, name: str) -> Where:
        """Which words stand in a field; "" is title, abstract and keywords."""
        found: Where = self.zone <= 2 if name == "" else self.zone == FIELDS.index(name)
        return found


def arranged(papers: Sequence[Paper], chunks: Chunks, forms: Forms, named: Sequence[str]) -> Words:
    """The batch as arrays: title, abstract and keywords, and those other fields that are `named`."""
    fields = [n for n, name in enumerate(FIELDS) if n <= 2 or name in named]
    given = ((number, place, field_text(one, FIELDS[place])) for number, one in enumerate(papers) for place in fields)
    texts = [(number, place, cleaned(text)) for number, place, text in given if text]
    form, text, gap = chunks.read([own for _, _, own in texts])
    paper = np.array([number for number, _, _ in texts], np.int32).take(text)
    zone = np.array([place for _, place, _ in texts], np.int32).take(text)
    return Words(form, paper, zone, gap, forms.family.array.take(form), BITS.take(paper))


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
    many: list[Ints | Longs] = field(default_factory=list)
    single: list[int] = field(default_factory=list)

    def light(self, signal: Ints | Longs, bits: Bits) -> None:
        """Set the papers' bits in the signals' rows."""
        np.bitwise_or.at(self.rows, signal, bits)
        self.many.append(signal)

    def light_pairs(self, zone: Zone, codes: Longs, bits: Bits) -> None:
        """Light the phrases of two words whose pair is here, each with its paper's bit."""
        if len(zone.phrases.two):
            own = zone.phrases.two.of(codes.view(np.uint64))
            on = where(own >= 0)
            if len(on):
                self.light(own.take(on), bits.take(on))

    def set(self, signal: int, paper: int) -> None:
        self.rows[signal] |= BITS[paper]
        self.single.append(signal)

    def touched(self, seen: Ints) -> Longs:
        """The signals that are lit, each once; `seen` is an array with a place for each signal."""
        return different(np.concatenate([*self.many, np.array(self.single, np.int64)]), seen)

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
