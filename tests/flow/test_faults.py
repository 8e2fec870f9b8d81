"""When Paper Round itself, a token or the database fails: one feed, one paper, one platform never stops the others."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import flow
from bot.cli import posting, run, ticking
from bot.config import Limits
from bot.errors import NotWelcome, Refused, SourceFailed, StoreFailed, TryLater
from bot.matching import NO_LINES, Matcher
from bot.model import Bookmark, Channel, Feed, Poll, Post, Press, Reading, Rulebook
from bot.ports import Answer, Fetched
from bot.schedule import HOUR
from tests.fakes.chat import FakeChat
from tests.flow.stage import START, paper
from tests.flow.test_flow import FEED, Stage, matched

OTHER = Feed("https://other.example/feed", "https://other.example/feed")


async def until(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await look():  # noqa: ASYNC110 — a store, which tells nobody when it changes
            await asyncio.sleep(0.01)


@asynccontextmanager
async def going(*work: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """The loops, until the block ends."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# ── polls ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_whose_reading_breaks_us_is_put_off_like_one_that_fails() -> None:
    """A mistake in a parser is remembered with the time of the next try, and its innards stay in the log."""
    stage = Stage([])

    async def broken(fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        raise RecursionError("innards")

    with pytest.raises(SourceFailed, match="mistake of Paper Round") as told:
        await flow.poll(FEED, replace(stage.world, read=broken))
    mark = (await stage.store.bookmarks())[FEED.address]
    assert "innards" not in str(told.value)
    assert mark.due is not None
    assert mark.due > stage.hands.time


async def test_a_poll_that_breaks_us_does_not_stop_the_other_feeds() -> None:
    """The loop goes on, and the feed beside it is read."""
    stage = Stage([paper("1", "Transformers")])

    async def fetch(feed: Feed, bookmark: Bookmark) -> Fetched:
        if feed == FEED:
            raise ZeroDivisionError("ours")
        return await stage.fetch(feed, bookmark)

    async with going(ticking.poll_all([FEED, OTHER], replace(stage.world, fetch=fetch))) as (loop,):
        await until(stage.store.papers)
        assert not loop.done()


async def test_a_poll_that_could_not_be_recorded_is_not_asked_for_again_at_once() -> None:
    """A full disk of ours is no reason to ask a feed's owner twice a second."""
    stage = Stage([paper("1", "Transformers")])
    await stage.day(0)
    stage.hands.time += 2 * HOUR

    async def full(poll: Poll, now: datetime) -> int:
        raise StoreFailed("The database has no room to grow.")

    stage.store.record = full  # type: ignore[method-assign]
    due = await ticking._poll(FEED, stage.world, None)
    assert due >= stage.hands.time + timedelta(minutes=1)


# ── deliveries ──────────────────────────────────────────────────────────────────────────────────────


async def two_papers() -> Stage:
    stage = Stage([], [paper("1", "Transformers one"), paper("2", "Transformers two")])
    await stage.subscribed("transformers")
    await stage.day(0)
    await stage.day(1)
    return stage


class Choking(FakeChat):
    """Breaks, by a bug of its own, over one paper."""

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        if post.paper == "url:1":
            raise ZeroDivisionError("ours")
        return await FakeChat.post(self, channel, post, key, doubt=doubt)


async def test_a_paper_that_breaks_us_does_not_stand_before_the_others() -> None:
    """It is put off with its reason and an attempt counted; what follows in its channel is posted."""
    stage = await two_papers()
    chat = Choking()
    assert await stage.hands.deliver_all(replace(stage.world, chats={"local": chat})) == 1
    assert [said.post.paper for said in chat.said] == ["url:2"]
    by_paper = {found.paper: found for found in await stage.store.deliveries()}
    assert (by_paper["url:1"].state, by_paper["url:1"].attempts) == ("pending", 1)
    assert "mistake of Paper Round" in (by_paper["url:1"].error or "")


async def test_a_wrong_token_costs_no_paper() -> None:
    """What a platform turned away with the bot as a whole is posted once the token is mended."""
    stage = await matched()
    stage.chat.failing.append(NotWelcome("Slack does not accept SLACK_BOT_TOKEN."))
    assert await stage.hands.deliver_all(stage.world) == 0
    (waiting,) = await stage.store.deliveries()
    assert (waiting.state, waiting.error) == ("pending", "Slack does not accept SLACK_BOT_TOKEN.")
    stage.hands.time += timedelta(hours=7)
    assert await stage.hands.deliver_all(stage.world) == 1


async def test_a_token_that_is_mended_after_ten_days_costs_no_paper() -> None:
    """Nothing is lost for fourteen days; after that it is said that it was given up."""
    stage = await matched()
    for _ in range(41):  # every six hours, for ten days
        stage.chat.failing.append(NotWelcome("Slack does not accept SLACK_BOT_TOKEN."))
        assert await stage.hands.deliver_all(stage.world) == 0
        stage.hands.time += 6 * HOUR
    stage.chat.failing.clear()
    assert await stage.hands.deliver_all(stage.world) == 1


async def test_what_a_broken_database_cost_is_told_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """The delivery stays under its lease, and the sentence of the store is what the log says."""
    stage = await matched()

    async def full(claim: object) -> None:
        raise StoreFailed("The database has no room to grow.")

    stage.store.done = full  # type: ignore[method-assign]
    async with going(posting.deliver_all(stage.world)) as (loop,):

        async def told() -> bool:
            return "no room to grow" in caplog.text

        await until(told)
        assert not loop.done()
    assert "Traceback" not in caplog.text


async def test_a_single_run_lets_every_delivery_end_before_it_fails() -> None:
    """One that cannot be written down is raised, after the other channel has its post."""
    stage = await matched()
    await stage.subscribed("transformers", Channel("local", "reading"))
    stage.fetch.days.append([paper("9", "More transformers")])
    await stage.day(2)
    done = stage.store.done

    async def half(claim: object) -> None:
        if claim.delivery.channel.place == "general":  # type: ignore[attr-defined]
            raise StoreFailed("The database has no room to grow.")
        await asyncio.sleep(0.01)
        await done(claim)  # type: ignore[arg-type]

    stage.store.done = half  # type: ignore[method-assign]
    with pytest.raises(StoreFailed):
        await ticking._deliver_due(stage.world)
    sent = [found for found in await stage.store.deliveries() if found.state == "sent"]
    assert [found.channel.place for found in sent] == ["reading"]


# ── platforms ───────────────────────────────────────────────────────────────────────────────────────


class Deaf(FakeChat):
    """Will not have us; or breaks by a bug of its own."""

    fault: Exception = Refused("The token is wrong.")

    async def listen(self, answer: Answer) -> None:
        raise self.fault


async def test_the_pages_stay_when_every_platform_has_refused(tmp_path: Path) -> None:
    """With --local there is still somebody to listen to."""
    stage = Stage([])
    world = replace(stage.world, chats={"slack": Deaf("slack")})
    served = asyncio.ensure_future(run._until_stopped(world, [], ["slack"], {}, served=True))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(served), 1)
    assert not served.done()
    served.cancel()
    await asyncio.gather(served, return_exceptions=True)
    assert await run._until_stopped(world, [], ["slack"], {}, served=False) == 1


