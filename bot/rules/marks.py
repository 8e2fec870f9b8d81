"""What words mean for the terms asked beyond their family: beginnings, words inside words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.rules.arrays import Ints, Lists, Numbers
from bot.rules.signals import Signals, Zone, pair
from bot.rules.spelling import american
from bot.rules.words import makes

_UNKNOWN = -1
BEGINS, HOLDS, STARTS, JOINS = 1, 2, 4, 8
"""A form begins with an asked prefix; holds two asked words; may be the first part of a prefix; is a short compound."""


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
        self.wholes: dict[tuple[int, int, int], int] = {}

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
            marks[different] = list(map(self._work_out, different))
            found = marks[forms]
        return found

    def _work_out(self, form: int) -> int:
        signals = self.signals
        low = signals.forms.low[form]
        begun = [self._begin(form, name, zone, low) for name, zone in signals.zones.items() if zone.prefixes]
        glued = self._held(signals.forms.family[form])
        if glued:
            self.glued.put(form, glued)
        starts = signals.starts.get(low, [])
        if starts:
            self.starts[form] = starts
        joined = [(name, own) for name, zone in signals.zones.items() for own in zone.phrases.joined.get(low, ())]
        if joined:
            self.joined[form] = joined
        return any(begun) * BEGINS + bool(glued) * HOLDS + bool(starts) * STARTS + bool(joined) * JOINS

    def _begin(self, form: int, name: str, zone: Zone, low: str) -> bool:
        begun = _beginnings(zone, low)
        if begun:
            if name not in self.prefixes:
                self.prefixes[name] = Lists()
            self.prefixes[name].put(form, begun)
        return bool(begun)

    def _held(self, family: int) -> list[int]:
        """The codes of the pairs of asked families that a family holds; other forms of it will want them too."""
        if family not in self.parts:
            self.parts[family] = [
                first << 32 | second for first, second in _parts(self.signals, family) if self._asked(first, second)
            ]
        return self.parts[family]

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


def _parts(signals: Signals, whole: int) -> Iterator[tuple[int, int]]:
    """The pairs of asked families that one word holds: `finetun` → (`fine`, `tune`)."""
    asked, family = signals.asked, signals.forms.names[whole]
    for cut in range(2, len(family) - 2):
        lasts = signals.lasts.get(family[cut:])
        for first in signals.firsts.get(family[:cut], ()) if lasts else ():
            for second in lasts or ():
                if makes(family[:cut], second, family):
                    yield asked[first], asked[second]
