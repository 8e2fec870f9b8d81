"""The power is cut before and after every store and chat call in turn; after the restart nothing is lost or doubled."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from bot import flow, store
from bot.errors import StoreFailed
from bot.flow import World, later
from bot.matching import Matcher
from bot.model import Ask, Channel, Feed, Options, Press, Subscription
from bot.model.papers import Signals
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
        if not inspect.iscoroutinefunction(found):
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


async def live(
    path: Path, platform: Chat, fetch: FakeFetch, mains: Mains, tale: Callable[[World, Hands], Awaitable[None]] = story
) -> None:
    """One life of the process, from start-up to the story's end or the cut."""
    hands = Hands(fetch)
    opened = await store.open(str(path))
    try:
        await opened.lead()
        plugged = cast("Store", mains.plug(opened))
        chats = {"local": cast("Chat", mains.plug(platform))}
        await tale(World(plugged, hands.clock, fetch, fetch.read, chats, Matcher()), hands)
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


DIGEST = Channel("local", "digest")
BEST = Options("daily", "09:30", "UTC", "mon-sun", max=4)


async def digest_story(world: World, hands: Hands) -> None:
    """A digest in two parts, the rest in its thread; one line is discussed; then there is news of two papers."""
    await world.store.subscribe(Subscription(DIGEST, "quantization", "local:bob", BEST), hands.clock())
    for day in range(2):
        await hands.day(FEED, day, world)
    hands.time += timedelta(hours=1)
    await hands.deliver_all(world)
    row = min(one.row for one in await world.store.deliveries(DIGEST))
    await flow.answer(Press(DIGEST, "local:ada", f"discuss:{row}"), world)
    await hands.day(FEED, 2, world)
    hands.time += timedelta(minutes=1)
    for _ in range(6):
        hands.time += timedelta(minutes=1)
        for claim in await later.claim_news(world, "stage", 9):
            await later.tell(claim, world)
        for edit in await later.edits(world, 9):
            await later.edit(edit, world)


def mornings() -> FakeFetch:
    """A baseline, six papers, and the same ones after the code of two of them was released."""
    six = [paper(str(n), f"Quantization, {n}") for n in range(6)]
    coded = [replace(one, signals=Signals(code_url="https://code.example/x")) for one in six[:2]]
    return FakeFetch([[paper("old", "Birds")], six, [*coded, *six[2:]]])


def _require_one_digest(platform: FakeChat, where: str) -> None:
    """Every paper once, in its place; one card, one opener, one piece of news in the thread, and a line that leads."""
    parts = [said for said in platform.said if said.thread is None and said.post.entries]
    rest = [said for said in platform.said if said.thread is not None and said.post.entries]
    shown = [entry.paper for said in (*parts, *rest) for entry in said.post.entries]
    assert sorted(filter(None, shown)) == [f"url:{n}" for n in range(6)], where
    assert (len(parts) > 1, {said.thread for said in rest}) == (True, {parts[0].id}), where
    cards = [said for said in platform.said if said.thread is None and not said.post.entries]
    assert [card.post.paper for card in cards] == ["url:0"], where
    talk = [said.post.plain for said in platform.said if said.thread == cards[0].id]
    assert len(talk) == 2, where
    assert "code has been released" in talk[1], where
    link = f"https://chat.example/digest/{cards[0].id}"
    lines = [line for said in parts for entry in said.post.entries for line in entry.lines]
    assert [span.url for line in lines for span in line.spans].count(link) == 1, where
    assert sum("code has been released" in line.text for line in lines) >= 1, where


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.timeout(300)  # a few hundred lives of the bot
@pytest.mark.parametrize("remembers", [True, False], ids=["by nonce", "by history"])
async def test_a_digest_is_whole_and_said_once_wherever_the_power_is_cut(
    tmp_path: Path, when: When, remembers: bool
) -> None:
    """Parts, the thread of the rest, the card of a discussed line, edits and news: cut at each call, and again."""
    cut_at, last = 0, ""
    while True:
        cut_at += 1
        mains, platform = Mains(cut_at, when), FakeChat(room=260, remembers=remembers)
        path = tmp_path / f"{cut_at}.db"
        try:
            await live(path, platform, mornings(), mains, digest_story)
        except PowerCut as cut:
            last = str(cut)
            await live(path, platform, mornings(), Mains(0, when), digest_story)
        _require_one_digest(platform, f"cut {when} call {cut_at}, {last}")
        if mains.calls < cut_at:
            break
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
