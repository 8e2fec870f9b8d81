"""The part of the Store that the pages use, in memory: what is said is numbered in the order it was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.errors import StoreFailed
from bot.model import Bookmark, Channel, Message, Paper, Subscription


@dataclass
class Memory:
    """Papers, messages and subscriptions; `down` makes everything fail like a locked database."""

    held: list[Paper] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    wishes: list[Subscription] = field(default_factory=list)
    marks: dict[str, Bookmark] = field(default_factory=dict)
    down: bool = False
    reads: int = 0

    def _up(self) -> None:
        if self.down:
            raise StoreFailed("The database is locked by another program; close it and try again.")

    async def version(self) -> int:
        self._up()
        return len(self.wishes)

    async def bookmarks(self) -> Mapping[str, Bookmark]:
        self._up()
        return self.marks

    async def paper(self, id: str) -> Paper | None:
        self._up()
        return next((p for p in self.held if id == p.id or id in p.aliases), None)

    async def days(self, limit: int = 30) -> list[tuple[date, int]]:
        self._up()
        counts = Counter(p.announced.date() for p in self.held if p.announced)
        return sorted(counts.items(), reverse=True)[:limit]

    async def day(self, day: date) -> list[Paper]:
        self._up()
        papers = [p for p in self.held if p.announced and p.announced.date() == day]
        return sorted(papers, key=lambda p: -(p.signals.upvotes or 0))

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        self.wishes.append(replace(subscription, id=len(self.wishes) + 1))
        return self.wishes[-1]

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        self._up()
        return [s for s in self.wishes if channel in (None, s.channel)]

    async def say(self, message: Message) -> Message:
        self._up()
        for known in self.said:
            if (known.channel, known.key) == (message.channel, message.key):
                return known
        self.said.append(replace(message, id=len(self.said) + 1))
        return self.said[-1]

    async def messages(
        self, channel: Channel, *, thread: int | None = None, after: int = 0, limit: int = 200
    ) -> list[Message]:
        self._up()
        self.reads += 1
        found = [m for m in self.said if m.channel == channel and m.thread == thread and m.id > after]
        return found[-limit:]

    async def message(self, id: int) -> Message | None:
        self._up()
        return self.said[id - 1] if 1 <= id <= len(self.said) else None

    async def channels(self, platform: str) -> list[Channel]:
        self._up()
        named = {m.channel for m in self.said} | {s.channel for s in self.wishes}
        return sorted(c for c in named if c.platform == platform)
