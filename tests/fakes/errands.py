"""Errands in memory: a room of the fake store, and all that a Slack in a test keeps."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Errand, Reply
from bot.ports.errands import PATIENCE, REMEMBERED
from bot.store.plain import pack, unpack

Kept = dict[tuple[str, str], tuple[Errand, bool]]
"""By platform and key: each errand, and whether it is open."""


class FakeErrands:
    """The Errands port over a dict."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.errands = kept if kept is not None else {}

    async def take_on(self, errand: Errand) -> bool:
        place = errand.heard.channel.platform, errand.key
        if place in self.errands:
            return False
        for known, (one, is_open) in list(self.errands.items()):
            if one.at < errand.at - (PATIENCE if is_open else REMEMBERED):
                del self.errands[known]
        self.errands[place] = errand, True
        return True

    async def errand(self, platform: str, key: str) -> Errand | None:
        found = self.errands.get((platform, key))
        return found[0] if found else None

    async def settle(self, platform: str, key: str, reply: Reply) -> None:
        self._alter(platform, key, reply=unpack(pack(reply), Reply))

    async def spend(self, platform: str, key: str, most: int) -> bool:
        found = self.errands.get((platform, key))
        if found is None or found[0].uses >= most:
            return False
        self._alter(platform, key, uses=found[0].uses + 1)
        return True

    async def finish(self, platform: str, key: str) -> None:
        if (platform, key) in self.errands:
            self.errands[platform, key] = self.errands[platform, key][0], False

    async def unfinished(self, platform: str) -> list[Errand]:
        found = [one for (where, _), (one, is_open) in self.errands.items() if where == platform and is_open]
        return sorted(found, key=lambda one: (one.at, one.key))

    def _alter(self, platform: str, key: str, **new: object) -> None:
        if (platform, key) in self.errands:
            errand, is_open = self.errands[platform, key]
            self.errands[platform, key] = replace(errand, **new), is_open  # type: ignore[arg-type]  # fields by name
