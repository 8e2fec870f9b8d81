"""Signals: what can be true of a paper, each with a number. The terms of all rules, shared between them.

A leaf of a rule is a signal; so is a choice between leaves. Signals are only ever added.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import combinations

from bot.rules.acronyms import Acronyms
from bot.rules.arrays import Bits, Ints, Maybe, Numbers, Where, where
from bot.rules.forms import Forms, digest, lasts
from bot.rules.frequency import Frequency
from bot.rules.parser import parse
from bot.rules.phrases import Phrases
from bot.rules.plan import EITHER, SAID
from bot.rules.plan import OFF as NOT
from bot.rules.tree import (
    Acronym,
    Author,
    Category,
    Exact,
    Fact,
    Leaf,
    Node,
    Number,
    Phrase,
    Prefix,
    Top,
    Word,
)
from bot.rules.words import Piece, firsts, pieces
from bot.rules.writer import OPERATORS, spell

ON, OFF, NEW, CROSS, REVISED = range(5)
"""Signals that every engine has: always, never, and the kinds of announcement."""
SAYS = ~ON
"""No signal: what the part of a way is that says which announcements it means."""

_PLAIN = re.compile(r"[a-z0-9]+")
_FIELDED = re.compile(r"(?:(title|abstract|keyword):)?([a-z0-9]+)(\*?)")
_PLAIN_PHRASE = re.compile(r'"[a-z0-9]+(?: [a-z0-9]+)+"')


def pair(one: int, two: int) -> int:
    """One number for two signals, in whichever order."""
    return min(one, two) << 32 | max(one, two)


class Zone:
    """What is looked for in one field's words; "" is title, abstract and keywords together."""

    def __init__(self, forms: Forms, acronyms: Acronyms) -> None:
        self.words = Numbers()
        self.capitals = Numbers()
        self.any_capitals = False
        self.prefixes: dict[str, int] = {}
        self.prefix_sizes: set[int] = set()
        self.phrases = Phrases(forms, acronyms)
        self.exact: dict[int, str] = {}


