"""A feed's text → a document that can be read, mended where people and servers break theirs, and what was odd.

First as it is; then with bare ampersands escaped; then entry by entry, so that one broken entry costs only itself; and
an entry that is no XML at all is read field by field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from bot.sources.prolog import Opening
from bot.sources.wellformed import Writer, legal, outside_cdata

_BARE = re.compile(r"&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});")
_START = re.compile(r"<(?:[A-Za-z]\w{0,20}:)?(?:item|entry)[\s>]")
_END = re.compile(r"</(?:[A-Za-z]\w{0,20}:)?(?:item|entry)\s{0,9}>")
_FIELD = re.compile(
    r"<((?:(?:dc|content|prism|atom|arxiv):)?(?:title|link|description|summary|content|encoded|guid|id|pubDate|published|"
    r"updated|creator|date|identifier|author|category|doi|announce_type))((?:\s[^<>]{0,2000})?)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([A-Za-z][\w:.-]{0,60})\s{0,9}=\s{0,9}(?:\"([^\"<]{0,2000})\"|'([^'<]{0,2000})')")
_TAGS = re.compile(r"<[^<>]{0,500}>")
_MARKUP = re.compile(r"title|description|summary|content|encoded", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed document, how many entries it holds, and what had to be left out."""

    xml: bytes
    entries: int
    odd: tuple[str, ...] = ()
    broken: bool = False
    """Whether it is not well-formed as it came."""
    closed: bool = True
    """Whether it ends as a feed does; if not, it was cut off on its way."""


def _reference(found: re.Match[str]) -> str:
    code = int(found[1][1:], 16) if found[1][0] in "xX" else int(found[1])
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return found[0] if allowed else ""


def _escaped(text: str) -> str:
    return _BARE.sub("&amp;", _REFERENCE.sub(_reference, text))


def mended(text: str, opening: Opening) -> Document:
    """Make the document well-formed, at the price of as little as possible. Linear in the text's length."""
    text = legal(text[opening.at :])
    writer = Writer(opening.entities)
    if (broken := writer.feed(text)) is not None:
        text = outside_cdata(text, _escaped)
        writer = Writer(opening.entities)
        broken = writer.feed(text)
    odd = [] if broken is None else _rest(writer, text, broken)
    if writer.left_out:
        odd.append(f"only the first {writer.entries} entries were read")
    return Document(writer.document(), writer.entries, tuple(odd), broken is not None, _closed(text))


def _rest(writer: Writer, text: str, broken: int) -> list[str]:
    """After a break: go on with the entry in which it happened, one entry at a time."""
    whole = writer.entries
    inside = writer.start is not None
    writer.drop_entry()
    writer.unwind()
    at = len(text.encode()[:broken].decode("utf-8", "ignore"))
    starts = [m.start() for m in _START.finditer(text)]
    first = max((i for i, s in enumerate(starts) if s <= at), default=0) if inside else None
    remaining = starts[first:] if first is not None else [s for s in starts if s >= at]
    lost = sum(not _piece(writer, text[a:b]) for a, b in pairwise([*remaining, len(text)]))
    if not lost:
        sound = "what stands between its entries is damaged" if not inside else ""
        return (
            [sound or "entries that are no XML were read field by field"]
            if _closed(text)
            else [f"it breaks off after {writer.entries} whole entries"]
        )
    if lost == 1 and writer.entries == whole + len(remaining) - 1 and not _END.search(text, remaining[-1]):
        return [f"it breaks off within an entry, after {writer.entries} whole ones"]
    return [f"{lost} of {writer.entries + lost} entries are broken and were left out"]


def _closed(text: str) -> bool:
    return bool(re.search(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*$", text[-200:], re.IGNORECASE))


def _piece(writer: Writer, text: str) -> bool:
    """Copy one entry as XML, else field by field; False when it never ends or holds nothing."""
    ends = [m.end() for m in _END.finditer(text)]
    if not ends or not writer.open:
        return False
    for piece in (text[: ends[-1]], _fields(text[: ends[-1]])):
        before = writer.entries
        if piece and writer.feed(f"<x>{piece}</x>", wrapped=True) is None and writer.entries > before:
            return True
        writer.drop_entry()
    return False


def _fields(text: str) -> str:
    """The known fields of an entry that is no XML, each as text; empty when it has none."""
    fields: list[str] = []
    at, missing = 0, set[str]()
    while found := _FIELD.search(text, at):
        at = found.end()
        name = found[1]
        attributes = "".join(
            f" {m[1]}={quoteattr(unescape(m[2] or m[3] or ''))}" for m in _ATTRIBUTE.finditer(found[2])
        )
        close = -1 if name in missing or found[2].endswith("/") else text.find(f"</{name}", at)
        if close < 0:
            missing |= {name} if not found[2].endswith("/") else set()
            fields.append(f"<{name}{attributes}/>" if attributes else "")
            continue
        fields.append(f"<{name}{attributes}>{escape(_inner(name, text[at:close]))}</{name}>")
        at = close + len(name) + 2
    kind = "entry" if text.startswith(("<entry", "<atom:entry")) else "item"
    return f"<{kind}>{''.join(fields)}</{kind}>" if any(fields) else ""


def _inner(name: str, raw: str) -> str:
    raw = raw.strip()
    if raw.startswith("<![CDATA["):
        return raw[9:].partition("]]>")[0]
    return unescape(raw) if _MARKUP.search(name) else unescape(_TAGS.sub(" ", raw)).strip()
