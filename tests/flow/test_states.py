"""Each state a source can be in, reached as it is reached in life: by what its owner answers, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

import bot.store
from bot import health, sources
from bot.cli import ticking
from bot.cli.sources import row
from bot.flow import World
from bot.health import Health
from bot.matching import Matcher
from bot.model import Feed
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.fetch.owner import BODY, Elsewhere, Moment, Owner, fetching, owner
from tests.fetch.test_joined import atom, entry
from tests.flow.stage import parsed

ARXIV = sources.resolve("arxiv:cs.CL")
BLOG = Feed("https://blog.example/feed", "https://blog.example/feed")
PATHS = {ARXIV: "/atom/cs.CL", BLOG: "/feed"}
MONDAY = datetime(2026, 8, 17, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEYS = ["address", "state", "since", "newest", "next_try", "seen", "left_out", "error"]


@dataclass
class Life:
    """A source, its owner, and the bot that asks it whenever it is due."""

    feed: Feed
    site: Owner
    clock: Moment
    world: World

    def says(self, status: int = 200, body: bytes = BODY, etag: str = "") -> None:
        self.site.says(PATHS[self.feed], status, body, {"ETag": etag} if etag else None)

    async def at(self, moment: datetime) -> Health:
        """Its state by then, asked hour by hour."""
        while True:
            await ticking.once([self.feed], self.world)
            if self.clock.now >= moment:
                return health.told(self.feed, await self.world.store.bookmark(self.feed.address), moment)
            self.clock.now = min(moment, self.clock.now + HOUR)

    async def shown(self) -> dict[str, object]:
        return row(self.feed, await self.world.store.bookmark(self.feed.address), self.clock.now)


@asynccontextmanager
async def life(feed: Feed, start: datetime = MONDAY) -> AsyncIterator[Life]:
    clock = Moment(start)
    async with owner() as site, fetching(clock=clock) as fetch:
        world = World(FakeStore(), clock, Elsewhere(fetch, site.port), parsed, {"local": FakeChat()}, Matcher())
        it = Life(feed, site, clock, world)
        it.says()
        yield it


def batch(*numbers: str) -> bytes:
    return atom(*(entry(number, "cs.CL") for number in numbers))


async def test_fresh_and_what_a_program_reads() -> None:
    """Since when, its newest paper, when it is asked next, how many it brought."""
    async with life(ARXIV) as it:
        it.says(body=batch("2608.00001"))
        assert await it.at(MONDAY) == Health("fresh", MONDAY)
        shown = await it.shown()
        assert list(shown) == KEYS
        assert (shown["state"], shown["seen"], shown["left_out"], shown["error"]) == ("fresh", 1, 0, None)
        assert (shown["since"], shown["newest"]) == (MONDAY.isoformat(), "2026-08-17T04:00:00+00:00")
        assert datetime.fromisoformat(str(shown["next_try"])) > MONDAY


async def test_quiet_over_a_weekend_and_a_holiday() -> None:
    """An empty feed is then as it should be, and why is said."""
    for start, why in (
        (datetime(2026, 8, 15, 12, tzinfo=UTC), "nothing is due at weekends"),
        (datetime(2026, 11, 26, 12, tzinfo=UTC), "arXiv holiday: Thanksgiving"),
        (datetime(2026, 12, 30, 12, tzinfo=UTC), "arXiv holiday: 29 December"),
    ):
        async with life(ARXIV, start) as it:
            it.says(body=batch())
            told = await it.at(start)
            assert (told.state, told.why, told.wrong) == ("quiet", why, False)


async def test_stale_when_yesterdays_batch_comes_as_todays() -> None:
    """It answers, its body is new, its ids are not: nothing is posted twice, and it is said."""
    async with life(ARXIV) as it:
        it.says(body=batch("2608.00001", "2608.00002"))
        assert (await it.at(MONDAY)).state == "fresh"
        it.says(body=batch("2608.00002", "2608.00001").replace(b"2026-08-17T", b"2026-08-18T"))
        told = await it.at(MONDAY + DAY + 4 * HOUR)
        assert (told.state, told.wrong) == ("stale", True)
        assert "has held nothing new since 17 August, 12:00 UTC" in told.why
        it.says(body=batch("2608.00003"))
        assert (await it.at(MONDAY + 2 * DAY + 8 * HOUR)).state == "fresh"
        assert "stale" not in str((await it.shown())["error"])


async def test_slow_is_read_all_the_same() -> None:
    """An answer that took its time says how much."""
    async with life(BLOG) as it:
        told = await it.at(MONDAY)
        mark = await it.world.store.bookmark(BLOG.address)
        assert told.state == "fresh"
        assert mark is not None
        slow = replace(mark, habits=replace(mark.habits, took=12.0))
        assert health.told(BLOG, slow, MONDAY) == Health("slow", MONDAY, "Its last answer took 12 seconds.")


async def test_blocked_by_a_page_and_by_a_shut_door() -> None:
    """HTML where a feed is due, with any status; it is asked less, and fresh once a feed comes."""
    page = b"<!doctype html><title>Just a moment...</title>"
    for status, said in ((200, "HTML page ('Just a moment...')"), (403, "does not let us in (HTTP 403 Forbidden)")):
        async with life(BLOG) as it:
            it.says(status, page)
            told = await it.at(MONDAY)
            assert (told.state, told.since) == ("blocked", MONDAY)
            assert said in told.why
            assert said in str((await it.shown())["error"])
            it.says()
            assert (await it.at(MONDAY + 2 * DAY)).state == "fresh"


async def test_gone_is_not_asked_again() -> None:
    """410 is for good, and says what to do."""
    async with life(BLOG) as it:
        it.says(410)
        told = await it.at(MONDAY)
        assert (told.state, told.since) == ("gone", MONDAY)
        assert "take it out of the sources" in told.why
        assert (await it.shown())["next_try"] is None
        await it.at(MONDAY + 3 * DAY)
        assert len(it.site.asked) == 1


async def test_failing_since_its_first_failure_until_it_is_retired() -> None:
    """Ever less often, with the next try; after a fortnight no more, and it is said."""
    async with life(BLOG) as it:
        it.says(etag='"one"')
        await it.at(MONDAY)
        for status in (500, 429, 503):
            it.says(status)
            told = await it.at(it.clock.now + DAY)
            assert (told.state, told.since is not None) == ("failing", True)
        asked = [request.get(b"If-None-Match") for request in it.site.asked]
        assert asked == [None] + [b'"one"'] * (len(asked) - 1)  # kept through all of it
        assert told.since == MONDAY + 2 * HOUR  # an hour and its spread after the first reading
        assert datetime.fromisoformat(str((await it.shown())["next_try"])) > it.clock.now
        told = await it.at(MONDAY + 17 * DAY)
        assert told.state == "gone"
        assert "is not asked again; mend its address or take it out of the sources" in told.why
        assert len(it.site.asked) < 40


async def test_a_restart_fetches_nothing_early(tmp_path: Path) -> None:
    """Due times live in the database: a bot started anew, again and again, asks once an hour."""
    clock = Moment(MONDAY)
    async with owner() as site:
        site.says(ETag='"one"')
        for _ in range(4):
            async with fetching(clock=clock) as fetch:
                store = await bot.store.open(str(tmp_path / "a.db"))
                world = World(store, clock, Elsewhere(fetch, site.port), parsed, {}, Matcher())
                running = asyncio.create_task(ticking.poll_all([BLOG], world))
                await _settled(site)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await store.close()
            clock.move(300)
        assert len(site.asked) == 1


async def _settled(site: Owner) -> None:
    """Until it was asked, at the start; then a few turns, in which it could have been."""
    async with asyncio.timeout(20):
        while not site.asked:  # noqa: ASYNC110  the owner has no bell
            await asyncio.sleep(0.01)
    for _ in range(20):
        await asyncio.sleep(0.01)


async def test_a_rebuilt_feed_with_the_same_items_posts_nothing() -> None:
    """Build times sit in arXiv's body, so that every rebuild has another ETag: items are told by their ids."""
    async with life(ARXIV) as it:

        async def answer(_: web.BaseRequest) -> web.Response:
            built = f"<updated>{it.clock.now.isoformat()}</updated>".encode()
            body = batch("2608.00001").replace(b"</title><id>", b"</title>" + built + b"<id>", 1)
            return web.Response(body=body, headers={"ETag": f"{abs(hash(body)):x}"})

        it.site.answers["/atom/cs.CL"] = answer
        await it.at(MONDAY)
        await it.at(MONDAY + 5 * HOUR)
        assert len({request.get(b"If-None-Match") for request in it.site.asked}) == len(it.site.asked) > 2
        assert len(await it.world.store.papers()) == 1
        assert await it.world.store.deliveries() == []
