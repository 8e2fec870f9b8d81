"""Strangers' text made fit for Slack: without characters that play tricks, and cut to a length Slack accepts. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import takewhile

TRICKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and the bidirectional embeddings, overrides and isolates that turn a neighbour's text around.

Right-to-left letters and the marks U+200E and U+200F stay: honest titles need them. https://www.unicode.org/reports/tr9/
"""

_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_BACK = 64
"""A cut steps back at most so many characters to spare an emoji sequence; longer ones are meant to annoy."""


def clean(text: str) -> str:
    """The text without control characters, direction overrides and half characters; line breaks and tabs stay."""
    if text.isprintable():  # nearly all text is, and then there is nothing to take out
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", TRICKS.sub("", lines))


def one_line(text: str) -> str:
    """The text as one line: every run of white space is one space. A space at either end stays: spans are joined."""
    tidy = clean(text)
    return tidy if tidy.isprintable() and "  " not in tidy else re.sub(r"\s+", " ", tidy)


def escape(text: str) -> str:
    """Slack's escaping. https://docs.slack.dev/messaging/formatting-message-text/#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """How long Slack may find a text: UTF-16 units after escaping, the longest of the ways it could count."""
    return len(escape(text).encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, room: int) -> str:
    """The text, or as much of it as fits into `room` with an ellipsis after a whole word and a whole character."""
    if size(text) <= room:
        return text
    longest = min(len(text), room) + 1  # a character counts for one at least
    end = bisect_right(range(longest), room - 1, key=lambda length: size(text[:length])) - 1
    head = text[: max(0, _whole(text, end))]
    space = head.rfind(" ")
    return (head[:space] if space > end // 2 else head).rstrip() + "…"


def _whole(text: str, end: int) -> int:
    """The nearest place at or before `end` that does not split an emoji sequence or a letter from its accents."""
    for place in range(end, max(0, end - _BACK), -1):
        if not _splits(text, place):
            return place
    return end


def _splits(text: str, place: int) -> bool:
    after, before = text[place : place + 1], text[place - 1 : place]
    return after in _JOINERS or before == "\u200d" or _clings(after) or (_flag(after) and _halved(text, place))


def _halved(text: str, place: int) -> bool:
    """Whether an odd number of flag letters stands before `place`: two make a flag."""
    letters = takewhile(_flag, reversed(text[max(0, place - _BACK) : place]))
    return sum(1 for _ in letters) % 2 == 1


def _clings(char: str) -> bool:
    """Accents, variation selectors, skin tones, and the tags of regional flags belong to what stands before them."""
    point = ord(char) if char else 0
    return bool(char) and (
        unicodedata.category(char) in ("Mn", "Me", "Mc") or 0x1F3FB <= point <= 0x1F3FF or 0xE0020 <= point <= 0xE007F
    )


def _flag(char: str) -> bool:
    return bool(char) and 0x1F1E6 <= ord(char) <= 0x1F1FF
