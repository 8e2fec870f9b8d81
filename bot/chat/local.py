"""Local channels: what the bot says there is kept in the store, and the pages show it. No network of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote

from bot.errors import MessageGone, Refused, StoreFailed, TryLater
from bot.model import Channel, Message, Post, Standing
from bot.ports import Answer, Clock, Store
from bot.public import inbox, owner

T = TypeVar("T")

_VISITOR = re.compile(r"local:[a-z0-9]{3,32}")

AUTHOR = "paper-round"
"""Whom the pages show as the bot."""


@dataclass(slots=True)
class Local:
    """The chat of the pages. Commands and presses reach `answer` through the pages, not through `listen`."""

    store: Store
    clock: Clock
    platform: str = "local"
    pace: timedelta = timedelta(0)
    crowd: timedelta = timedelta(0)

    def fits(self, post: Post) -> bool:
        """A page has room for everything."""
        return True

    async def listen(self, answer: Answer) -> None:
        """Wait until cancelled: the browser's words come in by the pages."""
        await asyncio.Event().wait()

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the channel; the same key says it once, however often and however late, so nothing is in doubt."""
        return str(await self._say(Message(channel, AUTHOR, post, self.clock(), key)))

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """Say the opener under the message; the thread's id is the message's."""
        top = await self._top(channel, message)
        await self._say(Message(channel, AUTHOR, opener, self.clock(), f"thread:{key}", top.id))
        return str(top.id)

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the thread."""
        top = await self._top(channel, thread)
        return str(await self._say(Message(channel, AUTHOR, post, self.clock(), f"reply:{key}", top.id)))

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """Put it in the place of what the bot said there; what a visitor wrote is not the bot's to change."""
        said = await self._found(channel, message)
        if said is None or said.author != AUTHOR:
            raise MessageGone(f"The bot said no message {message!r} in {channel}.")
        await _kept(self.store.rewrite(said.id, post))

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """Say it in the channel that only they can open."""
        await self._say(Message(await self.inbox(person), AUTHOR, post, self.clock(), f"tell:{key}"))

    async def inbox(self, person: str) -> Channel:
        """The channel that only they can open; `Refused` to those who are no visitors, such as whoever runs the bot."""
        if not _VISITOR.fullmatch(person):
            raise Refused("Only visitors of these pages have messages of their own here.")
        return inbox(person)

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """All of them, without other people's own: who can open the pages can open each."""
        return frozenset(channel for channel in channels if owner(channel) in (None, person))

    async def standing(self, person: str, channel: Channel) -> Standing:
        """Nobody is more than others here, but in the channel that only they can open."""
        return "manager" if owner(channel) == person else "member"

    async def link(self, channel: Channel, thread: str) -> str | None:
        """The page of the thread, on the host the reader already looks at."""
        return f"/chat/{quote(channel.place, safe='')}/{quote(thread, safe='')}"

    async def close(self) -> None:
        """Nothing to let go of: the store belongs to who gave it."""

    async def _say(self, message: Message) -> int:
        return (await _kept(self.store.say(message))).id

    async def _top(self, channel: Channel, message: str) -> Message:
        """The message that a thread hangs from."""
        found = await self._found(channel, message)
        if found is None or found.thread is not None:
            raise MessageGone(f"There is no message {message!r} in {channel} to open a thread under.")
        return found

    async def _found(self, channel: Channel, message: str) -> Message | None:
        if not (message.isascii() and message.isdecimal()):
            return None
        found = await _kept(self.store.message(int(message)))
        return found if found is not None and found.channel == channel else None


async def _kept(step: Awaitable[T]) -> T:
    """What the store says; its trouble passes."""
    try:
        return await step
    except StoreFailed as failed:
        raise TryLater(str(failed)) from failed


def connect(store: Store, clock: Clock) -> Local:
    """The chat of the local channels."""
    return Local(store, clock)
