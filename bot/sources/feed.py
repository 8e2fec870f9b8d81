"""RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, by feedparser: a mended document → papers.

arXiv's feeds are read by `arxiv.py`, out of the same parsed document.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import feedparser

from bot.errors import SourceFailed
from bot.model import Feed
from bot.sources.address import mask
from bot.sources.dates import iso, mailed, moment, parsed, yearless
from bot.sources.gather import Entry, Sheet
from bot.sources.hints import period, ttl
from bot.sources.identity import Names, web
from bot.sources.mending import Document
from bot.sources.people import named, people
from bot.sources.text import plain

CATEGORIES = 50
_DATES = ("published", "created", "updated")

Fields = Mapping[str, Any]

feedparser.api.PREFERRED_XML_PARSERS.clear()  # expat on every machine; looking for others takes 0.3 ms a document


@dataclass(frozen=True, slots=True)
class Parsed:
    """What feedparser made of a document."""

    head: Fields
    entries: Sequence[Fields]
    version: str
    odd: tuple[str, ...]


def parse(document: Document, feed: Feed) -> Parsed:
    """Run feedparser on bytes alone: it is given a stream, for a string it would take as an address or a file's name.

    Its cleaning of HTML is off, since `plain` keeps only words. It is not told the feed's address, since it would join
    that to every element; links are made absolute afterwards, by us.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(document.xml)
    try:
        found = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise SourceFailed(
            f"The feed at {mask(feed.address)} could not be read ({type(error).__name__}); its owner should check it "
            "with validator.w3.org/feed."
        ) from error
    # As plain dicts: feedparser's own answers for a missing date with another one, and warns.
    return Parsed(dict(found.feed), [dict(entry) for entry in found.entries], str(found.version or ""), document.odd)


def text(fields: Fields, *names: str) -> str:
    """The first of the fields that is a text, trimmed; empty when none is."""
    found = (fields.get(name) for name in names)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")


def kind(version: str) -> str:
    """`rss10` → `rdf`, `atom03` → `atom`, and everything else `rss`."""
    if version in ("rss10", "rss090"):
        return "rdf"
    return "atom" if version.startswith("atom") else "rss"


def links(entry: Fields) -> Iterator[tuple[str, str, str]]:
    """(address, relation, type) of every link of an entry."""
    for link in entry.get("links") or ():
        if isinstance(link, Mapping):
            yield str(link.get("href") or ""), str(link.get("rel") or ""), str(link.get("type") or "")


def authors(entry: Fields) -> list[str]:
    """The authors' names as the feed writes them, one or several a string."""
    found = entry.get("authors") or ()
    whole = text(entry, "author")
    if "@" in whole and len(found) < 2:
        return [whole]  # feedparser cuts addresses of newer domains in two, and the name with them
    names = [str(a.get("name") or "") for a in found if isinstance(a, Mapping)]
    return [n for n in names if n] or [whole]


def terms(entry: Fields) -> tuple[str, ...]:
    """The entry's categories, each once."""
    tags = entry.get("tags") or ()
    words = (plain(str(t.get("term") or t.get("label") or "")) for t in tags if isinstance(t, Mapping))
    return tuple(dict.fromkeys(w for w in words if w and len(w) <= 200))[:CATEGORIES]


def _names(entry: Fields, base: str) -> Names:
    """Related links are left aside: a post about a paper is not that paper."""
    others = [text(entry, name) for name in ("prism_doi", "dc_identifier", "arxiv_doi", "doi", "prism_url")]
    link = web(text(entry, "link"), base) or next(
        (w for h, r, _ in links(entry) if r == "alternate" and (w := web(h, base))), ""
    )
    guid = text(entry, "id")
    if not link and entry.get("guidislink"):
        link = web(guid, base) or ""
    return Names(guid, link, tuple(o for o in others if o), text(entry, "title"))


def _date(entry: Fields, name: str) -> datetime | None:
    written = text(entry, name)
    return iso(written) or (None if yearless(written) else moment(entry.get(f"{name}_parsed")) or mailed(written))


def _entry(entry: Fields, base: str) -> Entry:
    contents = [str(c.get("value") or "") for c in entry.get("content") or () if isinstance(c, Mapping)]
    dates = {name: _date(entry, name) for name in _DATES}
    published = dates["published"] or dates["created"] or parsed(text(entry, "prism_publicationdate"))
    pdf = next((web(href, base) for href, _, mime in links(entry) if mime == "application/pdf"), None)
    return Entry(
        names=_names(entry, base),
        title=text(entry, "title"),
        abstract=text(entry, "summary") or next((c for c in contents if c.strip()), ""),
        authors=people(n for a in authors(entry) for n in named(a)),
        categories=terms(entry),
        published=published or dates["updated"],
        announced=published or dates["updated"],
        pdf_url=pdf,
    )


def sheet(found: Parsed, feed: Feed) -> Sheet:
    """All entries, read."""
    own = text(found.head, "link")
    base = feed.url if feed.url.startswith(("http:", "https:")) else own
    entries = [_entry(e, base) for e in found.entries]
    title = plain(text(found.head, "title"))
    return Sheet(entries, title, kind(found.version), own, found.odd, ttl(found.head), period=period(found.head))
