"""The life of a server in Discord: joined, left, closed, opened again; connections, invitation, refusals counted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from bot.chat.discord import Discord as Page
from bot.chat.discord import sdk
from bot.chat.discord.budget import ENOUGH, MOST, WINDOW, Budget
from bot.errors import StoreFailed, TryLater
from bot.model import Ask, Change, Channel, Heard, Reply
from bot.ports import Chat, Memory
from tests.chat.discord_running import Answers, channel, logged_in, paper, running, sentence
from tests.fakes.store import FakeStore
from tests.standins.discord import Discord
from tests.standins.discord.world import EVERYDAY, FORUM, INVITED, Place


@asynccontextmanager
async def living(discord: Discord, answers: Answers, roster: Memory | None = None) -> AsyncIterator[Chat]:
    """The bot, once it has taken in which servers it is in; `roster` outlives it."""
    async with running(discord, answers, roster) as chat:
        assert isinstance(chat, Page)
        assert chat._client is not None
        await chat._client.wait_until_ready()
        await asyncio.sleep(0.02)  # the handlers that discord.py has just begun
        yield chat


QUIET = Reply(sentence(""))


def greeting(heard: Heard) -> Reply:
    new = isinstance(heard, Change) and heard.kind == "joined"
    return Reply(sentence(""), public=sentence("Type /subscribe transformers quantization") if new else None)


async def changes(answers: Answers, count: int) -> list[Change]:
    """What was heard of channels, once it is so much."""

    async def wait() -> None:
        while len(answers.heard) < count:
            answers.asked.clear()
            await answers.asked.wait()

    await asyncio.wait_for(wait(), 10)
    return [heard for heard in answers.heard if isinstance(heard, Change)]


async def settled(discord: Discord, answers: Answers) -> list[Change]:
    """What was heard of channels, once all that was told before has been taken in."""
    await discord.command("papers help")
    return [heard for heard in answers.heard if isinstance(heard, Change)]


async def test_a_new_server_is_greeted_once_where_the_bot_may_speak() -> None:
    """With the first command; a connection that drops greets nobody again."""
    answers = Answers(greeting)
    async with Discord() as discord:
        discord.general.lacks.add("send")
        open_one, discord.invited = discord.add_channel("open"), False
        async with living(discord, answers):
            await discord.invite()
            assert [told.text for told in await discord.said(open_one)] == ["Type /subscribe transformers quantization"]
            assert answers.heard == [Change(channel(discord, open_one), "joined")]
            discord.gateway.forgetful = True
            await discord.gateway.drop()
            await discord.listening(2)
            await discord.command("papers help", place=open_one)
            assert (len(open_one.messages), discord.general.messages) == (1, [])


async def test_a_removal_loses_the_whole_server_and_an_invitation_brings_it_back() -> None:
    """With the sentence that mends it."""
    answers = Answers(QUIET)
    async with Discord() as discord:
        other = discord.add_channel("papers", FORUM)
        async with living(discord, answers):
            await discord.throw_out()
            why = "The bot was removed from the server The Lab: invite it again, or unsubscribe the channel."
            assert await changes(answers, 1) == [Change(Channel("discord", f"{discord.guild}/"), "left", why)]
            await discord.invite()
            back = (await changes(answers, 3))[1:]
            assert [(change.channel, change.kind) for change in back] == [
                (channel(discord), "joined"),
                (channel(discord, other), "back"),
            ]


async def test_a_server_that_lets_the_bot_in_and_nowhere_speak_has_let_it_in_all_the_same() -> None:
    """Else what is kept of it would go a fortnight after it was put out."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        await discord.throw_out()
        discord.general.lacks.add("send")
        await discord.invite()
        assert [change.kind for change in await changes(answers, 2)] == ["left", "returned"]


