"""The fake chat, wired to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.errors import TryLater
from bot.model import Channel, Post
from bot.ports import Chat
from tests.contracts.rig import Rig, Shown
from tests.fakes.chat import FakeChat, Said

ROOM = 6000


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The fake as platform `fake`, with one lost channel and no room for long lists."""
    channel, lost = Channel("fake", "general"), Channel("fake", "lost")
    chat = FakeChat(platform="fake", lost=frozenset({lost}), room=ROOM)

    async def shown() -> list[Shown]:
        return [_shown(said) for said in chat.said if said.channel == channel]

    def slow_down(seconds: float) -> None:
        chat.failing.append(TryLater("The platform asks for a pause.", seconds))

    async def second() -> Chat:
        return replace(chat, failing=[])  # both hold the same platform's messages

    async def delete(message: str) -> None:
        chat.said[:] = [said for said in chat.said if message not in (said.id, said.thread)]

    async def told() -> list[Shown]:
        return [Shown(key, post.plain) for person, post, key in chat.told if person == "fake:ada"]

    yield Rig(chat, channel, lost, shown, slow_down, second, delete, "fake:ada", told)


def _shown(said: Said) -> Shown:
    return Shown(said.id, said.post.plain[:ROOM], said.thread, actions(said.post))


def actions(post: Post) -> tuple[str, ...]:
    """What can be pressed where everything fits."""
    beside = [entry.button for entry in post.entries if entry.button]
    return tuple(button.action for button in (*beside, *post.buttons, *post.more))
