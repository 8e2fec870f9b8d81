"""A chat in memory that keeps the promises of the port, and fails when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.errors import ChannelLost, MessageGone, PlatformFailed, Refused
from bot.model import Channel, Post, Standing
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
    crowd: timedelta = timedelta(0)
    lost: frozenset[Channel] = frozenset()
    failing: list[PlatformFailed] = field(default_factory=list)
    """Raised by the next posts, one each, before anything is said."""
    said: list[Said] = field(default_factory=list)
    locked: bool = False
    """Whether its threads take no more words."""
    told: list[tuple[str, Post, str]] = field(default_factory=list)
    """What people were told in their own messages: person, post, key."""
    edits: list[tuple[str, Post]] = field(default_factory=list)
    """Every edit in turn: the message's id, and what it says since."""
    hidden: frozenset[Channel] = frozenset()
    """Channels that nobody who asks can read."""
    managing: frozenset[tuple[str, Channel]] = frozenset()
    """Who manages which channel."""
    room: int | None = None
    """Characters that fit into one message; None: any number."""
    remembers: bool = True
    """Whether a key is said once whatever happens; else only `doubt` looks for it, as on Slack."""
    looks: bool = True
    """Whether `doubt` finds what was said, as Slack with its history scopes does."""

    def fits(self, post: Post) -> bool:
        return self.room is None or len(post.plain) <= self.room

    async def listen(self, answer: Answer) -> None:
        await asyncio.Event().wait()

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        if self.failing:
            raise self.failing.pop(0)
        return self._say(channel, post, key, None, doubt)

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        self._at(channel, message)
        self._say(channel, opener, key, message, doubt)
        return message

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        if self.locked:
            raise Refused("The thread is locked: unlock it.")
        self._at(channel, thread)
        return self._say(channel, post, key, thread, doubt)

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        place = self._at(channel, message)
        self.said[place] = replace(self.said[place], post=post)
        self.edits.append((message, post))

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        if key not in (known for _, _, known in self.told):
            self.told.append((person, post, key))

    async def inbox(self, person: str) -> Channel:
        return Channel(self.platform, f"inbox-{person.partition(':')[2]}")

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        return frozenset(channels) - self.hidden

    async def standing(self, person: str, channel: Channel) -> Standing:
        if channel == await self.inbox(person) or (person, channel) in self.managing:
            return "manager"
        return "member"

    async def link(self, channel: Channel, thread: str) -> str | None:
        return f"https://chat.example/{channel.place}/{thread}"

    async def close(self) -> None:
        """Nothing to let go of."""

    def _at(self, channel: Channel, message: str) -> int:
        """Where the message stands in `said`."""
        self._require(channel)
        for place, said in enumerate(self.said):
            if (said.channel, said.id) == (channel, message):
                return place
        raise MessageGone(f"The message {message} was deleted in {channel}.")

    def _require(self, channel: Channel) -> None:
        if channel in self.lost:
            raise ChannelLost(f"{channel} does not exist any more. Nothing more is sent there.")

    def _say(self, channel: Channel, post: Post, key: str, thread: str | None, doubt: bool) -> str:
        self._require(channel)
        for said in self.said if self.remembers or (doubt and self.looks) else ():
            if (said.channel, said.key) == (channel, key):
                return said.id
        number = 1 + max((int(said.id) for said in self.said), default=0)
        self.said.append(Said(str(number), channel, post, key, thread))
        return self.said[-1].id
