"""Arrays that grow, and tables of numbers asked by the thousand: what makes a batch of papers a few steps of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int8]
Bits = npt.NDArray[np.uint64]
Where = npt.NDArray[np.bool_]

_STIR = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: numbers close together land far apart (Knuth, TAOCP 3, 6.4)."""
_STIRS = (_STIR, 0xC2B2AE3D27D4EB4F)
"""Another odd number without a pattern, for whoever asks twice (a prime of xxHash)."""
_MASK = 0xFFFFFFFFFFFFFFFF


def spread(starts: Longs, sizes: Longs) -> Longs:
    """The places of many slices, end to end: `starts[n]`, `starts[n] + 1` … for `sizes[n]` places, for each n."""
    ends = sizes.cumsum()
    places: Longs = (starts - ends + sizes).repeat(sizes)
    places += np.arange(len(places))
    return places


def where(mask: Where) -> Longs:
    """The places that are true."""
    places: Longs = mask.nonzero()[0]  # np.flatnonzero takes as long again, for a few words
    return places


def lit(bits: Bits) -> Longs:
    """The rows that have any bit."""
    places: Longs = (bits != 0).nonzero()[0]  # five times as fast as asking the bits themselves
    return places


def ones(bits: Bits) -> tuple[Longs, Longs]:
    """The ones of many rows of bits, bit by bit: the row's place, the bit's number."""
    octets = bits.view(np.uint8)
    some = where(octets != 0)
    flat = where(np.unpackbits(octets[some], bitorder="little").view(np.bool_))
    places = some[flat >> 3]
    number = ((places & 7) << 3 | flat & 7).astype(np.uint8)
    order = np.argsort(number, kind="stable")  # numbers so small are sorted by counting them
    return (places >> 3)[order], number[order].astype(np.int64)


def different(numbers: Longs, seen: Ints) -> Longs:
    """The different ones of these numbers; `seen` is any array that is longer than the largest."""
    order = np.arange(len(numbers), dtype=np.int32)
    seen[numbers] = order
    found: Longs = numbers[seen.take(numbers) == order]
    return found


def first_of_each(numbers: Longs) -> Longs:
    """The places of different numbers, in their order."""
    order = np.argsort(numbers, kind="stable")
    return order[where(np.diff(numbers[order], prepend=-1) != 0)]


Grown = TypeVar("Grown", bound=np.generic)


def longer(array: npt.NDArray[Grown], size: int, empty: int = 0) -> npt.NDArray[Grown]:
    """The array, or a copy that is at least twice as long along its last side: `size` fits in, the rest is `empty`."""
    have = array.shape[-1]
    if size <= have:
        return array
    grown = np.full((*array.shape[:-1], max(size, 2 * have)), empty, array.dtype)
    grown[..., :have] = array
    return grown


class Numbers:
    """An array of int32 by number, as long as it must be, filled with `empty`."""

    def __init__(self, empty: int = -1) -> None:
        self.empty = empty
        self.array: Ints = np.full(1024, empty, np.int32)

    def reach(self, size: int) -> Ints:
        """The array, at least `size` long."""
        self.array = longer(self.array, size, self.empty)
        return self.array

    def __setitem__(self, place: int, value: int) -> None:
        self.reach(place + 1)[place] = value

    def __getitem__(self, place: int) -> int:
        return int(self.array[place]) if place < len(self.array) else self.empty


class Lists:
    """By number, a list of numbers given once; many lists are read at a time."""

    def __init__(self) -> None:
        self.starts = Numbers(0)
        self.sizes = Numbers(0)
        self.items: Longs = np.zeros(1024, np.int64)
        self.count = 0

    def put(self, number: int, items: Sequence[int]) -> None:
        end = self.count + len(items)
        self.items = longer(self.items, end)
        self.items[self.count : end] = items
        self.starts[number], self.sizes[number] = self.count, len(items)
        self.count = end

    def get(self, number: int) -> list[int]:
        """One number's list, empty where none was given."""
        start = self.starts[number]
        own: list[int] = self.items[start : start + self.sizes[number]].tolist()
        return own

    def spans(self, numbers: Ints | Longs) -> tuple[Longs, Longs]:
        """Where these numbers' lists start in `items`, and how long they are."""
        reach = int(numbers.max()) + 1 if len(numbers) else 0
        starts, sizes = self.starts.reach(reach).take(numbers), self.sizes.reach(reach).take(numbers)
        return starts.astype(np.int64), sizes.astype(np.int64)

    def of(self, numbers: Ints | Longs) -> tuple[Longs, Longs]:
        """All items of these numbers' lists, end to end; and for each the place in `numbers` it belongs to."""
        starts, sizes = self.spans(numbers)
        return np.repeat(np.arange(len(numbers)), sizes), self.items.take(spread(starts, sizes))


