"""What the bot itself has to say, to people or in channels: each said once, whatever happens meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import schedule
from bot.errors import LeaseLost, NotWelcome, Refused, TryLater, Unsure
from bot.flow.world import World, crowds, paces, shut
from bot.model import Channel, Notice, Subscription
from bot.replies import when

log = logging.getLogger("paper-round")

LEASE = timedelta(minutes=5)
"""As a delivery's: longer than any platform makes us wait for one answer."""


def of_loss(channel: Channel, why: str, mine: Sequence[Subscription], now: datetime) -> tuple[Notice, ...]:
    """To whoever subscribed the channel on its platform: that it is lost since `now`, and what mends it. One each."""
    people = dict.fromkeys(one.creator for one in mine if one.creator.startswith(f"{channel.platform}:"))
    return tuple(
        Notice(
            key=f"lost|{channel}|{now.isoformat()}|{person}",
            channel=channel,
            post=when.lost(channel, why, [one for one in mine if one.creator == person]),
            person=person,
        )
        for person in people
    )


async def claim(world: World, limit: int) -> list[Notice]:
    """Take what is to be said now, one a person and one a channel."""
    now = world.clock()
    return await world.store.claim_notices(now, lease=LEASE, limit=limit, pace=paces(world), crowd=crowds(world))


async def say(notice: Notice, world: World) -> None:
    """Say it, and write down that it was said; every failure is written down too."""
    try:
        await _said(notice, world)
        await world.store.noticed(notice)
    except LeaseLost:
        log.info("the notice %s was taken over by another worker", notice.number)
    except NotWelcome as error:
        await shut(notice.channel.platform, str(error), world)
        await _later(notice, TryLater(str(error)), world)
    except TryLater as error:
        await _later(notice, error, world)
    except Refused as error:
        log.warning("%s could not be told: %s", notice.person or notice.channel, error)
        await world.store.noticed(notice, str(error))


async def _said(notice: Notice, world: World) -> None:
    chat = world.chats[notice.channel.platform]
    if notice.person is None:
        await chat.post(notice.channel, notice.post, notice.key, doubt=notice.doubt)
    else:
        await chat.tell(notice.person, notice.post, notice.key, doubt=notice.doubt)


async def _later(notice: Notice, error: TryLater, world: World) -> None:
    now = world.clock()
    first, attempts = notice.first_tried or now, notice.attempts + 1
    due = schedule.retry_delivery(attempts, first, now, error.after, schedule.LOST_FOR)
    if due is None:
        await world.store.noticed(notice, str(error))
        return
    await world.store.notice_later(notice, due, str(error), now, doubt=isinstance(error, Unsure))
