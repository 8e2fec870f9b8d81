"""When the database is kept small: hourly, a little at a time, until cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.config import Keep
from bot.errors import StoreFailed
from bot.flow import World, keeping, tending
from bot.flow.keeping import Retention
from bot.model import Feed

log = logging.getLogger("paper-round")

EVERY = 3600.0
"""Seconds between two rounds."""
FIRST, DAILY = 600.0, 86_400.0
"""Seconds before the first round, when sources have been asked and platforms have said that they have us; between two
looks for silences."""
REST = 0.25
"""Seconds between two steps of a round, in which everybody else has the database."""


def retention(keep: Keep) -> Retention:
    """As the config says; 0 days is for ever."""
    papers, deliveries = keep.papers_days, keep.deliveries_days
    return Retention(timedelta(papers) if papers else None, timedelta(deliveries) if deliveries else None)


async def tell_all(feeds: Sequence[Feed], world: World, first: float = FIRST, daily: float = DAILY) -> None:
    """Tell of silences and of rules that rot, once a day, until cancelled; what was said is remembered."""
    await asyncio.sleep(first)
    while True:
        try:
            silent, rotten = await tending.tell_silence(feeds, world), await tending.tell_rot(world)
            crowded = await tending.tell_crowd(world)
            if silent or rotten or crowded:
                figures = {"silent": silent, "idle": rotten, "crowded": crowded}
                log.info("people were told of silent and crowded channels and of rules that rot", extra=figures)
        except StoreFailed as error:
            log.warning("%s", error)
        except Exception:  # our own mistake here must not end the bot
            log.exception("silences could not be looked for; it is tried again tomorrow")
        await asyncio.sleep(daily)


async def keep_all(
    world: World, wanted: Retention, first: float = FIRST, every: float = EVERY, rest: float = REST
) -> None:
    """Purge what was put out for good, thin what is old, until cancelled."""
    await asyncio.sleep(first)
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
