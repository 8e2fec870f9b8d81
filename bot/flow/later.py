"""What becomes of a paper after a channel had it: a quiet reply in its thread, else an edit of its post."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from bot import summary
from bot.errors import ChannelLost, LeaseLost, NotWelcome, PlatformFailed, Refused, TryLater
from bot.flow import digests, living
from bot.flow.world import World, crowds, paces, shut
from bot.model import Claim, Edit, News

log = logging.getLogger("paper-round")

AGAIN = timedelta(minutes=2)
"""After an edit or a reply that failed for a passing reason."""

LEASE = timedelta(minutes=5)


async def claim_news(world: World, worker: str, limit: int) -> list[Claim]:
    """Deliveries with news to tell, where no post waits."""
    now = world.clock()
    return await world.store.claim_news(worker, now, lease=LEASE, limit=limit, pace=paces(world), crowd=crowds(world))


async def tell(claim: Claim, world: World) -> None:
    """Tell the news in the paper's thread, else mark its post to show it; each once."""
    try:
        said = await _in_thread(claim, world)
        await world.store.told(claim, "thread" if said else "post", world.clock())
        if said and any(one.kind == "withdrawn" for one in claim.delivery.news):
            await _strike(claim, world)
    except LeaseLost:
        return
    except NotWelcome as error:
        await shut(claim.delivery.channel.platform, str(error), world)
        await world.store.let_go(claim, world.clock() + AGAIN)
    except ChannelLost as error:
        await living.lose(claim.delivery.channel, str(error), world)
        await world.store.let_go(claim, world.clock() + AGAIN)
    except PlatformFailed as error:
        after = timedelta(seconds=error.after) if isinstance(error, TryLater) and error.after else AGAIN
        log.info("news for %s waits: %s", claim.delivery.channel, error)
        await world.store.let_go(claim, world.clock() + after)


async def _in_thread(claim: Claim, world: World) -> bool:
    delivery = claim.delivery
    if delivery.thread is None:
        return False
    chat = world.chats[delivery.channel.platform]
    try:
        for one in delivery.news:
            if one.said is None:
                post, key = summary.update(one, claim.paper), _key(delivery.key, one)
                await chat.reply(delivery.channel, delivery.thread, post, key, doubt=delivery.doubt)
    except (ChannelLost, NotWelcome):
        raise
    except Refused:  # the thread was deleted or locked: its post shows the news
        return False
    return True


async def _strike(claim: Claim, world: World) -> None:
    """A withdrawn paper's post shows it too."""
    for message in filter(None, (claim.delivery.message, claim.delivery.card)):
        await world.store.mark(claim.delivery.channel, message, world.clock())


def _key(delivery: str, one: News) -> str:
    words = hashlib.sha256(one.text.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{delivery}|news|{one.kind}|{words}"


async def edits(world: World, limit: int) -> list[Edit]:
    """Messages that do not show what is so, each at most every ten seconds, where no post waits."""
    return await world.store.edits(world.clock(), limit=limit, pace=paces(world), crowd=crowds(world))


async def edit(one: Edit, world: World) -> None:
    """Put what is so into the message."""
    again = None
    try:
        found = await world.store.in_message(one.channel, one.message)
        post = await digests.shown(found, one.message, world)
        if post is not None:
            await world.chats[one.channel.platform].edit(one.channel, one.message, post)
    except TryLater as error:
        again = world.clock() + (timedelta(seconds=error.after) if error.after else AGAIN)
    except NotWelcome as error:
        await shut(one.channel.platform, str(error), world)
        again = world.clock() + AGAIN
    except ChannelLost as error:
        await living.lose(one.channel, str(error), world)
        again = world.clock() + AGAIN
    except Refused as error:
        log.info("a message in %s is not edited: %s", one.channel, error)
    await world.store.edited(one, world.clock(), again)