async def test_an_outage_is_no_removal() -> None:
    """Discord takes a server away and gives it back: nothing has changed."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        await discord.throw_out(outage=True)
        await discord.invite(again=True)
        assert await settled(discord, answers) == []


async def test_a_channel_that_is_closed_to_the_bot_is_lost_until_it_is_open_again() -> None:
    """Made private, then shared again; the reason names the permission."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        discord.general.lacks.add("send")
        await discord.tell(discord.general)
        (lost,) = await changes(answers, 1)
        assert (lost.kind, lost.channel) == ("lost", channel(discord))
        assert lost.why == (
            "The bot may not post in #general any more: in the channel's settings, Permissions, allow it Send Messages."
        )
        discord.general.lacks.clear()
        await discord.tell(discord.general)
        assert (await changes(answers, 2))[1] == Change(channel(discord), "back")


async def test_a_change_that_closes_nothing_is_no_news() -> None:
    """Renamed, or without the permission to open threads: posts go on."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        discord.general.name = "research"
        discord.general.lacks.add("thread")
        await discord.tell(discord.general)
        await discord.tell(discord.add_channel("new"), "CHANNEL_CREATE")
        assert await settled(discord, answers) == []


async def test_a_deleted_channel_is_lost() -> None:
    """And so is what it was subscribed to, until somebody subscribes another one."""
    answers = Answers(QUIET)
    async with Discord() as discord:
        place = discord.add_channel("papers")
        async with living(discord, answers):
            await discord.tell(place, "CHANNEL_DELETE")
            (lost,) = await changes(answers, 1)
            why = "The channel was deleted: subscribe another one."
            assert lost == Change(channel(discord, place), "lost", why)


async def test_the_bots_role_decides_over_all_channels() -> None:
    """What a role takes from it is lost everywhere, and comes back with it."""
    answers = Answers(QUIET)
    async with Discord() as discord:
        everyone = discord.add_channel("papers")
        discord.everyone = 0
        async with living(discord, answers):
            await discord.change_role(INVITED & ~EVERYDAY)
            lost = await changes(answers, 2)
            assert {(one.channel, one.kind) for one in lost} == {
                (channel(discord), "lost"),
                (channel(discord, everyone), "lost"),
            }
            await discord.change_role(INVITED)
            assert {one.kind for one in (await changes(answers, 4))[2:]} == {"back"}


async def test_a_deleted_thread_is_told() -> None:
    """Of the channel that it hung from."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        thread = discord.places[42] = Place(42, "Quantized", discord.general.id)
        await discord.tell(thread, "THREAD_DELETE")
        assert await changes(answers, 1) == [Change(channel(discord), "unthreaded", thread="42")]


async def test_what_happened_while_no_session_was_there_is_found() -> None:
    """A new session after a forgotten one: the channel that was deleted meanwhile is lost, the others are not."""
    answers = Answers(QUIET)
    async with Discord() as discord:
        place = discord.add_channel("papers")
        async with living(discord, answers):
            discord.gateway.forgetful = True
            discord.delete(place)
            await discord.gateway.drop()
            await discord.listening(2)
            assert [change.channel for change in await changes(answers, 1)] == [channel(discord, place)]
            assert len(await settled(discord, answers)) == 1


async def test_a_server_that_came_while_the_bot_was_down_is_greeted_once() -> None:
    """However often the bot is started afterwards; invited anew, it hears of it again."""
    answers, roster = Answers(greeting), FakeStore()
    async with Discord() as discord:
        async with living(discord, answers, roster):
            await discord.said()
        async with living(discord, answers, roster):
            assert await settled(discord, answers) == [Change(channel(discord), "joined")]
        discord.joined_at = "2026-09-01T09:00:00.000000+00:00"
        async with living(discord, answers, roster):
            assert len(await changes(answers, 3)) == 2
            assert len(await discord.said(count=1)) == 1  # the very words are there already


