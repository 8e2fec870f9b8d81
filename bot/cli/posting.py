"""When deliveries are made, news told and messages edited: as they come due, until cancelled. The loops only."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import datetime, timedelta

from bot import flow
from bot.errors import StoreFailed
from bot.flow import World, later
from bot.model import Claim

log = logging.getLogger("paper-round")

TICK = 0.5
"""Seconds between two looks at the store: what another process writes is seen within a second."""

GAP = 5.0
"""Seconds between two requests for a source's past: thirty days in three minutes, a fiftieth of what Hugging Face
allows a stranger. https://huggingface.co/docs/hub/rate-limits"""

LOOK = 60.0
"""Seconds between two looks at which days are due again: the shortest wait is two hours."""

AT_ONCE = 32
"""Messages edited, or followed up, at the same time."""

CHANNELS_AT_ONCE = 256
"""Deliveries under way at the same time, each to a channel of its own. A platform may let us wait half a minute for an
answer: so many would have to do so before other channels wait for them."""

POLLS = 64
"""Polls under way at the same time, each of another host: as many as there are requests (`fetch.limits`)."""

AFTER_A_FAULT = timedelta(minutes=5)
"""Before a feed is tried again whose poll failed by the database, or by ourselves."""

WORKER = f"{socket.gethostname()}:{os.getpid()}"


async def deliver_all(world: World) -> None:
    """Deliver whatever is due, one busy or failing channel never delaying another, until cancelled."""
    busy: set[asyncio.Task[bool]] = set()
    try:
        while True:
            busy = {task for task in busy if not _finished(task)}
            claims = await _claims(world, CHANNELS_AT_ONCE - len(busy))
            busy |= {asyncio.create_task(flow.deliver(claim, world)) for claim in claims}
            if not claims:
                pause = await _pause(world) if len(busy) < CHANNELS_AT_ONCE else TICK
                await asyncio.wait(
                    busy, timeout=pause, return_when=asyncio.FIRST_COMPLETED
                ) if busy else await asyncio.sleep(pause)
    finally:
        await end(list(busy))


async def _claims(world: World, limit: int) -> list[Claim]:
    if limit <= 0:
        return []
    try:
        return await flow.claim(world, WORKER, limit)
    except StoreFailed as error:
        log.warning("%s", error)
        await asyncio.sleep(5)
        return []


async def _pause(world: World) -> float:
    """Seconds to the next look: a tick, or less where a channel's turn comes sooner."""
    try:
        due = await world.store.due(list(world.chats))
    except StoreFailed:
        return TICK
    return min(TICK, max(0.001, (due - world.clock()).total_seconds())) if due else TICK


def _finished(task: asyncio.Task[bool]) -> bool:
    if task.done() and (error := task.exception()):
        if isinstance(error, StoreFailed):
            log.error("A delivery broke off and is tried again in a few minutes: %s", error)
        else:
            log.error("a delivery broke off; its lease gives it back", exc_info=error)
    return task.done()


async def end(tasks: list[asyncio.Task[bool]] | list[asyncio.Task[datetime]]) -> None:
    """Let what is under way finish for a moment, then cancel it: leases and bookmarks give it back."""
    if tasks:
        await asyncio.wait(tasks, timeout=5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def tend_all(world: World) -> None:
    """Tell what became of papers, and edit messages that do not show what is so, until cancelled."""
    while True:
        done = 0
        try:
            for claim in await later.claim_news(world, WORKER, AT_ONCE):
                await later.tell(claim, world)
                done += 1
            for edit in await later.edits(world, AT_ONCE):
                await later.edit(edit, world)
                done += 1
        except StoreFailed as error:
            log.warning("%s", error)
            await asyncio.sleep(5)
        except Exception:  # one message that breaks us must not keep all others from being told
            log.exception("what became of a paper could not be told; it is tried again")
            await asyncio.sleep(5)
        await asyncio.sleep(0 if done else TICK)