class Links:
    """`Lists` of numbers that are all known: by number, those that belong to it."""

    def __init__(self, numbers: Longs, items: Longs, size: int) -> None:
        """`items[n]` belongs to `numbers[n]`; numbers are below `size`."""
        order = np.argsort(numbers, kind="stable")
        self.items = items[order]
        self.starts: Longs = np.searchsorted(numbers[order], np.arange(size + 1))

    def __len__(self) -> int:
        return len(self.items)

    def of(self, numbers: Longs) -> tuple[Longs, Longs]:
        """The places in `numbers` that something belongs to, once for each; and what does."""
        own = where(numbers < len(self.starts) - 1)
        starts = self.starts.take(numbers[own])
        sizes = self.starts.take(numbers[own] + 1) - starts
        return own.repeat(sizes), self.items.take(spread(starts, sizes))


class Codes:
    """A table from 64-bit codes to numbers that are not negative, by open addressing in two arrays."""

    def __init__(self) -> None:
        self.count = 0
        self._empty(1024)

    def _empty(self, size: int) -> None:
        self.keys: Bits = np.zeros(size, np.uint64)
        self.values: Ints = np.full(size, -1, np.int32)
        self.shift = 65 - size.bit_length()

    def __len__(self) -> int:
        return self.count

    def get(self, code: int) -> int:
        """The number of a code, -1 for an unknown one."""
        return int(self.values[self._place(code)])

    def put(self, code: int, value: int) -> None:
        if 2 * self.count >= len(self.keys):
            self._grow()
        place = self._place(code)
        self.count += self.values[place] < 0
        self.keys[place], self.values[place] = code, value

    def _place(self, code: int) -> int:
        place = (code * _STIR & _MASK) >> self.shift
        while self.values[place] >= 0 and self.keys[place] != code:
            place = (place + 1) & (len(self.keys) - 1)
        return place

    def spare(self) -> None:
        """Grow now if it would be soon."""
        if 3 * self.count >= len(self.keys):
            self._grow()

    def _grow(self) -> None:
        taken = self.values >= 0
        keys, values = self.keys[taken], self.values[taken]
        self._empty(2 * len(self.keys))
        self._fill(keys, values)

    def _fill(self, keys: Bits, values: Ints) -> None:
        places = self._first(keys)
        while len(keys):  # whoever is not the last to write in a free place goes on to the next
            free = self.values[places] < 0
            self.keys[places[free]], self.values[places[free]] = keys[free], values[free]
            lost = self.keys[places] != keys
            keys, values, places = keys[lost], values[lost], (places[lost] + 1) & (len(self.keys) - 1)

    def _first(self, codes: Bits) -> Longs:
        return ((codes * np.uint64(_STIR)) >> np.uint64(self.shift)).astype(np.int64)

    def of(self, codes: Bits) -> Ints:
        """`get` for many."""
        places = self._first(codes)
        found = self.values[places]
        other = where((found >= 0) & (self.keys[places] != codes))
        while len(other):
            places[other] = (places[other] + 1) & (len(self.keys) - 1)
            own = found[other] = self.values[places[other]]
            other = other[(own >= 0) & (self.keys[places[other]] != codes[other])]
        return found


class Maybe:
    """A set of numbers that says "no" for certain and "yes" nearly so, by array (Bloom's filter of one or two bits)."""

    def __init__(self, bits: int = 20, probes: int = 1) -> None:
        self.shift = 64 - bits
        self.stirs = _STIRS[:probes]
        self.seen = np.zeros(1 << bits, np.bool_)

    def add(self, number: int) -> None:
        for stir in self.stirs:
            self.seen[(number * stir & _MASK) >> self.shift] = True

    def has(self, number: int) -> bool:
        return all(self.seen[(number * stir & _MASK) >> self.shift] for stir in self.stirs)

    def add_all(self, numbers: Bits) -> None:
        for stir in self.stirs:
            self.seen[(numbers * np.uint64(stir)) >> np.uint64(self.shift)] = True

    def among(self, numbers: Bits) -> Where:
        found: Where = self.seen.take((numbers * np.uint64(self.stirs[0])) >> np.uint64(self.shift))
        for stir in self.stirs[1:]:
            again = found.nonzero()
            found[again] = self.seen.take((numbers[again] * np.uint64(stir)) >> np.uint64(self.shift))
        return found