async def test_a_start_that_was_cut_off_after_the_greeting_does_not_greet_again() -> None:
    """It is looked for among the newest messages, as whatever may have been said."""
    answers = Answers(greeting)
    async with Discord() as discord:
        async with living(discord, answers, FakeStore()):
            await discord.said()
        discord.forget_nonces()
        async with living(discord, answers, FakeStore()):
            await changes(answers, 2)
            assert [told.text for told in await discord.said()] == ["Type /subscribe transformers quantization"]


async def test_a_server_that_was_left_while_the_bot_was_down_is_lost() -> None:
    """Told once; an outage at the start is none."""
    answers, roster = Answers(QUIET), FakeStore()
    async with Discord() as discord:
        async with living(discord, answers, roster):
            await changes(answers, 1)
        discord.outage = True
        async with living(discord, answers, roster):
            await asyncio.sleep(0.05)
            assert len(answers.heard) == 1
            await discord.invite(again=True)
            assert len(await settled(discord, answers)) == 1
        discord.outage, discord.invited = False, False
        for _ in range(2):
            async with living(discord, answers, roster):
                await asyncio.sleep(0.05)
        lost = [heard for heard in answers.heard if isinstance(heard, Change)][1:]
        assert [(one.channel, one.kind) for one in lost] == [(Channel("discord", f"{discord.guild}/"), "left")]
        assert "invite it again" in lost[0].why
        assert await roster.enrolled("discord") == {}


async def test_what_a_session_missed_is_heard_after_it_resumes() -> None:
    """Once."""
    answers = Answers(QUIET)
    async with Discord() as discord, living(discord, answers):
        await discord.gateway.drop()
        discord.general.lacks.add("send")
        await discord.tell(discord.general)
        assert len(await changes(answers, 1)) == 1
        assert (len(await settled(discord, answers)), discord.gateway.resumed) == (1, 1)


async def test_a_bot_without_a_server_prints_its_invitation(caplog: pytest.LogCaptureFixture) -> None:
    """With the least permissions, and the scope for commands."""
    async with Discord() as discord:
        discord.invited = False
        async with living(discord, Answers(QUIET)):
            await discord.invite()
            await asyncio.sleep(0.05)
        (line,) = [record.getMessage() for record in caplog.records if "in no server yet" in record.getMessage()]
        assert line == (
            "The bot is in no server yet. Invite it: https://discord.com/oauth2/authorize?client_id=3"
            "&scope=bot+applications.commands&permissions=309237730304"
        )
        least = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 16 | 1 << 35 | 1 << 38
        assert least == 309237730304


# ── connections ──


async def test_more_servers_get_more_connections() -> None:
    """As many as Discord asks for, each with its own servers; posts, commands and changes work over them."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord:
        discord.gateway.shards = 2
        async with living(discord, answers) as chat:
            await discord.listening(2)
            assert sorted(session.shard for session in discord.gateway.sessions) == [(0, 2), (1, 2)]
            assert (await discord.command("subscriptions")).text == "Here."
            await chat.post(channel(discord), paper(), "k1")
            discord.general.lacks.add("send")
            await discord.tell(discord.general)
            assert [change.kind for change in await changes(answers, 2)] == ["lost"]


async def test_a_bot_that_outgrew_one_connection_gets_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """4011 while it runs: it asks again how many there shall be."""
    monkeypatch.setattr("bot.chat.discord._SOON", 0.01)
    async with Discord() as discord, living(discord, Answers(Reply(sentence("Here.")))) as chat:
        discord.gateway.shards = 2
        await discord.gateway.drop(4011)
        await discord.listening(3)
        assert (await discord.command("subscriptions")).text == "Here."
        assert isinstance(chat, Page)
        assert isinstance(chat._client, sdk.discord.AutoShardedClient)
        await chat._client.wait_until_ready()


async def test_a_day_without_connections_left_is_waited_out() -> None:
    """Trying all the same would end the token."""
    async with Discord() as discord, logged_in(discord) as chat:
        discord.sessions_left = 0
        assert isinstance(chat, Page)
        with pytest.raises(TryLater, match="1,000 times a day") as later:
            await chat._sharded()
        assert (later.value.after, discord.gateway.connections) == (7_200.0, 0)


# ── refusals ──


async def test_refusals_are_counted_where_one_can_read_them() -> None:
    """Every answer of Discord's that says no, and none that says yes."""
    async with Discord() as discord, logged_in(discord) as chat:
        assert isinstance(chat, Page)
        await chat.post(channel(discord), paper(), "k1")
        assert chat.budget.spent == 0
        discord.general.lacks.add("send")
        for n in range(3):
            with pytest.raises(Exception, match="may not post"):
                await chat.post(channel(discord), paper(), f"k{n + 2}")
        assert chat.refusals() == 3


