"""Feeds held against their standards, rule by rule: what is wrong with one, in words; nothing when it is valid."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""https://www.rfc-editor.org/rfc/rfc4287#section-3.3: RFC 3339, in capitals, with a zone."""
IN_FEED = frozenset(
    [
        "author",
        "category",
        "contributor",
        "generator",
        "icon",
        "id",
        "link",
        "logo",
        "rights",
        "subtitle",
        "title",
        "updated",
        "entry",
    ]
)
IN_ENTRY = frozenset(
    [
        "author",
        "category",
        "content",
        "contributor",
        "id",
        "link",
        "published",
        "rights",
        "source",
        "summary",
        "title",
        "updated",
    ]
)
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = ("subtitle", "rights", "published", "content", "summary", "source", "generator", "icon", "logo")
JSON_FEED = frozenset(
    [
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "user_comment",
        "next_url",
        "icon",
        "favicon",
        "authors",
        "language",
        "expired",
        "hubs",
        "items",
    ]
)
JSON_ITEM = frozenset(
    [
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "banner_image",
        "date_published",
        "date_modified",
        "authors",
        "tags",
        "language",
        "attachments",
    ]
)


def wrong(kind: str, body: bytes) -> list[str]:
    """What the standard of this kind of feed, `atom` or `json`, does not allow."""
    return list(_atom(ElementTree.fromstring(body)) if kind == "atom" else _json(json.loads(body)))


# ── RFC 4287 ──


def _atom(root: Element) -> Iterator[str]:
    if root.tag != f"{ATOM}feed":
        yield f"the root is {root.tag}"
    entries = root.findall(f"{ATOM}entry")
    yield from _element(root, IN_FEED)
    for entry in entries:
        yield from _element(entry, IN_ENTRY)
        if entry.find(f"{ATOM}content") is None and not _alternates(entry):
            yield "4.1.2: an entry without content has no link that leads to it"
    if root.find(f"{ATOM}author") is None and not all(one.findall(f"{ATOM}author") for one in entries):
        yield "4.1.1: neither the feed nor each entry has an author"
    ids = Counter(one.findtext(f"{ATOM}id") for one in entries)
    yield from (f"4.1.1: two entries share {one}" for one, times in ids.items() if times > 1)


def _element(one: Element, known: frozenset[str]) -> Iterator[str]:
    names = Counter(child.tag.removeprefix(ATOM) for child in one if child.tag.startswith(ATOM))
    yield from (f"{name}: not known here" for name in names if name not in known)
    yield from (f"4.1: {name} stands {names[name]} times" for name in ONCE if names[name] != 1)
    yield from (f"4.1: {name} stands {names[name]} times" for name in AT_MOST_ONCE if names[name] > 1)
    if not urlsplit(one.findtext(f"{ATOM}id") or "").scheme:
        yield f"4.2.6: the id {one.findtext(f'{ATOM}id')!r} is no IRI"
    moments = (*one.findall(f"{ATOM}updated"), *one.findall(f"{ATOM}published"))
    yield from (f"3.3: {found.text!r} is no moment" for found in moments if not MOMENT.fullmatch(found.text or ""))
    yield from _constructs(one)
    yield from _links(one)


def _constructs(one: Element) -> Iterator[str]:
    authors = one.findall(f"{ATOM}author")
    yield from ("3.2.1: an author has one name" for author in authors if len(author.findall(f"{ATOM}name")) != 1)
    yield from ("4.2.2: a category has a term" for found in one.findall(f"{ATOM}category") if not found.get("term"))
    for text in (*one.findall(f"{ATOM}title"), *one.findall(f"{ATOM}content")):
        if text.get("type", "text") not in ("text", "html") or len(text):
            yield f"3.1: {text.tag} is no plain text"


def _links(one: Element) -> Iterator[str]:
    links = one.findall(f"{ATOM}link")
    yield from (f"4.2.7: the link {link.get('href')!r}" for link in links if not _is_address(link.get("href")))
    if any(times > 1 for times in Counter(_alternates(one)).values()):
        yield "4.1: two alternate links of one type"


def _alternates(one: Element) -> list[tuple[str, str]]:
    links = [link for link in one.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    return [(link.get("type", ""), link.get("hreflang", "")) for link in links]


def _is_address(text: object) -> bool:
    parts = urlsplit(text) if isinstance(text, str) else urlsplit("")
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", str(text))


# ── JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/ ──


def _json(feed: dict[str, Any]) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"version: {feed.get('version')!r}"
    if not isinstance(feed.get("title"), str) or not isinstance(feed.get("items"), list):
        yield "a title and items are required"
    yield from (f"{name}: not known" for name in feed if name not in JSON_FEED and not name.startswith("_"))
    yield from (f"{n}: {feed[n]!r}" for n in ("home_page_url", "feed_url") if n in feed and not _is_address(feed[n]))
    yield from _authors(feed)
    for item in feed["items"]:
        yield from _item(item)
    ids = Counter(item.get("id") for item in feed["items"])
    yield from (f"two items share {one}" for one, times in ids.items() if times > 1)


def _item(item: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name}: not known" for name in item if name not in JSON_ITEM and not name.startswith("_"))
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield f"id: {item.get('id')!r} is no string"
    if not isinstance(item.get("content_text", item.get("content_html")), str):
        yield "content_text or content_html is required"
    yield from (f"{n}: {item[n]!r}" for n in ("url", "external_url") if n in item and not _is_address(item[n]))
    for name in ("date_published", "date_modified"):
        if name in item and not MOMENT.fullmatch(item[name]):
            yield f"{name}: {item[name]!r}"
    if not all(isinstance(tag, str) for tag in item.get("tags", ())):
        yield "tags are strings"
    for one in item.get("attachments", ()):
        if not _is_address(one.get("url")) or "/" not in one.get("mime_type", ""):
            yield f"an attachment has url and mime_type: {one}"
    yield from _authors(item)


def _authors(one: dict[str, Any]) -> Iterator[str]:
    for author in one.get("authors", ()):
        if not {"name", "url", "avatar"} & author.keys():
            yield "an author has a name, a url or an avatar"
