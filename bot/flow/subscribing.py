"""From a rule that was typed to a subscription, and back: preview, form, confirmation, undo. Rights are asked here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import commands, options, preview, replies, rights, rules
from bot.commands.forms import filled
from bot.flow import beginning, looking, tuning, zones
from bot.flow.world import World
from bot.model import Amendment, Ask, Button, Channel, Customs, Draft, Options, Press, Reply, Subscription
from bot.replies import subscribing, when
from bot.rules.lesser import corrected

UNDONE = 5
"""Subscriptions that one line ends with a way back for each."""


async def typed(ask: Ask, wanted: commands.Subscribe, world: World) -> Reply:
    """A rule was typed: what it would mean."""
    place = await world.chats[ask.channel.platform].inbox(ask.person) if wanted.personal else ask.channel
    wish = Subscription(place, rules.write(wanted.rule), ask.person, wanted.options)
    return await offered(ask, Draft(wish, await zones.known(place, ask.zone, world)), world)


async def changed(ask: Ask, wanted: commands.Change, world: World) -> Reply:
    """Another rule was typed for a subscription: what it would mean. Options that are not given stay."""
    known = await _numbered(ask.channel, wanted.number, world)
    if known is None:
        return replies.no_such(ask.channel, f"#{wanted.number}")
    kept = options.over(wanted.options, known.options)
    wish = replace(known, rule=rules.write(wanted.rule), options=kept, creator=ask.person)
    return await offered(ask, Draft(wish, await zones.known(ask.channel, ask.zone, world)), world)


async def offered(heard: Ask | Press, draft: Draft, world: World) -> Reply:
    """The preview of a wish, with all that can be pressed for it; pressed from another preview, it takes its place."""
    wish, now = draft.wish, world.clock()
    caught = await looking.tested(
        await looking.back(rules.parse(wish.rule, world.acronyms), wish.channel, world), world
    )
    before, personal = await _before(wish, world), wish.channel != heard.channel
    customs = await _customs(draft, world)
    number = await world.store.draft(wish, now, where=heard.channel, zone=draft.zone)
    around = subscribing.Around(
        wider=await _wider(heard, draft, caught, world),
        before=before,
        was=options.effective(before.options, customs, world.zone) if before else None,
        shared=heard.shared,
        barred=None if personal or _may(heard, customs, before or wish, world) else rights.counts(customs, world.who),
        personal=personal,
        outsider=heard.standing == "outsider",
        placeless=not (wish.options.tz or customs.options.tz or customs.zone),
    )
    wanted = options.effective(wish.options, customs, world.zone)
    shown = subscribing.preview(number, wish, caught, wanted, now, around)
    return replace(shown, replaces=isinstance(heard, Press))


async def pressed(press: Press, verb: str, number: int, world: World) -> Reply:
    """A button of a preview, or its form."""
    draft = await world.store.draft_of(number, press.channel, press.person)
    if draft is None:
        return replies.gone()
    match verb:
        case "confirm":
            return await _confirmed(press, number, draft, world)
        case "edit":
            customs = await _customs(draft, world)
            return subscribing.form(number, draft.wish, options.effective(Options(), customs, world.zone))
        case "edited":
            return await _edited(press, draft, world)
        case "cancel":
            await world.store.take_draft(number, press.channel, press.person)
            return replies.cancelled()
    return await offered(press, draft, world)


async def ended(ask: Ask, which: commands.Unsubscribe, world: World) -> Reply:
    """Subscriptions end by number, by rule, or all; each can be taken back from the line that tells of it."""
    place = await world.chats[ask.channel.platform].inbox(ask.person) if which.personal else ask.channel
    found = await world.store.subscriptions(place)
    if not found:
        return replies.listing((), personal=which.personal)
    chosen, named = _chosen(found, which)
    if not chosen:
        return replies.no_such(place, named)
    customs = (await world.store.customs([place]))[place]
    allowed = [one for one in chosen if which.personal or _may(ask, customs, one, world)]
    if not allowed:
        suggestion = f"/unsubscribe {ask.words.strip()}"
        return subscribing.barred(rights.counts(customs, world.who), ask.standing, suggestion)
    gone = [past for one in allowed if (past := await world.store.unsubscribe(place, one.id))]
    changes = [Amendment(place, ask.person, past, None) for past in gone[:UNDONE]] if not which.personal else []
    numbers = [await world.store.remember(change, world.clock()) for change in changes]
    return subscribing.unsubscribed(gone, ask.person, numbers, personal=which.personal)


async def undone(press: Press, number: int, world: World) -> Reply:
    """Take a change back, if nothing has changed since."""
    change = await world.store.amendment(number)
    if change is None or change.channel != press.channel:
        return subscribing.not_taken_back(None)
    about = change.after or change.before
    assert about is not None
    customs = (await world.store.customs([press.channel]))[press.channel]
    if not _may(press, customs, about, world):
        suggestion = f"/unsubscribe {about.id}" if change.before is None else subscribing.command(change.before)
        return subscribing.barred(rights.counts(customs, world.who), press.standing, suggestion)
    if await world.store.take_back(number, press.channel, world.clock()) is None:
        return subscribing.not_taken_back(about)
    await tuning.replan(press.channel, world)
    return subscribing.taken_back(change.before, change.after, press.person)


async def allowed(heard: Ask | Press, world: World) -> Reply | None:
    """Whether they may change what is nobody's in particular (settings, a pause, feeds): None, else what they hear."""
    customs = (await world.store.customs([heard.channel]))[heard.channel]
    who = rights.counts(customs, world.who)
    if rights.may(who, heard.person, heard.standing):
        return None
    suggestion = f"/papers {heard.verb} {heard.words}".strip() if isinstance(heard, Ask) else ""
    return subscribing.barred(who, heard.standing, suggestion.replace("/papers papers", "/papers"))


