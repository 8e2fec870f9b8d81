"""Up to 64 papers at once against all signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.model import Paper
from bot.rules.arrays import Bits, Ints, Longs, Numbers, Where, where
from bot.rules.chunks import Chunks
from bot.rules.compounds import Compounds
from bot.rules.fold import Token
from bot.rules.known import Known
from bot.rules.lights import ALL, BATCH, GAPS, Lights, Words, arranged, within
from bot.rules.marks import Marks
from bot.rules.phrases import Wanted
from bot.rules.shelf import Shelf
from bot.rules.signals import ON, Signals, Zone
from bot.rules.words import Piece, ends, may_begin


@dataclass(slots=True)
class Found:
    """What is true of a batch: `rows[signal]` has a bit a paper; `touched` are the signals that have any.

    `glued[(a, b)]` are the papers in which one word holds the two words a and b.
    """

    rows: Bits
    touched: Longs
    glued: dict[tuple[int, int], int]

    @property
    def held(self) -> Longs:
        """The signals of words that stand in such a word."""
        return np.array([signal for pair in self.glued for signal in pair], np.int64)


class Scanner:
    """Reads papers for the signals. Not for two threads at once."""

    def __init__(self, signals: Signals, shelf: Shelf | None = None) -> None:
        self.signals = signals
        self.shelf = shelf
        self.forms = signals.forms
        self.chunks = Chunks(signals.forms)
        self.rows: Bits = np.zeros(1024, np.uint64)
        self.touched = Numbers(0)
        self.marks = Marks(signals)
        self.known = Known(signals)
        self.caps: list[str] = []
        self.seen: dict[int, Token] = {}

    def scan(self, papers: Sequence[Paper], ranks: Mapping[str, int]) -> Found:
        """All that is true of up to 64 papers. The rows are good until the next scan."""
        words = self.arranged(papers)
        lights = Lights(self.cleared(len(self.signals)))
        lights.rows[ON] = ALL >> np.uint64(BATCH - len(papers))
        for name, zone in self.signals.zones.items():
            inside = words.inside(name)
            self.plain(lights, zone, words, inside)
            self.pairs(lights, name, zone, words, inside)
        Compounds(lights, self.signals, self.marks, words).light()
        self.known.light(lights, papers, ranks)
        self.verify(lights, words)
        return Found(lights.rows, lights.touched(self.touched.reach(len(self.signals))), lights.glued)

    def arranged(self, papers: Sequence[Paper]) -> Words:
        named = list(self.signals.zones)
        if self.shelf is not None:
            return self.shelf.arranged(papers, named, self.chunks)
        return arranged(papers, self.chunks, self.forms, named)

    def clear(self, found: Found) -> None:
        """Make the rows ready for the next scan."""
        found.rows[found.touched] = 0
        found.rows[ON] = 0

    def cleared(self, size: int) -> Bits:
        if len(self.rows) < size:
            self.rows = np.zeros(2 * size, np.uint64)
        return self.rows

    def caps_names(self, number: int) -> str:
        """An acronym's capitals by their number."""
        if number >= len(self.caps):
            self.caps = list(self.forms.capitals)
        return self.caps[number]

    def plain(self, lights: Lights, zone: Zone, words: Words, inside: Where) -> None:
        """Words by their families and capitals."""
        signal = zone.words.reach(len(self.forms.names))[words.family]
        lit = where((signal >= 0) & inside)
        lights.light(signal.take(lit), words.bit.take(lit))
        if zone.any_capitals or zone.phrases.capitals:
            caps = self.forms.caps.array.take(words.form)
            here = where((caps >= 0) & inside)
            signal = zone.capitals.reach(len(self.forms.capitals) + 1)[caps[here]]
            lights.light(signal[signal >= 0], words.bit[here[signal >= 0]])
            if zone.phrases.capitals:
                self.said(lights, zone, caps[here], words.paper[here])

    def said(self, lights: Lights, zone: Zone, caps: Ints, papers: Ints) -> None:
        """Phrases that are what an acronym of the paper stands for."""
        says = zone.phrases.says.reach(len(self.forms.capitals))[caps] > 0
        for number, paper in zip(caps[says].tolist(), papers[says].tolist(), strict=True):
            for signal in zone.phrases.capitals[number]:
                lights.set(signal, paper)

    def pairs(self, lights: Lights, name: str, zone: Zone, words: Words, inside: Where) -> None:
        phrases = zone.phrases
        if phrases:
            self.neighbours(lights, name, zone, words, inside)
        if phrases.loose:
            hung = phrases.hangs.reach(len(self.forms.names))[words.family] > 0
            for at in where(hung & inside).tolist():
                lights.suspects.update((name, signal, at) for signal in phrases.loose[int(words.family[at])])
        for signal in phrases.always:
            lights.suspects.update((name, signal, at) for at in where(inside).tolist())

    def neighbours(self, lights: Lights, name: str, zone: Zone, words: Words, inside: Where) -> None:
        second = where((words.gap > 0) & inside)
        codes = (words.family[second - 1].astype(np.int64) << 32) | words.family[second]
        lights.light_pairs(zone, codes, words.bit[second])
        if not zone.phrases.pairs:
            return
        keep = zone.phrases.maybe.among(codes.astype(np.uint64))
        for code, at in zip(codes[keep].tolist(), second[keep].tolist(), strict=True):
            for wanted in zone.phrases.pairs.get(code, ()):
                if not wanted.sure:
                    lights.suspects.add((name, wanted.signal, at))
                elif self.stands(wanted, words, at - 1 - wanted.key):
                    lights.set(wanted.signal, int(words.paper[at]))

    def stands(self, wanted: Wanted, words: Words, start: int) -> bool:
        """Whether a phrase's families stand in a row from here."""
        end = start + len(wanted.families)
        return (
            start >= 0
            and tuple(words.family[start:end].tolist()) == wanted.families
            and bool((words.gap[start + 1 : end] > 0).all())
            and (wanted.caps is None or self.capitals_stand(wanted.caps, words.form[start:end]))
        )

    def capitals_stand(self, wanted: tuple[int, ...], forms: Ints) -> bool:
        return all(caps < 0 or self.forms.caps[form] == caps for caps, form in zip(wanted, forms.tolist(), strict=True))

    def verify(self, lights: Lights, words: Words) -> None:
        """Judge word by word what could not be told from the numbers, around the place that raised suspicion."""
        lit: set[tuple[int, int]] = set()
        self.seen.clear()
        for name, signal, at in lights.suspects:
            paper = int(words.paper[at])
            if (signal, paper) in lit:
                continue
            wanted = self.signals.zones[name].phrases.pieces[signal]
            if self.stands_around(wanted, name, words, at):
                lit.add((signal, paper))
                lights.set(signal, paper)

    def stands_around(self, wanted: tuple[Piece, ...], name: str, words: Words, at: int) -> bool:
        """Whether a phrase begins a little before this place, or at it."""
        reach = sum(2 + 2 * max(map(len, piece.meanings), default=0) for piece in wanted)
        start, end = max(0, at - reach), min(len(words.form), at + reach + 1)
        around = [self.seen.get(place) or self.token(words, place) for place in range(start, end)]
        paper = words.paper[at]
        return any(
            may_begin(wanted[0], around[place])
            and within(name, int(words.zone[start + place]))
            and words.paper[start + place] == paper
            and ends(wanted, around, place, self.signals.acronyms)
            for place in range(min(at - start + 1, len(around)))
        )

    def token(self, words: Words, at: int) -> Token:
        form = int(words.form[at])
        caps = self.forms.caps[form]
        token = self.seen[at] = Token(
            0,
            0,
            self.forms.low[form],
            self.forms.names[int(words.family[at])],
            self.caps_names(caps) if caps >= 0 else "",
            GAPS[int(words.gap[at])],
        )
        return token
