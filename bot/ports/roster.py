"""What a platform's page keeps in the database of the servers that let the bot in, so that it knows after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.ports.errands import Errands


def out(platform: str) -> str:
    """Under this name servers of the platform are enrolled that put the bot out, each with when (ISO 8601)."""
    return f"{platform}:out"


class Roster(Protocol):
    """Servers by platform, each with when it let the bot in, in the platform's own words. Each method one transaction.

    An entry says that the server has been greeted, or had nothing to be greeted in.
    """

    async def enrolled(self, platform: str) -> Mapping[str, str]:
        """All servers of the platform that the bot was in when it last looked."""

    async def enrol(self, platform: str, server: str, since: str) -> None:
        """The bot is in the server; said again with another `since`, that one counts."""

    async def strike(self, platform: str, server: str) -> None:
        """It is not any more."""


class Memory(Roster, Errands, Protocol):
    """What a page remembers from one start to the next: where it is, and what it owes to whom."""
