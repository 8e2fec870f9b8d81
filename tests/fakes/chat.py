"""A chat in memory that keeps the promises of the port, and fails when a test says so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bot.errors import PlatformFailed, Refused
from bot.model import Channel, Post
from bot.ports import Answer


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the fake platform holds it."""

    id: str
    channel: Channel
    post: Post
    key: str
    thread: str | None = None


@dataclass(slots=True)
class FakeChat:
    """Remembers what was said by its key, as Discord's nonces and the local channel do."""

    platform: str = "local"
    pace: timedelta = timedelta(0)
    lost: frozenset[Channel] = frozenset()
    failing: list[PlatformFailed] = field(default_factory=list)
    """Raised by the next posts, one each, before anything is said."""
    said: list[Said] = field(default_factory=list)

    async def listen(self, answer: Answer) -> None:
        await asyncio.Event().wait()

    async def post(self, channel: Channel, post: Post, key: str) -> str:
        if self.failing:
            raise self.failing.pop(0)
        if channel in self.lost:
            raise Refused(f"{channel} does not exist any more. Nothing more is sent there.")
        return self._say(channel, post, key, None)

    async def thread(self, channel: Channel, message: str, name: str, opener: Post, key: str) -> str:
        self._say(channel, opener, key, message)
        return message

    async def link(self, channel: Channel, thread: str) -> str | None:
        return f"https://chat.example/{channel.place}/{thread}"

    async def close(self) -> None:
        """Nothing to let go of."""

    def _say(self, channel: Channel, post: Post, key: str, thread: str | None) -> str:
        for said in self.said:
            if (said.channel, said.key) == (channel, key):
                return said.id
        self.said.append(Said(str(len(self.said) + 1), channel, post, key, thread))
        return self.said[-1].id
