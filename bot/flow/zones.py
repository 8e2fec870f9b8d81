"""Where a channel's people live: as the platform says, else as somebody has said for another channel of theirs."""

from __future__ import annotations

from bot import options
from bot.flow.world import World
from bot.model import Channel

NEAR = 100
"""Subscriptions of the same team or server that are looked at."""


async def known(channel: Channel, told: str | None, world: World) -> str | None:
    """The IANA zone `told`, if there is such; else that of the newest subscription near by that has one."""
    if told in options.known_zones():
        return told
    near = await world.store.near(channel, NEAR)
    customs = await world.store.customs({one.channel for one in near})
    named = (one.options.tz or customs[one.channel].options.tz or customs[one.channel].zone for one in near)
    return next(filter(None, named), None)
