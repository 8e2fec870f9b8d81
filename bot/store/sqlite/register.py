"""The Roster port over one SQLite file."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.sqlite.desk import Desk
from bot.store.sqlite.tables import roster


class Register(Desk):
    """Servers that let the bot in."""

    async def enrolled(self, platform: str) -> Mapping[str, str]:
        return await self._do(roster.enrolled, platform)

    async def enrol(self, platform: str, server: str, since: str) -> None:
        await self._do(roster.enrol, platform, server, since)

    async def strike(self, platform: str, server: str) -> None:
        await self._do(roster.strike, platform, server)
