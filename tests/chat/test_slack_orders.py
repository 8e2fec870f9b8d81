"""A channel's and the app's life in Slack in any order, told late and twice: nothing lost, nobody spammed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import bot.store
from bot import flow
from bot.chat.slack import Slack, connect
from bot.cli.posting import tend
from bot.errors import Refused
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Delivery, Heard, Options, Poll, Reason, Reply, Subscription
from bot.ports import Store
from tests.chat.slack_bot import GENERAL
from tests.chat.test_slack_whole import PAPERS
from tests.flow.stage import START, FakeFetch, Hands
from tests.standins.slack import Room, StandIn, slack_standin

INSTANT = Options("instant", format="card")
EVENTS: Mapping[str, str] = {
    "renamed": "channel_rename",
    "archived": "channel_archive",
    "unarchived": "channel_unarchive",
    "deleted": "channel_deleted",
    "removed": "member_left_channel",
    "left": "channel_left",
    "invited": "member_joined_channel",
    "shared": "channel_shared",
    "unshared": "channel_unshared",
}
"""What becomes of a channel, and the event that tells it. Of `hidden` and `shown` (private, public) none does."""
DOINGS = (*EVENTS, "hidden", "shown", "moved", "revoked", "uninstalled", "back", "paper", "paper", "paper", "posting")
LOSSES = {"archived", "deleted", "removed", "left", "hidden", "moved", "revoked", "uninstalled"}


@dataclass
class Life:
    """A workspace in which much happens, and a bot in it that somebody starts again when it was taken out."""

    standin: StandIn
    chat: Slack
    store: Store
    world: World
    hands: Hands
    untold: list[tuple[dict[str, Any], int]] = field(default_factory=list)
    papers: int = 1
    listening: asyncio.Task[None] | None = None
    did: list[str] = field(default_factory=list)

    @property
    def room(self) -> Room:
        """The channel, whatever its id is by now."""
        return self.standin.rooms[max(self.standin.rooms, key=lambda name: (name.startswith("C0"), len(name)))]

    async def listen(self) -> None:
        """Hear the workspace, unless the bot does."""
        if self.listening is None or self.listening.done():
            opened = self.standin.sockets.opened
            self.listening = asyncio.create_task(self.chat.listen(self.answer))
            await self.standin.sockets.connected(opened=opened + 1)

    async def answer(self, heard: Heard) -> Reply:
        return await flow.answer(heard, self.world)

    # ── what happens ──

    async def does(self, doing: str) -> None:
        self.did.append(doing)
        self.hands.time += timedelta(minutes=20)
        match doing:
            case "paper":
                await self.reads()
            case "posting":
                await self.posts()
            case "moved":
                self.move()
            case "revoked" | "uninstalled":
                self.standin.bot_token = "xoxb-another"
                self.standin.token_error = "token_revoked" if doing == "revoked" else "account_inactive"
                kind = "tokens_revoked" if doing == "revoked" else "app_uninstalled"
                self.happened({"type": kind, "tokens": {"bot": [StandIn.bot_user]}})
            case "back":
                self.standin.bot_token = StandIn.bot_token
                await self.listen()
            case _:
                self.becomes(doing)

    def becomes(self, doing: str) -> None:
        """Of the channel."""
        room = self.room
        match doing:
            case "archived" | "unarchived":
                room.archived = doing == "archived"
            case "deleted" | "hidden":
                room.private, room.member = True, False
            case "removed" | "left":
                room.member = False
            case "invited":
                room.member = True
            case "shown":
                room.private = False
            case "shared" | "unshared":
                room.shared = doing == "shared"
        if doing in EVENTS:
            self.happened({"type": EVENTS[doing], "channel": room.id, "user": StandIn.bot_user, "event_ts": "1.0"})

    def move(self) -> None:
        before = self.room
        del self.standin.rooms[before.id]
        before.id, old = before.id + "X", before.id
        self.standin.rooms[before.id] = before
        self.happened({"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": before.id})

    def happened(self, event: dict[str, Any]) -> None:
        self.untold.append((event, len(self.did) + 5000))

    async def tells(self, dice: random.Random) -> None:
        """Slack tells one of what has happened, maybe not for the last time."""
        if not self.untold or self.listening is None or self.listening.done():
            return
        event, number = dice.choice(self.untold)
        if dice.random() < 0.8:
            self.untold.remove((event, number))
        told = asyncio.create_task(self.standin.happen(event, number).wait())
        await asyncio.wait({told, self.listening}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        await self.followed()

    async def followed(self) -> None:
        """Wait until what was told is dealt with."""
        for answers in self.chat._answers:
            while answers._tasks:
                await asyncio.wait(set(answers._tasks))
        await asyncio.sleep(0)
        if self.listening is not None and self.chat._answers and self.chat._answers[0].over.is_set():
            with contextlib.suppress(Refused):
                await self.listening

    async def reads(self) -> None:
        """A new paper meets the rule."""
        self.papers += 1
        (rule,) = await self.store.subscriptions()
        found = PAPERS[self.papers - 1].id
        due, why = self.hands.clock(), (Reason("transformers", "title", 10, 22, "transformers"),)
        planned = (Delivery(found, rule.channel, why, due=due, options=INSTANT),)
        await self.store.record(Poll(Bookmark("x:y"), PAPERS, planned, await self.store.version()), due)

    async def posts(self) -> None:
        """All that is due goes out, one a second."""
        for _ in range(3):
            self.hands.time += timedelta(seconds=2)
            await self.hands.deliver_all(self.world)
            await tend(self.world)


@asynccontextmanager
async def life(home: Path) -> AsyncIterator[Life]:
    store = await bot.store.open(f"sqlite:{home / 'life.db'}")
    fetch = FakeFetch([[]])
    hands = Hands(fetch)
    async with slack_standin(StandIn(history=True)) as standin:
        chat = await connect(standin.env, store, hands.clock)
        assert isinstance(chat, Slack)
        chat._ping = 0.05
        world = World(store, hands.clock, fetch, fetch.read, {"slack": chat}, Matcher())
        await store.record(Poll(Bookmark("https://feed.example/papers", baseline_at=START), PAPERS), START)
        await store.subscribe(Subscription(GENERAL, "transformers", "slack:U0ADA", INSTANT), START)
        lived = Life(standin, chat, store, world, hands)
        await lived.listen()
        try:
            yield lived
        finally:
            assert lived.listening is not None
            lived.listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refused):
                await lived.listening
            await chat.close()
    await store.close()


def said(lived: Life) -> list[int]:
    """The papers that people read in the channel, as often as they read them, whatever its id was."""
    shown = [one.shown for one in lived.standin.said if not one.channel.startswith("D")]
    return sorted(int(number) for text in shown for number in re.findall(r"paper, number (\d+)", text))


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_becomes_of_a_channel_and_the_app_every_paper_comes_once(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    async with life(tmp_path) as lived:
        for doing in dice.choices(DOINGS, k=22):
            await lived.does(doing)
            if dice.random() < 0.6:
                await lived.tells(dice)
        for doing in ("back", "unarchived", "shown", "invited", "paper"):  # and in the end all is well
            await lived.does(doing)
        while lived.untold:
            await lived.does("back")  # somebody starts it again, should an old word have ended it
            await lived.tells(dice)
        for _ in range(10):
            lived.hands.time += timedelta(hours=1)
            await lived.posts()
        assert said(lived) == list(range(2, lived.papers + 1)), lived.did
        assert {one.state for one in await lived.store.deliveries()} == {"sent"}, lived.did
        here = Channel("slack", f"{StandIn.team}/{lived.room.id}")
        assert [one.channel for one in await lived.store.subscriptions()] == [here]
        assert (await lived.store.customs([here]))[here].lost_since is None
        notices = [one.shown for one in lived.standin.told()]
        assert len(notices) <= sum(doing in LOSSES for doing in lived.did), (lived.did, notices)
        assert "moved" in lived.did or not [one.shown for one in lived.standin.said if "Hello" in one.shown]
