"""What a channel would get, what it has said, and all the channels that a person can see."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from bot import exchange, options, rights, rules, schedule
from bot.flow import looking
from bot.flow.subscribing import UNDONE
from bot.flow.world import World, wishes
from bot.model import (
    Amendment,
    Ask,
    Channel,
    Customs,
    Delivery,
    Item,
    Notice,
    Options,
    Paper,
    Post,
    Press,
    Reply,
    Standing,
    Subscription,
)
from bot.replies import channels, posts, subscribing, when

log = logging.getLogger("paper-round")

BACK = timedelta(days=7)
SHOWN = 10
MANY = 25
"""Channels that an overview shows: what a menu holds on every platform."""


async def tested(ask: Ask, number: int, world: World) -> Reply:
    """`/papers test`: what a rule of this channel brings of the last seven days, as it would be posted here."""
    one = next((one for one in await world.store.subscriptions(ask.channel) if one.id == number), None)
    if one is None:
        return channels.no_such(number)
    wanted = (await wishes([ask.channel], world))(one)
    seen = await looking.back(rules.parse(one.rule, world.acronyms), ask.channel, world)
    fresh = [paper for paper in seen.papers if (paper.announced or paper.seen or world.clock()) > world.clock() - BACK]
    found = await looking.hits(seen, fresh, world)
    made = [_item(paper, one, seen, replace(wanted, start=0), world) for paper in found[:SHOWN]]
    return channels.tested(one, wanted, tuple(made), len(found), len(fresh), world.clock())


def _item(paper: Paper, one: Subscription, seen: looking.Back, wanted: Options, world: World) -> Item:
    why = rules.explain(seen.rule, paper, acronyms=world.acronyms, ranks=seen.places).reasons
    reasons = tuple(replace(reason, rule=one.rule) for reason in why)
    return Item(Delivery(paper.id, one.channel, reasons, options=wanted), paper)


async def exported(channel: Channel, world: World) -> Reply:
    """`/papers export`."""
    return channels.exported(exchange.write([await kept(channel, world)], world.clock()))


async def kept(channel: Channel, world: World) -> exchange.Kept:
    """All that a channel has said."""
    customs = (await world.store.customs([channel]))[channel]
    book, feeds = await world.store.subscriptions(channel), await world.store.feeds(channel)
    return exchange.Kept(customs, tuple(book), tuple(feeds))


async def saved(person: str, world: World) -> Reply:
    """`/papers saved`."""
    return posts.kept(await world.store.saved(person, posts.KEPT))


# ── the overview ──


async def overview(heard: Ask | Press, world: World) -> Reply:
    """`/papers overview`: the channels that the person can see, with rules, creators and last posts."""
    book = await seen_by(heard, world)
    told = [await view_of(channel, mine, heard, world) for channel, mine in list(book.items())[:MANY]]
    return channels.overview(tuple(told), len(book))


async def opened(press: Press, number: int, world: World) -> Reply:
    """One channel of the overview, by one of its subscriptions: its rules, with what can be done."""
    found = await _of(press, number, world)
    return channels.gone() if found is None else channels.opened(await view_of(*found, press, world))


async def held(press: Press, number: int, world: World) -> Reply:
    """Pause the subscription's channel, or let it go on; 0: every channel of the overview where one may."""
    return await (_held_all(press, world) if number == 0 else _held_one(press, number, world))


async def _held_one(press: Press, number: int, world: World) -> Reply:
    found = await _of(press, number, world)
    if found is None:
        return channels.gone()
    view = await view_of(*found, press, world)
    if not view.may_pause:
        return subscribing.barred(rights.counts(view.customs, world.who), press.standing)
    told = await _toggle(view.customs, view.customs.paused_until is None, press, world)
    return replace(channels.opened(await view_of(*found, press, world)), replaces=True, public=told)


async def _held_all(press: Press, world: World) -> Reply:
    views = [await view_of(channel, mine, press, world) for channel, mine in (await seen_by(press, world)).items()]
    running = [view for view in views if view.may_pause and view.customs.paused_until is None]
    chosen = running or [view for view in views if view.may_pause]
    told = [await _toggle(view.customs, bool(running), press, world) for view in chosen]
    return replace(await overview(press, world), replaces=True, public=next(filter(None, told), None))


async def _toggle(customs: Customs, pause: bool, press: Press, world: World) -> Post | None:
    """Pause or resume a channel; the line that says so, where it is this one. In others it is said there."""
    until = schedule.NEVER if pause else world.clock()
    wanted = options.effective(Options(), customs, world.zone)
    told = (when.paused(until, wanted, press.person) if pause else when.resumed(press.person, was=True)).public
    changed = replace(customs, paused_until=until)
    if customs.channel == press.channel or told is None:
        await world.store.keep_customs(changed)
        return told
    await world.store.set_from_afar(changed, _notice(customs.channel, told, press, world), world.clock())
    return None


