"""A channel's life in Slack: events in any order and more than once, and what the bot makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.store
from bot import flow
from bot.chat.slack import connect
from bot.errors import Refused
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Button, Change, Channel, Heard, Press, Reply
from bot.ports.roster import out
from tests.chat.slack_bot import GENERAL, echo, hearing, says, slack, talking
from tests.flow.stage import START, FakeFetch
from tests.standins.slack import Person, Room, StandIn, slack_standin

BOT = StandIn.bot_user
ROOM = "C0GENERAL"


class Bot:
    """Keeps what it heard, and says what a Change is answered with."""

    def __init__(self, public: str = "") -> None:
        self.heard: list[Heard] = []
        self.public = public
        self.came = asyncio.Event()

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        self.came.set()
        if isinstance(heard, Change):
            return Reply(says("Noted."), public=says(self.public) if self.public else None)
        return await echo(heard)

    @property
    def kinds(self) -> list[str]:
        return [heard.kind for heard in self.heard if isinstance(heard, Change)]

    async def hears(self, times: int) -> None:
        async with asyncio.timeout(20):
            while len(self.heard) < times:
                self.came.clear()
                await self.came.wait()


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "channel": ROOM, "event_ts": "1.0", **more}


def archive(room: Room) -> None:
    room.archived = True


def remove(room: Room) -> None:
    room.member = False


def hide(room: Room) -> None:
    room.member, room.private = False, True


def leave(room: Room) -> None:
    """Nothing becomes of it."""


@pytest.mark.parametrize(
    ("happened", "became", "kind", "why"),
    [
        (event("channel_archive", user="U0ADA"), archive, "lost", "archived"),
        (event("group_archive"), archive, "lost", "archived"),
        (event("channel_unarchive"), leave, "back", ""),
        (event("group_unarchive"), leave, "back", ""),
        (event("channel_deleted"), hide, "lost", "/invite @paper-round"),
        (event("group_deleted"), hide, "lost", "/invite @paper-round"),
        (event("member_left_channel", user=BOT), remove, "lost", "removed"),
        (event("member_left_channel", user=BOT), hide, "lost", "/invite @paper-round"),
        (event("channel_left"), remove, "lost", "removed"),
        (event("group_left"), hide, "lost", "/invite @paper-round"),
        (event("member_joined_channel", user=BOT, inviter="U0ADA"), leave, "joined", ""),
        # told too late: what counts is how it stands
        (event("channel_archive"), leave, "back", ""),
        (event("channel_unarchive"), archive, "lost", "archived"),
        (event("member_left_channel", user=BOT), leave, "back", ""),
        (event("member_joined_channel", user=BOT), remove, "lost", "removed"),
    ],
)
async def test_what_becomes_of_a_channel_is_told_as_it_stands(
    happened: dict[str, Any], became: Callable[[Room], None], kind: str, why: str
) -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        became(standin.rooms[ROOM])
        await standin.happen(happened).wait()
        await bot.hears(1)
    (change,) = bot.heard
    assert isinstance(change, Change)
    assert (change.channel, change.kind, bool(change.why)) == (GENERAL, kind, bool(why))
    assert why in change.why


@pytest.mark.parametrize(
    ("kind", "heard"), [("channel_archive", "lost"), ("channel_unarchive", "back"), ("channel_deleted", "lost")]
)
async def test_without_the_scopes_an_events_own_word_counts(kind: str, heard: str) -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        standin.scopes -= {"channels:read", "groups:read"}
        await standin.happen(event(kind)).wait()
        await bot.hears(1)
    assert bot.kinds == [heard]


async def test_a_channel_whose_id_changes_moves() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        told = {"type": "channel_id_changed", "old_channel_id": ROOM, "new_channel_id": "C0NEW", "event_ts": "1.0"}
        await standin.happen(told).wait()
        await bot.hears(1)
    assert bot.heard == [Change(GENERAL, "moved", to=Channel("slack", "T0LAB/C0NEW"))]


async def test_what_changes_nothing_for_the_bot_is_acknowledged_and_no_more() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        for happened in (
            event("channel_rename", channel={"id": ROOM, "name": "news"}),
            event("group_rename", channel={"id": ROOM, "name": "news"}),
            event("channel_shared", connected_team_id="T9"),
            event("channel_unshared"),
            event("member_joined_channel", user="U0ADA"),
            event("member_left_channel", user="U0BOB"),
            event("app_home_opened", user="U0ADA", tab="messages"),
            event("tokens_revoked", tokens={"oauth": ["U1"], "bot": []}),
            event("something_new"),
        ):
            async with asyncio.timeout(10):
                await standin.happen(happened).wait()
        await standin.command("/subscriptions")
    assert [type(heard) for heard in bot.heard] == [Ask]


async def test_an_event_told_again_is_followed_once_even_by_the_next_process() -> None:
    bot, kept = Bot("Hello!"), None
    async with slack_standin() as standin:
        async with hearing(standin, bot) as chat:
            kept = chat._errands
            joined = event("member_joined_channel", user=BOT)
            for _ in range(3):
                await standin.happen(joined, number=900).wait()
            await standin.until(1)
        async with hearing(standin, bot, kept):
            await standin.happen(joined, number=900).wait()
            await standin.command("/subscriptions")
        assert bot.kinds == ["joined"]
        assert [said.shown for said in standin.public()] == ["Hello!"]


class Subscribing:
    """Subscribes, and greets nobody."""

    async def __call__(self, heard: Heard) -> Reply:
        if isinstance(heard, Ask):
            return Reply(says("Subscribe?", buttons=(Button("Subscribe", "confirm:1", "primary"),)))
        if isinstance(heard, Press):
            return Reply(says("Done."), public=says("Ada subscribed this channel."), replaces=True)
        return Reply(says("Noted."))


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_subscription_where_the_bot_cannot_post_finishes_by_itself_once_invited(restarted: bool) -> None:
    bot = Subscribing()
    async with slack_standin() as standin:
        room = standin.rooms[ROOM]
        room.private, room.member = True, False
        kept = None
        async with hearing(standin, bot) as chat:
            kept = chat._errands
            preview = (await standin.command("/subscribe", "transformers")).answers[0]
            assert "type /invite @paper-round here" in preview.shown
            pressed = standin.push(preview, "confirm:1")
            first, second = await pressed.answered(2)
            assert first.shown == "Done."
            assert "/invite @paper-round" in second.shown
            assert "by itself" in second.shown
            if not restarted:
                room.member = True
                await standin.happen(event("member_joined_channel", user=BOT)).wait()
                await standin.seen(standin.public)
        if restarted:
            async with hearing(standin, bot, kept):
                await standin.command("/subscriptions", user="U0BOB")
                assert standin.public() == []
                room.member = True
                await standin.happen(event("member_joined_channel", user=BOT)).wait()
                await standin.seen(standin.public)
        assert [said.shown for said in standin.public()] == ["Ada subscribed this channel."]
        assert len(pressed.answers) == 2  # nobody is told twice how to invite


async def test_an_invitation_that_was_missed_is_seen_at_the_next_start() -> None:
    bot = Subscribing()
    async with slack_standin() as standin:
        room = standin.rooms[ROOM]
        room.private, room.member = True, False
        async with hearing(standin, bot) as chat:
            preview = (await standin.command("/subscribe", "transformers")).answers[0]
            await standin.push(preview, "confirm:1").answered(2)
        room.member = True
        async with hearing(standin, bot, chat._errands):
            await standin.seen(standin.public)
        assert [said.shown for said in standin.public()] == ["Ada subscribed this channel."]


async def test_a_channel_whose_id_changes_is_told_under_its_new_one() -> None:
    bot = Subscribing()
    async with slack_standin() as standin:
        standin.rooms[ROOM].private, standin.rooms[ROOM].member = True, False
        async with hearing(standin, bot):
            preview = (await standin.command("/subscribe", "transformers")).answers[0]
            await standin.push(preview, "confirm:1").answered(2)
            standin.rooms["C0NEW"] = Room("C0NEW", shared=True)
            standin.happen({"type": "channel_id_changed", "old_channel_id": ROOM, "new_channel_id": "C0NEW"})
            told = await standin.seen(lambda: standin.public("C0NEW"))
        assert [said.shown for said in told] == ["Ada subscribed this channel."]


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_an_app_that_was_taken_out_ends_the_listening_with_what_to_do(kind: str) -> None:
    async with slack() as (standin, chat):
        listening = asyncio.create_task(chat.listen(echo))
        await standin.sockets.connected()
        standin.trouble("auth.test", "account_inactive")
        standin.happen({"type": kind, "tokens": {"bot": [BOT]}})
        with pytest.raises(Refused, match="install it again"):
            await listening


async def test_a_workspace_that_puts_the_bot_out_and_lets_it_in_again_is_told_as_such(tmp_path: Path) -> None:
    """By the event, and by the first connection of a later process: its days are counted, or not any more."""
    store = await bot.store.open(str(tmp_path / "a.db"))
    world = World(store, lambda: START, FakeFetch([]), FakeFetch([]).read, {}, Matcher())
    left = out("slack")

    async def answer(heard: Heard) -> Reply:
        return await flow.answer(heard, world)

    async with slack_standin() as standin:
        chat = await connect(standin.env, store, lambda: START)
        listening = asyncio.create_task(chat.listen(answer))
        await standin.sockets.connected()
        assert await store.enrolled(left) == {}
        standin.bot_token, standin.token_error = "xoxb-another", "account_inactive"
        standin.happen({"type": "app_uninstalled"})
        with pytest.raises(Refused, match="install it again"):
            await listening
        await chat.close()
        assert await store.enrolled(left) == {standin.team: START.isoformat()}
        async with hearing(standin, answer, store, lambda: START):
            await standin.command("/subscriptions")  # heard only once the connection is there
        assert await store.enrolled(left) == {}
    await store.close()


async def test_an_app_that_is_back_when_its_leaving_is_told_stays() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        await standin.happen({"type": "tokens_revoked", "tokens": {"bot": [BOT]}}).wait()
        await standin.happen({"type": "app_uninstalled"}).wait()
        await standin.command("/subscriptions")
    assert len(bot.heard) == 1


# ── who is asking, and what they can see ──


@pytest.mark.parametrize(
    ("person", "standing", "zone"),
    [
        (Person("U1", "Eve"), "member", "Europe/Berlin"),
        (Person("U1", "Eve", "Asia/Tokyo", admin=True), "manager", "Asia/Tokyo"),
        (Person("U1", "Eve", owner=True), "manager", "Europe/Berlin"),
        (Person("U1", "Eve", guest=True), "member", "Europe/Berlin"),
        (Person("U1", "Eve", admin=True, team="T0OTHER"), "outsider", "Europe/Berlin"),
        (Person("U1", "Eve", stranger=True), "outsider", "Europe/Berlin"),
    ],
)
async def test_a_persons_standing_and_zone_are_slacks(person: Person, standing: str, zone: str) -> None:
    bot = Bot()
    async with talking(bot) as (standin, chat):
        standin.people["U1"] = person
        await standin.command("/subscriptions", user="U1")
        await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:1"),)), "k")
        await standin.press(standin.public()[0], "discuss:1", user="U1")
        assert len([1 for method, _ in standin.calls if method == "users.info"]) == 1
    ask, press = bot.heard
    assert isinstance(ask, Ask)
    assert isinstance(press, Press)
    assert (ask.standing, ask.zone, press.standing) == (standing, zone, standing)


async def test_somebody_of_another_company_is_an_outsider_even_where_slack_says_nothing() -> None:
    bot = Bot()
    async with talking(bot) as (standin, chat):
        standin.scopes -= {"users:read", "channels:read", "groups:read"}
        await standin.command("/subscriptions")
        await chat.post(GENERAL, says("A paper", buttons=(Button("Discuss", "discuss:1"),)), "k")
        message = standin.public()[0]
        standin.team = "T0OTHER"  # payloads of a shared channel carry the other company's
        await standin.press(message, "discuss:1", user="U0ELSE")
    ask, press = bot.heard
    assert (ask.channel, press.channel) == (GENERAL, GENERAL)
    assert isinstance(ask, Ask)
    assert isinstance(press, Press)
    assert (ask.standing, ask.zone, press.standing) == ("member", None, "outsider")


async def test_a_channel_that_others_read_too_is_told_as_such() -> None:
    bot = Bot()
    async with talking(bot) as (standin, _):
        await standin.command("/subscriptions")
        standin.rooms["C0BOTH"] = Room("C0BOTH", shared=True)
        await standin.command("/subscriptions", channel="C0BOTH")
    assert [heard.shared for heard in bot.heard if isinstance(heard, Ask)] == [False, True]
