"""A bot that is killed in the middle of an answer: the next process gives it, and nothing is done or said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.chat.discord import Discord as Page
from bot.chat.discord import connect
from bot.chat.discord.forms import Kept
from bot.chat.discord.owing import Owing, Way
from bot.chat.discord.resuming import Resuming
from bot.model import Ask, Button, Errand, Field, Form, Heard, Press, Reply
from tests.chat.discord_running import NOW, Answers, channel, running, sentence
from tests.fakes.store import FakeStore
from tests.standins.discord import Discord


class Clock:
    """The time, as a test wants it."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def reply(heard: Heard) -> Reply:
    """What changes something is said to all."""
    if isinstance(heard, Press):
        return Reply(sentence("Done."), public=sentence("Ann subscribed."), replaces=True)
    if isinstance(heard, Ask) and heard.verb == "unsubscribe":
        return Reply(sentence("Nothing more comes."), public=sentence("Ann unsubscribed all."))
    return Reply(sentence("Here.", Button("Subscribe", "confirm:7")))


@asynccontextmanager
async def killed(discord: Discord, answers: Answers, store: FakeStore, clock: Clock) -> AsyncIterator[None]:
    """A process that has no time for anything once this is over."""
    chat, before = await connect(discord.env, store, clock), discord.gateway.connections
    assert isinstance(chat, Page)
    listening = asyncio.create_task(chat.listen(answers))
    await discord.listening(before + 1)
    yield
    assert chat._ears
    for task in [listening, *chat._ears.under_way]:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await chat.close()


async def test_a_command_that_was_cut_off_is_answered_by_the_next_process() -> None:
    """In the place of "thinking…"; once, however often the bot is started."""
    hangs, answers, store, clock = Answers(reply), Answers(reply), FakeStore(), Clock()
    hangs.go.clear()
    async with Discord() as discord:
        async with killed(discord, hangs, store, clock):
            talk = await discord.begin_command("papers help")
            await discord.until(lambda: talk.deferred, "it was not deferred")
        assert not talk.shown
        for _ in range(2):
            async with running(discord, answers, store, clock=clock):
                assert (await discord.seen(talk)).text == "Here."
        assert (len([one for one in answers.heard if isinstance(one, Ask)]), len(talk.shown)) == (1, 1)
        assert talk.shown[0].hidden


async def test_a_press_that_was_cut_off_is_not_done_again() -> None:
    """Nobody knows how far it came: its person is told so, where they pressed."""
    hangs, answers, store, clock = Answers(reply), Answers(reply), FakeStore(), Clock()
    async with Discord() as discord:
        async with killed(discord, hangs, store, clock):
            preview = await discord.command("papers help")
            hangs.go.clear()
            talk = await discord.begin_press(preview, "confirm:7")
            await discord.until(lambda: talk.deferred, "it was not deferred")
        async with running(discord, answers, store, clock=clock):
            seen = await discord.seen(talk)
            assert (seen.id, "may or may not have been done" in seen.text) == (preview.id, True)
        assert [one for one in answers.heard if isinstance(one, Press)] == []
        assert discord.general.messages == []


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(hours=2)], ids=["at once", "much later"])
async def test_a_channel_that_was_not_told_is_told_once(later: timedelta) -> None:
    """The person had their answer; the line for all was cut off, and is owed for longer than the answer."""
    answers, store, clock = Answers(reply), FakeStore(), Clock()
    async with Discord() as discord:
        async with killed(discord, answers, store, clock):
            discord.slow_down(20)
            talk = await discord.begin_command("unsubscribe", {"which": "all"})
            assert (await discord.seen(talk)).text == "Nothing more comes."
            await asyncio.sleep(0.05)
        assert discord.general.messages == []
        clock.now += later
        discord.forget_nonces()
        for _ in range(2):
            async with running(discord, answers, store, clock=clock):
                assert [told.text for told in await discord.said()] == ["Ann unsubscribed all."]
        assert len(talk.shown) == 1
        assert len([one for one in answers.heard if isinstance(one, Ask)]) == 1


