"""The Upkeep port: what keeps the file small and forgetful."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.habits import Harvest, Tempo
from bot.model import Channel, Subscription
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import forgetting, upkeep


class Cellar(Desk):
    """Upkeep over one SQLite file."""

    async def thin(self, papers: datetime | None, deliveries: datetime | None, limit: int) -> int:
        return await self._do(upkeep.thin, papers, deliveries, limit)

    async def forget(self, person: str) -> Mapping[str, int]:
        return await self._do(forgetting.forget, person)

    async def housed(self, homes: Collection[str]) -> list[Channel]:
        return await self._do(upkeep.housed, homes)

    async def purge(self, channel: Channel) -> int:
        return await self._do(upkeep.purge, channel)

    async def subscription(self, id: int) -> Subscription | None:
        return await self._do(upkeep.subscription, id)

    async def tempo(self, channel: Channel, start: datetime, middle: datetime) -> Tempo:
        return await self._do(upkeep.tempo, channel, start, middle)

    async def idle(self, channel: Channel, since: datetime) -> list[Subscription]:
        return await self._do(upkeep.idle, channel, since)

    async def harvest(self, channel: Channel, since: datetime) -> list[tuple[Subscription, Harvest]]:
        return await self._do(upkeep.harvest, channel, since)

    async def heard(self, about: str) -> datetime | None:
        return await self._do(upkeep.heard, about)

    async def tell_once(self, about: str, now: datetime) -> None:
        await self._do(upkeep.tell_once, about, now)

    async def hush(self, about: str) -> None:
        await self._do(upkeep.hush, about)
