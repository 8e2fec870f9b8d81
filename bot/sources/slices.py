"""A feed's text cut at its entries, so that those already known can be left out. Cuts only what it is sure of.

Leaving an entry out must not change what the others say. So no cut is made where entries stand among other elements
or within each other, where one declares a namespace of its own (feedparser remembers it), or where the document is
not well-formed; `sound` and `harmless` look at what is kept, `cut` at the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from bot.sources.tags import uncommented

MOST = 20_000
"""Entries of a document that is cut; a longer one is read whole."""
NAMESPACES = 100
"""Declarations of a document that is cut: beyond as many, `wellformed.Writer` leaves some out, by their number."""

_SIGN = re.compile(  # letter by letter: with IGNORECASE, `re` would not jump from one < to the next
    r"<(?:!--|!\[CDATA\[|(/?)((?:[A-Za-z]\w{0,20}:)?(?:[Ii][Tt][Ee][Mm]|[Ee][Nn][Tt][Rr][Yy]))(?=[\s>/]))"
)
_SKIPPED = {"<!--": "-->", "<![CDATA[": "]]>"}
_TAIL = re.compile(r"(?:\s*+</[A-Za-z][\w:.-]{0,60}\s*+>)*+\s*+")
_DATE = re.compile(
    r"<((?:[A-Za-z]\w{0,20}:)?(?:lastBuildDate|pubDate|updated|modified|published|date|updateBase))>"
    r"[^<>]{0,100}</\1\s{0,9}>"
)
_DECLARED = re.compile(r"\bxmlns(:[\w.-]{1,60})?\s{0,9}=\s{0,9}(?:\"([^\"]{0,300})\"|'([^']{0,300})')")
_INLINE = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg")
_BASE = re.compile(r"[\s:]base\s{0,9}=")
_OWN_BASE = re.compile(r"<[^<>]{1,4000}\sxml:base\s{0,9}=\s{0,9}[\"']https?://")


@dataclass(frozen=True, slots=True)
class Cut:
    """A document's text and where its entries stand in it, one after the other, with nothing but space between."""

    text: str
    places: tuple[tuple[int, int], ...]

    def slices(self) -> list[str]:
        """Each entry as it is written."""
        return [self.text[start:end] for start, end in self.places]

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


def cut(text: str) -> Cut | None:
    """Cut a document at its entries; None where one of them could depend on another, or on where it stands."""
    places = _places(text)
    if not places or len(places) > MOST or text.count("xmlns") > NAMESPACES or "/api/errors" in text:
        return None
    together = all(not text[a[1] : b[0]].strip() for a, b in pairwise(places))
    return Cut(text, tuple(places)) if together and _TAIL.fullmatch(text, places[-1][1]) else None


def _places(text: str) -> list[tuple[int, int]]:
    """Where entries start and end; empty when they do not follow one another cleanly."""
    places: list[tuple[int, int]] = []
    start, name, at = -1, "", 0
    while found := _SIGN.search(text, at):
        at = found.end()
        if not found[2]:
            at = text.find(_SKIPPED[found[0]], at)
            if at < 0:
                return []
        elif not found[1] and start < 0:
            start, name = found.start(), found[2]
        elif found[1] and start >= 0 and found[2] == name and (close := text.find(">", at)) >= 0:
            places.append((start, close + 1))
            start, at = -1, close + 1
        else:
            return []
    return places if start < 0 else []


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
    if _BASE.search(entry) and ("<div" in entry or not _OWN_BASE.match(head)):
        return False
    if entry.count("xmlns") != sum(1 for _ in _DECLARED.finditer(entry)):
        return False
    return all(
        (not found[1] and (found[2] or found[3]) in _INLINE) or found[0] in head for found in _DECLARED.finditer(entry)
    )
