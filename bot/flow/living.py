"""What becomes of a channel on its platform, and what follows from it."""

from __future__ import annotations

import logging

from bot.flow.world import World
from bot.model import Change, Reply
from bot.replies.living import greeting, unsaid

log = logging.getLogger("paper-round")


async def follow(change: Change, world: World) -> Reply:
    """Let the store know, so that what waited goes out and what cannot go waits; greet where we are new."""
    log.info("%s: %s %s", change.channel, change.kind, change.why)
    if change.kind in ("joined", "back"):
        await world.store.mended(change.channel, world.clock())
    if change.kind == "unthreaded":
        await world.store.unthreaded(change.channel, change.thread)
    new = change.kind == "joined" and not await world.store.subscriptions(change.channel)
    return greeting() if new else unsaid()
