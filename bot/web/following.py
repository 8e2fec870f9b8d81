"""Public channels as a reader sees them: what each follows and what it was sent. Private ones are not here at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.model import Channel, Delivery, Paper, Subscription
from bot.public import public
from bot.web.desk import desk, page
from bot.web.door import Wrong

LATEST, MOST = 3, 30
"""Papers of a channel on the page of all of them, and on its own."""


@dataclass(frozen=True, slots=True)
class Following:
    """A channel, its rules, and its newest papers."""

    channel: Channel
    rules: list[Subscription]
    sent: list[tuple[Delivery, Paper]]


def named(request: web.Request) -> Channel:
    """The public channel that the address names. A private one is answered like one that never was."""
    platform, colon, place = request.match_info["channel"].partition(":")
    where = Channel(platform, place)
    if not (colon and place and public(where)):
        raise Wrong(404, "There is no such channel; the list of channels shows those that are public.")
    return where


async def channels(request: web.Request) -> web.Response:
    """All public channels; `?name=` leads to a local one that may not have been used yet."""
    store = desk(request).store
    rules = [one for one in await store.subscriptions() if public(one.channel)]
    known = {Channel("local", "general"), *(await store.channels("local")), *(one.channel for one in rules)}
    found = await asyncio.gather(*(_following(request, channel, rules, LATEST) for channel in sorted(known)))
    return await page(request, "following.html", here="channels", following=found)


async def channel(request: web.Request) -> web.Response:
    """One channel: its rules and its last papers."""
    where = named(request)
    rules = await desk(request).store.subscriptions(where)
    return await page(
        request, "follows.html", here="channels", one=await _following(request, where, rules, MOST), most=MOST
    )


async def _following(request: web.Request, channel: Channel, rules: list[Subscription], most: int) -> Following:
    sent = await desk(request).store.sent(channel, most)
    fit = {paper.id for paper in await desk(request).seeker.shown([paper for _, paper in sent])}
    return Following(
        channel, [rule for rule in rules if rule.channel == channel], [one for one in sent if one[1].id in fit]
    )
