"""The Outbox port: what is to be said, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.habits import Held
from bot.model import (
    Bundle,
    Channel,
    Claim,
    Delivery,
    Edit,
    Item,
    Notice,
    Paper,
)
from bot.ports import NOTHING, Waiting
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import claims, digests, holding, news, outbox, sight, threads


class Tray(Desk):
    """The outbox over one SQLite file."""

    # ── the outbox ──
    async def claim(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        return await self._do(claims.claim, worker, now, lease, limit, pace, crowd, self._longest)

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        return await self._do(claims.due, platforms)

    async def posted(self, claim: Claim, message: str, now: datetime, riders: Sequence[int] = ()) -> None:
        await self._do(outbox.posted, claim, message, now, riders)

    async def parted(self, claim: Claim, parts: Mapping[int, int], dropped: Mapping[int, str]) -> None:
        await self._do(digests.parted, claim, parts, dropped)

    async def put_off(self, claim: Claim, due: datetime, bundle: Bundle | None) -> None:
        await self._do(digests.put_off, claim, due, bundle)

    async def let_go(self, claim: Claim, until: datetime, *, doubt: bool = True) -> None:
        await self._do(digests.let_go, claim, until, doubt)

    async def lost(
        self,
        claim: Claim,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        notices: Sequence[Notice] = (),
    ) -> bool:
        return await self._do(digests.lost, claim, why, now, probe, patience, notices)

    async def replan(self, planned: Sequence[Delivery]) -> None:
        await self._do(digests.replan, planned)

    async def posted_since(self, channel: Channel, since: datetime) -> int:
        return await self._do(digests.posted_since, channel, since)

    async def lately(self, channel: Channel, since: datetime, limit: int = 1000) -> list[Item]:
        return await self._do(digests.lately, channel, since, limit)

    async def passengers(self, digest: int) -> list[Item]:
        return await self._do(digests.passengers, digest)

    async def in_message(self, channel: Channel, message: str) -> list[Item]:
        return await self._do(digests.in_message, channel, message)

    async def carded(self, row: int, message: str) -> None:
        await self._do(threads.carded, row, message)

    # ── what becomes of papers ──
    async def claim_news(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        return await self._do(news.claim_news, worker, now, lease, limit, pace, crowd)

    async def told(self, claim: Claim, said: Literal["thread", "post"], now: datetime) -> None:
        await self._do(news.told, claim, said, now)

    async def vote(self, row: int, person: str, now: datetime) -> int | None:
        return await self._do(news.vote, row, person, now)

    async def mark(self, channel: Channel, message: str, now: datetime) -> None:
        await self._do(news.remark, channel, message, now)

    async def edits(
        self, now: datetime, *, limit: int, pace: Mapping[str, timedelta], crowd: Mapping[str, timedelta] = NOTHING
    ) -> list[Edit]:
        return await self._do(news.edits, now, limit, pace, crowd)

    async def edited(self, edit: Edit, now: datetime, again: datetime | None = None) -> None:
        await self._do(news.edited, edit, now, again)

    async def threaded(self, row: int, thread: str, now: datetime | None = None) -> None:
        await self._do(threads.threaded, row, thread, now)

    async def done(self, claim: Claim) -> None:
        await self._do(outbox.done, claim)

    async def later(
        self, claim: Claim, due: datetime, error: str, now: datetime, *, doubt: bool = False, wait: bool = False
    ) -> None:
        await self._do(outbox.later, claim, due, error, now, doubt, wait)

    async def fail(self, claim: Claim, state: str, error: str) -> None:
        await self._do(outbox.fail, claim, state, error)

    async def delivery(self, row: int) -> Delivery | None:
        return await self._do(outbox.delivery, row)

    async def deliveries(self, channel: Channel | None = None, limit: int = 1000) -> list[Delivery]:
        return await self._do(outbox.deliveries, channel, limit)

    async def holding(self) -> list[Held]:
        return await self._do(holding.held)

    async def release(self, source: str | None, now: datetime) -> int:
        return await self._do(holding.release, source, now)

    async def discard(self, source: str | None, reason: str) -> int:
        return await self._do(holding.discard, source, reason)

    async def reached(self, id: str, *, own: Collection[Channel] = ()) -> list[Delivery]:
        return await self._do(sight.told, id, own)

    async def sent(self, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
        return await self._do(sight.sent, channel, limit)

    async def waiting(self) -> list[Waiting]:
        return await self._do(sight.waiting)

    async def address(self, channel: Channel, secret: str) -> str:
        return await self._do(sight.address, channel, secret)

    async def end_address(self, channel: Channel) -> bool:
        return await self._do(sight.end_address, channel)

    async def addressed(self, secret: str) -> Channel | None:
        return await self._do(sight.addressed, secret)
