"""The fake store with what the pages' tests need beside: papers put in as they are, and a database in trouble."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from bot.errors import StoreFailed
from bot.model import Bookmark, Channel, Message, Paper, Subscription
from bot.store.identity import ids
from tests.fakes.store import FakeStore


class Memory(FakeStore):
    """`down` makes everything that the pages ask for fail like a locked database; `reads` counts looks for messages."""

    down = False
    reads = 0

    @property
    def held(self) -> list[Paper]:
        return list(self.tables.papers.values())

    @held.setter
    def held(self, papers: list[Paper]) -> None:
        """Put in uncleaned, as no store would give them."""
        self.tables.papers = dict(enumerate(papers, 1))
        self.tables.names = {name: number for number, paper in self.tables.papers.items() for name in ids(paper)}

    @property
    def said(self) -> list[Message]:
        return list(self.tables.messages.values())

    def _require_up(self) -> None:
        if self.down:
            raise StoreFailed("The database is locked by another program; close it and try again.")

    async def version(self) -> int:
        self._require_up()
        return await super().version()

    async def bookmarks(self, addresses: Collection[str] | None = None) -> Mapping[str, Bookmark]:
        self._require_up()
        return await super().bookmarks(addresses)

    async def paper(self, id: str, *, own: Collection[Channel] = ()) -> Paper | None:
        self._require_up()
        return await super().paper(id, own=own)

    async def days(self, limit: int = 30, *, own: Collection[Channel] = ()) -> list[tuple[date, int]]:
        self._require_up()
        return await super().days(limit, own=own)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        self._require_up()
        return await super().subscriptions(channel)

    async def say(self, message: Message) -> Message:
        self._require_up()
        return await super().say(message)

    async def messages(
        self, channel: Channel, *, thread: int | None = None, after: int = 0, limit: int = 200
    ) -> list[Message]:
        self._require_up()
        self.reads += 1
        return await super().messages(channel, thread=thread, after=after, limit=limit)

    async def message(self, id: int) -> Message | None:
        self._require_up()
        return await super().message(id)

    async def channels(self, platform: str) -> list[Channel]:
        self._require_up()
        return await super().channels(platform)
