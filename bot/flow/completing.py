"""What is being typed → what may be meant. Quick or not at all: a platform waits a second or two for it."""

from __future__ import annotations

from bot import completing
from bot.flow.world import World
from bot.model import Channel, Post, Reply, Typing
from bot.options import known_zones
from bot.replies.words import line
from bot.sources import mask

NEAR = 500
"""Subscriptions of the same server that are looked at."""


async def answer(typing: Typing, world: World) -> Reply:
    """Choices, the likeliest first."""
    return Reply(Post(line("")), choices=await _choices(typing, world))


async def _choices(typing: Typing, world: World) -> tuple[completing.Choice, ...]:
    match typing.into:
        case "rule":
            return completing.rule(typing.words, await _rules(typing.channel, typing.person, world), world.acronyms)
        case "subscription":
            return completing.subscription(typing.words, await world.store.subscriptions(typing.channel))
        case "zone":
            return completing.zone(typing.words, known_zones())
        case "feed":
            mine = await world.store.feeds(typing.channel)
            return completing.feed(typing.words, [(mask(one.address), mask(one.address)) for one in mine])


async def _rules(channel: Channel, person: str, world: World) -> list[str]:
    """Rules of the channels of the same server that this person can read, this channel's own first."""
    near = await world.store.near(channel, NEAR)
    seen = await world.chats[channel.platform].visible(person, {one.channel for one in near})
    near.sort(key=lambda one: one.channel != channel)
    return list(dict.fromkeys(one.rule for one in near if one.channel in seen or one.channel == channel))
