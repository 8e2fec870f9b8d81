"""Words and presses → what the bot says. The only place where a person's wish changes anything."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot import commands, replies, rules, summary
from bot.errors import PaperRoundError, WordsWrong
from bot.flow import beginning, completing, living, looking, own, tuning
from bot.flow.delivering import open_thread
from bot.flow.world import World, wishes
from bot.model import Ask, Change, Channel, Heard, Press, Reply, Subscription, Typing
from bot.replies import when

log = logging.getLogger("paper-round")


async def answer(asked: Heard, world: World) -> Reply:
    """What the bot says to words and presses. Never raises: what is wrong comes back in a sentence."""
    try:
        match asked:
            case Ask():
                return await _command(asked, world)
            case Press():
                return await _press(asked, world)
            case Change():
                return await living.follow(asked, world)
            case Typing():
                return await completing.answer(asked, world)
    except PaperRoundError as error:
        if not isinstance(error, WordsWrong):
            log.warning("%s in %s: %s", type(asked).__name__, asked.channel, error)
        return replies.wrong(error)
    except Exception:  # the person gets a sentence, the log the traceback: an adapter must never see one
        log.exception("an answer in %s failed", asked.channel)
        return replies.broken()


async def _command(ask: Ask, world: World) -> Reply:
    match commands.read(ask, world.acronyms):
        case commands.Subscribe(rule, wanted):
            return await _preview(ask, Subscription(ask.channel, rules.write(rule), ask.person, wanted), rule, world)
        case commands.Unsubscribe() as which:
            return await _unsubscribe(ask, which, world)
        case commands.Search(rule):
            return replies.searched(rule, await _caught(rule, ask.channel, world))
        case commands.Subscriptions():
            return replies.listing(await world.store.subscriptions(ask.channel))
        case commands.Feeds():
            return replies.own_feeds(await world.store.feeds(ask.channel))
        case commands.AddFeed(address):
            return await own.add(ask, address, world)
        case commands.RemoveFeed(address):
            return await own.remove(ask, address, world)
        case commands.Help(with_list):
            return replies.helped(await world.store.subscriptions(ask.channel) if with_list else ())
        case delivering:
            return await tuning.answer(ask, delivering, world)


async def _preview(ask: Ask, wish: Subscription, rule: rules.Rule, world: World) -> Reply:
    caught = await looking.tested(await looking.back(rule, wish.channel, world), world)
    known = await _same_rule(wish, world)
    draft = await world.store.draft(wish, world.clock())
    wanted = (await wishes([wish.channel], world))(wish)
    return replies.preview(draft, wish, caught, known, wanted, world.clock())


async def _caught(rule: rules.Rule, channel: Channel, world: World) -> replies.Caught:
    """What the rule finds among the papers seen of late."""
    seen = await looking.back(rule, channel, world)
    found = await looking.hits(seen, seen.papers, world)
    oldest = min((day for paper in seen.papers if (day := paper.announced or paper.seen)), default=None)
    return replies.Caught(tuple(found), len(seen.papers), f"{oldest.day} {oldest:%B %Y}" if oldest else "")


async def _unsubscribe(ask: Ask, which: commands.Unsubscribe, world: World) -> Reply:
    found = await world.store.subscriptions(ask.channel)
    if which.number is not None:
        found, named = [s for s in found if s.id == which.number], f"#{which.number}"
    elif which.rule is not None:
        words = rules.write(which.rule)
        found, named = [s for s in found if s.rule == words], words
    elif not found:
        return replies.listing(())
    else:
        named = "at all"
    ended = [gone for s in found if (gone := await world.store.unsubscribe(ask.channel, s.id))]
    return replies.unsubscribed(ended, ask.person) if ended else replies.no_such(ask.channel, named)


async def _press(press: Press, world: World) -> Reply:
    verb, _, number = press.action.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return replies.nothing_there()
    match verb:
        case "confirm":
            return await _confirm(press, int(number), world)
        case "cancel":
            taken = await world.store.take_draft(int(number), press.channel, press.person)
            return replies.cancelled() if taken else replies.gone()
        case "discuss":
            return await _discuss(press, int(number), world)
        case "vote" | "why" | "bibtex":
            return await _about(press, verb, int(number), world)
    return replies.nothing_there()


async def _confirm(press: Press, draft: int, world: World) -> Reply:
    before = {s.id for s in await world.store.subscriptions(press.channel)}
    wish = await world.store.draft_of(draft, press.channel, press.person)
    if wish is None:
        return replies.gone()
    now = world.clock()
    wanted = (await wishes([press.channel], world))(wish)
    first, weekly = await beginning.begin(wish, wanted, world)
    made = await world.store.confirm(draft, press.channel, press.person, now, start=first)
    if made is None:
        return replies.gone()
    await tuning.replan(press.channel, world)
    rate = when.rate(weekly)
    updated = made.id in before
    return replies.subscribed(made, press.person, updated=updated, wanted=wanted, now=now, rate=rate, start=len(first))


async def _same_rule(wish: Subscription, world: World) -> Subscription | None:
    return next((s for s in await world.store.subscriptions(wish.channel) if s.rule == wish.rule), None)


async def _discuss(press: Press, row: int, world: World) -> Reply:
    """Open a paper's one thread in this channel, or find the one that is there."""
    delivery = await world.store.delivery(row)
    paper = await world.store.paper(delivery.paper) if delivery else None
    if not delivery or not paper or not delivery.message or delivery.channel != press.channel:
        return replies.nothing_there()
    async with world.opening[row % len(world.opening)]:  # two people press at once: one thread
        delivery = await world.store.delivery(row) or delivery
        asked = replace(delivery, doubt=True)  # a press before a crash may have opened it
        thread = delivery.thread or await open_thread(asked, paper, world)
    return replies.discuss(paper, thread)


async def _about(press: Press, verb: str, row: int, world: World) -> Reply:
    """A person's vote, why a paper is here, how to cite it."""
    delivery = await world.store.delivery(row)
    paper = await world.store.paper(delivery.paper) if delivery else None
    if not delivery or not paper or delivery.channel != press.channel:
        return replies.nothing_there()
    if verb == "vote":
        return replies.voted(await world.store.vote(row, press.person, world.clock()) or 0)
    return Reply(summary.why_here(delivery, paper)) if verb == "why" else replies.cited(paper)
