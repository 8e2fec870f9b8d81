"""What words mean for the terms asked beyond their family: beginnings, words inside words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.rules.arrays import Ints, Lists, Numbers
from bot.rules.signals import Signals, Zone, pair
from bot.rules.spelling import american
from bot.rules.words import makes

_UNKNOWN = -1
BEGINS, HOLDS, STARTS, JOINS = 1, 2, 4, 8
"""A form begins with an asked prefix; holds two asked words; may be the first part of a prefix; is a short compound."""

FEW = 100
"""Last parts of words that are looked for at the end of each family before its parts are tried one by one."""


class Marks:
    """What forms mean for the signals beyond their family, worked out once a form and again when terms are added."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.epoch = -1
        self._forget()

    def _forget(self) -> None:
        self.marks = Numbers(_UNKNOWN)
        self.prefixes: dict[str, Lists] = {}
        self.glued = Lists()
        self.parts: dict[int, list[int]] = {}
        self.starts: dict[int, list[str]] = {}
        self.joined: dict[int, list[tuple[str, int]]] = {}
        zones = self.signals.zones.items()
        self.prefixed = [(name, zone) for name, zone in zones if zone.prefixes]
        self.joining = [(name, zone) for name, zone in zones if zone.phrases.joined]
        self.wholes: dict[tuple[int, int, int], int] = {}
        lasts = self.signals.lasts
        self.ends = tuple(lasts) if len(lasts) <= FEW else ("",)

    def of(self, forms: Ints) -> Ints:
        """The marks of these forms: `BEGINS` and so on, added up."""
        if self.epoch != self.signals.epoch:
            self.epoch = self.signals.epoch
            self._forget()
        marks = self.marks.reach(len(self.signals.forms.low))
        found: Ints = marks[forms]
        fresh = forms[found == _UNKNOWN]
        if len(fresh):
            different = list(set(fresh.tolist()))
            marks[different] = self._work_out(different)
            found = marks[forms]
        return found

    def _work_out(self, forms: list[int]) -> list[int]:
        families = self.signals.forms.family.array[forms].tolist()
        self._take_apart([family for family in set(families) if family not in self.parts])
        marks = [HOLDS if self.parts[family] else 0 for family in families]
        for place in [place for place, mark in enumerate(marks) if mark]:
            self.glued.put(forms[place], self.parts[families[place]])
        if self.prefixed or self.signals.starts or self.joining:
            marks = [mark | self._spelled(form) for mark, form in zip(marks, forms, strict=True)]
        return marks

    def _spelled(self, form: int) -> int:
        """The marks that a form has for its letters, whatever its family."""
        low, marks = self.signals.forms.low[form], 0
        for name, zone in self.prefixed:
            marks |= self._begin(form, name, zone, low) * BEGINS
        if starts := self.signals.starts.get(low):
            self.starts[form] = starts
            marks |= STARTS
        if joined := [(name, own) for name, zone in self.joining for own in zone.phrases.joined.get(low, ())]:
            self.joined[form] = joined
            marks |= JOINS
        return marks

    def _begin(self, form: int, name: str, zone: Zone, low: str) -> bool:
        begun = _beginnings(zone, low)
        if begun:
            if name not in self.prefixes:
                self.prefixes[name] = Lists()
            self.prefixes[name].put(form, begun)
        return bool(begun)

    def _take_apart(self, families: list[int]) -> None:
        """Find the codes of the pairs of asked families that each family holds; all its forms will want them."""
        names, firsts, lasts = self.signals.forms.names, self.signals.firsts, self.signals.lasts
        for family in families:
            name = names[family]
            held: list[int] = []
            if name.endswith(self.ends):  # one step of C, where nearly all end
                for cut in range(2, len(name) - 2):
                    if name[cut:] in lasts and name[:cut] in firsts:
                        held += self._held(name, cut)
            self.parts[family] = held

    def _held(self, name: str, cut: int) -> Iterator[int]:
        for first, second in _parts(self.signals, name, cut):
            if self._asked(first, second):
                yield first << 32 | second

    def _asked(self, first: int, second: int) -> bool:
        """Whether a rule may ask for both families side by side, or one after the other."""
        code = first << 32 | second
        return any(
            zone.phrases.two.get(code) >= 0 or zone.phrases.maybe.has(code) or self._beside(zone, first, second)
            for zone in self.signals.zones.values()
        )

    def _beside(self, zone: Zone, first: int, second: int) -> bool:
        one, two = zone.words[first], zone.words[second]
        return one >= 0 and two >= 0 and self.signals.together.has(pair(one, two))


def _beginnings(zone: Zone, low: str) -> list[int]:
    """The zone's prefixes that a word begins with, in either spelling."""
    own, other = zone.prefixes, american(low)
    found = {own.get(word[:size], -1) for word in {low, other} for size in zone.prefix_sizes}
    found.discard(-1)
    return list(found)


def _parts(signals: Signals, name: str, cut: int) -> Iterator[tuple[int, int]]:
    """The pairs of asked families that one word, cut there, holds: `finetun` → (`fine`, `tune`)."""
    for first, second in product(signals.firsts[name[:cut]], signals.lasts[name[cut:]]):
        if makes(name[:cut], second, name):
            yield signals.asked[first], signals.asked[second]
