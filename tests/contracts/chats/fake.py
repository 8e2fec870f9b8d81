"""The fake chat, wired to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import TryLater
from bot.model import Channel
from tests.contracts.rig import Rig, Shown
from tests.fakes.chat import FakeChat


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The fake as platform `fake`, with one lost channel."""
    channel, lost = Channel("fake", "general"), Channel("fake", "lost")
    chat = FakeChat(platform="fake", lost=frozenset({lost}))

    async def shown() -> list[Shown]:
        return [Shown(said.id, said.post.plain, said.thread) for said in chat.said if said.channel == channel]

    def slow_down(seconds: float) -> None:
        chat.failing.append(TryLater("The platform asks for a pause.", seconds))

    yield Rig(chat, channel, lost, shown, slow_down)
