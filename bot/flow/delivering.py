"""Claim → post → remember → thread → remember → done: each step is written down before the next begins."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from bot import rounds, schedule, summary
from bot.errors import (
    ChannelLost,
    LeaseLost,
    MessageGone,
    NotWelcome,
    Refused,
    StoreFailed,
    TryLater,
    Unsure,
)
from bot.flow import digests, notices
from bot.flow.world import World, crowds, paces, shut, turn
from bot.model import Claim, Delivery, Item, Paper

log = logging.getLogger("paper-round")

LEASE = timedelta(minutes=5)
"""Longer than any platform makes us wait for one answer, shorter than a reader's patience after a crash."""

CARD, OPENING = 2, 2
"""Requests for a look and a paper's own message; for its thread and what that opens with.
https://docs.discord.com/developers/resources/channel#start-thread-from-message"""


async def claim(world: World, worker: str, limit: int) -> list[Claim]:
    """Take what is due now, at most one delivery, or one digest, a channel."""
    now = world.clock()
    return await world.store.claim(worker, now, lease=LEASE, limit=limit, pace=paces(world), crowd=crowds(world))


async def deliver(claim: Claim, world: World) -> bool:
    """Post → remember → thread → remember → done. True when nothing went wrong; every failure is written down.

    One message a claim, where the channel has a pace: what is left to say is claimed again when its turn comes.
    """
    try:
        await (digests.send(claim, world) if claim.items else _alone(claim, world))
    except LeaseLost:
        return False  # another worker carries on from what we remembered
    except TryLater as error:
        await _try_later(claim, error, world)
        return False
    except NotWelcome as error:  # a token is mended, and then all of it is still to come
        await _shut(claim, str(error), world)
        return False
    except ChannelLost as error:  # an invitation or a permission is mended, and then all of it is still to come
        await _lost(claim, str(error), world)
        return False
    except Refused as error:
        await _end(claim, "refused", str(error), world)
        return False
    except StoreFailed:
        raise  # there is nowhere to write it down; the lease gives it back
    except Exception:  # one paper that breaks us must not stand before all that follow it in its channel
        log.exception("%s for %s could not be delivered", claim.paper.id, claim.delivery.channel)
        await _try_later(claim, TryLater("A mistake of Paper Round; the log has it."), world)
        return False
    return True


async def _alone(claim: Claim, world: World) -> None:
    """A paper with a message of its own."""
    delivery = claim.delivery
    message = delivery.message
    if message is None:
        await _require_wanted(delivery, world)
        if await _is_above_max(delivery, world):
            await world.store.put_off(claim, rounds.day_end(delivery.options, world.clock()), "overflow")
            return
        message = await _headline(claim, world)
        if delivery.options.thread == "auto" and await digests.paused(claim, world):
            return  # the opener is a message too, and waits for its turn
    if delivery.options.thread == "auto" and not delivery.thread:
        await turn(delivery.channel, world)
        await open_thread(replace(delivery, message=message), claim.paper, world)
    await world.store.done(claim)


async def _headline(claim: Claim, world: World) -> str:
    delivery = claim.delivery
    chat, post = world.chats[delivery.channel.platform], summary.post(delivery, claim.paper)
    post = summary.filed(post, [Item(delivery, claim.paper)])
    await turn(delivery.channel, world)
    message = await chat.post(delivery.channel, post, delivery.key, doubt=delivery.doubt)
    await world.store.posted(claim, message, world.clock())
    world.tally.ended(delivery.channel.platform, "posted", 1)
    return message


async def _is_above_max(delivery: Delivery, world: World) -> bool:
    """Whether the channel has had as many posts today as it wants."""
    most = delivery.options.max
    if most is None:
        return False
    since = rounds.day_start(delivery.options, world.clock())
    return await world.store.posted_since(delivery.channel, since) >= most


