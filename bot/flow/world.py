"""What the flow works with: the rooms of floor 4, handed in by the front door; and what several steps ask of them."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot import options, rights, rules, schedule
from bot.matching import Matcher, Ranks, Wishes
from bot.model import Bookmark, Channel, Claim, Customs, Feed, Paper, Reading
from bot.ports import Chat, Clock, Fetch, Fetched, Store
from bot.ports.tally import Tally, Uncounted
from bot.public import PUBLIC

log = logging.getLogger("paper-round")

Read = Callable[[Fetched, Feed, Bookmark], Awaitable[Reading]]
"""What a body says, off the event loop. Entries that the bookmark before it shows to be recorded may be left out."""

DOORS = 64
"""Threads that may be opened at the same time; two of one delivery never are, whatever their number."""


@dataclass(frozen=True, slots=True)
class World:
    """What the flow works with. Entries older than `max_age` are not posted (nothing: any age is).

    `shared` are the addresses that are read for every channel (None: all); others are channels' own.
    `matching` lets one batch at a time into the engine, `opening` one person at a time open a delivery's thread.
    """

    store: Store
    clock: Clock
    fetch: Fetch
    read: Read
    chats: Mapping[str, Chat]
    matcher: Matcher
    acronyms: rules.Acronyms = rules.KNOWN
    max_age: timedelta = timedelta(days=30)
    shared: frozenset[str] | None = None
    zone: str = "UTC"
    """The time zone of channels that nobody has set one for."""
    base: str | None = None
    """The pages' public address; None: nothing that is said elsewhere links to them."""
    mail_off: str = "Mail is off."
    """Why nothing is sent by mail; empty: it is."""
    secret: Callable[[], str] = secrets.token_urlsafe
    """Makes what nobody guesses."""
    who: rights.Who | None = None
    """Who may change the rules of channels that do not say so themselves; None: whoever usually may there."""
    tally: Tally = field(default_factory=Uncounted)
    matching: asyncio.Lock = field(default_factory=asyncio.Lock)
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One look back over the stored papers at a time: two would take twice as long each, and hold up all else."""
    shelf: rules.Shelf = field(default_factory=rules.Shelf)
    """What looks back have read already; whoever looks has `looking`."""
    spoke: dict[Channel, datetime] = field(default_factory=dict)
    """When each channel was last told something by this process."""
    opening: tuple[asyncio.Lock, ...] = field(default_factory=lambda: tuple(asyncio.Lock() for _ in range(DOORS)))


async def turn(channel: Channel, world: World) -> None:
    """Wait for what its pace still lacks. Claims keep it, but not every message takes equally long from there."""
    now, pace = world.clock(), world.chats[channel.platform].pace
    last = world.spoke.get(channel)
    free_at = now if last is None else min(max(now, last + pace), now + pace)
    world.spoke[channel] = free_at
    if free_at > now:
        await asyncio.sleep((free_at - now).total_seconds())
        world.spoke[channel] = max(free_at, world.clock())  # a busy machine wakes us late, and the next one waits too


def paces(world: World) -> dict[str, timedelta]:
    """One message a channel at most so often, by platform."""
    return {platform: chat.pace for platform, chat in world.chats.items()}


def crowds(world: World) -> dict[str, timedelta]:
    """One request at most so often, over all of a platform's channels; those without such a limit are left out."""
    return {platform: chat.crowd for platform, chat in world.chats.items() if chat.crowd}


async def shut(platform: str, why: str, world: World, claim: Claim | None = None) -> None:
    """The platform will not have the bot at all: whoever runs it hears of it once, and it is tried now and then."""
    now = world.clock()
    known = (await world.store.outages()).get(platform)
    probe = schedule.probe(known.since if known else None, now)
    if await world.store.shut(platform, why, now, probe=probe, patience=schedule.LOST_FOR, claim=claim):
        log.error("%s What is for %s waits, for up to 14 days.", why, platform.capitalize())


async def wishes(channels: Collection[Channel], world: World) -> Wishes:
    """What counts for the subscriptions of these channels."""
    customs = await world.store.customs(channels)
    return lambda one: options.effective(one.options, customs.get(one.channel, Customs(one.channel)), world.zone)


async def ranks(read: Sequence[Paper], world: World, now: datetime) -> tuple[Ranks, Ranks]:
    """Each paper's place in its day: as the store has the day, and with what has just been read.

    Votes of the public channels count in the second alone: what they have lifted since the paper was last asked about
    is found by comparing the two.
    """
    days: dict[date, dict[str, Paper]] = {}
    for paper in read:
        days.setdefault((paper.announced or paper.seen or now).date(), {})[paper.id] = paper
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for day, papers in days.items():
        known = {paper.id: paper for paper in await world.store.day(day)}
        before |= rules.trending(list(known.values()))
        here = await world.store.votes(day, PUBLIC)
        after |= rules.trending(list((known | papers).values()), here)
    return before, after
