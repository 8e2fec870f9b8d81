"""What a platform's page keeps in the database, so that whoever waits for an answer gets it after a restart too."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from bot.model import Errand, Reply

REMEMBERED = timedelta(days=1)
"""An errand that is over is known for so long: sent again, it is not done again."""
PATIENCE = timedelta(days=14)
"""One that is not over is given up after so long, as a channel that is lost is."""


class Errands(Protocol):
    """Errands by their platform and key. Every method is one transaction, as in `Store`."""

    async def take_on(self, errand: Errand) -> bool:
        """Keep it, and forget old ones; False, and nothing is changed, when its platform's key is known already."""

    async def errand(self, platform: str, key: str) -> Errand | None:
        """One that is known, over or not."""

    async def settle(self, platform: str, key: str, reply: Reply) -> None:
        """Its reply is known now."""

    async def spend(self, platform: str, key: str, most: int) -> bool:
        """Count one more answer sent its way, before it is sent; False when there were `most` already."""

    async def finish(self, platform: str, key: str) -> None:
        """It is over: nobody waits for anything of it any more."""

    async def unfinished(self, platform: str) -> list[Errand]:
        """Those that are not over, the oldest first."""
