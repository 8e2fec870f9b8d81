"""When deliveries are made, news told and messages edited: as they come due, until cancelled. The loops only."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import datetime

from bot import flow
from bot.errors import StoreFailed
from bot.flow import World, later, notices, silence
from bot.model import Claim

log = logging.getLogger("paper-round")

TICK = 0.5
"""Seconds between two looks at the store: what another process writes is seen within a second."""

AT_ONCE = 32
"""Messages edited, or followed up, at the same time."""

CHANNELS_AT_ONCE = 256
"""Deliveries under way at the same time, each to a channel of its own. A platform may let us wait half a minute for an
answer: so many would have to do so before other channels wait for them."""

AFTER_A_FAULT = 5.0
"""Seconds before the database is asked again that could not be."""

LAST_POSTS = 4.0
"""Seconds that posts and polls under way get when the bot stops."""

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
        await asyncio.sleep(AFTER_A_FAULT)
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
        await asyncio.wait(tasks, timeout=LAST_POSTS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def tend_all(world: World) -> None:
    """Tell what became of papers and channels, and edit messages that do not show what is so, until cancelled."""
    arranged = -1
    while True:
        try:
            arranged = await _arranged(arranged, world)
            pause = 0 if await tend(world) else TICK
        except StoreFailed as error:
            log.warning("%s", error)
            pause = AFTER_A_FAULT
        await asyncio.sleep(pause)


async def _arranged(version: int, world: World) -> int:
    """The version of the rules and settings by which rounds are arranged that may have no papers."""
    if (turned := await world.store.version()) != version:
        await silence.arrange(world)
    return turned


async def tend(world: World) -> int:
    """One round of it, each message on its own; how many there were."""
    await silence.close(world)
    said = [notices.say(one, world) for one in await notices.claim(world, AT_ONCE)]
    told = [later.tell(claim, world) for claim in await later.claim_news(world, WORKER, AT_ONCE)]
    edited = [later.edit(edit, world) for edit in await later.edits(world, AT_ONCE)]
    for ended in await asyncio.gather(*said, *told, *edited, return_exceptions=True):
        if isinstance(ended, StoreFailed):
            raise ended
        if isinstance(ended, BaseException):  # one message that breaks us must not keep the others from being told
            log.error("a notice, news or an edit could not be said; it is tried again", exc_info=ended)
    return len(said) + len(told) + len(edited)
