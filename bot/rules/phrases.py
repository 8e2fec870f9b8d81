"""Phrases by their pairs of neighbours: a phrase can only stand where two of its words stand side by side.

Most phrases are two plain words. Those are numbers in a table, and their pair is all there is to find; the others are
looked at closer where a pair of theirs stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise, product
from typing import NamedTuple

from bot.rules.acronyms import Acronyms
from bot.rules.arrays import Codes, Maybe, Numbers
from bot.rules.forms import Forms
from bot.rules.tree import Acronym, Prefix, Word
from bot.rules.words import Piece, meaning_pieces, together

_MOST_SPELLINGS = 8
PAPER = 58
"""Where a paper's number goes in a pair's code: above all numbers of families."""


class Wanted(NamedTuple):
    """A phrase to look for: `families` in order, the pair that gives it away beginning at `key`.

    `caps` are the capitals that must stand there too, -1 for words that need none. A family is -1 for a beginning;
    such phrases are checked word by word.
    """

    signal: int
    families: tuple[int, ...]
    key: int
    caps: tuple[int, ...] | None
    sure: bool


class Phrases:
    """The phrases looked for in one field (or in title, abstract and keywords)."""

    def __init__(self, forms: Forms, acronyms: Acronyms) -> None:
        self.forms = forms
        self.acronyms = acronyms
        self.two = Codes()
        self.pairs: dict[int, list[Wanted]] = {}
        self.other: dict[int, list[int]] = {}
        self.maybe = Maybe()
        self.joined: dict[str, list[int]] = {}
        self.capitals: dict[int, list[int]] = {}
        self.says = Numbers(0)
        self.partly: dict[int, set[tuple[int, ...]]] = {}
        self.chains: dict[int, list[tuple[int, ...]]] = {}
        self.loose: dict[int, list[int]] = {}
        self.hangs = Numbers(0)
        self.always: list[int] = []
        self.pieces: dict[int, tuple[Piece, ...]] = {}
        self._meanings: dict[str, list[tuple[str, tuple[Piece, ...]]]] = {}
        for name, meanings in acronyms.meanings.items():
            for spelled in map(meaning_pieces, meanings):
                self._meanings.setdefault(spelled[0].family, []).append((name.upper(), spelled))

    def __bool__(self) -> bool:
        return bool(self.pieces) or len(self.two) > 0

    def pair(self, pieces: Sequence[Piece]) -> int | None:
        """The code of two plain words; None for every other phrase, and for `x ray`, which is *xray* too."""
        if len(pieces) != 2 or not pieces[0].kind is pieces[1].kind is Word or together(*pieces):
            return None
        return self.forms.family_number(pieces[0].family) << 32 | self.forms.family_number(pieces[1].family)

    def add(self, signal: int, pieces: tuple[Piece, ...], rarity: Sequence[float]) -> None:
        """Look for a phrase. `rarity` is the share of papers that have each of its pieces."""
        code = self.pair(pieces)
        if code is not None:
            self.two.put(code, signal)
        else:
            self.pieces[signal] = pieces
            for spelling in self._spellings(pieces):
                self._pair(signal, spelling, rarity if len(spelling) == len(rarity) else ())
        self._said_and_joined(signal, pieces)

    def _said_and_joined(self, signal: int, pieces: tuple[Piece, ...]) -> None:
        meanings = [meaning for piece in pieces for meaning in piece.meanings]
        for first, second in chain.from_iterable(map(pairwise, [pieces, *meanings])):
            whole = together(first, second)
            if whole:
                self.joined.setdefault(whole, []).append(signal)
        for caps, spelled in self._said(pieces):
            if len(spelled) == len(pieces):
                number = self.forms.capitals_number(caps)
                self.capitals.setdefault(number, []).append(signal)
                self.says[number] = 1
            else:
                self._says_part(caps, spelled)
        for caps, spelled in chain.from_iterable(map(self._said, meanings)):
            self._says_part(caps, spelled)

    def _says_part(self, caps: str, spelled: tuple[Piece, ...]) -> None:
        families = tuple(self.forms.family_number(piece.family) for piece in spelled)
        self.partly.setdefault(self.forms.capitals_number(caps), set()).add(families)

    def _spellings(self, pieces: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
        """The phrase with its acronyms as they are, and spelled out."""
        if not any(piece.meanings for piece in pieces):
            return [pieces]
        ways = [((piece,), *piece.meanings) for piece in pieces]
        count = 1
        for way in ways:
            count *= len(way)
        if count > _MOST_SPELLINGS:
            return [()]
        return [tuple(piece for part in parts for piece in part) for parts in product(*ways)]

    def _pair(self, signal: int, pieces: tuple[Piece, ...], rarity: Sequence[float]) -> None:
        keys = [n for n, (a, b) in enumerate(pairwise(pieces)) if Prefix not in (a.kind, b.kind)]
        if not keys:
            self._hang_loose(signal, pieces)
            return
        families = tuple(-1 if p.kind is Prefix else self.forms.family_number(p.family) for p in pieces)
        self.chains.setdefault(signal, []).append(tuple(families[n] << 32 | families[n + 1] for n in keys))
        best = min(keys, key=lambda n: rarity[n] * rarity[n + 1]) if rarity else keys[0]
        caps = tuple(self.forms.capitals_number(p.caps) if p.kind is Acronym else -1 for p in pieces)
        wanted = Wanted(signal, families, best, caps if max(caps) >= 0 else None, sure=-1 not in families)
        for n in keys:
            code = families[n] << 32 | families[n + 1]
            self.maybe.add(code)
            if n == best:
                self.pairs.setdefault(code, []).append(wanted)
            elif len(families) > 2:
                self.other.setdefault(code, []).append(signal)

    def _hang_loose(self, signal: int, pieces: tuple[Piece, ...]) -> None:
        """No two plain words side by side: one plain word gives it away, or nothing does."""
        plain = [piece for piece in pieces if piece.kind is not Prefix]
        if plain:
            family = self.forms.family_number(plain[0].family)
            self.loose.setdefault(family, []).append(signal)
            self.hangs[family] = 1
        else:
            self.always.append(signal)

    def _said(self, pieces: tuple[Piece, ...]) -> list[tuple[str, tuple[Piece, ...]]]:
        """The acronyms that say several words of the phrase at once, and what they say."""
        own = [(piece.kind, piece.family) for piece in pieces]
        return [
            (name, spelled)
            for n, piece in enumerate(pieces)
            for name, spelled in self._meanings.get(piece.family, ())
            if own[n : n + len(spelled)] == [(word.kind, word.family) for word in spelled]
        ]

    def stands(self, signal: int, present: Maybe, paper: int) -> bool:
        """Whether some spelling's pairs are all present in a paper; one short word of both is seen elsewhere."""
        return any(all(present.has(code ^ paper << PAPER) for code in pairs) for pairs in self.chains[signal])

    def at(self, code: int) -> list[int]:
        """The phrases, other than two plain words, that have this pair anywhere."""
        return [*(wanted.signal for wanted in self.pairs.get(code, ())), *self.other.get(code, ())]
