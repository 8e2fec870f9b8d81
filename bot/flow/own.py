"""A channel's own feeds: adding and removing them, and who hears of what they bring."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot import feeds, health, replies, schedule
from bot.errors import PlatformFailed, SourceFailed, WordsWrong
from bot.feeds import OwnFeed
from bot.flow import marks
from bot.flow.world import World
from bot.model import Ask, Bookmark, Channel, Feed, Paper, Poll, Reading, Reply
from bot.ports import Fetched

log = logging.getLogger("paper-round")


async def audience(feed: Feed, world: World) -> frozenset[Channel] | None:
    """The channels that may hear of what this feed brings; None: all."""
    if world.shared is None or feed.address in world.shared:
        return None
    return frozenset(one.channel for one in await world.store.feeds() if one.address == feed.address)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Papers that are new to somebody of an audience, and who is `aware` of each already: not told of it as new.

    `turned` is what becomes of channels' copies: whose, as it has it, and as it will. A private feed's word counts in
    its channels alone, so what it says of a paper that all know is not among them.
    """

    new: list[Paper]
    aware: Mapping[str, frozenset[Channel]]
    turned: tuple[tuple[Channel, Paper, Paper], ...]


async def hearing(papers: Sequence[Paper], audience: frozenset[Channel] | None, world: World) -> Hearing:
    """What these papers are to those who hear of them.

    What a feed of all brings is new to all but the channels that have a copy; those may know it otherwise from now on.
    """
    unknown, known = await world.store.unknown(papers), await world.store.private(papers)
    if audience is not None:
        aware = {name: audience & theirs.keys() for name, theirs in known.items()}
        new = [paper for paper in unknown if audience - aware.get(paper.id, frozenset())]
        return Hearing(new, aware, tuple(await world.store.changed_own(papers, audience)))
    had = {name: {c: copy for c, copy in theirs.items() if copy} for name, theirs in known.items()}
    turned = [
        (channel, copy, replace(paper, seen=copy.seen))
        for paper in unknown
        for channel, copy in had.get(paper.id, {}).items()
    ]
    return Hearing(unknown, {name: frozenset(copies) for name, copies in had.items()}, tuple(turned))


async def listed(channel: Channel, world: World) -> Reply:
    """The channel's own feeds, and how each is doing: a silence of theirs is explained here."""
    mine = await world.store.feeds(channel)
    marks = await world.store.bookmarks([one.address for one in mine])
    now = world.clock()
    told = {one.address: health.told(_feed(one.address), marks.get(one.address), now) for one in mine}
    return replies.own_feeds(mine, told)


async def ended(feed: Feed, why: str, world: World) -> None:
    """A channel's own feed is not asked any more: whoever added it is told once, where that can be done."""
    if world.shared is None or feed.address in world.shared:
        return
    for one in await world.store.feeds():
        if one.address != feed.address or not one.creator.startswith(f"{one.channel.platform}:"):
            continue
        try:
            key = f"feed|{one.channel}|{sha256(one.address.encode('utf-8', 'replace')).hexdigest()[:32]}"
            post = replies.feed_ended(one.address, one.channel, why)
            await world.chats[one.channel.platform].tell(one.creator, post, key)
        except (KeyError, PlatformFailed) as error:  # its platform is not connected today, or takes no such message
            log.warning("%s could not be told of a feed that has ended: %s", one.creator, error)


async def heard(channel: Channel, world: World) -> list[str]:
    """The sources that a channel hears of: those that are read for all, then its own; no other channel's."""
    feeds = await world.store.feeds()
    mine = [one.address for one in feeds if one.channel == channel]
    others = {one.address for one in feeds} - set(mine)
    if world.shared is not None:
        return list(dict.fromkeys([*sorted(world.shared), *mine]))
    shared = [address for address in await world.store.bookmarks() if address not in others]
    return list(dict.fromkeys([*shared, *mine]))


async def add(ask: Ask, address: str, world: World) -> Reply:
    """Read the feed once, or the one that a page names; what it holds is known to this channel from now on."""
    mine = await world.store.feeds(ask.channel)
    feed = feeds.from_chat(address)
    _require_new(feed, mine, world)
    feed, fetched, reading = await _found(feed, world)
    _require_new(feed, mine, world)
    now = world.clock()
    papers = tuple(marks.sober(paper, now) for paper in reading.papers)
    before = await world.store.bookmark(feed.address)
    if (
        before is not None and before.baseline_at is not None
    ):  # other channels' too: what is new to them is still to come
        bookmark = schedule.revived(before, now) if schedule.is_retired(before) else before
    else:
        bookmark = marks.bookmark(feed, before or Bookmark(feed.address), fetched, reading, now)
        bookmark = replace(bookmark, habits=health.grown(bookmark.habits, len(papers)))
    wish = OwnFeed(ask.channel, feed.address, ask.person)
    await world.store.add_feed(wish, Poll(bookmark, papers, audience=frozenset({ask.channel})), now)
    return replies.feed_added(feed.address, ask.person, len(papers), reading.title)


async def remove(ask: Ask, address: str, world: World) -> Reply:
    """End one of the channel's own feeds; what it brought stays known."""
    mine = await world.store.feeds(ask.channel)
    one = feeds.named(mine, address)
    if one is None or not await world.store.remove_feed(ask.channel, one.address):
        return replies.no_such_feed(address)
    return replies.feed_removed(one.address, ask.person)


def _feed(address: str) -> Feed:
    """The feed of an address that was good when it was added."""
    try:
        return feeds.from_chat(address)
    except WordsWrong:
        return Feed(address, address)


def _require_new(feed: Feed, mine: Sequence[OwnFeed], world: World) -> None:
    if any(one.address == feed.address for one in mine):
        raise WordsWrong("This channel has that feed already. /papers feeds lists what it has.")
    if world.shared is not None and feed.address in world.shared:
        raise WordsWrong("That feed is read for every channel already; /subscribe is all it takes.")
    if len(mine) >= feeds.MOST:
        raise WordsWrong(f"This channel has {len(mine)} feeds of its own, which is as many as there may be.")


async def _found(feed: Feed, world: World) -> tuple[Feed, Fetched, Reading]:
    """The feed's first answer; where a page stands instead, that of the feed which the page names."""
    fetched = await world.fetch(feed, Bookmark(feed.address))
    body = fetched.body or b""
    try:
        return feed, fetched, await world.read(fetched, feed, Bookmark(feed.address))
    except SourceFailed:
        there = feeds.linked(body, fetched.bookmark.moved_to or feed.url) if health.is_page(body) else None
        if there is None:
            raise
    feed = feeds.from_chat(there)
    fetched = await world.fetch(feed, Bookmark(feed.address))
    return feed, fetched, await world.read(fetched, feed, Bookmark(feed.address))
