"""TeX's macros that take arguments: fractions, roots, links, fonts, boxes. Each returns its text and where it ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from bot.sources.scripts import lowered, raised
from bot.sources.symbols import BOARD

OPTION = re.compile(r"\[[^\]\[{}]{0,80}\]")
_SIMPLE = re.compile(r"[\w^.]+")
_MARKS = {"51": "✓", "52": "✓", "55": "✗", "56": "✗"}
"""Numbers of pifont's dingbats that papers use in running text."""


class Place(NamedTuple):
    """Where reading goes on: up to `end`, in a formula or not, within so many groups."""

    end: int
    math: bool = False
    depth: int = 0

    def inner(self, end: int, *, math: bool) -> Place:
        return Place(end, math, self.depth + 1)


class Reader(Protocol):
    """What a structure needs of the reader of the text."""

    text: str

    def argument(self, at: int, place: Place) -> tuple[str, int]:
        """Read what a macro takes next, from `at`; its text, and where it ends."""

    def skip(self, at: int, place: Place) -> int:
        """Where the argument at `at` ends, unread."""


Structure = Callable[[Reader, int, Place], tuple[str, int]]


def _option(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    found = OPTION.match(reader.text, at, place.end)
    return (found[0][1:-1], found.end()) if found else ("", at)


def _whole(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _fraction(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    above, at = reader.argument(at, place)
    below, at = reader.argument(at, place)
    return f"{_whole(above)}/{_whole(below)}", at


def _root(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    degree, at = _option(reader, at, place)
    inner, at = reader.argument(at, place)
    return f"{raised(degree) or ''}√{inner if inner.isalnum() else f'({inner})'}", at


def _choose(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    above, at = reader.argument(at, place)
    below, at = reader.argument(at, place)
    return f"C({above},{below})", at


def _link(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    url, at = reader.argument(at, place._replace(math=False))
    label, at = reader.argument(at, place._replace(math=False))
    label, url = label.strip(), url.strip()
    return (f"{label} ({url})" if label and label != url else url), at


def _aside(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(_option(reader, at, place)[1], place._replace(math=False))
    return (f" ({inner.strip()})" if inner.strip() else ""), at


def _upright(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    return reader.argument(at, place._replace(math=False))


def _second(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    return reader.argument(reader.skip(at, place), place._replace(math=False))


def _board(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(at, place)
    return BOARD.get(inner.strip(), inner), at


def _raise(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(at, place)
    return raised(inner) or inner, at


def _lower(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(at, place)
    return lowered(inner) or inner, at


def _modulo(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(at, place)
    return f" (mod {inner})", at


def _ding(reader: Reader, at: int, place: Place) -> tuple[str, int]:
    inner, at = reader.argument(at, place)
    return _MARKS.get(inner.strip(), ""), at


def _bullet(_: Reader, at: int, __: Place) -> tuple[str, int]:
    return " • ", at


STRUCTURES: dict[str, Structure] = {
    **dict.fromkeys(("frac", "tfrac", "dfrac", "nicefrac", "sfrac"), _fraction),
    **dict.fromkeys(("text", "textrm", "textnormal", "mathrm", "mathit", "mathsf", "mathtt", "operatorname"), _upright),
    **dict.fromkeys(("mbox", "hbox", "emph", "url", "textbf", "textit", "texttt", "textsc"), _upright),
    **dict.fromkeys(("textcolor", "colorbox", "texorpdfstring"), _second),
    "sqrt": _root,
    "binom": _choose,
    "href": _link,
    "footnote": _aside,
    "mathbb": _board,
    "textsuperscript": _raise,
    "textsubscript": _lower,
    "pmod": _modulo,
    "ding": _ding,
    "item": _bullet,
}
