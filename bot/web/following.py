"""Public channels as a reader sees them: what each follows and what it was sent. Private ones are not here at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.model import Channel, Delivery, Paper, Subscription
from bot.options import effective
from bot.public import public
from bot.replies import when
from bot.web.desk import desk, page
from bot.web.door import Wrong
from bot.web.render import follow_path

LATEST, MOST = 3, 30
"""Papers of a channel on the page of all of them, and on its own."""


@dataclass(frozen=True, slots=True)
class Following:
    """A channel, its rules, and its newest papers; `pages` are those of them that have a page here."""

    channel: Channel
    rules: list[Subscription]
    sent: list[tuple[Delivery, Paper]]
    pages: frozenset[str]
    ways: tuple[tuple[str, tuple[Subscription, ...]], ...] = ()
    """How papers come there, and when the next digest is: in a sentence, with the rules that ask for it so."""


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
    local = filter(public, await store.channels("local"))
    known = {Channel("local", "general"), *local, *(one.channel for one in rules)}
    found = await asyncio.gather(*(_following(request, channel, rules, LATEST) for channel in sorted(known)))
    return await page(request, "following.html", here="channels", following=found)


async def channel(request: web.Request) -> web.Response:
    """One public channel: its rules and its last papers."""
    where = named(request)
    return await _page(request, where, follow_path(where))


async def shared(request: web.Request) -> web.Response:
    """The same of any channel, for who was given its secret address."""
    return await _page(request, await addressed(request), request.path, private=True)


async def addressed(request: web.Request) -> Channel:
    """The channel that a secret address leads to; one that was ended leads nowhere, like one that never was."""
    found = await desk(request).store.addressed(request.match_info["secret"])
    if found is None:
        raise Wrong(404, "This address leads nowhere; ask in the channel for the one it has now.")
    return found


async def _page(request: web.Request, where: Channel, path: str, *, private: bool = False) -> web.Response:
    rules = await desk(request).store.subscriptions(where)
    one = await _following(request, where, rules, MOST, private=private)
    return await page(request, "follows.html", here="channels", one=one, most=MOST, path=path, private=private)


async def _following(
    request: web.Request, channel: Channel, rules: list[Subscription], most: int, *, private: bool = False
) -> Following:
    """What only a private channel's own feeds have brought has no page that could be linked to."""
    sent = await desk(request).store.sent(channel, most)
    papers = [paper for _, paper in sent]
    own = [] if public(channel) else await desk(request).store.unknown(papers)
    fit = {paper.id for paper in papers} - {paper.id for paper in own}
    return Following(
        channel,
        [rule for rule in rules if rule.channel == channel],
        sent,
        frozenset(fit),
        await _ways(request, channel, [rule for rule in rules if rule.channel == channel]),
    )


async def _ways(
    request: web.Request, channel: Channel, rules: list[Subscription]
) -> tuple[tuple[str, tuple[Subscription, ...]], ...]:
    here, now = desk(request), desk(request).clock()
    customs = (await here.store.customs([channel]))[channel]
    if customs.paused_until and customs.paused_until > now:
        return (("It is paused: what matches waits and comes in one digest.", tuple(rules)),) if rules else ()
    ways: dict[str, list[Subscription]] = {}
    for rule in rules:
        ways.setdefault(when.how(effective(rule.options, customs, here.zone), now), []).append(rule)
    return tuple((said, tuple(asked)) for said, asked in ways.items())
