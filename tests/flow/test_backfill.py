"""The story of a source's past: fetched once, a day a request, through restarts, and never posted."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace

from bot import sources
from bot.cli import ticking
from bot.errors import SourceFailed
from bot.flow import World, poll
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Feed, Subscription
from bot.ports import Fetched
from tests.door.command import daily
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import START, parsed

DAILY = sources.resolve("huggingface:daily")
GENERAL = Channel("local", "general")


@dataclass
class Hub:
    """A site with a paper a day; after `most` requests it is gone, as a bot that is stopped."""

    asked: list[str] = field(default_factory=list)
    failing: list[SourceFailed] = field(default_factory=list)
    most: int = 1000
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        assert (bookmark.etag, bookmark.modified) == (None, None)
        if len(self.asked) >= self.most:
            self.reached.set()
            await asyncio.Event().wait()
        self.asked.append(feed.url.partition("?date=")[2])
        if self.failing:
            raise self.failing.pop(0)
        number = f"26{len(self.asked):02}.00001"
        return Fetched(daily((number, "Transformers", "Again.")).encode(), replace(bookmark, digest=number))


@dataclass
class Site:
    """A database, and a hub that outlives the bots that ask it."""

    hub: Hub = field(default_factory=Hub)
    store: FakeStore = field(default_factory=FakeStore)
    chat: FakeChat = field(default_factory=FakeChat)

    def world(self) -> World:
        return World(self.store, lambda: START, self.hub, parsed, {"local": self.chat}, Matcher())

    async def filled(self) -> None:
        await asyncio.wait_for(ticking.fill_in_all([DAILY], self.world(), gap=0), 20)


async def test_the_last_thirty_days_are_stored_and_nothing_is_posted() -> None:
    """Each day is asked for once, the latest first, and its papers are there to be searched."""
    site = Site()
    await site.store.subscribe(Subscription(GENERAL, "transformers", "local:ada"), START)
    await poll(DAILY, site.world())
    await site.filled()
    assert site.hub.asked[:3] == ["", "2026-08-16", "2026-08-15"]
    assert len(site.hub.asked) == len(set(site.hub.asked)) == 31
    assert len(await site.store.papers()) == 31
    assert await site.store.deliveries() == []


async def test_a_restart_goes_on_where_it_stopped() -> None:
    """No day is asked for twice, and a third start asks for nothing."""
    site = Site()
    await poll(DAILY, site.world())
    site.hub.most = 11
    running = asyncio.create_task(ticking.fill_in_all([DAILY], site.world(), gap=0))
    await asyncio.wait_for(site.hub.reached.wait(), 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    site.hub.most = 1000
    await site.filled()
    assert len(site.hub.asked) == len(set(site.hub.asked)) == 31
    assert len(await site.store.backfilled(DAILY.address)) == 30
    before = len(site.hub.asked)
    await site.filled()
    assert len(site.hub.asked) == before


async def test_a_day_that_fails_is_tried_again_after_the_others() -> None:
    """One bad day loses nothing, neither itself nor the rest."""
    site = Site()
    await poll(DAILY, site.world())
    site.hub.failing = [SourceFailed("The hub is busy."), SourceFailed("The hub is busy.")]
    await site.filled()
    assert site.hub.asked[1:4] == ["2026-08-16", "2026-08-15", "2026-08-14"]
    assert len(site.hub.asked) == 33
    assert len(await site.store.backfilled(DAILY.address)) == 30


async def test_the_past_waits_for_the_first_reading() -> None:
    """Before it, nobody knows where the past ends."""
    site = Site()
    running = asyncio.create_task(ticking.fill_in_all([DAILY], site.world(), gap=0))
    for _ in range(50):
        await asyncio.sleep(0)
    assert site.hub.asked == []
    await poll(DAILY, site.world())
    await asyncio.wait_for(running, 20)
    assert len(site.hub.asked) == 31


async def test_other_sources_have_no_past() -> None:
    """Nothing is asked of them but their feed."""
    site = Site()
    await asyncio.wait_for(ticking.fill_in_all([sources.resolve("arxiv:cs.CL")], site.world(), gap=0), 20)
    assert site.hub.asked == []


def test_a_day_without_papers_is_an_empty_list() -> None:
    """A weekend of the hub's reads as nothing, not as a failure."""
    assert sources.read(json.dumps([]).encode(), DAILY).papers == ()