async def test_a_platform_that_breaks_us_is_not_the_end_of_the_bot() -> None:
    """Listening to it is taken up again; nothing is raised."""
    stage = Stage([])
    deaf = Deaf("slack")
    deaf.fault = ZeroDivisionError("ours")
    async with going(run._listen(replace(stage.world, chats={"slack": deaf}), "slack", {})) as (listening,):
        await asyncio.sleep(0.05)
        assert not listening.done()


class Slow(FakeChat):
    """Takes its time to open a thread, and counts how often it was asked to."""

    asked = 0

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        self.asked += 1
        await asyncio.sleep(0.01)
        return await FakeChat.thread(self, channel, message, name, opener, key, doubt=doubt)


async def test_two_people_who_press_discuss_at_once_open_one_thread() -> None:
    """The platform is asked once; both are led to the same place."""
    stage = await matched()
    chat = Slow()
    world = replace(stage.world, chats={"local": chat})
    await stage.hands.deliver_all(world)
    (action, *_) = [button.action for button in chat.said[0].post.buttons]
    pressed = [flow.answer(Press(Channel("local", "general"), person, action), world) for person in "ab"]
    first, second = await asyncio.gather(*pressed)
    assert first.thread == second.thread is not None
    assert chat.asked == 1


async def test_a_feed_keeps_the_moment_of_its_baseline() -> None:
    """Later polls do not move it."""
    stage = Stage([], [paper("1", "Transformers")])
    await stage.day(0)
    await stage.day(1)
    assert (await stage.store.bookmarks())[FEED.address].baseline_at == START


