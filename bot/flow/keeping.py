"""What keeps a database small and forgetful over the years: a little at a time, never in anybody's way."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flow.world import World
from bot.model import Channel
from bot.ports.roster import out

log = logging.getLogger("paper-round")

AFTER_AN_UNINSTALL = timedelta(days=14)
"""So long are rules kept of a workspace or server that took the bot out: who did so by mistake finds them again."""

HOMES = ("slack", "discord")
"""Platforms whose channels are in workspaces and servers, connected or not."""

BATCH = 100
"""Rows looked at in one step: some hundredths of a second of the database's time."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long papers keep their abstract, and deliveries their reasons; None: for ever."""

    papers: timedelta | None = None
    deliveries: timedelta | None = None


async def thin(world: World, retention: Retention) -> int:
    """One step of it; 0 when all is done for now."""
    now = world.clock()
    papers = now - retention.papers if retention.papers else None
    deliveries = now - retention.deliveries if retention.deliveries else None
    return await world.store.thin(papers, deliveries, BATCH)


async def purge(world: World) -> list[Channel]:
    """Forget the channels of workspaces and servers that put the bot out long enough ago; not of one that is lost."""
    gone = list[Channel]()
    for platform in HOMES:
        for home in await _over(platform, world):
            mine = await world.store.housed([f"{platform}:{home}"])
            for channel in mine:
                rows = await world.store.purge(channel)
                log.info("%s: its workspace took the bot out %d days ago, so what was kept of it is gone",
                         channel, AFTER_AN_UNINSTALL.days, extra={"rows": rows})  # fmt: skip
            await world.store.strike(out(platform), home)
            gone += mine
    return gone


async def _over(platform: str, world: World) -> list[str]:
    """The platform's servers whose days are over."""
    before = world.clock() - AFTER_AN_UNINSTALL
    left = await world.store.enrolled(out(platform))
    return [home for home, since in left.items() if datetime.fromisoformat(since) <= before]
