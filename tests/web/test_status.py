"""The status page: sources in words, platforms, the queue, and nothing of anybody's own."""

from __future__ import annotations

from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Delivery, Feed, Poll
from bot.web.desk import Platform
from tests.web.browse import look, opened
from tests.web.stage import GENERAL, NOON, Stage, browsing

SECRET = Channel("slack", "T1/CSECRET")


async def test_the_page_tells_sources_platforms_and_what_waits() -> None:
    stage = Stage()
    stage.memory.held = browsing()
    stage.feeds = (Feed("arxiv:cs.CL", "https://rss.arxiv.org"), Feed("https://lab.example/feed?key=hush", "https://l"))
    stage.platforms = (Platform("Slack", "The token was refused.", wrong=True),)
    stage.memory.tables.bookmarks["arxiv:cs.CL"] = Bookmark(
        "arxiv:cs.CL", error="rss.arxiv.org did not answer.", due=NOON, failures=3, failing_since=NOON
    )
    waits = tuple(Delivery(p.id, channel) for p in browsing()[:3] for channel in (GENERAL, SECRET))
    await stage.memory.record(Poll(Bookmark("f"), (), waits), NOON)
    async with opened(stage) as client:
        html, _ = await look(client, "/status")
    for told in ("failing", "It fails (first a minute ago): rss.arxiv.org did not answer.", "has not been asked yet"):
        assert told in html
    for told in ("The token was refused.", "3 waiting"):
        assert told in html
    assert "hush" not in html
    assert "CSECRET" not in html
    assert html.index("<b>These pages</b>") < html.rindex("<b>Slack</b>")


async def test_nothing_waiting_is_said_too() -> None:
    async with opened(Stage()) as client:
        html, _ = await look(client, "/status")
    assert "Nothing waits: all that matched has been posted." in html
    assert "No sources are set." in html


async def test_a_channels_own_feed_is_on_no_status_page() -> None:
    stage = Stage()
    poll = Poll(Bookmark("https://feeds.example/own"), (), audience=frozenset({SECRET}))
    await stage.memory.add_feed(OwnFeed(SECRET, "https://feeds.example/own", "slack:U1"), poll, NOON)
    async with opened(stage) as client:
        html, _ = await look(client, "/status")
    assert "feeds.example" not in html