def _notice(channel: Channel, told: Post, press: Press, world: World) -> Notice:
    """What is said in a channel that was changed from another: kept with the change, so that no crash parts them."""
    return Notice(f"afar|{channel}|{press.action}|{world.clock().isoformat()}", channel, told, anyway=True)


async def ending(press: Press, world: World) -> Reply:
    """Whether every rule of the overview that the person may end is to be ended: asked first."""
    return channels.ending(await _ends(press, world))


async def dropped(press: Press, number: int, world: World) -> Reply:
    """End every rule of the subscription's channel that the person may end; each can be taken back there. 0: of all."""
    return await (_dropped_all(press, world) if number == 0 else _dropped_one(press, number, world))


async def _dropped_one(press: Press, number: int, world: World) -> Reply:
    found = await _of(press, number, world)
    if found is None:
        return channels.gone()
    view = await view_of(*found, press, world)
    if not view.mine:
        return subscribing.barred(rights.counts(view.customs, world.who), press.standing)
    gone, told = await _drop(view, press, world)
    return replace(channels.dropped(view, gone), public=told) if gone else channels.gone()


async def _dropped_all(press: Press, world: World) -> Reply:
    ended = [(view, *await _drop(view, press, world)) for view in await _ends(press, world)]
    done = [(view, gone, told) for view, gone, told in ended if gone]
    if not done:
        return channels.nothing()
    reply = channels.dropped_all(sum(len(gone) for _, gone, _ in done), len(done))
    return replace(reply, public=next((told for _, _, told in done if told), None))


async def _ends(press: Press, world: World) -> list[channels.View]:
    """The channels of the overview in which the person may end rules."""
    seen = await seen_by(press, world)
    return [view for one, mine in seen.items() if (view := await view_of(one, mine, press, world)).mine]


async def _drop(view: channels.View, press: Press, world: World) -> tuple[tuple[Subscription, ...], Post | None]:
    """End the person's rules of a channel: those that ended, and the line that says so where it is this channel."""
    changes = [Amendment(view.channel, press.person, past, None) for past in view.mine[:UNDONE]]
    numbers = [await world.store.remember(change, world.clock()) for change in changes]
    told = subscribing.unsubscribed(list(view.mine), press.person, numbers).public
    ids = [one.id for one in view.mine]
    if view.channel == press.channel or told is None:
        return tuple([past for one in ids if (past := await world.store.unsubscribe(view.channel, one))]), told
    notice = _notice(view.channel, told, press, world)
    return tuple(await world.store.end_from_afar(view.channel, ids, notice, world.clock())), None


async def seen_by(heard: Ask | Press, world: World) -> dict[Channel, list[Subscription]]:
    """Channels of this platform that have rules and that the person can see, this one first."""
    book = await _book(heard.channel.platform, world)
    seen = await world.chats[heard.channel.platform].visible(heard.person, book.keys())
    ordered = sorted(book, key=lambda channel: (channel != heard.channel, str(channel)))
    return {channel: book[channel] for channel in ordered if channel in seen}


async def _book(platform: str, world: World) -> dict[Channel, list[Subscription]]:
    """A platform's channels that have rules."""
    book: dict[Channel, list[Subscription]] = {}
    for one in await world.store.subscriptions():
        if one.channel.platform == platform:
            book.setdefault(one.channel, []).append(one)
    return book


async def _of(press: Press, number: int, world: World) -> tuple[Channel, list[Subscription]] | None:
    """The channel of a subscription, if the person can see it: about it alone the platform is asked."""
    platform = press.channel.platform
    for channel, mine in (await _book(platform, world)).items():
        if any(one.id == number for one in mine):
            seen = await world.chats[platform].visible(press.person, [channel])
            return (channel, mine) if channel in seen else None
    return None


async def elsewhere(heard: Ask | Press, channel: Channel, world: World) -> Standing:
    """What a person is in a channel that need not be the one they speak in: who manages that may not manage this."""
    if channel == heard.channel or heard.standing == "outsider":
        return heard.standing
    return await world.chats[channel.platform].standing(heard.person, channel)


async def view_of(channel: Channel, mine: list[Subscription], heard: Ask | Press, world: World) -> channels.View:
    """A channel as this person sees it, with what they are there."""
    customs = (await world.store.customs([channel]))[channel]
    who = rights.counts(customs, world.who)
    standing = await elsewhere(heard, channel, world)
    own = tuple(one for one in mine if rights.may(who, heard.person, standing, one.creator))
    last = await world.store.lately(channel, world.clock() - timedelta(days=3660), 1)
    pause = rights.may(who, heard.person, standing)
    return channels.View(channel, customs, tuple(mine), own, last[0] if last else None, may_pause=pause)
