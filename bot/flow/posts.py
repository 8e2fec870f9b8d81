"""What can be pressed below a post: discuss it, vote, ask why it is here, send it away, keep it, cite it."""

from __future__ import annotations

from dataclasses import replace

from bot import replies, rights, rules, summary
from bot.flow import digests, looking
from bot.flow.delivering import discuss, standing
from bot.flow.world import World
from bot.model import Delivery, Paper, Post, Press, Reply, Subscription
from bot.replies import posts

RULES = 3
"""Rules that "not for us" makes offers for; few papers meet more."""


async def pressed(press: Press, verb: str, row: int, world: World) -> Reply:
    """The button's delivery must be this channel's; what it says of itself is not trusted."""
    delivery = await standing(row, world)
    paper = await world.store.paper(delivery.paper, own=(delivery.channel,)) if delivery else None
    if not delivery or not paper or delivery.channel != press.channel:
        return replies.nothing_there()
    match verb:
        case "discuss":
            return await _discuss(delivery, paper, world)
        case "vote":
            votes = await world.store.vote(delivery.row, press.person, world.clock()) or 0
            return replace(replies.voted(votes), updated=await _now(delivery, world))
        case "why":
            return Reply(summary.why_here(delivery, paper))
        case "not":
            return await _not_for_us(press, delivery, paper, world)
        case "save":
            new = await world.store.save(press.person, paper.id, world.clock(), own=(press.channel,))
            return posts.saved(paper, new=new, row=row)
        case "unsave":
            return posts.unsaved(paper, was=await world.store.unsave(press.person, paper.id, own=(press.channel,)))
    return replies.cited(paper)


async def _discuss(delivery: Delivery, paper: Paper, world: World) -> Reply:
    """Open a paper's one thread in this channel, or find the one that is there."""
    if not delivery.message:
        return replies.nothing_there()
    async with world.opening[delivery.row % len(world.opening)]:  # two people press at once: one thread
        delivery = await standing(delivery.row, world) or delivery
        asked = replace(delivery, doubt=True)  # a press before a crash may have opened it
        thread = delivery.thread or await discuss(asked, paper, world)
    return replies.discuss(paper, thread)


async def _now(delivery: Delivery, world: World) -> Post | None:
    """What the paper's own post shows now; None where it only stands in a digest."""
    own = delivery.card or (None if delivery.digest is not None else delivery.message)
    if own is None:
        return None
    post = await digests.shown(await world.store.in_message(delivery.channel, own), own, world)
    return post if post is not None and post.paper is not None else None


async def _not_for_us(press: Press, delivery: Delivery, paper: Paper, world: World) -> Reply:
    """For each rule that brought it, what could be left out of that rule so that it would not have come."""
    brought = {reason.rule for reason in delivery.reasons}
    book = [one for one in await world.store.subscriptions(press.channel) if one.rule in brought][:RULES]
    customs = (await world.store.customs([press.channel]))[press.channel]
    who = rights.counts(customs, world.who)
    offers = []
    for one in book:
        may = rights.may(who, press.person, press.standing, one.creator)
        found = await _exclusions(one, paper, world)
        drafts = [await _drafted(press, one, exclusion, world) for exclusion in found] if may else []
        offers.append(posts.Offer(one, found, tuple(drafts)))
    barred = None if all(offer.drafts or not offer.found for offer in offers) else who
    return posts.not_for_us(paper, tuple(offers), barred, press.standing)


async def _exclusions(one: Subscription, paper: Paper, world: World) -> tuple[rules.Exclusion, ...]:
    seen = await looking.back(rules.parse(one.rule, world.acronyms), one.channel, world)
    return await looking.exclusions(seen, paper, world)


async def _drafted(press: Press, one: Subscription, found: rules.Exclusion, world: World) -> int:
    wish = replace(one, rule=rules.write(found.rule), creator=press.person)
    return await world.store.draft(wish, world.clock(), where=press.channel)
