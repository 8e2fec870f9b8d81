"""Feeds that go out, held against their standards, and followed by another Paper Round over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import feedparser
import pytest
from aiohttp.test_utils import TestServer

from bot import flow, sources
from bot.fetch import Fetcher, Limits
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Delivery, Feed, Options, Poll, Reading, Reason, Subscription
from bot.ports import Fetched
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.web.browse import Client, opened
from tests.web.stage import GENERAL, NOON, Stage, browsing, paper
from tests.web.strict import wrong
from tests.web.test_feeds import ODD

KINDS = ("atom", "json")
TEAM = Channel("local", "team")
HOUR = timedelta(hours=1)
PATHS = (
    "/feed.{}",
    "/feed.{}?q=paper+OR+post",
    "/feed.{}?q=%22A+Lab%27s%22",
    "/channels/local:general/feed.{}",
    "/shared/unguessable/feed.{}",
)


@pytest.fixture
async def stage() -> Stage:
    """Papers of every kind, some of which a public channel was sent."""
    stage = Stage()
    stage.memory.held = [*ODD, *browsing()[1:]]
    sent = tuple(
        Delivery(one.id, GENERAL, (Reason("x", "title", 0, 1, "x"),), "sent", message=str(n), posted_at=NOON)
        for n, one in enumerate(ODD)
    )
    await stage.memory.record(Poll(Bookmark("f"), (), sent), NOON)
    await stage.memory.address(GENERAL, "unguessable")
    return stage


async def body(client: Client, path: str) -> bytes:
    async with client.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


@pytest.mark.parametrize("base", [None, "https://papers.example/round"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PATHS)
async def test_a_feed_is_valid(stage: Stage, path: str, kind: str, base: str | None) -> None:
    """Of everything, a rule, a phrase, a channel, a secret address; whatever papers say."""
    async with opened(stage, base=base) as client:
        text = await body(client, path.format(kind))
    assert wrong(kind, text) == []
    if kind == "atom":
        parsed = feedparser.parse(text)
        assert not parsed.bozo, parsed.bozo_exception
        assert parsed.version == "atom10"
        assert parsed.entries


def test_the_check_can_fail() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title/><updated>today</updated><entry/></feed>'
    assert {fault[:5] for fault in wrong("atom", atom)} >= {"4.2.6", "3.3: ", "4.1: ", "4.1.1", "4.1.2"}
    assert wrong("json", b'{"version": "1", "title": "x", "items": [{"id": 7, "url": "/x", "authors": [{}]}], "a": 1}')


class Other:
    """Another Paper Round, with a channel that wants transformers."""

    def __init__(self, address: str) -> None:
        self.time = NOON
        self.store, self.chat = FakeStore(), FakeChat()
        self.fetch = Fetcher(allow_private=True, version="0", clock=self.clock, limits=Limits(host_gap=0.0))
        self.statuses: list[bool] = []
        self.feed = Feed(address, address)
        self.world = World(self.store, self.clock, self.asked, self.read, {"local": self.chat}, Matcher())

    def clock(self) -> datetime:
        return self.time

    async def asked(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        found = await self.fetch(feed, bookmark)
        self.statuses.append(found.body is not None)
        return found

    async def read(self, fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        return sources.read(fetched.body or b"", feed)

    async def hour(self) -> list[str]:
        """An hour later: the feed is read, and what is due is posted; the titles that were."""
        self.time += HOUR
        before = len(self.chat.said)
        await flow.poll(self.feed, self.world)
        while claims := await flow.claim(self.world, "other", 10):
            for claim in claims:
                await flow.deliver(claim, self.world)
        return [said.post.paper or "" for said in self.chat.said[before:]]


@pytest.fixture(params=[(kind, path) for kind in KINDS for path in ("/feed.{}?q=transformers", "/feed.{}")])
async def other(request: pytest.FixtureRequest, stage: Stage) -> AsyncIterator[Other]:
    kind, path = request.param
    async with TestServer(stage.app()) as served:
        made = Other(str(served.make_url(path.format(kind))))
        wish = Subscription(TEAM, "transformers", "local:ada", Options("instant", start=0))
        await made.store.subscribe(wish, NOON)
        yield made
        await made.fetch.close()


async def test_another_paper_round_follows_and_posts_each_new_paper_once(stage: Stage, other: Other) -> None:
    """The first sight is its baseline; nothing new is a 304; what comes is posted once, under the id it has here."""
    assert await other.hour() == []
    assert await other.hour() == []
    assert other.statuses == [True, False]
    new = paper(70, "Transformers That Forget Less", announced=NOON + HOUR)
    stage.memory.held = [*stage.memory.held, new]
    assert await other.hour() == [new.id]
    assert await other.hour() == []
    assert other.statuses == [True, False, True, False]