class Signals:
    """The terms of all rules. `weight` is the share of papers a signal is on for, measured or guessed."""

    def __init__(self, forms: Forms, frequency: Frequency, acronyms: Acronyms) -> None:
        self.forms = forms
        self.frequency = frequency
        self.acronyms = acronyms
        self.zones: dict[str, Zone] = {"": Zone(forms, acronyms)}
        self.weight = array("d", [1.0, 0.0, 0.9, 0.1, 0.1])
        self.known: dict[str, int] = {"on:new": NEW, "on:cross": CROSS, "on:revised": REVISED, SAID: SAYS}
        self.head = Numbers()
        self.rest = Numbers()
        """A signal that is a choice is on when its `head` is, or the `rest` of it; of several, that is `~` a choice."""
        self.together = Maybe(probes=2)
        """Signals that some rule asks for side by side, `pair` by `pair`."""
        self.asked: dict[str, int] = {}
        self.wholes = Maybe(probes=2)
        self.firsts: dict[str, tuple[str, ...]] = {}
        self.lasts: dict[str, tuple[str, ...]] = {}
        """By how they may be written, the families: one, nearly always, and never more than there are endings."""
        self.starts: dict[str, list[str]] = {}
        self.epoch = 0
        self.facts: dict[int, Number | Fact | Top] = {}
        self.authors: dict[str, list[tuple[int, Author]]] = {}
        self.categories: list[tuple[int, Category]] = []

    def __len__(self) -> int:
        return len(self.weight)

    def of(self, spelled: str) -> int:
        """The signal of a part of a way: a leaf in canonical words, or leaves with `EITHER` between them.

        Of a part that must be off it is `~signal`, and of the sign that announcements are named `SAYS`.
        """
        number = self.known.get(spelled)
        if number is None:
            number = self.known[spelled] = self._learn(spelled)
        return number

    def _learn(self, spelled: str) -> int:
        if spelled[0] == NOT:
            return ~self.of(spelled[1:])
        if EITHER in spelled:
            return self.choice([self.of(part) for part in spelled.split(EITHER)])
        return self._leaf(self._node(spelled))

    def leaf(self, leaf: Leaf) -> int:
        """The signal of a leaf."""
        return self.of(spell(leaf))

    def choice(self, parts: list[int]) -> int:
        """The signal that is on when any of the parts is."""
        flat = list(dict.fromkeys(member for part in parts for member in self.members(part)))
        if len(flat) == 1:
            return flat[0]
        number = self._new(min(1.0, sum(self.weight[part] for part in flat)))
        self.head[number] = flat[0]
        self.rest[number] = flat[1] if len(flat) < 3 else ~self.choice(flat[1:])
        return number

    def members(self, signal: int) -> list[int]:
        """What a choice is one of; of another signal itself."""
        found = []
        while (head := self.head[signal]) >= 0:
            found.append(head)
            rest = self.rest[signal]
            signal = rest if rest >= 0 else ~rest
        return [*found, signal]

    def is_choice(self, signals: Ints) -> Where:
        """Which of these signals are choices."""
        found: Where = self.head.reach(len(self)).take(signals) >= 0
        return found

    def on(self, rows: Bits, signals: Ints) -> Bits:
        """The papers for which each of these signals is on, as bits; choices are written as `~signal`."""
        bits = rows.take(signals)
        chosen = where(signals < 0)
        if len(chosen):
            own = ~signals[chosen]
            bits[chosen] = rows.take(self.head.array.take(own)) | self.on(rows, self.rest.array.take(own))
        return bits

    def bits(self, rows: Bits, signal: int) -> int:
        """`on` for one signal."""
        bits = 0
        for part in self.members(signal if signal >= 0 else ~signal):
            bits |= int(rows[part])
        return bits

    def ask_together(self, signals: Sequence[int]) -> None:
        """Rules ask for these side by side: a word that holds two of them counts from now on."""
        for one, two in combinations(sorted(signals), 2):
            if not self.together.has(pair(one, two)):
                self.together.add(pair(one, two))
                self.epoch += 1

    def capitals(self, caps: str, field: str) -> int:
        """The signal of an acronym's capitals, whatever they mean."""
        name = f"{field}\x00{caps}"
        if name not in self.known:
            number = self._new(self.frequency.of(caps.lower()))
            zone = self.zone(field)
            zone.capitals[self.forms.capitals_number(caps)] = number
            zone.any_capitals = True
            self.known[name] = number
        return self.known[name]

    def word(self, family: str, field: str) -> int:
        """The signal of a word family in a field."""
        zone = self.zone(field)
        place = self.forms.family_number(family)
        if zone.words[place] < 0:
            zone.words[place] = self._new(self.frequency.of(family))
            self._ask(family)
        return zone.words[place]

    def zone(self, field: str) -> Zone:
        if field not in self.zones:
            self.zones[field] = Zone(self.forms, self.acronyms)
        return self.zones[field]

    def spare(self) -> None:
        """Make room for terms to come, so that a new one need not wait for it."""
        for zone in self.zones.values():
            zone.phrases.two.spare()

    def any_phrases(self) -> bool:
        return any(zone.phrases for zone in self.zones.values())

    def _new(self, weight: float) -> int:
        self.weight.append(weight)
        return len(self.weight) - 1

    def _ask(self, family: str) -> None:
        """From now on this family matters as a whole word made of two, and as a part of one."""
        if family in self.asked:
            return
        self.asked[family] = self.forms.family_number(family)
        self.wholes.add(digest(family))
        self.epoch += 1
        if len(family) >= 2:
            for start in firsts(family):
                self.firsts[start] = (*self.firsts.get(start, ()), family)
        for end in lasts(family):
            self.lasts[end] = (*self.lasts.get(end, ()), family)

    def _leaf(self, leaf: Node) -> int:
        match leaf:
            case Word(_, field):
                return self.word(pieces(leaf, self.acronyms)[0].family, field)
            case Acronym():
                return self._acronym(leaf)
            case Prefix():
                return self._prefix(leaf)
            case Phrase():
                return self._in_order(pieces(leaf, self.acronyms), leaf.field)
            case Exact(text, field):
                number = self._new(0.001)
                self.zone(field).exact[number] = text
                return number
            case Author(names):
                number = self._new(0.0005 * len(names))
                self.authors.setdefault(names[-1], []).append((number, leaf))
                return number
            case Category():
                number = self._new(0.3 if leaf.stem else 0.1)
                self.categories.append((number, leaf))
                return number
            case Number() | Fact() | Top():
                number = self._new(0.3)
                self.facts[number] = leaf
                return number
        raise AssertionError(leaf)

    def _acronym(self, leaf: Acronym) -> int:
        (piece,) = pieces(leaf, self.acronyms)
        own = self.capitals(piece.caps, leaf.field)
        return self.choice([own, *(self._meaning(meaning, leaf.field) for meaning in piece.meanings)])

    def _meaning(self, wanted: tuple[Piece, ...], field: str) -> int:
        """The signal of what an acronym stands for."""
        if len(wanted) == 1:
            return (
                self.word(wanted[0].family, field) if wanted[0].kind is Word else self.capitals(wanted[0].caps, field)
            )
        name = "\x01".join([field, *(piece.low for piece in wanted)])
        if name not in self.known:
            self.known[name] = self._in_order(wanted, field)
        return self.known[name]

    def _prefix(self, leaf: Prefix) -> int:
        zone = self.zone(leaf.field)
        (piece,) = pieces(leaf, self.acronyms)
        if piece.low not in zone.prefixes:
            zone.prefixes[piece.low] = self._new(self.frequency.beginning(piece.low))
            zone.prefix_sizes.add(len(piece.low))
            self.epoch += 1
            for cut in range(1, len(piece.low) - 2):
                self.starts.setdefault(piece.low[:cut], []).append(piece.low[cut:])
        return zone.prefixes[piece.low]

    def _in_order(self, wanted: tuple[Piece, ...], field: str) -> int:
        """The signal of words one after the other; `"language models"` and `"language model"` are the same."""
        phrases = self.zone(field).phrases
        code = phrases.pair(wanted)
        known = -1 if code is None else phrases.two.get(code)
        if known >= 0:
            return known
        shares = [self.frequency.of(piece.family) for piece in wanted]
        number = self._new(min(shares) / 4)
        phrases.add(number, wanted, shares)
        self.epoch += 1
        for piece in wanted:
            if piece.kind is Word:
                self._ask(piece.family)
        return number

    def _node(self, spelled: str) -> Node:
        """A leaf's node; the most common kinds without the parser."""
        if _PLAIN.fullmatch(spelled) and spelled not in OPERATORS:
            return Word(spelled)
        fielded = _FIELDED.fullmatch(spelled)
        if fielded and fielded[2] not in OPERATORS:
            return (Prefix if fielded[3] else Word)(fielded[2], fielded[1] or "")
        if _PLAIN_PHRASE.fullmatch(spelled):
            return Phrase(tuple(Word(word) for word in spelled[1:-1].split()))
        return parse(spelled, self.acronyms).tree
