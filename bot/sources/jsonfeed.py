"""JSON Feed 1.0 and 1.1. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.model import Feed
from bot.sources.dates import parsed
from bot.sources.feed import CATEGORIES
from bot.sources.gather import Entry, Sheet
from bot.sources.identity import Names, web
from bot.sources.people import named, people
from bot.sources.text import plain

Object = Mapping[str, Any]


def recognised(document: Object) -> bool:
    """Whether a JSON object is a JSON Feed: it says so, or it has a list of items."""
    return "jsonfeed.org" in str(document.get("version", "")) or isinstance(document.get("items"), list)


def _text(thing: Object, *names: str) -> str:
    return next((v.strip() for n in names if isinstance(v := thing.get(n), str) and v.strip()), "")


def _id(item: Object) -> str:
    """The item's id; numbers are allowed by many writers, and by the standard's advice to readers."""
    found = item.get("id")
    return str(found) if isinstance(found, int | float) and abs(found) < 1e18 else _text(item, "id")


def _authors(thing: Object) -> Iterator[str]:
    """1.1 has `authors`, 1.0 `author`; a feed with both means the first."""
    listed = thing.get("authors")
    found = listed if isinstance(listed, list) and listed else [thing.get("author")]
    yield from (_text(a, "name") for a in found if isinstance(a, Mapping))


def _pdf(item: Object, base: str) -> str | None:
    attached = item.get("attachments")
    for one in attached if isinstance(attached, list) else []:
        if isinstance(one, Mapping) and one.get("mime_type") == "application/pdf":
            return web(_text(one, "url"), base)
    return None


def _entry(item: Object, document: Object, base: str) -> Entry:
    guid = _id(item)
    link = web(_text(item, "url"), base) or web(_text(item, "external_url"), base) or web(guid) or ""
    names = [n for n in _authors(item) if n] or [n for n in _authors(document) if n]
    tags = item.get("tags")
    words = [plain(t) for t in tags if isinstance(t, str)] if isinstance(tags, list) else []
    date = parsed(item.get("date_published")) or parsed(item.get("date_modified"))
    title = _text(item, "title")
    return Entry(
        names=Names(guid, link, words=title),
        title=title,
        abstract=_text(item, "summary", "content_text", "content_html"),
        authors=people(n for name in names for n in named(name)),
        categories=tuple(dict.fromkeys(w for w in words if w and len(w) <= 200))[:CATEGORIES],
        published=date,
        announced=date,
        pdf_url=_pdf(item, base),
    )


def sheet(document: Object, feed: Feed, odd: tuple[str, ...] = ()) -> Sheet:
    """All items, read."""
    own = _text(document, "home_page_url")
    base = feed.url if feed.url.startswith(("http:", "https:")) else own
    listed = document.get("items")
    items = [i for i in listed if isinstance(i, Mapping)] if isinstance(listed, list) else []
    return Sheet([_entry(i, document, base) for i in items], plain(_text(document, "title")), "jsonfeed", own, odd)
