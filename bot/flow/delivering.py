"""Claim → post → remember → thread → remember → done: each step is written down before the next begins."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from bot import schedule, summary
from bot.errors import LeaseLost, NotWelcome, Refused, StoreFailed, TryLater
from bot.flow.world import World
from bot.model import Claim, Delivery, Paper

log = logging.getLogger("paper-round")

LEASE = timedelta(minutes=5)
"""Longer than any platform makes us wait for one answer, shorter than a reader's patience after a crash."""


async def claim(world: World, worker: str, limit: int) -> list[Claim]:
    """Take what is due now, at most one delivery a channel."""
    pace = {platform: chat.pace for platform, chat in world.chats.items()}
    return await world.store.claim(worker, world.clock(), lease=LEASE, limit=limit, pace=pace)


async def deliver(claim: Claim, world: World) -> bool:
    """Post → remember → thread → remember → done. True when the channel has it; every failure is written down."""
    try:
        message = claim.delivery.message or await _headline(claim, world)
        if claim.delivery.options.thread == "auto" and not claim.delivery.thread:
            await open_thread(replace(claim.delivery, message=message), claim.paper, world)
        await world.store.done(claim)
    except LeaseLost:
        return False  # another worker carries on from what we remembered
    except TryLater as error:
        await _try_later(claim, error, world)
        return False
    except NotWelcome as error:  # a token is mended, and then this paper is still to come
        await _try_later(claim, TryLater(str(error)), world)
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


async def _headline(claim: Claim, world: World) -> str:
    delivery = claim.delivery
    await _require_wanted(delivery, world)
    chat = world.chats[delivery.channel.platform]
    message = await chat.post(delivery.channel, summary.card(delivery, claim.paper), delivery.key)
    await world.store.posted(claim, message, world.clock())
    return message


async def _require_wanted(delivery: Delivery, world: World) -> None:
    """`Refused` when every rule that brought the paper has been unsubscribed since: "nothing more" means nothing."""
    asked = {reason.rule for reason in delivery.reasons}
    wanted = {subscription.rule for subscription in await world.store.subscriptions(delivery.channel)}
    if asked and not asked & wanted:
        raise Refused("The channel was unsubscribed from the rules that matched before it could be posted.")


async def open_thread(delivery: Delivery, paper: Paper, world: World) -> str:
    chat, message = world.chats[delivery.channel.platform], delivery.message or ""
    name, key = summary.cut(paper.title, 100), f"{delivery.key}|thread"
    thread = await chat.thread(delivery.channel, message, name, summary.opener(paper), key)
    await world.store.threaded(delivery.row, thread)
    return thread


async def _try_later(claim: Claim, error: TryLater, world: World) -> None:
    now = world.clock()
    attempts, first_tried = claim.delivery.attempts + 1, claim.delivery.first_tried or now
    due = schedule.retry_delivery(attempts, first_tried, now, error.after)
    if due is None:
        await _end(claim, "given_up", str(error), world)
        return
    try:
        await world.store.later(claim, due, str(error), now)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)


async def _end(claim: Claim, state: str, reason: str, world: World) -> None:
    log.warning("%s for %s: %s (%s)", claim.paper.id, claim.delivery.channel, reason, state)
    try:
        await world.store.fail(claim, state, reason)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)
