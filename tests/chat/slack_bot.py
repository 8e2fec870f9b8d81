"""A bot connected to the Slack stand-in, for the tests of the Slack page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.slack import Slack, connect
from bot.model import Ask, Button, Channel, Heard, Line, Post, Press, Reply, Span
from bot.ports import Answer, Clock, Memory
from tests.standins.slack import StandIn, slack_standin

GENERAL = Channel("slack", f"{StandIn.team}/C0GENERAL")


def says(text: str, *lines: str, buttons: tuple[Button, ...] = ()) -> Post:
    """A plain post."""
    return Post(Line((Span(text),)), tuple(Line((Span(line),)) for line in lines), buttons)


async def echo(heard: Heard) -> Reply:
    """Answer with what was heard."""
    if isinstance(heard, Ask):
        return Reply(says(f"{heard.verb}|{heard.words}|{heard.person}|{heard.channel}"))
    if not isinstance(heard, Press):
        return Reply(says("Noted."))
    return Reply(says(f"{heard.action}|{heard.person}|{heard.channel}"))


@asynccontextmanager
async def slack(
    standin: StandIn | None = None,
    ping: float = 5.0,
    errands: Memory | None = None,
    clock: Clock | None = None,
    **env: str,
) -> AsyncIterator[tuple[StandIn, Slack]]:
    """A stand-in and a chat that can post to it, and does not listen."""
    async with slack_standin(standin) as standin:
        chat = await connect({**standin.env, **env}, errands, clock)
        assert isinstance(chat, Slack)
        chat._ping = ping  # how often the connection is looked at: tests have no five seconds
        try:
            yield standin, chat
        finally:
            await chat.close()


@asynccontextmanager
async def hearing(
    standin: StandIn, answer: Answer = echo, errands: Memory | None = None, clock: Clock | None = None
) -> AsyncIterator[Slack]:
    """One process of the bot, listening to a stand-in that is there already; ending it ends nothing of Slack's."""
    chat = await connect(standin.env, errands, clock)
    assert isinstance(chat, Slack)
    chat._ping = 0.05
    task, before = asyncio.create_task(chat.listen(answer)), standin.sockets.opened
    try:
        await standin.sockets.connected(opened=before + 1)
        yield chat
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await chat.close()


@asynccontextmanager
async def talking(
    answer: Answer = echo, ping: float = 5.0, standin: StandIn | None = None
) -> AsyncIterator[tuple[StandIn, Slack]]:
    """A stand-in and a chat that listens to it."""
    async with slack(standin, ping) as (standin, chat):
        task = asyncio.create_task(chat.listen(answer))
        try:
            await standin.sockets.connected()
            yield standin, chat
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
