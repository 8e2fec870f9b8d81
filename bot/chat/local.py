"""Local channels: what the bot says there is kept in the store, and the pages show it. No network of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from bot.errors import Refused, StoreFailed, TryLater
from bot.model import Channel, Message, Post
from bot.ports import Answer, Clock, Store

AUTHOR = "paper-round"
"""Whom the pages show as the bot."""


@dataclass(slots=True)
class Local:
    """The chat of the pages. Commands and presses reach `answer` through the pages, not through `listen`."""

    store: Store
    clock: Clock
    platform: str = "local"
    pace: timedelta = timedelta(0)

    async def listen(self, answer: Answer) -> None:
        """Wait until cancelled: the browser's words come in by the pages."""
        await asyncio.Event().wait()

    async def post(self, channel: Channel, post: Post, key: str) -> str:
        """Say it in the channel; the same key says it once, however often and however late."""
        return str(await self._say(Message(channel, AUTHOR, post, self.clock(), key)))

    async def thread(self, channel: Channel, message: str, name: str, opener: Post, key: str) -> str:
        """Say the opener under the message; the thread's id is the message's."""
        top = await self._found(channel, message)
        await self._say(Message(channel, AUTHOR, opener, self.clock(), f"thread:{key}", top.id))
        return str(top.id)

    async def link(self, channel: Channel, thread: str) -> str | None:
        """The page of the thread, on the host the reader already looks at."""
        return f"/chat/{quote(channel.place, safe='')}/{quote(thread, safe='')}"

    async def close(self) -> None:
        """Nothing to let go of: the store belongs to who gave it."""

    async def _say(self, message: Message) -> int:
        try:
            return (await self.store.say(message)).id
        except StoreFailed as failed:
            raise TryLater(str(failed)) from failed

    async def _found(self, channel: Channel, message: str) -> Message:
        try:
            found = await self.store.message(int(message)) if message.isascii() and message.isdecimal() else None
        except StoreFailed as failed:
            raise TryLater(str(failed)) from failed
        if found is None or found.channel != channel or found.thread is not None:
            raise Refused(f"There is no message {message!r} in {channel} to open a thread under.")
        return found


def connect(store: Store, clock: Clock) -> Local:
    """The chat of the local channels."""
    return Local(store, clock)
