"""The Roster port in memory."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.tables import Tables


class FakeRoster:
    """Servers that let the bot in, over `Tables`."""

    tables: Tables

    async def enrolled(self, platform: str) -> Mapping[str, str]:
        self._require_open()
        return {server: since for (on, server), since in self.tables.servers.items() if on == platform}

    async def enrol(self, platform: str, server: str, since: str) -> None:
        self._require_open()
        self.tables.servers[platform, server] = since

    async def strike(self, platform: str, server: str) -> None:
        self._require_open()
        self.tables.servers.pop((platform, server), None)

    def _require_open(self) -> None:
        raise NotImplementedError
