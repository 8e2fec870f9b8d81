"""A feed's text cut at its entries, so that those already known can be left out. Cuts only what it is sure of.

Leaving an entry out must not change what the others say. So no cut is made where entries stand among other elements
or within each other, where one declares a namespace of its own (feedparser remembers it), or where the document is
not well-formed; `sound`, `plain` and `harmless` look at what is kept, `cut` at the whole. What is left out was
looked at when it was read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from bot.sources.memory import Mark, keys_of
from bot.sources.tags import uncommented

MOST = 20_000
"""Entries of a document that is cut; a longer one is read whole."""
NAMESPACES = 100
"""Declarations of a document that is cut: beyond as many, `wellformed.Writer` leaves some out, by their number."""

_SIGN = re.compile(  # letter by letter: with IGNORECASE, `re` would not jump from one < to the next
    r"<(?=[!IiEe]|/[IiEe]|/?[A-Za-z]\w{0,20}+:[IiEe])"
    r"(?:!--|!\[CDATA\[|(/?)((?:[A-Za-z]\w{0,20}+:)?+(?:[Ii][Tt][Ee][Mm]|[Ee][Nn][Tt][Rr][Yy]))(?=[\s>/]))"
)
_SPACE = re.compile(r"\s*+")
_SKIPPED = {"<!--": "-->", "<![CDATA[": "]]>"}
_TAIL = re.compile(r"(?:\s*+</[A-Za-z][\w:.-]{0,60}\s*+>)*+\s*+")
_DATE = re.compile(
    r"<((?:[A-Za-z]\w{0,20}:)?(?:lastBuildDate|pubDate|updated|modified|published|date|updateBase))>"
    r"[^<>]{0,100}</\1\s{0,9}>"
)
_DECLARED = re.compile(r"\bxmlns(:[\w.-]{1,60})?\s{0,9}=\s{0,9}(?:\"([^\"]{0,300})\"|'([^']{0,300})')")
NONE, BROKEN = -1, -2
_INLINE = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg")
_BASE = re.compile(r"[\s:]base\s{0,9}=")
_OWN_BASE = re.compile(r"<[^<>]{1,4000}\sxml:base\s{0,9}=\s{0,9}[\"']https?://")


@dataclass(frozen=True, slots=True)
class Cut:
    """A document's text and where its entries stand in it, one after the other, with nothing but space between.

    `keys` are the digests of the entries as they are written.
    """

    text: str
    places: tuple[tuple[int, int], ...]
    keys: tuple[bytes, ...]

    def entry(self, number: int) -> str:
        """An entry as it is written."""
        return self.text[slice(*self.places[number])]

    def keeping(self, kept: list[int]) -> str:
        """The document with only these entries, in their order; at least one."""
        first, last = self.places[0][0], self.places[-1][1]
        inner = "\n".join(self.text[slice(*self.places[i])] for i in kept)
        return f"{self.text[:first]}{inner}{self.text[last:]}"

    def head(self) -> str:
        """What stands around the entries and may say something of them, such as their base address.

        Dates and the list of entries (RDF) change with every build and say nothing of an entry, except in arXiv's old
        feeds, whose entries have no dates of their own.
        """
        around = f"{self.text[: self.places[0][0]]}\n{self.text[self.places[-1][1] :]}"
        if "arxiv" in around.lower():
            return around
        around = uncommented(around)
        listed = around.find("<items>")
        if 0 <= listed < (end := around.find("</items>")):
            around = around[:listed] + around[end:]
        return " ".join(_DATE.sub("", around).split())


def cut(text: str, known: Mapping[bytes, Mark]) -> Cut | None:
    """Cut a document at its entries; None where one of them could depend on another, or on where it stands.

    Entries that are `known` are expected in their order, and taken without being looked through.
    """
    places, keys = _places(text, known)
    if not places or not _TAIL.fullmatch(text, places[-1][1]):
        return None
    return Cut(text, tuple(places), tuple(keys))


def _places(text: str, known: Mapping[bytes, Mark]) -> tuple[list[tuple[int, int]], list[bytes]]:
    """Where entries start and end, and their keys; nothing when they do not follow one another cleanly."""
    places: list[tuple[int, int]] = []
    keys: list[bytes] = []
    order = {key: number for number, key in enumerate(known, 1)}
    expected = [(key, mark.size) for key, mark in known.items()]
    next_one, patience, at = 0, len(text), _first(text)
    key_of = keys_of(text)
    while at >= 0 and len(places) <= MOST:
        end = -1
        if next_one < len(expected) and patience > 0:
            key, size = expected[next_one]
            if key_of(at, at + size) == key:
                next_one, end = next_one + 1, at + size
            else:
                patience -= size  # a stranger could make each guess a long one
        if end < 0:
            if (end := _end(text, at)) < 0:
                return (places, keys) if end == NONE else ([], [])
            key = key_of(at, end)
            next_one = order.get(key, next_one)
        places.append((at, end))
        keys.append(key)
        at = end if text.startswith("<", end) else found.end() if (found := _SPACE.match(text, end)) else end
    return [], []  # more than are cut


def _first(text: str) -> int:
    """Where the first entry starts; -1 when none does."""
    at = 0
    while found := _SIGN.search(text, at):
        if found[2]:
            return -1 if found[1] else found.start()
        at = text.find(_SKIPPED[found[0]], found.end())
        if at < 0:
            return -1
    return -1


def _end(text: str, start: int) -> int:
    """Where the entry that starts here ends; `NONE` when none starts, `BROKEN` when it does not end as it should."""
    opened = _SIGN.match(text, start)
    if not opened or not opened[2] or opened[1]:
        return NONE
    at = opened.end()
    while found := _SIGN.search(text, at):
        at = found.end()
        if not found[2]:
            at = text.find(_SKIPPED[found[0]], at)
            if at < 0:
                return BROKEN
        elif found[1] and found[2] == opened[2]:
            return text.find(">", at) + 1 or BROKEN
        else:
            return BROKEN
    return BROKEN


def plain(text: str, spaces: int) -> bool:
    """Whether a part of a document, beside entries that speak of namespaces so often, is read as the whole would be."""
    return text.count("xmlns") + spaces <= NAMESPACES and "/api/errors" not in text


def sound(text: str) -> bool:
    """Whether this is well-formed XML with every prefix declared and no entity of its own."""
    parser = expat.ParserCreate("utf-8", " ")
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        return False
    return True


def harmless(entry: str, head: str) -> bool:
    """Whether what feedparser keeps in mind from this entry cannot change how it reads the next.

    It forgets an entry's base address only where the feed has one to go back to, and not at the end of a `div`.
    """
    if "base" in entry and _BASE.search(entry) and ("<div" in entry or not _OWN_BASE.match(head)):
        return False
    if "xmlns" not in entry:
        return True
    if entry.count("xmlns") != sum(1 for _ in _DECLARED.finditer(entry)):
        return False
    return all(
        (not found[1] and (found[2] or found[3]) in _INLINE) or found[0] in head for found in _DECLARED.finditer(entry)
    )