async def test_a_pause_that_discord_py_waits_out_is_counted() -> None:
    """Nobody else hears of it: the post arrives."""
    async with Discord() as discord, logged_in(discord) as chat:
        assert isinstance(chat, Page)
        limited: list[int] = []
        chat.hear_limits(lambda: limited.append(1))
        discord.slow_down(0.05)
        await chat.post(channel(discord), paper(), "k1")
        assert (len(discord.general.messages), len(limited)) == (1, 1)


def test_the_budget_forgets_warns_and_stops_in_time(caplog: pytest.LogCaptureFixture) -> None:
    """Long before Discord would bar the address; shared limits cost nothing."""
    now = [0.0]
    budget = Budget(lambda: now[0])
    for status, scope in ((200, None), (404, None), (429, "shared")):
        budget.count(status, scope)
    assert (budget.spent, budget.wait) == (0, 0.0)
    for n in range(ENOUGH):
        now[0] = n * 0.05
        budget.count(403)
    assert (budget.spent, ENOUGH < MOST) == (ENOUGH, True)
    assert 0 < budget.wait <= WINDOW
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 4
    now[0] += budget.wait
    assert budget.wait == 0.0
    now[0] += 2 * WINDOW
    assert budget.spent == 0


async def test_a_bot_that_was_refused_too_often_pauses() -> None:
    """Nothing is sent that could make it worse; it says why and how long."""
    async with Discord() as discord, logged_in(discord) as chat:
        assert isinstance(chat, Page)
        for _ in range(ENOUGH):
            chat.budget.count(403)
        with pytest.raises(TryLater, match="9,000 times in ten minutes"):
            await chat.post(channel(discord), paper(), "k1")
        assert discord.general.messages == []


async def test_a_socket_that_drops_in_the_middle_of_a_post_does_not_touch_it() -> None:
    """Posts go over REST; the command that is typed meanwhile is answered after the resume."""
    answers = Answers(Reply(sentence("Here.")))
    async with Discord() as discord, running(discord, answers) as chat:
        discord.slow_down(0.3)
        posting = asyncio.create_task(chat.post(channel(discord), paper(), "k1"))
        await discord.gateway.drop()
        talk = await discord.begin_command("subscriptions")
        await posting
        assert (await discord.seen(talk)).text == "Here."
        assert (len(discord.general.messages), discord.gateway.resumed) == (1, 1)
        assert [type(heard) for heard in answers.heard] == [Ask]


class Locked(FakeStore):
    """A store whose list of servers can be neither read nor written."""

    async def enrolled(self, platform: str) -> Mapping[str, str]:
        raise StoreFailed("It is locked.")

    async def enrol(self, platform: str, server: str, since: str) -> None:
        raise StoreFailed("It is locked.")


async def test_servers_are_looked_at_though_the_list_of_them_cannot_be_read() -> None:
    """Nobody is greeted then who may have been greeted before; what closes is heard of all the same."""
    answers = Answers(greeting)
    async with Discord() as discord, living(discord, answers, Locked()):
        discord.general.lacks.add("send")
        await discord.tell(discord.general)
        (change,) = await changes(answers, 1)
        assert (change.kind, change.channel) == ("lost", channel(discord))
        assert discord.general.messages == []
