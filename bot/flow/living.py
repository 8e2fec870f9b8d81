"""What becomes of a channel on its platform, and what follows from it."""

from __future__ import annotations

import logging

from bot import schedule
from bot.flow import notices
from bot.flow.world import World
from bot.model import Change, Channel, Reply
from bot.replies.living import greeting, unsaid

log = logging.getLogger("paper-round")


async def follow(change: Change, world: World) -> Reply:
    """Let the store know, so that what waited goes out and what cannot go waits; greet where we are new."""
    log.info("%s: %s%s", change.channel, change.kind, change.why and f" ({change.why})")
    match change.kind:
        case "joined" | "back":
            await world.store.mended(change.channel, world.clock())
        case "lost":
            await lose(change.channel, change.why, world)
        case "left":
            await _leave(change.channel, change.why, world)
        case "moved" if change.to is not None:
            await world.store.move(change.channel, change.to, world.clock())
        case "unthreaded":
            await world.store.unthreaded(change.channel, change.thread)
    new = change.kind == "joined" and not await world.store.subscriptions(change.channel)
    return greeting() if new else unsaid()


async def _leave(anywhere: Channel, why: str, world: World) -> None:
    """Every channel of the server that somebody subscribed is lost; a server's channels begin alike."""
    server = anywhere.place.partition("/")[0] + "/"
    for channel in await world.store.wanting():
        if channel.platform == anywhere.platform and channel.place.startswith(server):
            await lose(channel, why, world)


async def lose(channel: Channel, why: str, world: World) -> None:
    """Nothing can be said in the channel: all that is for it waits, and whoever subscribed it is told once.

    A channel that nobody subscribed, and for which nothing waits, is nothing to us: a platform tells of all it has.
    """
    now, mine = world.clock(), await world.store.subscriptions(channel)
    if not mine and not await world.store.pending(channel):
        return
    since = (await world.store.customs([channel]))[channel].lost_since
    told = notices.of_loss(channel, why, mine, now) if since is None else ()
    if await world.store.cut_off(channel, why, now, probe=schedule.probe(since, now), notices=told):
        log.warning("%s: %s What is for it waits.", channel, why)