async def test_each_failure_puts_a_delivery_off_for_longer() -> None:
    """A platform that is down is asked ever less often."""
    stage = await matched()
    waits = []
    for _ in range(4):
        stage.chat.failing = [TryLater("Slack does not answer.")]
        await stage.hands.deliver_all(stage.world)
        (waiting,) = await stage.store.deliveries()
        assert waiting.due is not None
        waits.append(waiting.due - stage.hands.time)
        stage.hands.time = waiting.due
    assert waits == sorted(set(waits))


async def test_feeds_polled_at_once_are_matched_one_after_the_other() -> None:
    """The engine is not for two threads; every match of both feeds is planned."""
    stage = Stage([], [paper("1", "Transformers one")], [paper("2", "Transformers two")])
    await stage.subscribed("transformers")
    inside: list[int] = []

    class Watched(Matcher):
        def follow(self, book: Rulebook, lines: Mapping[int, str] = NO_LINES) -> dict[int, str]:
            inside.append(1)
            time.sleep(0.02)  # a thread of its own: another poll would come in meanwhile
            assert len(inside) == 1
            inside.pop()
            return Matcher.follow(self, book, lines)

    world = replace(stage.world, matcher=Watched())
    for feed in (FEED, OTHER):
        stage.fetch.today = 0
        await flow.poll(feed, world)

    async def on(feed: Feed, bookmark: Bookmark) -> Fetched:
        return Fetched(b"1" if feed == FEED else b"2", bookmark)

    both = replace(world, fetch=on)
    polled = await asyncio.gather(flow.poll(FEED, both), flow.poll(OTHER, both))
    assert [each.deliveries for each in polled] == [1, 1]


async def test_a_slow_feed_is_asked_once_until_it_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop looks again and again, and a poll under way is not begun a second time."""
    stage, asked = Stage([paper("1", "Transformers")]), [0]
    monkeypatch.setattr(ticking, "TICK", 0.005)

    async def slow(feed: Feed, bookmark: Bookmark) -> Fetched:
        asked[0] += 1
        await asyncio.sleep(0.1)
        return await stage.fetch(feed, bookmark)

    async with going(ticking.poll_all([FEED], replace(stage.world, fetch=slow))):
        await until(stage.store.papers)
    assert asked == [1]


async def test_however_many_feeds_of_one_host_are_stuck_the_others_are_asked() -> None:
    """A host that never answers takes one place, whatever number of its feeds is due."""
    stage, stuck = Stage([paper("1", "Transformers")]), asyncio.Event()
    hostile = [Feed(f"https://slow.example/{n}", f"https://slow.example/{n}") for n in range(200)]

    async def fetch(feed: Feed, bookmark: Bookmark) -> Fetched:
        if feed in hostile:
            await stuck.wait()
        return await stage.fetch(feed, bookmark)

    async with going(ticking.poll_all([*hostile, FEED], replace(stage.world, fetch=fetch))):
        await until(stage.store.papers)
        stuck.set()


def test_a_workspaces_own_limit_is_the_operators_to_set() -> None:
    """Slack names no figure for all channels together; with one, it is kept, and a stand-in's pace scales it."""
    chats = {name: FakeChat(name, timedelta(seconds=1)) for name in ("slack", "discord")}
    run.limit(chats, Limits(pace=2, workspace=10))
    assert (chats["slack"].pace, chats["slack"].crowd) == (timedelta(seconds=0.5), timedelta(seconds=0.05))
    assert chats["discord"].crowd == timedelta(0)
