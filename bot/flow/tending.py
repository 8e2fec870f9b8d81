"""Tell people of channels that fell silent and of rules that rot: once, and rather never than twice."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot import health, replies, rights, rot
from bot.errors import PlatformFailed
from bot.flow import channels, looking
from bot.flow.world import World, wishes
from bot.health import Health
from bot.model import Amendment, Channel, Customs, Feed, Line, Post, Press, Reply, Span, Subscription
from bot.replies import subscribing
from bot.sources import mask

log = logging.getLogger("paper-round")


# ── silence ─────────────────────────────────────────────────────────────────────────────────────────


async def tell_silence(feeds: Sequence[Feed], world: World) -> int:
    """Each channel that would expect papers and got none for a week: one line, once; how many there were."""
    now, told = world.clock(), 0
    for channel, mine in (await _rules(world)).items():
        tempo = await world.store.tempo(channel, now - rot.SILENT - rot.USUAL, now - rot.SILENT)
        about = f"silence|{channel}"
        known = await world.store.heard(about)
        if tempo.lately and known:
            await world.store.hush(about)  # papers come again: the next silence is another one
        if known or not rot.is_silent(tempo) or not await _is_open(channel, world):
            continue
        await world.store.tell_once(about, now)
        post = rot.silence(channel, tempo, await _sources(feeds, channel, world))
        for person in _people(mine, world):
            await _tell(person, post, f"{about}|{now:%Y-%m-%d}", world)
        told += 1
    return told


async def tell_crowd(world: World) -> int:
    """Each channel with more messages a week than people read: one line, once; how many there were."""
    now, told = world.clock(), 0
    for channel, mine in (await _rules(world)).items():
        counts = await wishes([channel], world)
        if not any(counts(one).mode == "instant" for one in mine):
            continue
        about = f"crowd|{channel}"
        tempo = await world.store.tempo(channel, now - rot.SILENT, now - rot.SILENT)
        if tempo.lately <= rot.MANY or await world.store.heard(about):
            continue
        await world.store.tell_once(about, now)
        for person in _people(mine, world):
            await _tell(person, rot.crowd(channel, tempo), f"{about}|{now:%Y-%m-%d}", world)
        told += 1
    return told


async def _is_open(channel: Channel, world: World) -> bool:
    """Neither paused nor refused: those silences have been explained."""
    customs = (await world.store.customs([channel])).get(channel, Customs(channel))
    paused = customs.paused_until is not None and customs.paused_until > world.clock()
    return not paused and customs.lost_since is None


async def _sources(feeds: Sequence[Feed], channel: Channel, world: World) -> list[tuple[str, Health]]:
    """How each source of the channel is doing."""
    mine = [Feed(one.address, one.address) for one in await world.store.feeds(channel)]
    known, now = await world.store.bookmarks(), world.clock()
    return [(mask(feed.address), health.told(feed, known.get(feed.address), now)) for feed in [*feeds, *mine]]


# ── rot ─────────────────────────────────────────────────────────────────────────────────────────────


async def tell_rot(world: World) -> int:
    """People with rules that found nothing for long, or some words of them: one message each; how many there were."""
    now, told = world.clock(), 0
    theirs: dict[str, list[Subscription]] = defaultdict(list)
    for mine in (await _rules(world)).values():
        for one in mine:
            if _is_reached(one.creator, world):
                theirs[one.creator].append(one)
    for person, mine in theirs.items():
        if await _is_too_soon(person, world):
            continue
        found, waning = await _rotten(mine, world), await _waning(mine, world)
        if found or waning:
            await world.store.tell_once(f"rot|{person}", now)
            await _tell(person, rot.report(found, waning, world.acronyms), f"rot|{person}|{now:%Y-%m-%d}", world)
            told += 1
    return told


async def _is_too_soon(person: str, world: World) -> bool:
    """Whether they have said stop, or have had one lately."""
    if await world.store.heard(f"stopped|{person}"):
        return True
    before = await world.store.heard(f"rot|{person}")
    return before is not None and world.clock() - before < rot.MONTHLY


async def _rotten(mine: Sequence[Subscription], world: World) -> list[rot.Rotten]:
    """A person's idle rules, each looked into."""
    names, found = {one.id for one in mine}, list[rot.Rotten]()
    for channel in dict.fromkeys(one.channel for one in mine):
        if not await _is_open(channel, world):
            continue
        idle = [one for one in await world.store.idle(channel, world.clock() - rot.IDLE) if one.id in names]
        if not idle:
            continue
        papers = await world.store.papers(limit=looking.RECENT, own=(channel,))
        for one in idle:
            async with world.looking:
                found.append(await asyncio.to_thread(rot.examined, one, papers, world.acronyms, world.shelf))
    return found


