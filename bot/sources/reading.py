"""Bytes → Reading: which format it is shows in the bytes themselves, whatever the server calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.errors import SourceFailed
from bot.model import Feed, Reading
from bot.sources import huggingface, jsonfeed, sample
from bot.sources.address import mask
from bot.sources.decoding import characters
from bot.sources.gather import Sheet
from bot.sources.prolog import Opening, opening
from bot.sources.renewal import Source, renewed, whole
from bot.sources.text import plain, shortened

LARGEST = 15 * 1024 * 1024
"""Bytes of a body, after decompression: what a well-behaved poller reads at most."""
_FEEDS = ("rss", "feed", "rdf", "channel", "entry")
_ITEMS = re.compile(r'"(?:items|papers)"\s{0,20}:\s{0,20}\[')
_ANCHOR = re.compile(r"<(?:[A-Za-z]\w{0,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)
_PAGED = (
    "html",
    "head",
    "body",
    "title",
    "script",
    "style",
    "meta",
    "div",
    "p",
    "h1",
    "center",
    "table",
    "pre",
    "a",
    "b",
    "br",
)


def read(body: bytes, feed: Feed, *, content_type: str = "", seen: bytes = b"") -> Reading:
    """What a source's bytes say. `SourceFailed` with one sentence when they are no feed, or one that refuses.

    With `seen` of an earlier reading of this feed, the papers of entries that have not changed since may be left out
    and counted in `unchanged`; all else is as it is without.
    """
    found = _read(body, feed, content_type, seen, None)
    assert found  # only a bound keeps anything from being read
    return found


def renew(body: bytes, feed: Feed, seen: bytes, most: int) -> Reading | None:
    """The same, as long as no more than `most` characters are to be read beside what was `seen`; else None, soon."""
    return _read(body, feed, "", seen, most)


def _read(body: bytes, feed: Feed, content_type: str, seen: bytes, most: int | None) -> Reading | None:
    shown = mask(feed.url if feed.url.startswith(("http:", "https:")) else feed.address)
    if len(body) > LARGEST:
        raise SourceFailed(f"{shown} sent {len(body) // 2**20} MiB; more than {LARGEST // 2**20} MiB are not read.")
    text, oddity = characters(body, content_type)
    text = (text.replace("\x00", "") if "\x00" in text else text).strip()
    odd = (oddity,) if oddity else ()
    if not text:
        raise SourceFailed(f"{'Standard input' if shown == '-' else shown} is empty where a feed is due.")
    if text[0] in "[{":
        return whole(_json(text, feed, shown, odd), feed) if most is None else None
    reading = renewed(*_xml(text, feed, shown, seen), most)
    return replace(reading, odd=(*odd, *reading.odd)) if odd and reading else reading


# ── XML ──


def _xml(text: str, feed: Feed, shown: str, seen: bytes) -> tuple[str, Source]:
    """The text from its first element on, if that is a feed's."""
    found = opening(text)
    if found and not _feedlike(found) and (anchor := _ANCHOR.search(text, 0, 5000)) and not _PAGE.search(text, 0, 5000):
        found = opening(text[anchor.start() :])
        text = text[anchor.start() :]
    if not found or not _feedlike(found):
        raise SourceFailed(_strange(text, found, shown))
    if found.root.rpartition(":")[2].lower() == "entry":  # an Atom entry by itself is a document too (RFC 4287)
        text, found = f"<feed>{text[found.at :]}</feed>", Opening(0, "feed", found.entities)
    return text, Source(feed, found, shown, seen)


def _feedlike(found: Opening) -> bool:
    return found.root.rpartition(":")[2].lower() in _FEEDS


def _strange(text: str, found: Opening | None, shown: str) -> str:
    if _PAGE.search(text, 0, 5000) or (found and found.root.lower() in _PAGED):
        title = re.search(r"<title[^<>]{0,200}>([^<]{1,300})", text, re.IGNORECASE)
        called = f" ({shortened(plain(title[1]), 80)!r})" if title and plain(title[1]) else ""
        return f"{shown} is an HTML page{called}, not a feed; use the address of the page's feed (RSS, Atom or JSON)."
    if found:
        return f"{shown} is XML, but no feed: its first element is <{shortened(plain(found.root), 40)}>."
    start = shortened(plain(text[:200]), 40)
    return f"{shown} is not a feed; it begins with {start!r}."


# ── JSON ──


def _json(text: str, feed: Feed, shown: str, odd: tuple[str, ...]) -> Sheet:
    document, broken = _loaded(text, shown)
    odd = (*odd, *broken)
    if isinstance(document, list):
        if document and not huggingface.recognised(document):
            raise SourceFailed(f"{shown} is a JSON list, but not one of papers (each item should hold a `paper`).")
        return huggingface.sheet(document, odd)
    if sample.recognised(document):
        return sample.sheet(document, feed, odd)
    if jsonfeed.recognised(document):
        return jsonfeed.sheet(document, feed, odd)
    reason = next((plain(v) for k in ("error", "message") if isinstance(v := document.get(k), str)), "")
    if reason:
        raise SourceFailed(f"{shown} answered with an error: {shortened(reason, 200).rstrip('.')}.")
    raise SourceFailed(f"{shown} is JSON, but no feed: it has neither `items` nor a jsonfeed.org version.")


def _loaded(text: str, shown: str) -> tuple[list[object] | Mapping[str, Any], tuple[str, ...]]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise SourceFailed(f"{shown} is JSON nested too deeply to be a feed.") from None
    except ValueError as error:
        document = _partial(text)
        if not document:
            raise SourceFailed(
                f"{shown} is cut off or damaged JSON without one whole entry ({_where(error)})."
            ) from None
        return document, (f"the JSON breaks off or is damaged ({_where(error)}); the whole entries before were read",)
    return document, ()


def _where(error: ValueError) -> str:
    return f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number is too long"


def _partial(text: str) -> list[object] | dict[str, object] | None:
    """The whole entries of JSON that breaks off: of the list, or of the object's `items` or `papers`."""
    start = _ITEMS.search(text)
    at = 1 if text[0] == "[" else start.end() if start else -1
    items: list[object] = []
    decoder = json.JSONDecoder()
    while at >= 0:
        at += len(text[at : at + 1000]) - len(text[at : at + 1000].lstrip(" \t\r\n,"))
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        items.append(item)
    if not items:
        return None
    if text[0] == "[":
        return items
    return {"kind": sample.KIND, "papers": items} if start and "papers" in start[0] else {"items": items}
