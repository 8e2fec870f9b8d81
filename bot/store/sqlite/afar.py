"""Changes of a channel from another one: the port's desk."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.model import Channel, Customs, Notice, Subscription
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import afar


class Messenger(Desk):
    """The port of `bot.ports.afar` over one SQLite file."""

    async def set_from_afar(self, wanted: Customs, notice: Notice, now: datetime) -> None:
        await self._do(afar.keep, wanted, notice, now)

    async def end_from_afar(
        self, channel: Channel, ids: Collection[int], notice: Notice, now: datetime
    ) -> list[Subscription]:
        return await self._do(afar.end, channel, ids, notice, now)