async def _waning(mine: Sequence[Subscription], world: World) -> list[rot.Waning]:
    """A person's rules that work, but for some of their words."""
    names, since, found = {one.id for one in mine}, world.clock() - rot.IDLE, list[rot.Waning]()
    for channel in dict.fromkeys(one.channel for one in mine):
        if not await _is_open(channel, world):
            continue
        for one, had in await world.store.harvest(channel, since):
            if one.id in names and (told := rot.waned(one, had, since, world.acronyms)):
                found.append(told)
    return found


# ── buttons ─────────────────────────────────────────────────────────────────────────────────────────


async def pressed(press: Press, verb: str, number: int, world: World) -> Reply:
    """`widen`: the rule without the term that it failed by. `tending`: no more such messages to this person."""
    if verb == "tending":
        await world.store.tell_once(f"stopped|{press.person}", world.clock())
        return _said("You will hear no more of rules that find nothing.", replaces=False)
    return await _widen(press, number, world)


async def _widen(press: Press, number: int, world: World) -> Reply:
    """Only whoever made a rule is asked about it, and only they may press this."""
    one = await world.store.subscription(rot.unsealed(number))
    if one is None or one.creator != press.person:
        return replies.nothing_there()
    wish = rot.widened(one, number, world.acronyms)
    if wish is None:
        return _said("That rule has changed since; nothing was done.", replaces=False)
    customs = (await world.store.customs([one.channel]))[one.channel]
    who = rights.counts(customs, world.who)
    standing = await channels.elsewhere(press, one.channel, world)
    if not rights.may(who, press.person, standing, one.creator):
        return subscribing.barred(who, standing, subscribing.command(wish))
    now = world.clock()
    made = await world.store.amend(wish, now)
    if made is None:
        return replies.nothing_there()
    await world.store.remember(Amendment(one.channel, press.person, one, made), now)
    where = Span(str(made.channel), channel=str(made.channel))
    return Reply(
        Post(
            Line((Span(f"Done: #{made.id} in "), where, Span(" is now "), Span(made.rule, "code"), Span("."))),
            (Line((Span("It was "), Span(one.rule, "code"), Span(".")), "small"),),
        )
    )


# ── what both need ──────────────────────────────────────────────────────────────────────────────────


async def _rules(world: World) -> dict[Channel, list[Subscription]]:
    """The active rules of channels that can be posted to, by channel."""
    found: dict[Channel, list[Subscription]] = defaultdict(list)
    for one in await world.store.subscriptions():
        if one.state == "active" and one.channel.platform in world.chats:
            found[one.channel].append(one)
    return found


def _people(mine: Iterable[Subscription], world: World) -> list[str]:
    """Who made these rules, of those who can be told anything."""
    return list(dict.fromkeys(one.creator for one in mine if _is_reached(one.creator, world)))


def _is_reached(person: str, world: World) -> bool:
    """Whether they have messages of their own; whoever wrote from a mailbox hears of its rules by its mails alone."""
    platform = person.partition(":")[0]
    return platform in world.chats and platform != "email"


async def _tell(person: str, post: Post, key: str, world: World) -> None:
    try:
        await world.chats[person.partition(":")[0]].tell(person, post, key)
    except PlatformFailed as error:
        log.info("a person could not be told of their rules: %s", error)


def _said(words: str, *, replaces: bool) -> Reply:
    return Reply(Post(Line((Span(words),))), replaces=replaces)
