"""SIGTERM: what is in hand is finished or given back, and the process is gone soon."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

import bot.store
from bot import flow
from bot.cli import run
from bot.config import load
from bot.errors import Refused
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Delivery, Options, Paper, Poll, Post, Reason, Subscription
from bot.ports import Store
from bot.web.measures import Measures
from tests.contracts.stores.nouns import NOW
from tests.door.command import daily, eventually, running
from tests.fakes.chat import FakeChat
from tests.flow.stage import FakeFetch
from tests.standins.discord import Discord
from tests.standins.slack import StandIn, serving

GENERAL = Channel("local", "general")
INSTANT = Options("instant", "09:00", "UTC", "mon-sun", "card", None, "off", 0)


@dataclass
class Hanging(FakeChat):
    """A platform that takes a message and never answers; on closing it hangs as well."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        self.asked.set()
        return await asyncio.Event().wait() and ""

    async def close(self) -> None:
        await asyncio.Event().wait()


@dataclass
class Slow(FakeChat):
    """A platform that answers after a moment."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        self.asked.set()
        await asyncio.sleep(0.3)
        return await FakeChat.post(self, channel, post, key, doubt=doubt)


async def stopped_while_posting(chat: Hanging | Slow, folder: Path) -> World:
    """A bot that gets SIGTERM while its one post is under way; its world, once it has ended."""
    store = await bot.store.open(str(folder / "a.db"))
    await store.subscribe(Subscription(GENERAL, "birds", "local:you", INSTANT), NOW)
    found = Paper("arxiv:1", "On birds", "x")
    why = (Reason("birds", "title", 3, 8, "birds"),)
    await store.record(
        Poll(Bookmark("x"), (found,), (Delivery(found.id, GENERAL, why, due=NOW, options=INSTANT),)), NOW
    )
    fetch = FakeFetch([[]])
    world = World(store, lambda: NOW, fetch, fetch.read, {"local": chat}, Matcher())
    running = asyncio.create_task(run._until_stopped(world, [], [], {}, served=True))
    await chat.asked.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 30) == 0
    await asyncio.wait_for(run._close({"local": chat}), 30)
    return world


async def test_a_post_that_never_ends_is_given_back_in_doubt(tmp_path: Path) -> None:
    """The next run looks for it before it says it again."""
    world = await stopped_while_posting(Hanging(), tmp_path)
    await world.store.close()
    store = await bot.store.open(str(tmp_path / "a.db"))
    await store.lead()
    (claim,) = await store.claim("next", NOW, lease=flow.delivering.LEASE, limit=9, pace={"local": FakeChat().pace})
    assert claim.delivery.doubt
    await store.close()


async def test_a_post_that_ends_in_a_moment_is_finished(tmp_path: Path) -> None:
    """Its id is written down: nothing is in doubt."""
    chat = Slow()
    world = await stopped_while_posting(chat, tmp_path)
    assert [one.state for one in await world.store.deliveries()] == ["sent"]
    assert len(chat.said) == 1
    await world.store.close()


@pytest.mark.timeout(240)  # two lives of the whole bot
async def test_both_platforms_are_left_with_work_in_hand_and_nothing_is_said_twice(tmp_path: Path) -> None:
    """Each has a post that it does not answer: SIGTERM ends the bot all the same, and the next run looks for both."""
    store, now = await bot.store.open(str(tmp_path / "round.db")), datetime.now(UTC)
    (tmp_path / "mine.toml").write_text("[web]\nport = 0\n")
    (tmp_path / "day.json").write_text(daily())
    words = ("--source", "day.json", "--config", "mine.toml", "--store", "round.db")
    found, why = Paper("arxiv:1", "On birds", "x"), (Reason("birds", "title", 3, 8, "birds"),)
    async with serving(StandIn(history=True)) as slack, Discord() as discord:
        places = (f"slack:{slack.team}/C0GENERAL", f"discord:{discord.guild}/{discord.general.id}")
        each = tuple(Delivery(found.id, Channel.parse(one), why, due=now, options=INSTANT) for one in places)
        for one in each:
            await store.subscribe(Subscription(one.channel, "birds", "local:you", INSTANT), now)
        await store.record(Poll(Bookmark("x"), (found,), each), now)
        await store.close()
        held, (there, go_on) = slack.hold("chat.postMessage"), discord.hold(f"POST /channels/{discord.general.id}")
        with running(tmp_path, *words, **slack.env, **discord.env) as bot_:
            await asyncio.wait_for(asyncio.gather(held.reached.wait(), there.wait()), 60)
            bot_.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(bot_.process.wait, 30) == 0
        held.go_on.set()
        go_on.set()  # both take it, when nobody is there any more to hear that they did
        slack.held.clear()
        with running(tmp_path, *words, **slack.env, **discord.env):
            await asyncio.to_thread(eventually, lambda: sent(tmp_path / "round.db") == 2, 60)
        assert [said.shown.count("On birds") for said in slack.public()] == [1]
        assert sum("On birds" in told.text for told in discord.general.messages) == 1


def sent(file: Path) -> int:
    """Deliveries that are done, as another program sees the database."""
    with closing(sqlite3.connect(file, timeout=10)) as db:
        found: tuple[int] = db.execute("SELECT count(*) FROM delivery WHERE state = 'sent'").fetchone()
        return found[0]


class Page(ModuleType):
    """A platform's page that connects with `chat`, or refuses."""

    def __init__(self, chat: FakeChat | None) -> None:
        super().__init__("page")
        self.chat = chat

    async def connect(self, env: Mapping[str, str], *kept: object, **wanted: object) -> FakeChat:
        if self.chat is None:
            raise Refused("The token is wrong.")
        return self.chat


@dataclass
class Closing(FakeChat):
    closed: bool = False

    async def close(self) -> None:
        self.closed = True


async def test_a_platform_is_left_in_order_when_the_next_one_does_not_connect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = Closing("slack")
    monkeypatch.setitem(sys.modules, "bot.chat.slack", Page(slack))
    monkeypatch.setitem(sys.modules, "bot.chat.discord", Page(None))
    given, store = load(None, str(tmp_path / "a.db"), {}), cast("Store", None)
    with pytest.raises(Refused):
        async with AsyncExitStack() as stack:
            await run._connect(stack, ["slack", "discord"], given, store, Measures(), "Mail is off.")
    assert slack.closed
