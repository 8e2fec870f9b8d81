"""arXiv's own feeds: RSS 2.0, Atom, the RDF of before 2024, and the API's Atom.

https://info.arxiv.org/help/rss_specifications.html, https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re

from bot.errors import SourceFailed
from bot.model import Announce, Feed
from bot.sources.address import mask
from bot.sources.dates import moment
from bot.sources.feed import Fields, Parsed, authors, links, terms, text
from bot.sources.gather import Entry, Sheet
from bot.sources.hints import period, ttl
from bot.sources.identity import Names, arxiv_id
from bot.sources.people import listed, people
from bot.sources.text import plain

_HOME = re.compile(r"(?:^|//|\.)arxiv\.org(?:[/:]|$)|\bupdates on arXiv\.org|^ArXiv Query:", re.IGNORECASE)
_PREFIX = re.compile(
    r"\s*arXiv:(?P<id>\S+?)(?:v(?P<version>\d+))?\s+Announce Type:\s*(?P<kind>[a-z-]+)\s*(?:Abstract:\s*)?",
    re.IGNORECASE,
)
_SUFFIX = re.compile(  # "Title. (arXiv:1805.09166v1 [hep-ex] CROSS LISTED)", as written until January 2024
    r"\.?\s*\(arXiv:(?P<id>[^\s()]+?)(?:v(?P<version>\d+))?\s*(?:\[(?P<category>[\w.-]+)\])?\s*"
    r"(?P<kind>CROSS LISTED|UPDATED)?\)\s*$"
)
FULL = 2000
"""Entries at which arXiv ends an answer: "Limit 2000 results", https://info.arxiv.org/help/rss.html."""
OAI = "oai:arXiv.org:"
_KINDS: dict[str, Announce] = {
    "new": "new",
    "cross": "cross",
    "replace": "replace",
    "replace-cross": "replace-cross",
    "cross listed": "cross",
    "updated": "replace",
}


def recognised(found: Parsed) -> bool:
    """Whether arXiv made this feed: its own id, link or title says so, or its entries' ids do."""
    told = [text(found.head, "id"), text(found.head, "link"), text(found.head, "title")]
    told += [href for href, relation, _ in links(found.head) if relation == "self"]
    return any(_HOME.search(t) for t in told) or any(text(e, "id").startswith(OAI) for e in found.entries[:5])


def _refusal(found: Parsed) -> str:
    if plain(text(found.head, "title")).lower().startswith("feed error"):
        return plain(text(found.head, "subtitle", "description")) or "it does not say why"
    for entry in found.entries[:1]:
        if "/api/errors" in text(entry, "id") or "/api/errors" in text(entry, "link"):
            return plain(text(entry, "summary", "title"))
    return ""


def _entry(entry: Fields, head: Fields) -> Entry:
    title, abstract, guid = text(entry, "title"), text(entry, "summary"), text(entry, "id")
    prefix, suffix = _PREFIX.match(abstract[:300]), _SUFFIX.search(title[-200:])
    said = prefix or suffix
    kind = text(entry, "arxiv_announce_type") or (said and said["kind"]) or "new"
    api = "arxiv.org/abs/" in guid and not suffix and bool(entry.get("published_parsed"))
    names = authors(entry) if api else [name for line in authors(entry) for name in listed(line)]
    dates = {name: moment(entry.get(f"{name}_parsed")) for name in ("published", "updated")}
    issue = moment(head.get("updated_parsed")) or moment(head.get("published_parsed"))
    own = [said["id"]] if said else []
    return Entry(
        names=Names(_oai(guid), text(entry, "link"), tuple(f"arXiv:{i}" for i in own) + _dois(entry), title),
        title=title[: len(title) - len(suffix[0])] if suffix else title,
        abstract=abstract[prefix.end() :] if prefix else abstract,
        authors=people(plain(name) for name in names),
        categories=terms(entry) or tuple(c for c in [suffix and suffix["category"]] if c),
        published=dates["published"] or dates["updated"] or issue,
        announced=dates["updated" if api else "published"] or dates["published"] or dates["updated"] or issue,
        announce=_KINDS.get(kind.strip().lower(), "new"),
        version=int(said["version"]) if said and said["version"] and len(said["version"]) < 4 else None,
    )


def _oai(guid: str) -> str:
    return guid if arxiv_id(guid) else ""


def _dois(entry: Fields) -> tuple[str, ...]:
    found = [text(entry, "arxiv_doi"), *(href for href, relation, _ in links(entry) if relation == "related")]
    return tuple(f for f in found if f)


def sheet(found: Parsed, feed: Feed) -> Sheet:
    """arXiv's entries; `SourceFailed` quotes its reason where it answers with an error dressed as a feed."""
    if reason := _refusal(found):
        raise SourceFailed(f"arXiv refused {mask(feed.url)}: {reason.rstrip('.')}.")
    entries = [_entry(e, found.head) for e in found.entries]
    title, link = plain(text(found.head, "title")), text(found.head, "link")
    return Sheet(entries, title, "arxiv", link, found.odd, ttl(found.head), period=period(found.head))
