"""The Errands port: what platforms told the bot, and who waits for its answer."""

from __future__ import annotations

from bot.model import Errand, Reply
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import errands


class Counter(Desk):
    """Errands over one SQLite file."""

    async def take_on(self, errand: Errand) -> bool:
        return await self._do(errands.take_on, errand)

    async def errand(self, platform: str, key: str) -> Errand | None:
        return await self._do(errands.errand, platform, key)

    async def settle(self, platform: str, key: str, reply: Reply) -> None:
        await self._do(errands.settle, platform, key, reply)

    async def spend(self, platform: str, key: str, most: int) -> bool:
        return await self._do(errands.spend, platform, key, most)

    async def finish(self, platform: str, key: str) -> None:
        await self._do(errands.finish, platform, key)

    async def unfinished(self, platform: str) -> list[Errand]:
        return await self._do(errands.unfinished, platform)
