"""The part of the Store port that changes rules and keeps what people save."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.model import Amendment, Channel, Paper, Subscription
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import amending


class Wishing(Desk):
    """`Amending` over one SQLite file."""

    async def amend(self, wish: Subscription, now: datetime) -> Subscription | None:
        return await self._do(amending.amend, wish, now)

    async def made(self, channel: Channel) -> Mapping[int, datetime]:
        return await self._look(amending.made, channel)

    async def remember(self, change: Amendment, now: datetime) -> int:
        return await self._do(amending.remember, change, now)

    async def amendment(self, number: int) -> Amendment | None:
        return await self._do(amending.amendment, number)

    async def take_back(self, number: int, channel: Channel, now: datetime) -> Subscription | None:
        return await self._do(amending.take_back, number, channel, now)

    async def save(self, person: str, paper: str, now: datetime, *, own: Collection[Channel] = ()) -> bool:
        return await self._do(amending.save, person, paper, now, own)

    async def unsave(self, person: str, paper: str, *, own: Collection[Channel] = ()) -> bool:
        return await self._do(amending.unsave, person, paper, own)

    async def saved(self, person: str, limit: int = 50) -> Sequence[Paper]:
        return await self._do(amending.saved, person, limit)
