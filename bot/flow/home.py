"""What a person finds at home: gathered from all channels that they can see."""

from __future__ import annotations

from bot import rounds
from bot.flow import channels
from bot.flow.world import World, wishes
from bot.model import Ask, Channel, Reply, Subscription
from bot.replies import home


async def of(ask: Ask, world: World) -> Reply:
    """The person's Home; nobody else's own messages are in it."""
    inbox = await world.chats[ask.channel.platform].inbox(ask.person)
    book = await channels.seen_by(ask, world)
    mine = book.pop(inbox, [])
    views = [await channels.view_of(channel, rules, ask, world) for channel, rules in [*book.items()][: channels.MANY]]
    planned = [await _due(channel, rules, inbox, world) for channel, rules in [(inbox, mine), *book.items()]]
    due = [one for one in planned if one is not None]
    saved = await world.store.saved(ask.person, home.SAVED + 1)
    return home.home(await _mine(inbox, mine, world), due, saved, tuple(views), len(book), world.clock())


async def _mine(inbox: Channel, rules: list[Subscription], world: World) -> home.Mine:
    wanted = await wishes([inbox], world)
    customs = (await world.store.customs([inbox]))[inbox]
    return home.Mine(customs, tuple((one, wanted(one)) for one in rules))


async def _due(channel: Channel, rules: list[Subscription], inbox: Channel, world: World) -> home.Due | None:
    """The soonest digest of the channel's rules; None where none is planned, or all is paused or lost."""
    now, customs = world.clock(), (await world.store.customs([channel]))[channel]
    wanted = await wishes([channel], world)
    digests = [counts for one in rules if (counts := wanted(one)).mode != "instant"]
    if not digests or customs.lost_since or (customs.paused_until and customs.paused_until > now):
        return None
    at, counts = min(((rounds.next_round(one, now), one) for one in digests), key=lambda pair: pair[0])
    waiting = [one for one in await world.store.deliveries(channel, 200) if one.state == "pending"]
    return home.Due(str(channel), at, counts, len(waiting), personal=channel == inbox)
