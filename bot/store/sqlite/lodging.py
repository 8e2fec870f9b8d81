"""What only channels' own feeds have brought: the port's desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.model import Channel, Paper
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import owned
from bot.store.sqlite.tables.papers import changed_own


class Lodging(Desk):
    """The port of `bot.ports.private` over one SQLite file."""

    async def private(self, papers: Sequence[Paper]) -> Mapping[str, Mapping[Channel, Paper | None]]:
        return await self._look(owned.private, papers)

    async def changed_own(
        self, papers: Sequence[Paper], channels: Collection[Channel]
    ) -> list[tuple[Channel, Paper, Paper]]:
        return await self._look(changed_own, papers, channels)

    async def owners(self) -> list[Channel]:
        return await self._do(owned.owners)