async def _require_wanted(delivery: Delivery, world: World) -> None:
    """`Refused` when every rule that brought the paper has been unsubscribed since: "nothing more" means nothing."""
    if await digests.unwanted([delivery], world):
        raise Refused(digests.UNWANTED)


async def discuss(delivery: Delivery, paper: Paper, world: World) -> str:
    """The paper's one thread, for somebody who pressed for it: what is asked of the platform counts like a post."""
    platform, asked = delivery.channel.platform, CARD + OPENING if delivery.home is None else OPENING
    await world.store.spent(platform, asked, world.clock(), gap=world.chats[platform].crowd)
    return await open_thread(delivery, paper, world)


async def standing(row: int, world: World) -> Delivery | None:
    """A delivery by its row; one that was merged into another of its channel is that one."""
    found = await world.store.delivery(row)
    if found is None or found.state != "merged":
        return found
    others = await world.store.reached(found.paper, own=(found.channel,))
    return next((one for one in others if one.channel == found.channel), found)


async def open_thread(delivery: Delivery, paper: Paper, world: World) -> str:
    """The paper's one thread in its channel. A digest's line gets a message of its own first, for it to hang from."""
    chat, channel = world.chats[delivery.channel.platform], delivery.channel
    name, key = summary.cut(summary.shown_title(paper), 100), f"{delivery.key}|thread"
    home = delivery.home or await _card(delivery, paper, world)
    try:
        thread = await chat.thread(channel, home, name, summary.opener(paper), key, doubt=delivery.doubt)
    except MessageGone:
        if delivery.card:
            raise
        home = await _card(delivery, paper, world)  # somebody deleted the post: the paper is discussed all the same
        thread = await chat.thread(channel, home, name, summary.opener(paper), f"{key}|card")
    await world.store.threaded(delivery.row, thread, world.clock())
    return thread


async def _card(delivery: Delivery, paper: Paper, world: World) -> str:
    chat, post = world.chats[delivery.channel.platform], summary.card(delivery, paper)
    post = summary.filed(post, [Item(delivery, paper)])
    message = await chat.post(delivery.channel, post, f"{delivery.key}|card", doubt=True)
    await world.store.carded(delivery.row, message)
    return message


async def _try_later(claim: Claim, error: TryLater, world: World, patience: timedelta = schedule.GIVE_UP) -> None:
    now = world.clock()
    attempts, first_tried = claim.delivery.attempts + 1, claim.delivery.first_tried or now
    due = schedule.retry_delivery(attempts, first_tried, now, error.after, patience)
    if due is None:
        await _end(claim, "given_up", str(error), world)
        return
    doubt, wait = isinstance(error, Unsure), error.after is not None
    try:
        await world.store.later(claim, due, str(error), now, doubt=doubt, wait=wait)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)


async def _shut(claim: Claim, why: str, world: World) -> None:
    """The whole platform waits: this delivery with all the others."""
    try:
        await shut(claim.delivery.channel.platform, why, world, claim)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)


async def _lost(claim: Claim, why: str, world: World) -> None:
    """What is due in the channel waits together, and whoever subscribed it is told once, with the remedy."""
    channel, now = claim.delivery.channel, world.clock()
    since = (await world.store.customs([channel]))[channel].lost_since
    told = notices.of_loss(channel, why, await world.store.subscriptions(channel), now) if since is None else ()
    probe, patience = schedule.probe(since, now), schedule.LOST_FOR
    try:
        new = await world.store.lost(claim, why, now, probe=probe, patience=patience, notices=told)
    except LeaseLost:
        return
    if new:
        log.warning("%s: %s What is for it waits.", channel, why)


async def _end(claim: Claim, state: Literal["refused", "given_up"], reason: str, world: World) -> None:
    log.warning("%s for %s: %s (%s)", claim.paper.id, claim.delivery.channel, reason, state)
    try:
        await world.store.fail(claim, state, reason)
        unsaid = sum(item.delivery.message is None for item in claim.items)
        world.tally.ended(claim.delivery.channel.platform, state, unsaid or 1)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)
