"""Papers as Atom (RFC 4287) and JSON Feed 1.1, so that a reader or another Paper Round can follow. Pure.

Entries carry the ids that papers have here, in a form that `bot.sources` reads back: the same paper stays the same
paper. Whatever leaves the machine links to papers' own pages, and to ours only under the public address.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from bot.model import Paper
from bot.sources import uri
from bot.web.render import paper_path, safe_url
from bot.web.render import shown as displayed

ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NAME = "Paper Round"

register_namespace("", ATOM)
register_namespace("dc", "http://purl.org/dc/elements/1.1/")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A feed that goes out. `path` is its page here; `own` its own path; `base` the public address, if there is one."""

    title: str
    path: str
    own: str
    papers: Sequence[Paper]
    base: str | None = None

    @property
    def updated(self) -> datetime:
        """When anything of it came last, to the second."""
        return max(map(moment, self.papers), default=NEVER).replace(microsecond=0)


def shown(text: str) -> str:
    """The text without what XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets)."""
    return displayed(text).replace("\ufffe", "").replace("\uffff", "")


def moment(paper: Paper) -> datetime:
    """When the paper came."""
    return paper.announced or paper.seen or paper.published or NEVER


def link(paper: Paper, base: str | None) -> str | None:
    """Where a reader leads: the paper's own page, with its version, else ours."""
    own = safe_url(paper.url)
    if own and paper.version and own.startswith("https://arxiv.org/abs/") and paper.id.startswith("arxiv:"):
        return f"https://arxiv.org/abs/{paper.id.removeprefix('arxiv:')}v{paper.version}"
    return own or (f"{base}{paper_path(paper.id)}" if base else None)


def atom(feed: Outgoing) -> bytes:
    """The feed as Atom."""
    root = Element(f"{{{ATOM}}}feed")
    _add(root, "id", f"{feed.base}{feed.own}" if feed.base else f"paper-round:feed{feed.own}")
    _add(root, "title", feed.title)
    _add(root, "updated", _stamp(feed.updated))
    _add(_add(root, "author"), "name", NAME)
    if feed.base:
        _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.base}{feed.own}")
        _add(root, "link", rel="alternate", type="text/html", href=f"{feed.base}{feed.path}")
    for paper in feed.papers:
        _entry(root, paper, feed.base)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}'.encode()


def _entry(root: Element, paper: Paper, base: str | None) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", uri(paper.id))
    _add(entry, "title", paper.title, type="text")
    _add(entry, "updated", _stamp(moment(paper)))
    if paper.published:
        _add(entry, "published", _stamp(paper.published))
    for name in paper.authors:
        _add(_add(entry, "author"), "name", name)
    for category in paper.categories:
        _add(entry, "category", term=category)
    if href := link(paper, base):
        _add(entry, "link", rel="alternate", href=href)
    if pdf := safe_url(paper.pdf_url):
        _add(entry, "link", rel="related", type="application/pdf", href=pdf)
    if doi := next((name for name in paper.aliases if name.startswith("doi:")), None):
        SubElement(entry, "{http://purl.org/dc/elements/1.1/}identifier").text = shown(doi)
    _add(entry, "content", paper.abstract or paper.signals.gist or paper.title, type="text")


def _add(above: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    made = SubElement(above, f"{{{ATOM}}}{name}", {key: shown(value) for key, value in attributes.items()})
    if text is not None:
        made.text = shown(text)
    return made


def json_feed(feed: Outgoing) -> bytes:
    """The feed as JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    whole: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": shown(feed.title),
        "authors": [{"name": NAME}],
    }
    if feed.base:
        whole |= {"home_page_url": f"{feed.base}{feed.path}", "feed_url": f"{feed.base}{feed.own}"}
    whole["items"] = [_item(paper, feed.base) for paper in feed.papers]
    return json.dumps(whole, ensure_ascii=False).encode()


def _item(paper: Paper, base: str | None) -> dict[str, object]:
    pdf = safe_url(paper.pdf_url)
    item: dict[str, object | None] = {
        "id": uri(paper.id),
        "url": link(paper, base),
        "title": shown(paper.title),
        "content_text": shown(paper.abstract or paper.signals.gist or paper.title),
        "date_published": _stamp(moment(paper)),
        "authors": [{"name": shown(name)} for name in paper.authors] or None,
        "tags": [shown(category) for category in paper.categories] or None,
        "attachments": [{"url": pdf, "mime_type": "application/pdf"}] if pdf else None,
    }
    return {key: value for key, value in item.items() if value is not None}


def _stamp(at: datetime) -> str:
    """https://www.rfc-editor.org/rfc/rfc3339"""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
