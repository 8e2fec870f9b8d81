"""What becomes of a channel on its platform, and what follows from it."""

from __future__ import annotations

import logging

from bot import schedule
from bot.flow import notices
from bot.flow.world import World
from bot.model import Change, Channel, Reply
from bot.ports.roster import out
from bot.replies.living import greeting, unsaid

log = logging.getLogger("paper-round")


async def follow(change: Change, world: World) -> Reply:
    """Let the store know, so that what waited goes out and what cannot go waits; greet where we are new."""
    log.info("%s: %s%s", change.channel, change.kind, change.why and f" ({change.why})")
    match change.kind:
        case "joined" | "back":
            await world.store.mended(change.channel, world.clock())
            await _returned(change.channel, world)
        case "lost":
            await lose(change.channel, change.why, world)
        case "left":
            await _leave(change.channel, change.why, world)
            await _expelled(change.channel, world)
        case "expelled":
            await _expelled(change.channel, world)
        case "returned":
            await _returned(change.channel, world)
        case "moved" if change.to is not None:
            await world.store.move(change.channel, change.to, world.clock())
        case "unthreaded":
            await world.store.unthreaded(change.channel, change.thread)
    new = change.kind == "joined" and not await world.store.subscriptions(change.channel)
    return greeting() if new else unsaid()


async def _leave(anywhere: Channel, why: str, world: World) -> None:
    """Every channel of the server that somebody subscribed is lost; a server's channels begin alike."""
    server = _home(anywhere) + "/"
    for channel in await world.store.wanting():
        if channel.platform == anywhere.platform and channel.place.startswith(server):
            await lose(channel, why, world)


async def _expelled(anywhere: Channel, world: World) -> None:
    """From now on its days are counted, until what is kept of it goes (`keeping.purge`); told again, they go on."""
    home, where = _home(anywhere), out(anywhere.platform)
    if home not in await world.store.enrolled(where):
        await world.store.enrol(where, home, world.clock().isoformat())


async def _returned(anywhere: Channel, world: World) -> None:
    home, where = _home(anywhere), out(anywhere.platform)
    if home in await world.store.enrolled(where):
        await world.store.strike(where, home)


def _home(channel: Channel) -> str:
    """The server or team that a channel is in."""
    return channel.place.partition("/")[0]


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
