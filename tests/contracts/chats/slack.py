"""Slack, wired to its stand-in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.chat.slack import connect
from bot.model import Ask, Channel, Line, Post, Press, Reply, Span
from tests.chat.slack_bot import GENERAL, echo
from tests.contracts.rig import Rig, Shown
from tests.standins.slack import Said, StandIn, slack_standin

LOST = Channel("slack", f"{StandIn.team}/C0LOST")


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The real chat over real sockets, listening; its other side is the stand-in."""
    heard: list[Ask | Press] = []

    async def answer(said: Ask | Press) -> Reply:
        heard.append(said)
        return await echo(said)

    async with slack_standin() as standin:
        chat = await connect(standin.env)
        listening = asyncio.create_task(chat.listen(answer))
        try:
            await standin.sockets.connected()
            yield Rig(chat, GENERAL, LOST, partial(_shown, standin), standin.slow_down, partial(_type, standin), heard)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            await chat.close()


async def _shown(standin: StandIn) -> list[Shown]:
    return [_one(said) for said in standin.public()]


def _one(said: Said) -> Shown:
    return Shown(said.ts, said.shown, said.thread)


async def _type(standin: StandIn, verb: str, words: str) -> Reply | None:
    seen = await standin.command(f"/{verb}", words)
    return Reply(Post(Line((Span(seen.answers[0].shown),))))
