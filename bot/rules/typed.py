"""What phones, Macs and chat platforms do to typed words, undone; every character remembers where it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import RuleError
from bot.rules.fold import clean

_LINK = re.compile(r"<(?P<target>(?:https?://|mailto:|[@#!])[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_ENTITY = re.compile(r"&(?:amp;)*(?P<name>amp|lt|gt|quot|apos|nbsp|#39|#x27|#34);")
_NAMES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "#39": "'", "#x27": "'", "#34": '"'}
_SAME = (
    dict.fromkeys("“”„‟«»″〝〞〟＂❝❞", '"')
    | dict.fromkeys("‘’‚‛‹›′´｀", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－⁃", "-")
    | {"≥": ">=", "≤": "<=", "、": ",", "，": ",", "；": ";", "…": " ", "·": " ", "•": " "}
)
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Typed:
    """A rule as typed (`text`) and as meant (`plain`); `places` is where each of `plain` stands in `text`."""

    text: str
    plain: str
    places: tuple[tuple[int, int], ...]

    def wrong(self, sentence: str, start: int, end: int) -> RuleError:
        """The error for `plain[start:end]`, placed in the text as typed."""
        if not self.places:
            return RuleError(sentence, self.text, 0, len(self.text))
        first = self.places[min(start, len(self.places) - 1)][0]
        last = self.places[min(max(start, end - 1), len(self.places) - 1)][1]
        return RuleError(sentence, self.text, first, max(last, first + 1))


def mend(text: str) -> Typed:
    """Undo quotes, dashes, widths, entities and links that a keyboard or a platform put in the place of what was meant.

    >>> mend("–survey “state space” votes:&gt;=20").plain
    '-survey "state space" votes:>=20'
    """
    plain = text
    places = [(i, i + 1) for i in range(len(text))]
    for _ in range(_ROUNDS):
        pieces = list(_once(plain))
        mended = "".join(piece for piece, _, _ in pieces)
        if mended == plain:
            return Typed(text, plain, tuple(places))
        places = [(places[a][0], places[b - 1][1]) for piece, a, b in pieces for _ in piece]
        plain = mended
    raise RuleError("This is escaped too many times over: please type it plainly.", text, 0, len(text))


def _once(text: str) -> Iterator[tuple[str, int, int]]:
    plain, places = clean(text)
    at = 0
    while at < len(plain):
        piece, end = _piece(plain, at)
        yield piece, places[at][0] if places else at, places[end - 1][1] if places else end
        at = end


def _piece(plain: str, at: int) -> tuple[str, int]:
    c = plain[at]
    if c == "<" and (link := _LINK.match(plain, at)):
        return link["label"] or link["target"], link.end()
    if c == "&" and (entity := _ENTITY.match(plain, at)):
        return _NAMES[entity["name"]], entity.end()
    if " " <= c <= "~":
        return c, at + 1
    return _odd(c), at + 1


def _odd(c: str) -> str:
    if c in _SAME:
        return _SAME[c]
    if c.isspace() or unicodedata.category(c)[0] == "C":
        return " "
    narrow = unicodedata.normalize("NFKC", c)
    return " " if narrow.isspace() else narrow
