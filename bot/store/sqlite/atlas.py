"""The Places port over one SQLite file."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import Channel, Subscription
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import places


class Atlas(Desk):
    """Channels that stand together, threads that are gone."""

    async def near(self, channel: Channel, limit: int) -> list[Subscription]:
        return await self._do(places.near, channel, limit)

    async def wanting(self) -> Mapping[Channel, int]:
        return await self._do(places.wanting)

    async def unthreaded(self, channel: Channel, thread: str) -> int:
        return await self._do(places.unthreaded, channel, thread)
