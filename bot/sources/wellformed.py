"""Any XML-like text → a well-formed document that feedparser reads in linear time.

feedparser's own second chance for broken feeds, and several of its patterns, take quadratic time on hostile input, so
it is only ever given what this page wrote: no DTD, comments or processing instructions, every prefix declared, bounded
depth, attributes and texts. Entries that cannot be mended are left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

ENTRIES = 100_000
DEEPEST = 100
ELEMENTS = 5_000
"""Elements of one entry; a long post in XHTML has some hundreds."""
NAMESPACES = 100
CATEGORIES = 200
LETTERS = 400_000
"""Characters of one entry."""
ATTRIBUTE = 8_000

_FEEDS = frozenset(("rss", "feed", "rdf", "channel"))
_ENTRY = frozenset(("item", "entry"))
_LONG = frozenset(("description", "summary", "content", "encoded", "title", "subtitle", "body", "div", "p", "info"))
_DATES = frozenset(
    ("pubdate", "date", "updated", "published", "modified", "issued", "created", "lastbuilddate", "expirationdate")
)
_LISTS = frozenset(("keywords", "tags"))
_WEIGHTS = dict.fromkeys(("category", "subject", "tag"), 1) | dict.fromkeys(_LISTS, 150)
"""feedparser compares each new category with all before it, and a list of keywords holds many."""
_RUN = re.compile(r"[\w.+-]{200,}")
_UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535])
_CONTROLS = bytes(code for code in _UNSEEN if code < 32)
_KNOWN = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "arxiv": "http://arxiv.org/schemas/atom",
}
_RESERVED = ("http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace")


class _Enough(Exception):
    """As many entries as we read."""


def legal(text: str) -> str:
    """Without the characters that XML forbids."""
    encoded = text.encode("utf-8", "ignore")  # without lone surrogates
    if len(encoded.translate(None, _CONTROLS)) < len(encoded) or "\ufffe" in text or "\uffff" in text:
        return encoded.decode().translate(_UNSEEN)
    return text if text.isascii() else encoded.decode()


class Writer:
    """Copies what it is fed, element by element, into a document that is always well-formed up to the last entry."""

    def __init__(self, entities: dict[str, str]) -> None:
        self.entities = entities
        self.out: list[str] = []
        self.open: list[tuple[str, frozenset[str]]] = []
        self.entries = 0
        self.left_out = 0
        self.start: tuple[int, int] | None = None
        """Of the entry under way: how much was written and how deep it was open before it."""
        self.skipping = 0
        self.namespaces = 0
        self.elements = self.categories = self.letters = 0

    # ── feeding ──
    def feed(self, text: str, *, wrapped: bool = False) -> int | None:
        """Copy `text`; the place (in characters) where it is broken, or None. `wrapped`: without the outer element."""
        parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = parser.buffer_text = True
        parser.buffer_size = 65536
        parser.UseForeignDTD(True)  # an unknown entity is told to us instead of ending the document
        parser.ExternalEntityRefHandler = lambda *_: 1  # and nothing outside is ever read
        inner = 1 if wrapped else 0
        depth = 0

        def start(name: str, attributes: list[str]) -> None:
            nonlocal depth
            depth += 1
            if depth > inner:
                self._start(name, attributes)

        def end(_: str) -> None:
            nonlocal depth
            depth -= 1
            if depth >= inner:
                self._end()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._entity
        return self._parsed(parser, text)

    def _parsed(self, parser: expat.XMLParserType, text: str) -> int | None:
        try:
            parser.Parse(text, True)
        except _Enough:
            self.left_out += 1
        except expat.ExpatError:
            return max(0, parser.ErrorByteIndex)
        return None

    # ── events ──
    def _start(self, name: str, attributes: list[str]) -> None:
        local = name.rpartition(":")[2].lower()
        if local in _ENTRY and self.start is None and self.open:
            if self.entries >= ENTRIES:
                raise _Enough
            self.start = (len(self.out), len(self.open))
            self.elements = self.categories = self.letters = 0
        self.elements += 1
        self.categories += _WEIGHTS.get(local, 0)
        over = self.start is not None and self.elements > ELEMENTS
        if self.skipping or len(self.open) >= DEEPEST or over or self.categories > CATEGORIES:
            self.skipping += 1
            return
        self.letters = 0 if self.start is None else self.letters
        self.out.append(self._tag(name, attributes))

    def _end(self) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        name, _ = self.open.pop()
        self.out.append(f"</{name}>")
        if self.start and len(self.open) == self.start[1]:
            self.start = None
            self.entries += 1

    def _text(self, text: str) -> None:
        if not self.open or (self.skipping and len(self.open) < DEEPEST):
            return
        local = self.open[-1][0].rpartition(":")[2].lower()
        short = local in _DATES or local in _LISTS
        text = text[: 400 if short else max(0, LETTERS - self.letters)]
        self.letters += len(text)
        whole = local in _LONG or len(text) < 200
        self.out.append(escape(text if whole else _RUN.sub(lambda run: run[0][:200], text)))

    def _entity(self, name: str, parameter: bool) -> None:
        if not parameter:
            self._text(self.entities.get(name) or html5.get(f"{name};") or f"&{name};")

    # ── writing ──
    def _tag(self, name: str, attributes: list[str]) -> str:
        name = name if name.count(":") < 2 and name.strip(":") == name else name.replace(":", "_")
        declared = set(self.open[-1][1]) if self.open else {"xml"}
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))[:64]
        written = [self._declaration(k, v.strip(), declared) for k, v in pairs if k.split(":")[0] == "xmlns"]
        prefix = name.partition(":")[0] if ":" in name else ""
        if prefix and prefix not in declared:
            written.append(
                self._declaration(f"xmlns:{prefix}", _KNOWN.get(prefix, f"urn:undeclared:{prefix}"), declared)
            )
            name = name if prefix in declared else name.replace(":", "_")
        seen: set[str] = set()
        for key, value in pairs:
            local = key.rpartition(":")[2]
            known = ":" not in key or (key.count(":") == 1 and key.partition(":")[0] in declared)
            if name == "link" and key == "uri":
                continue  # Bluesky's at:// address, which feedparser would take for the link
            if key.split(":")[0] != "xmlns" and known and local and (":" not in key or local not in seen):
                seen.add(local)
                written.append(f" {key}={quoteattr(value[:ATTRIBUTE])}")
        self.open.append((name, frozenset(declared)))
        return f"<{name}{''.join(written)}>"

    def _declaration(self, key: str, uri: str, declared: set[str]) -> str:
        prefix = key.partition(":")[2]
        self.namespaces += 1
        taken = prefix in ("xml", "xmlns") or uri in _RESERVED or (prefix and not uri) or ":" in prefix
        if taken or (self.namespaces > NAMESPACES and self.start is not None and prefix not in _KNOWN):
            return ""
        declared.add(prefix)
        return f" {key}={quoteattr(uri[:500])}"

    # ── after a break ──
    def drop_entry(self) -> None:
        """Forget the entry under way."""
        if self.start:
            size, depth = self.start
            del self.out[size:], self.open[depth:]
        self.start, self.skipping = None, 0

    def unwind(self) -> None:
        """Close what is open within the feed itself, such as its title, so that entries may follow."""
        while self.open and self.open[-1][0].rpartition(":")[2].lower() not in _FEEDS:
            self.out.append(f"</{self.open.pop()[0]}>")
        self.skipping = 0

    def document(self) -> bytes:
        """The whole, with everything closed that is still open."""
        self.drop_entry()
        closing = [f"</{name}>" for name, _ in reversed(self.open)]
        return "".join(['<?xml version="1.0" encoding="utf-8"?>', *self.out, *closing]).encode()


def outside_cdata(text: str, mend: Callable[[str], str]) -> str:
    """Apply `mend` to all but the CDATA sections."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += (mend(text[at:start]), text[start : end + 3])
        at = end + 3
    return "".join([*parts, mend(text[at:])])