def _may(heard: Ask | Press, customs: Customs, about: Subscription, world: World) -> bool:
    return rights.may(rights.counts(customs, world.who), heard.person, heard.standing, about.creator)


async def _confirmed(press: Press, number: int, draft: Draft, world: World) -> Reply:
    wish, now, personal = draft.wish, world.clock(), draft.wish.channel != press.channel
    before, customs = await _before(wish, world), await _customs(draft, world)
    if not personal and not _may(press, customs, before or wish, world):
        suggestion = subscribing.command(wish)
        return subscribing.barred(rights.counts(customs, world.who), press.standing, suggestion)
    wanted = options.effective(wish.options, customs, world.zone)
    first, weekly = await beginning.begin(wish, replace(wanted, start=0) if before else wanted, world)
    made = await world.store.confirm(number, press.channel, press.person, now, start=first)
    if made is None:
        return replies.gone()
    await tuning.replan(made.channel, world)
    undo = 0 if personal else await world.store.remember(Amendment(made.channel, press.person, before, made), now)
    rate, start = when.rate(weekly), len(first)
    return subscribing.subscribed(
        made, press.person, before=before, undo=undo, wanted=wanted, now=now, rate=rate, start=start, personal=personal
    )


async def _edited(press: Press, draft: Draft, world: World) -> Reply:
    read = filled(dict(press.fields), world.acronyms)
    if read.rule is None:
        return subscribing.miswritten(read.wrong)
    wish = replace(draft.wish, rule=rules.write(read.rule), options=read.options)
    return await offered(press, replace(draft, wish=wish), world)


async def _wider(heard: Ask | Press, draft: Draft, caught: rules.Backtest, world: World) -> Button | None:
    """The button of the rule that may be meant, else of the best other one; it waits as a draft of its own."""
    meant = corrected(caught.rule, caught.unseen)
    other = preview.offered(caught) if meant is None else None
    if meant is not None:
        rule, label = rules.write(meant), f"I meant {rules.write(meant)}"
    elif other is not None:
        rule, label = rules.write(other.rule), preview.label(other)
    else:
        return None
    wish = replace(draft.wish, rule=rule)
    number = await world.store.draft(wish, world.clock(), where=heard.channel, zone=draft.zone)
    return Button(label, f"show:{number}")


async def _before(wish: Subscription, world: World) -> Subscription | None:
    """The subscription that a wish would change: the one it names, else that of the same rule."""
    known = await world.store.subscriptions(wish.channel)
    by_number = next((one for one in known if one.id == wish.id), None)
    return by_number or next((one for one in known if one.rule == wish.rule), None)


async def _customs(draft: Draft, world: World) -> Customs:
    """What its channel wants, with the zone that it will have found once this is confirmed."""
    place = draft.wish.channel
    customs = (await world.store.customs([place]))[place]
    return replace(customs, zone=customs.zone or draft.zone)


async def _numbered(channel: Channel, number: int, world: World) -> Subscription | None:
    return next((one for one in await world.store.subscriptions(channel) if one.id == number), None)


def _chosen(found: Sequence[Subscription], which: commands.Unsubscribe) -> tuple[list[Subscription], str]:
    """Those that are meant, and how they were named."""
    if which.number is not None:
        return [one for one in found if one.id == which.number], f"#{which.number}"
    if which.rule is None:
        return list(found), "at all"
    words = rules.write(which.rule)
    return [one for one in found if one.rule == words], words
