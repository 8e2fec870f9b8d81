"""Hyphens and spaces left out or put in, and words by their beginning: what families alone do not tell."""

from __future__ import annotations

import numpy as np

from bot.rules.arrays import Longs, Where, where
from bot.rules.edges import HELD, WHOLE, Edges
from bot.rules.forms import POWERS, Forms
from bot.rules.lights import HYPHENED, SPACED, Lights, Words, within
from bot.rules.marks import BEGINS, HOLDS, JOINS, STARTS, Marks
from bot.rules.signals import Signals
from bot.rules.words import makes


class Compounds:
    """Looks at the words of one batch."""

    def __init__(self, lights: Lights, signals: Signals, marks: Marks, words: Words) -> None:
        self.lights = lights
        self.signals = signals
        self.forms: Forms = signals.forms
        self.marks = marks
        self.words = words
        self.edges = Edges(lights, signals, words)

    def light(self) -> None:
        """Hyphens and spaces left out or put in, and words by their beginning."""
        close = self.close()
        self.marked(close)
        self.said_partly()
        self.wholes(close)
        self.edges.meet()

    def marked(self, close: Where) -> None:
        """Words that mean more than their family."""
        marks = self.marks.of(self.words.form)
        at = where(marks > 0)
        if not len(at):
            return
        marks = marks[at]
        self.begin(at[(marks & BEGINS) > 0])
        self.begin_late(at[(marks & STARTS) > 0], close)
        self.join(at[(marks & JOINS) > 0])
        self.hold(at[(marks & HOLDS) > 0])

    def join(self, at: Longs) -> None:
        """Short words written as one, letter for letter: `GPT-4` in *GPT4*."""
        for place in at.tolist():
            for name, signal in self.marks.joined[int(self.words.form[place])]:
                self.lights.suspect_at(name, signal, self.words, place)

    def close(self) -> Where:
        """Which words hang on the one before so closely that both may be one."""
        loose = self.forms.loose.array.take(self.words.form)
        found: Where = self.words.gap == HYPHENED
        found[1:] |= (self.words.gap[1:] == SPACED) & (loose[:-1] == 0)
        return found

    def begin(self, at: Longs) -> None:
        """Words that begin with an asked prefix."""
        for name, prefixes in self.marks.prefixes.items():
            own = at[self.words.inside(name)[at]]
            which, signals = prefixes.of(self.words.form[own])
            self.lights.light(signals, self.words.bit[own[which]])

    def begin_late(self, at: Longs, close: Where) -> None:
        """Two words that are one with an asked prefix: `finetu*` in *fine tuning*."""
        at = at[at + 1 < len(self.words.form)]
        for first in at[close[at + 1]].tolist():
            form, low = int(self.words.form[first]), self.forms.low[self.words.form[first + 1]]
            for rest in self.marks.starts[form]:
                if low.startswith(rest):
                    self.begun(self.forms.low[form] + rest, int(self.words.zone[first]), int(self.words.paper[first]))

    def begun(self, prefix: str, zone: int, paper: int) -> None:
        for name, own in self.signals.zones.items():
            if prefix in own.prefixes and within(name, zone):
                self.lights.set(own.prefixes[prefix], paper)

    def hold(self, at: Longs) -> None:
        """Words that hold two asked ones: for rules with both side by side, and for phrases."""
        if not len(at):
            return
        which, codes = self.marks.glued.of(self.words.form[at])
        at, first, second = at[which], codes >> 32, codes & 0xFFFFFFFF
        for name, zone in self.signals.zones.items():
            own = zone.words.reach(len(self.forms.names))
            one, two = own[first].astype(np.int64), own[second].astype(np.int64)
            both = where((one >= 0) & (two >= 0) & (one != two) & self.words.inside(name)[at])
            self.lights.glue(one[both], two[both], self.words.paper[at[both]])
        self.edges.add(at, 1, first, second, HELD)

    def wholes(self, close: Where) -> None:
        """Two words of the text that are one word of a rule."""
        at = where(close)
        heads, families = self.forms.digests.take(self.words.form[at - 1]), self.words.family[at]
        sizes = self.forms.tail_sizes.take(families, axis=1)
        wholes = heads * POWERS.take(sizes) + self.forms.tails.take(families, axis=1)
        way, some = (self.signals.wholes.among(wholes) & (sizes > 0)).nonzero()
        found = [
            (place, number)
            for place, size in zip(at[some].tolist(), sizes[way, some].tolist(), strict=True)
            if (number := self.whole(place, size)) >= 0
        ]
        if found:
            places, numbers = np.array(found, np.int64).T
            self.light_wholes(places, numbers)

    def light_wholes(self, at: Longs, numbers: Longs) -> None:
        for name, zone in self.signals.zones.items():
            signal = zone.words.reach(len(self.forms.names))[numbers]
            lit = (signal >= 0) & self.words.inside(name)[at]
            self.lights.light(signal[lit], self.words.bit[at[lit]])
        self.edges.add(at - 1, 2, numbers, numbers, WHOLE)

    def whole(self, at: int, size: int) -> int:
        """The family that this word, cut to that size, makes with the one before; -1 for none that is asked for."""
        form, tail, gap = int(self.words.form[at - 1]), int(self.words.family[at]), int(self.words.gap[at])
        key = (form << 2 | gap, tail, size)
        known = self.marks.wholes.get(key)
        if known is None:
            first, second = self.forms.low[form], self.forms.names[tail]
            family = first + second[:size]
            made = makes(first, second, family, 3 if gap == SPACED else 1)
            known = self.marks.wholes[key] = self.signals.asked.get(family, -1) if made else -1
        return known

    def said_partly(self) -> None:
        """Phrases of which an acronym of the paper says a part."""
        parts: dict[int, set[tuple[int, ...]]] = {}
        for zone in self.signals.zones.values():
            for number, says in zone.phrases.partly.items():
                parts.setdefault(number, set()).update(says)
        if parts:
            caps = self.forms.caps.reach(len(self.forms.low))[self.words.form]
            named = where(caps >= 0)
            some = zip(named.tolist(), caps[named].tolist(), strict=True)
            self.edges.said([(place, says) for place, number in some for says in parts.get(number, ())])
