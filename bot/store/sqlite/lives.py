"""The Lives port: platforms and channels that fail, move or stay silent, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import Channel, Claim, Customs, Delivery, Notice, Outage, Subscription
from bot.ports.lives import Doubt, Round
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import digests, doubts, moving, notices, outages, outbox, silence


class Lives(Desk):
    """How platforms and channels fare, over one SQLite file."""

    async def shut(
        self,
        platform: str,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        claim: Claim | None = None,
    ) -> bool:
        return await self._do(outages.shut, platform, why, now, probe, patience, claim)

    async def outages(self) -> Mapping[str, Outage]:
        return await self._do(outages.outages)

    async def spent(self, platform: str, requests: int, now: datetime, *, gap: timedelta) -> None:
        await self._do(outages.spent, platform, requests, now, gap)

    async def cut_off(
        self, channel: Channel, why: str, now: datetime, *, probe: datetime, notices: Sequence[Notice] = ()
    ) -> bool:
        return await self._do(digests.cut_off, channel, why, now, probe, notices)

    async def move(self, old: Channel, new: Channel, now: datetime) -> bool:
        return await self._do(moving.move, old, new, now)

    async def pending(self, channel: Channel) -> list[Delivery]:
        return await self._do(outbox.pending, channel)

    async def claim_notices(
        self,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta],
    ) -> list[Notice]:
        return await self._do(notices.claim, now, lease, limit, pace, crowd)

    async def noticed(self, notice: Notice, error: str | None = None) -> None:
        await self._do(notices.said, notice, error)

    async def notice_later(self, notice: Notice, due: datetime, error: str, now: datetime, *, doubt: bool) -> None:
        await self._do(notices.later, notice, due, error, now, doubt)

    async def wishing(self) -> Mapping[Channel, tuple[Customs, Sequence[Subscription]]]:
        return await self._do(silence.wishing)

    async def arrange(self, rounds: Collection[Round], now: datetime) -> None:
        await self._do(silence.arrange, rounds, now)

    async def rounds(self, until: datetime) -> list[Round]:
        return await self._do(silence.rounds, until)

    async def close_round(self, round_: Round, then: Round | None, notice: Notice | None, now: datetime) -> bool:
        return await self._do(silence.close, round_, then, notice, now)

    async def doubtful(self) -> list[Doubt]:
        return await self._do(doubts.doubtful)
