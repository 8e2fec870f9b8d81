"""Hyphens and spaces left out or put in, and words by their beginning: what families alone do not tell."""

from __future__ import annotations

import numpy as np

from bot.rules.edges import Edges
from bot.rules.forms import POWERS, VARIANTS, Forms, Ints
from bot.rules.lights import HYPHENED, SPACED, Lights, Longs, Where, Words, bits_of, within
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
        forms, place = np.unique(self.words.form, return_inverse=True)
        marks = self.marks.of(forms)
        close = self.close()
        if (marks & BEGINS).any():
            self.begin(forms, place, marks)
        if (marks & STARTS).any():
            self.begin_late(np.flatnonzero((marks[place] & STARTS) > 0), close)
        if (marks & JOINS).any():
            for at in np.flatnonzero(marks[place] & JOINS).tolist():
                for name, signal in self.marks.joined[int(self.words.form[at])]:
                    self.lights.suspect_at(name, signal, self.words, at)
        self.said_partly()
        if (marks & HOLDS).any():
            self.hold(place, forms, marks)
        self.wholes(close)
        self.edges.meet()

    def close(self) -> Where:
        """Which words hang on the one before so closely that both may be one."""
        loose = self.forms.loose.reach(len(self.forms.low))[self.words.form]
        before = np.concatenate([[1], loose[:-1]]) > 0
        found: Where = (self.words.gap == HYPHENED) | ((self.words.gap == SPACED) & ~before)
        return found

    def begin(self, forms: Ints, place: Longs, marks: Ints) -> None:
        """Words that begin with an asked prefix."""
        held = self.marks.prefixes
        flat = [(at, *own) for at in np.flatnonzero(marks & BEGINS).tolist() for own in held[int(forms[at])]]
        for name in self.signals.zones:
            own = np.array([(at, signal) for at, field, signal in flat if field == name], np.int64).reshape(-1, 2)
            if len(own):
                bits = bits_of(self.words, place, len(forms), self.words.inside(name))[own[:, 0]]
                lit = bits > 0
                np.bitwise_or.at(self.lights.rows, own[lit, 1], bits[lit])

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

    def hold(self, place: Longs, forms: Ints, marks: Ints) -> None:
        """Words that hold two asked ones: for rules with both side by side, and for phrases."""
        held = self.marks.glued
        some = np.flatnonzero(marks & HOLDS).tolist()
        flat = [(at, one, two) for at in some for one, two in held[int(forms[at])]]
        pairs = np.array(flat, np.int64)
        for name, zone in self.signals.zones.items():
            own = zone.words.reach(len(self.forms.names))
            one, two = own[pairs[:, 1]].astype(np.int64), own[pairs[:, 2]].astype(np.int64)
            beside = np.flatnonzero((one >= 0) & (two >= 0))
            codes = np.minimum(one[beside], two[beside]) << 32 | np.maximum(one[beside], two[beside])
            beside = beside[self.signals.asked_together(codes)]
            if len(beside):
                bits = bits_of(self.words, place, len(forms), self.words.inside(name))
                for n in beside.tolist():
                    self.lights.glue((int(one[n]), int(two[n])), int(bits[pairs[n, 0]]))
        if self.signals.any_phrases():
            tokens = np.flatnonzero(marks[place] & HOLDS)
            self.edges.held(tokens, [held[form] for form in self.words.form[tokens].tolist()])

    def wholes(self, close: Where) -> None:
        """Two words of the text that are one word of a rule."""
        at = np.flatnonzero(close)
        heads, tails = self.forms.digests[self.words.form[at - 1]], self.words.family[at]
        for variant in range(VARIANTS):
            sizes = self.forms.tail_sizes[tails, variant]
            whole = heads * POWERS[sizes] + self.forms.tails[tails, variant]
            for place in np.flatnonzero((sizes > 0) & self.signals.wholes.among(whole)).tolist():
                self.whole(int(at[place]), int(sizes[place]))

    def whole(self, at: int, size: int) -> None:
        first = self.forms.low[self.words.form[at - 1]]
        second = self.forms.names[self.words.family[at]]
        family = first + second[:size]
        number = self.signals.asked.get(family)
        least = 3 if self.words.gap[at] == SPACED else 1
        if number is None or not makes(first, second, family, least):
            return
        zone, paper = int(self.words.zone[at]), int(self.words.paper[at])
        for name, own in self.signals.zones.items():
            if within(name, zone) and own.words[number] >= 0:
                self.lights.set(own.words[number], paper)
        self.edges.add(at - 1, at + 1, number, number)

    def said_partly(self) -> None:
        """Phrases of which an acronym of the paper says a part."""
        parts: dict[int, set[tuple[int, int]]] = {}
        for zone in self.signals.zones.values():
            for number, ends_of in zone.phrases.partly.items():
                parts.setdefault(number, set()).update(ends_of)
        if parts:
            caps = self.forms.caps.reach(len(self.forms.low))[self.words.form]
            for at in np.flatnonzero(np.isin(caps, np.array(list(parts), np.int32))).tolist():
                for first, last in parts[int(caps[at])]:
                    self.edges.add(at, at + 1, first, last)
