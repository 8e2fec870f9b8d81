"""Errands and servers in this process's memory, where no database keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.model import Errand, Reply
from bot.ports.errands import PATIENCE, REMEMBERED

Kept = dict[tuple[str, str], tuple[Errand, bool]]
"""By platform and key: each errand, and whether it is open."""


class Forgetful:
    """The Errands port over a dict."""

    def __init__(self, known: Kept | None = None) -> None:
        self._known = {} if known is None else known

    async def take_on(self, errand: Errand) -> bool:
        place = errand.heard.channel.platform, errand.key
        if place in self._known:
            return False
        old = [
            known
            for known, (one, is_open) in self._known.items()
            if one.at < errand.at - (PATIENCE if is_open else REMEMBERED)
        ]
        for known in old:
            del self._known[known]
        self._known[place] = errand, True
        return True

    async def errand(self, platform: str, key: str) -> Errand | None:
        found = self._known.get((platform, key))
        return found[0] if found else None

    async def settle(self, platform: str, key: str, reply: Reply) -> None:
        self._alter(platform, key, reply=reply)

    async def spend(self, platform: str, key: str, most: int) -> bool:
        errand = await self.errand(platform, key)
        if errand is None or errand.uses >= most:
            return False
        self._alter(platform, key, uses=errand.uses + 1)
        return True

    async def finish(self, platform: str, key: str) -> None:
        if (platform, key) in self._known:
            self._known[platform, key] = self._known[platform, key][0], False

    async def unfinished(self, platform: str) -> list[Errand]:
        found = [one for (where, _), (one, is_open) in self._known.items() if where == platform and is_open]
        return sorted(found, key=lambda one: (one.at, one.key))

    def _alter(self, platform: str, key: str, **new: Any) -> None:
        if (platform, key) in self._known:
            errand, is_open = self._known[platform, key]
            self._known[platform, key] = replace(errand, **new), is_open


class Oblivious(Forgetful):
    """The Memory port over dicts."""

    def __init__(self) -> None:
        super().__init__()
        self._servers: dict[tuple[str, str], str] = {}

    async def enrolled(self, platform: str) -> Mapping[str, str]:
        return {server: since for (where, server), since in self._servers.items() if where == platform}

    async def enrol(self, platform: str, server: str, since: str) -> None:
        self._servers[platform, server] = since

    async def strike(self, platform: str, server: str) -> None:
        self._servers.pop((platform, server), None)