async def test_a_line_whose_answer_was_lost_is_not_said_again() -> None:
    """It stands there, and nobody had written that down: it is looked for."""
    answers, store, clock = Answers(reply), FakeStore(), Clock()
    async with Discord() as discord:
        async with killed(discord, answers, store, clock):
            await discord.command("unsubscribe", {"which": "all"})
            await discord.said()
        (errand,) = [one for one, _ in store.tables.errands.values()]
        store.tables.errands["discord", errand.key] = (errand, True)  # the process ended before it was over
        discord.forget_nonces()
        async with running(discord, answers, store, clock=clock):
            await discord.command("papers help")
        assert [told.text for told in discord.general.messages] == ["Ann unsubscribed all."]


async def test_a_form_that_was_cut_off_waits_behind_a_button() -> None:
    """A form opens only as a first answer."""
    form = Form("Rule and options", "edited:7", (Field("rule", "Rule", "mamba"),))
    opens, store, clock = Answers(Reply(sentence("Change it:"), form=form)), FakeStore(), Clock()
    async with Discord() as discord:
        opens.go.clear()
        async with killed(discord, opens, store, clock):
            talk = await discord.begin_command("papers help")
            await discord.until(lambda: talk.deferred, "it was not deferred")
        opens.go.set()
        async with running(discord, opens, store, clock=clock):
            seen = await discord.seen(talk)
            opened = await discord.form(await discord.begin_press(seen, seen.buttons["Open the form"]))
            assert opened["title"] == "Rule and options"


async def test_an_answer_that_comes_too_late_is_let_go() -> None:
    """Fifteen minutes after the command nobody can be shown anything."""
    hangs, answers, store, clock = Answers(reply), Answers(reply), FakeStore(), Clock()
    hangs.go.clear()
    async with Discord() as discord:
        async with killed(discord, hangs, store, clock):
            talk = await discord.begin_command("papers help")
            await discord.until(lambda: talk.deferred, "it was not deferred")
        clock.now += timedelta(minutes=16)
        async with running(discord, answers, store, clock=clock):
            await discord.command("subscriptions")
            await asyncio.sleep(0.05)
        assert talk.shown == []
        assert await store.unfinished("discord") == []


async def test_what_this_process_answers_beside_what_was_left_is_answered_once() -> None:
    """It is open when the list is read, and done with while the first of the list is answered."""
    store, clock, ours, heard = FakeStore(), Clock(), {"2"}, list[str]()
    way = msgspec.json.encode(Way(1, "token", edits=False, elsewhere=False)).decode()
    for key in ("1", "2"):
        await store.take_on(Errand(key, Ask(channel(Discord()), "discord:7", "papers", f"add {key}"), NOW, way))
    clock.now += timedelta(minutes=20)  # their persons cannot be shown anything any more

    async def answer(asked: Heard) -> Reply:
        assert isinstance(asked, Ask)
        heard.append(asked.words)
        await store.finish("discord", "2")
        ours.discard("2")
        return Reply(sentence("Added."))

    nobody: Any = None
    await Resuming(nobody, nobody, Owing(store, clock), Kept()).all(answer, ours)
    assert heard == ["add 1"]


async def test_one_answer_that_breaks_us_does_not_stand_before_the_others() -> None:
    store, clock, heard = FakeStore(), Clock(), list[str]()
    good = msgspec.json.encode(Way(1, "token", edits=False, elsewhere=False)).decode()
    for key, way in (("1", "{}"), ("2", good)):
        await store.take_on(Errand(key, Ask(channel(Discord()), "discord:7", "papers", f"add {key}"), NOW, way))
    clock.now += timedelta(minutes=20)

    async def answer(asked: Heard) -> Reply:
        assert isinstance(asked, Ask)
        heard.append(asked.words)
        return Reply(sentence("Added."))

    nobody: Any = None
    await Resuming(nobody, nobody, Owing(store, clock), Kept()).all(answer, ())
    assert heard == ["add 1", "add 2"]
