"""Slack, wired to its stand-in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from bot.chat.slack import connect
from bot.model import Channel, Heard, Line, Post, Reply, Span
from tests.chat.slack_bot import GENERAL, echo
from tests.contracts.rig import Rig, Shown
from tests.standins.slack import Said, StandIn, slack_standin

LOST = Channel("slack", f"{StandIn.team}/C0LOST")


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The real chat over real sockets, listening; its other side is the stand-in."""
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return await echo(said)

    async with slack_standin(StandIn(history=True)) as standin:
        chat = await connect(standin.env)
        listening = asyncio.create_task(chat.listen(answer))

        async def delete(message: str) -> None:
            standin.delete(message)

        try:
            await standin.sockets.connected()
            yield Rig(
                chat,
                GENERAL,
                LOST,
                partial(_shown, standin.public),
                standin.slow_down,
                partial(connect, standin.env),
                delete,
                "slack:U0ADA",
                partial(_shown, standin.told),
                partial(_type, standin),
                heard,
            )
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            await chat.close()


async def _shown(held: Callable[[], list[Said]]) -> list[Shown]:
    return [_one(said) for said in held()]


def _one(said: Said) -> Shown:
    actions = (*said.choices.values(), *said.buttons.values())
    return Shown(said.ts, said.shown, said.thread, actions)


async def _type(standin: StandIn, verb: str, words: str) -> Reply | None:
    seen = await standin.command(f"/{verb}", words)
    return Reply(Post(Line((Span(seen.answers[0].shown),))))
