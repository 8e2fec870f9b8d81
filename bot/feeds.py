"""A channel's own feeds: which addresses a person may add from chat, and where a page says its feed is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

from bot.errors import WordsWrong
from bot.model import Channel, Feed, Match
from bot.sources.address import mask, resolve
from bot.sources.visible import visible

MOST = 50
"""Feeds a channel may have of its own: each is a stranger's server that is asked every hour."""

LONGEST = 2000
"""Characters of an address; browsers' own limit, and far above any feed's."""

HEAD = 512 * 1024
"""Bytes of a page in which its links are looked for."""

_KINDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
"""https://html.spec.whatwg.org/multipage/links.html#rel-alternate, https://www.jsonfeed.org/version/1.1/"""


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """A feed that one channel wants and only its rules see."""

    channel: Channel
    address: str
    creator: str


_FORMS = ("http:", "https:", "arxiv:", "huggingface:", "biorxiv:")


def from_chat(address: str) -> Feed:
    """The feed of an address that somebody typed in a channel: on the web, never a file of this machine's."""
    words = address.strip().strip("<>")
    if len(words) > LONGEST:
        raise WordsWrong(f"That address has {len(words):,} characters; feeds are found at shorter ones.")
    if not words.lower().startswith(_FORMS):
        raise WordsWrong(
            f"{mask(visible(words))!r} is no feed that can be added here; give its web address, such as "
            "https://example.org/feed.xml, or a preset such as arxiv:cs.CL or biorxiv:neuroscience."
        )
    return resolve(words)


def named(found: Sequence[OwnFeed], address: str) -> OwnFeed | None:
    """The one of a channel's feeds that is meant: by its address, or as it is shown, its keys hidden."""
    words = address.strip().strip("<>")
    exact = [one for one in found if one.address == words]
    shown = [one for one in found if mask(one.address) == words]
    if not exact and len(shown) > 1:
        raise WordsWrong(f"{len(shown)} feeds of this channel are shown as {words}: give the address with its key.")
    return next(iter(exact or shown), None)


def allowed(match: Match, audience: frozenset[Channel] | None, aware: Mapping[str, frozenset[Channel]]) -> bool:
    """Whether this match may be told: its channel is of the feed's audience (None: all), and was not aware of it."""
    channel = match.subscription.channel
    return (audience is None or channel in audience) and channel not in aware.get(match.paper.id, frozenset())


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────


def linked(page: bytes, address: str) -> str | None:
    """The address of the feed that an HTML page names, None when it names none; `address` is the page's own."""
    links = _Links(address)
    links.feed(page[:HEAD].decode("utf-8", "replace"))
    return next(iter(links.found), None)


class _Links(HTMLParser):
    """Collects `<link rel=alternate type=…>` of feeds, with `<base href>` considered."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._base = address
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "base" and said.get("href"):
            self._base = _joined(self._base, said["href"]) or self._base
        kind = said.get("type", "").partition(";")[0].strip().lower()
        if tag == "link" and "alternate" in said.get("rel", "").lower().split() and kind in _KINDS:
            there = _joined(self._base, said.get("href", "").strip())
            self.found += [there] if there else []


def _joined(base: str, href: str) -> str | None:
    """The link as a whole address; None when it leads nowhere on the web."""
    try:
        there = urljoin(base, href) if href else ""
    except ValueError:
        return None
    return there if there.startswith(("http://", "https://")) else None
