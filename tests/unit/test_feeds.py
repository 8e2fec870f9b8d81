"""A channel's own feeds: what may be added from chat, and where a page says its feed is."""

from __future__ import annotations

import pytest

from bot import feeds
from bot.errors import WordsWrong
from bot.feeds import OwnFeed
from bot.model import Channel, Match, Paper, Subscription

GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
KEYED = "https://lab.example/feed?token=hunter2"


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://lab.example/feed", "https://lab.example/feed"),
        (" <http://lab.example/feed> ", "http://lab.example/feed"),
        ("arxiv:cs.CL", "https://rss.arxiv.org/atom/cs.CL"),
    ],
)
def test_a_web_address_or_a_preset_may_be_added(typed: str, url: str) -> None:
    """Also as chats write links."""
    assert feeds.from_chat(typed).url == url


@pytest.mark.parametrize(
    "typed",
    [
        *("", "-", "sample:", "/etc/passwd", "./feed.xml", "file:///etc/passwd", "ftp://lab.example/", "C:\\feed.xml"),
        *("https://", "https://lab.example/" + "x" * 3000, "gopher://x", "data:text/xml,<rss/>"),
    ],
)
def test_nothing_else_may(typed: str) -> None:
    """Neither files nor standard input, nor what no feed has."""
    with pytest.raises(WordsWrong):
        feeds.from_chat(typed)


def own(address: str) -> OwnFeed:
    return OwnFeed(GENERAL, address, "local:ada")


def test_a_feed_is_named_by_its_address_or_as_it_is_shown() -> None:
    """Whoever reads the list cannot see the key, and need not."""
    mine = [own(KEYED), own("https://b.example/")]
    assert feeds.named(mine, KEYED) == mine[0]
    assert feeds.named(mine, "https://lab.example/feed?token=…") == mine[0]
    assert feeds.named(mine, "https://c.example/") is None
    with pytest.raises(WordsWrong, match="2 feeds of this channel are shown as"):
        feeds.named([*mine, own(f"{KEYED}2")], "https://lab.example/feed?token=…")


PAGE = "<!doctype html><head>{}</head><body>Words"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed.xml">', "https://lab.example/feed.xml"),
        ("<LINK REL=ALTERNATE TYPE='application/atom+xml' HREF=atom>", "https://lab.example/blog/atom"),
        (
            '<link href="//cdn.example/f.json" type="application/feed+json" rel="x alternate"/>',
            "https://cdn.example/f.json",
        ),
        (
            '<base href="https://other.example/a/"><link rel=alternate type="application/rss+xml; q=1" href=b>',
            "https://other.example/a/b",
        ),
        ('<link rel=alternate type=application/rss+xml href="/a?x=1&amp;y=2">', "https://lab.example/a?x=1&y=2"),
        ('<link rel=alternate type=application/rss+xml href="file:///etc/passwd">', None),
        ('<link rel=alternate type=application/rss+xml href="javascript:alert(1)">', None),
        ('<link rel=alternate type=application/rss+xml href="http://[">', None),
        ("<link rel=alternate type=application/rss+xml>", None),
        ('<link rel=alternate type=text/html hreflang=de href="/de">', None),
        ('<link rel=stylesheet type=application/rss+xml href="/feed.xml">', None),
        ("", None),
    ],
)
def test_a_page_names_its_feed(head: str, found: str | None) -> None:
    """Relative to where it stands; only what leads to the web."""
    assert feeds.linked(PAGE.format(head).encode(), "https://lab.example/blog/") == found


def test_the_first_of_several_is_taken() -> None:
    """As browsers do; the feed of comments comes after the feed."""
    links = "".join(f'<link rel=alternate type=application/rss+xml href="/{name}">' for name in ("posts", "comments"))
    assert feeds.linked(PAGE.format(links).encode(), "https://lab.example/") == "https://lab.example/posts"


def test_a_match_is_allowed_to_those_of_the_audience_who_did_not_know() -> None:
    """None is everybody."""
    match = Match(Paper("url:1", "On birds", KEYED), Subscription(GENERAL, "birds", "local:ada"), ())
    assert feeds.allowed(match, None, {})
    assert feeds.allowed(match, frozenset({GENERAL}), {"url:2": frozenset({GENERAL})})
    assert not feeds.allowed(match, frozenset({READING}), {})
    assert not feeds.allowed(match, None, {"url:1": frozenset({GENERAL})})
