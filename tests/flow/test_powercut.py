"""The power is cut before and after every store and chat call in turn; after the restart nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from bot import flow, store
from bot.errors import StoreFailed
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Channel, Feed, Options, Press, Subscription
from bot.ports import Chat, Store
from tests.fakes.chat import FakeChat
from tests.flow.stage import FakeFetch, Hands, paper

GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
FEED = Feed("https://feed.example/papers", "https://feed.example/papers")
When = Literal["before", "after"]


class PowerCut(BaseException):
    """Not an error that code may catch: the process is gone."""


@dataclass
class Mains:
    """Counts calls through everything plugged into it, and cuts the power at the chosen one."""

    cut_at: int
    when: When
    calls: int = 0
    last: str = ""

    def plug(self, thing: object) -> Any:
        return _Plugged(thing, self)

    async def through(
        self, name: str, call: Callable[..., Awaitable[object]], *args: object, **words: object
    ) -> object:
        self.calls += 1
        mine = self.calls
        self.last = name
        if mine == self.cut_at and self.when == "before":
            raise PowerCut(name)
        result = await call(*args, **words)
        if mine == self.cut_at:
            raise PowerCut(name)
        return result


class _Plugged:
    def __init__(self, thing: object, mains: Mains) -> None:
        self._thing, self._mains = thing, mains

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not callable(found):
            return found

        async def call(*args: object, **words: object) -> object:
            return await self._mains.through(name, found, *args, **words)

        return call


async def story(world: World, hands: Hands) -> None:
    """A day: subscribe by hand, a baseline, two more days of papers, everything delivered, one paper discussed."""
    mine = await world.store.subscriptions(GENERAL)
    if not mine:
        asked = await flow.answer(Ask(GENERAL, "local:ada", "subscribe", "transformers quantization"), world)
        await flow.answer(Press(GENERAL, "local:ada", asked.post.buttons[0].action), world)
    wish = Subscription(READING, "quantization", "local:bob", Options(thread="auto"))
    await world.store.subscribe(wish, hands.clock())
    for day in range(3):
        await hands.day(FEED, day, world)
    await hands.deliver_all(world)
    for delivery in await world.store.deliveries(GENERAL):
        await flow.answer(Press(GENERAL, "local:ada", f"discuss:{delivery.row}"), world)


async def live(path: Path, platform: Chat, fetch: FakeFetch, mains: Mains) -> None:
    """One life of the process, from start-up to the story's end or the cut."""
    hands = Hands(fetch)
    opened = await store.open(str(path))
    try:
        await opened.lead()
        plugged = cast("Store", mains.plug(opened))
        chats = {"local": cast("Chat", mains.plug(platform))}
        await story(World(plugged, hands.clock, fetch, fetch.read, chats, Matcher()), hands)
    finally:
        await opened.close()


def days() -> FakeFetch:
    """A baseline and two days; four papers match somewhere after the baseline."""
    return FakeFetch(
        [
            [paper("1", "Quantized transformers, known before")],
            [paper("2", "Quantization of transformers"), paper("3", "Quantization of convolutions")],
            [paper("3", "Quantization of convolutions"), paper("4", "A quantized transformer"), paper("5", "Birds")],
        ]
    )


WANTED = {(str(GENERAL), "url:2"), (str(GENERAL), "url:4")} | {(str(READING), f"url:{n}") for n in (2, 3, 4)}


def posted(platform: FakeChat) -> list[tuple[str, str]]:
    """Which paper was posted where, threads left out."""
    return [(str(said.channel), said.post.paper or "") for said in platform.said if said.thread is None]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_nothing_is_lost_or_doubled_wherever_the_power_is_cut(tmp_path: Path, when: When) -> None:
    """For each call of the day: cut there, start again, and the channels hold every match exactly once."""
    cut_at, last = 0, ""
    while True:
        cut_at += 1
        mains, platform = Mains(cut_at, when), FakeChat()
        path = tmp_path / f"{when}-{cut_at}.db"
        try:
            await live(path, platform, days(), mains)
        except PowerCut as cut:
            last = str(cut)
        else:
            break  # the day has fewer calls than that: every one of them has been cut
        await live(path, platform, days(), Mains(0, when))
        assert sorted(posted(platform)) == sorted(WANTED), f"cut {when} call {cut_at}, {last}"
        await _all_settled(path, f"cut {when} call {cut_at}, {last}")
    assert cut_at > 40


async def _all_settled(path: Path, where: str) -> None:
    opened = await store.open(str(path))
    found = await opened.deliveries()
    await opened.close()
    assert {(str(one.channel), one.paper) for one in found} == WANTED, where
    assert {one.state for one in found} == {"sent"}, where
    assert all(one.thread for one in found), where


async def test_a_platform_without_memory_may_hear_twice_but_never_not_at_all(tmp_path: Path) -> None:
    """Where the platform cannot deduplicate, a cut between its yes and our note doubles one post and loses none."""
    for cut_at in range(1, 60):
        mains, platform = Mains(cut_at, "after"), FakeChat(remembers=False, looks=False)
        path = tmp_path / f"{cut_at}.db"
        try:
            await live(path, platform, days(), mains)
        except PowerCut:
            await live(path, platform, days(), Mains(0, "after"))
        shown = posted(platform)
        assert set(shown) == WANTED
        assert len(shown) <= len(WANTED) + (mains.last == "post"), f"cut after call {cut_at}, {mains.last}"


async def test_a_lease_outlives_its_worker_only_until_the_next_leader(tmp_path: Path) -> None:
    """Whoever starts after a crash takes the work over at once, not after the lease."""
    platform = FakeChat()
    opened = await store.open(str(tmp_path / "a.db"))
    await opened.lead()
    hands = Hands(days())
    world = World(opened, hands.clock, hands.fetch, hands.fetch.read, {"local": platform}, Matcher())
    await opened.subscribe(Subscription(READING, "quantization", "local:bob"), hands.clock())
    for day in range(2):
        await hands.day(FEED, day, world)
    taken = await opened.claim(
        "crashed", hands.clock(), lease=timedelta(hours=1), limit=9, pace={"local": timedelta(0)}
    )
    assert len(taken) == 1
    await opened.close()
    again = await store.open(str(tmp_path / "a.db"))
    await again.lead()
    world = replace(world, store=again)
    assert await hands.deliver_all(world) == 2
    assert sorted(posted(platform)) == [(str(READING), "url:2"), (str(READING), "url:3")]
    await again.close()


async def test_two_runs_on_one_database_are_one_too_many(tmp_path: Path) -> None:
    """The second is told which database is in use, and nothing is taken from the first."""
    first, second = await store.open(str(tmp_path / "a.db")), await store.open(str(tmp_path / "a.db"))
    await first.lead()
    with pytest.raises(StoreFailed) as refused:
        await second.lead()
    assert "a.db" in str(refused.value)
    await second.close()
    await first.close()
