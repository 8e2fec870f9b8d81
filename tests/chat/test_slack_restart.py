"""A bot that is stopped and started again in the middle: whoever waits is answered, nothing is said twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bot.store
from bot.chat.slack.telling import USES
from bot.model import Ask, Button, Change, Field, Form, Heard, Press, Reply
from bot.ports import Store
from tests.chat.slack_bot import GENERAL, hearing, says
from tests.standins.slack import StandIn, slack_standin

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)


class Clock:
    """The time, as a test wants it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Bot:
    """Answers when it is let."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.hangs = hangs
        self.heard: list[Heard] = []
        self.begun = asyncio.Event()

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        self.begun.set()
        if self.hangs:
            await asyncio.Event().wait()
        if isinstance(heard, Ask):
            return Reply(
                says(f"Answer to {heard.words}"), public=says("All hear it.") if "all" in heard.words else None
            )
        return Reply(says("Done."), replaces=True)


async def killed(standin: StandIn, store: object, clock: Clock, bot: Bot, *, typed: str) -> object:
    """A process that hears a command, acknowledges it, and ends before it has an answer."""
    async with hearing(standin, bot, store, clock) as chat:  # type: ignore[arg-type]  # a store keeps errands
        seen = standin.type("/papers", typed)
        await bot.begun.wait()
        await seen.acked.wait()
        for answers in chat._answers:
            await answers.finish(0)
    return seen


@pytest.mark.parametrize(
    ("later", "expired", "way"),
    [(timedelta(seconds=5), False, "response_url"), (timedelta(minutes=31), True, "chat.postEphemeral")],
)
async def test_a_command_that_a_stop_cut_off_is_answered_by_the_next_process(
    later: timedelta, expired: bool, way: str, tmp_path: Path
) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    async with slack_standin() as standin:
        seen = await killed(standin, store, clock, Bot(hangs=True), typed="search slow")
        clock.now += later
        seen.expired = expired  # type: ignore[attr-defined]  # as Slack does after half an hour
        async with hearing(standin, Bot(), store, clock):
            said = await standin.until(1)
            assert [(one.only, one.shown) for one in said] == [("U0ADA", "Answer to slow")]
            assert [method for method, _ in standin.calls if "hemeral" in method or "url" in method] == [way]
        async with hearing(standin, Bot(), store, clock):
            await standin.command("/subscriptions")
            assert len(standin.said) == 2
    await store.close()


async def test_what_is_heard_before_the_last_process_is_taken_up_is_answered_once(tmp_path: Path) -> None:
    """Slack tells as soon as it is connected; what is in hand then was left by nobody."""
    store, now = await bot.store.open(f"sqlite:{tmp_path / 'p.db'}"), Bot(hangs=True)
    async with slack_standin() as standin, hearing(standin, now, store, Clock()) as chat:
        standin.type("/papers", "search slow")
        await now.begun.wait()
        assert await chat._answers[0].resume()
        await asyncio.sleep(0.05)
        assert len(now.heard) == 1
        await chat._answers[0].finish(0)
        await chat._answers[0].resume()  # what this process gave up is nobody's again
        await asyncio.sleep(0.05)
        assert len(now.heard) == 2
    await store.close()


async def test_what_nobody_answered_for_days_is_not_answered_any_more(tmp_path: Path) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    async with slack_standin() as standin:
        await killed(standin, store, clock, Bot(hangs=True), typed="search slow")
        clock.now += timedelta(days=2)
        later = Bot()
        async with hearing(standin, later, store, clock):
            await standin.command("/papers", "search quick")
        assert [heard.words for heard in later.heard if isinstance(heard, Ask)] == ["quick"]
        assert await store.unfinished("slack") == []
    await store.close()


async def test_a_press_that_a_stop_cut_off_is_not_done_again_but_told(tmp_path: Path) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    async with slack_standin() as standin:
        first, second = Bot(hangs=True), Bot()
        async with hearing(standin, first, store, clock) as chat:
            await chat.post(GENERAL, says("A paper", buttons=(Button("Upvote", "vote:1"),)), "k")
            pressed = standin.push(standin.public()[0], "vote:1")
            await first.begun.wait()
            await pressed.acked.wait()
            for answers in chat._answers:
                await answers.finish(0)
        async with hearing(standin, second, store, clock):
            (told,) = await pressed.answered()
        assert "may or may not have been done" in told.shown
        assert second.heard == []
    await store.close()


async def test_what_the_channel_was_not_told_is_told_once_after_a_restart(tmp_path: Path) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    async with slack_standin(StandIn(history=True)) as standin:
        for lost in (True, False):
            standin.said.clear()
            standin.index.clear()
            async with hearing(standin, Bot(), store, clock) as chat:
                standin.trouble("chat.postMessage", status=0, done=lost)  # said, or not, and nobody knows
                seen = standin.type("/papers", f"search all {lost}")
                await seen.answered()
                for answers in chat._answers:
                    await answers.finish(0)
            async with hearing(standin, Bot(), store, clock):
                await standin.seen(standin.public)
                await standin.command("/subscriptions")
            assert [said.shown for said in standin.public()] == ["All hear it."]
            assert [said.shown for said in seen.answers] == [f"Answer to all {lost}"]
    await store.close()


class Greeter:
    """Greets a channel that lets the bot in; `dies` before it knows what to say."""

    def __init__(self, *, dies: bool = False) -> None:
        self.dies = dies
        self.begun = asyncio.Event()

    async def __call__(self, heard: Heard) -> Reply:
        self.begun.set()
        if self.dies:
            await asyncio.Event().wait()
        return Reply(says("Noted."), public=says("Hello!") if isinstance(heard, Change) else None)


JOINED = {"type": "member_joined_channel", "user": StandIn.bot_user, "channel": "C0GENERAL", "event_ts": "1.0"}


@pytest.mark.parametrize("history", [True, False])
@pytest.mark.parametrize("died", ["before it was known", "before it arrived", "after it arrived"])
async def test_a_channel_is_greeted_once_and_without_the_scope_to_look_rather_not_than_twice(
    died: str, history: bool, tmp_path: Path
) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    async with slack_standin(StandIn(history=history)) as standin:
        first = Greeter(dies=died == "before it was known")
        async with hearing(standin, first, store, clock) as chat:
            if not first.dies:
                standin.trouble("chat.postMessage", status=0, done=died == "after it arrived")
            await standin.happen(JOINED).wait()
            await first.begun.wait()
            if not first.dies:
                await standin.called("chat.postMessage")
            for answers in chat._answers:
                await answers.finish(0)
        for _ in range(2):
            async with hearing(standin, Greeter(), store, clock):
                await settled(store)
                await standin.command("/subscriptions")
        greeted = [said.shown for said in standin.public()]
        assert greeted == ([] if died == "before it arrived" and not history else ["Hello!"])
    await store.close()


async def settled(store: Store) -> None:
    """Wait until nothing is left of what was owed."""
    async with asyncio.timeout(10):
        while await store.unfinished("slack"):  # noqa: ASYNC110 — a store, which tells nobody when it changes
            await asyncio.sleep(0.01)


FORM = Form("Edit", "edited:7", (Field("rule", "Rule", "transformers"),))


async def test_a_form_opened_before_a_restart_comes_back_to_its_preview_five_times(tmp_path: Path) -> None:
    clock, store = Clock(), await bot.store.open(f"sqlite:{tmp_path / 'p.db'}")
    preview = says("Subscribe?", buttons=(Button("Edit", "edit:7"),))

    async def answer(heard: Heard) -> Reply:
        if isinstance(heard, Press) and heard.action == "edit:7":
            return Reply(preview, form=FORM)
        if isinstance(heard, Press):
            return Reply(says(f"Subscribe to {dict(heard.fields)['rule']}?"), replaces=True)
        return Reply(preview)

    async with slack_standin() as standin:
        async with hearing(standin, answer, store, clock):
            said = (await standin.command("/subscribe", "transformers")).answers[0]
            standin.push(said, "edit:7")
            view = await standin.seen(standin.modal)
        async with hearing(standin, answer, store, clock):
            for number in range(USES + 1):
                shown = f"Subscribe to {number}?"
                assert await standin.fill(view, {"Rule": str(number)}) == {}
                await standin.seen(lambda: [one for one in standin.said if one.shown == shown])  # noqa: B023 — awaited here
        told = [method for method, _ in standin.calls if method in ("response_url", "chat.postEphemeral")]
        # the command's own answer, five to the preview, and what is beyond that beside it
        assert told == ["response_url"] * (1 + USES) + ["chat.postEphemeral"]
    await store.close()
