"""A million subscriptions in little room: columns instead of nouns, of which one is made when it is asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar, overload

from bot.model import Subscription

AT_ONCE = 1_000
"""Rows that stand as texts of their own at a time, on their way into the columns."""

Kind = TypeVar("Kind", bound=Hashable)


class Texts:
    """Texts end to end."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.ends = array("Q", [0])

    def extend(self, texts: Iterable[str]) -> None:
        end = len(self.body)
        coded = [text.encode("utf-8", "surrogatepass") for text in texts]
        for one in coded:
            end += len(one)
            self.ends.append(end)
        self.body += b"".join(coded)

    def __getitem__(self, place: int) -> str:
        return self.body[self.ends[place] : self.ends[place + 1]].decode("utf-8", "surrogatepass")


class Lines(Mapping[int, str]):
    """Texts by number."""

    def __init__(self, lines: Iterable[tuple[int, str]] = ()) -> None:
        """The numbers come in ascending order."""
        self.ids = array("q")
        self.texts = Texts()
        rest = iter(lines)
        while chunk := list(islice(rest, AT_ONCE)):
            self.ids.extend(number for number, _ in chunk)
            self.texts.extend(text for _, text in chunk)

    @staticmethod
    def of(lines: Mapping[int, str]) -> Lines:
        """Any mapping so; one that is so stays as it is."""
        return lines if isinstance(lines, Lines) else Lines(sorted(lines.items()))

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)

    def __getitem__(self, number: int) -> str:
        return self.texts[_place(self.ids, number)]


class Roll(Sequence[Subscription]):
    """Subscriptions by number, ascending: a sequence like any other, whose nouns are made anew each time.

    Of most it is only the rule that differs, so that what the rest of a noun is made of is kept once, by number.
    """

    def __init__(self, rows: Iterable[tuple[int, str, Kind]], made: Callable[[Kind], Subscription]) -> None:
        """`rows` are a number, a rule and what `made` makes a subscription of, but for these two."""
        self.ids = array("q")
        self.rules = Texts()
        self.marks = array("q")
        """A number for each rule's words, which in this process is the same for equal words."""
        self.kinds = array("I")
        self.kept: list[Kind] = []
        self._made = made
        known: dict[Kind, int] = {}
        rest = iter(rows)
        while chunk := list(islice(rest, AT_ONCE)):
            ids, rules, kinds = zip(*chunk, strict=True)
            self.ids.extend(ids)
            self.rules.extend(rules)
            self.marks.extend(map(hash, rules))
            for kind in dict.fromkeys(kinds):
                if kind not in known:
                    known[kind] = len(self.kept)
                    self.kept.append(kind)
            self.kinds.extend(map(known.__getitem__, kinds))

    @staticmethod
    def of(subscriptions: Sequence[Subscription]) -> Roll:
        """Any subscriptions as a roll; a roll stays as it is."""
        if isinstance(subscriptions, Roll):
            return subscriptions
        ordered = sorted(subscriptions, key=lambda one: one.id)
        return Roll(((one.id, one.rule, replace(one, id=0, rule="")) for one in ordered), lambda one: one)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Subscription: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Subscription, ...]: ...
    def __getitem__(self, place: int | slice) -> Subscription | tuple[Subscription, ...]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(len(self))[place])
        at = range(len(self))[place]
        return replace(self._made(self.kept[self.kinds[at]]), id=self.ids[at], rule=self.rules[at])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def numbered(self, number: int) -> Subscription:
        """The subscription of this number; `KeyError` where there is none."""
        return self[_place(self.ids, number)]

    def says(self, words: str) -> bool:
        """Whether some rule has these words (or, seldom, two rules that stand together)."""
        return words.encode() in self.rules.body


def _place(numbers: Sequence[int], number: int) -> int:
    at = bisect_left(numbers, number)
    if at == len(numbers) or numbers[at] != number:
        raise KeyError(number)
    return at
