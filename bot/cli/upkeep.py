"""When the database is kept small: hourly, a little at a time, until cancelled."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot.config import Keep
from bot.errors import StoreFailed
from bot.flow import World, keeping
from bot.flow.keeping import Retention

log = logging.getLogger("paper-round")

EVERY = 3600.0
"""Seconds between two rounds."""
REST = 0.25
"""Seconds between two steps of a round, in which everybody else has the database."""


def retention(keep: Keep) -> Retention:
    """As the config says; 0 days is for ever."""
    papers, deliveries = keep.papers_days, keep.deliveries_days
    return Retention(timedelta(papers) if papers else None, timedelta(deliveries) if deliveries else None)


async def keep_all(world: World, wanted: Retention, every: float = EVERY, rest: float = REST) -> None:
    """Purge what was abandoned, thin what is old, until cancelled."""
    while True:
        try:
            await keeping.purge(world)
            while await keeping.thin(world, wanted):  # noqa: ASYNC110 — a rest between two steps, not a wait
                await asyncio.sleep(rest)
        except StoreFailed as error:
            log.warning("old rows are not looked through for now: %s", error)
        except Exception:  # our own mistake here must not end the bot
            log.exception("old rows could not be looked through; it is tried again in a while")
        await asyncio.sleep(every)
