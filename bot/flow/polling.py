"""Read a feed, find what is new, plan who hears of it, and record it all in one transaction."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import health, news, schedule
from bot.errors import RulesChanged, SourceFailed
from bot.flow.world import World, ranks
from bot.matching import Matcher, Ranks, plan
from bot.model import Bookmark, Delivery, Feed, Paper, Poll, Reading
from bot.ports import Fetched

log = logging.getLogger("paper-round")

TOMORROW = timedelta(days=1)
"""How far ahead of ours a feed's clock may be: it may be tomorrow already where the feed is made."""

ASKED = timedelta(days=14)
"""So long after its first sight a paper's rules are asked again when votes, code or keywords change."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought: papers in the feed, those never seen before, deliveries made; and when it is due again.

    `held` says why the deliveries wait for a person, if they do.
    """

    feed: Feed
    due: datetime
    papers: int = 0
    new: int = 0
    deliveries: int = 0
    baseline: bool = False
    held: str = ""
    odd: tuple[str, ...] = ()


async def poll(feed: Feed, world: World) -> Polled:
    """Read a feed, find what is new, plan who hears of it, and record it all in one transaction.

    `SourceFailed` when it cannot be read; that is recorded too, with the time of the next try.
    """
    before = await world.store.bookmark(feed.address) or Bookmark(feed.address)
    fetched: Fetched | None = None
    try:
        fetched = await world.fetch(feed, before)
        reading = await _parse(fetched, feed, world)
    except SourceFailed as error:
        await world.store.record(Poll(_failed(before, error, fetched, world.clock())), world.clock())
        raise
    return await _record(feed, before, fetched, reading, world)


def _failed(before: Bookmark, error: SourceFailed, fetched: Fetched | None, now: datetime) -> Bookmark:
    """What is remembered of a poll that failed; `fetched`: what the owner did send, only it was no feed."""
    habits = replace(before.habits, failure=health.failure(error, fetched.body if fetched else None))
    failed = schedule.after_failure(
        before, now, str(error), after=error.after, gone=error.gone, answered=fetched is not None
    )
    return replace(failed, habits=habits)


async def _parse(fetched: Fetched, feed: Feed, world: World) -> Reading | None:
    """What the body says, off the event loop; None when nothing has changed."""
    if fetched.body is None:
        return None
    try:
        return await asyncio.to_thread(world.read, fetched.body, feed)
    except SourceFailed:
        raise
    except Exception as error:  # put off like any feed that cannot be read, rather than asked again and again
        log.exception("a feed could not be read")
        raise SourceFailed("It could not be read, by a mistake of Paper Round; the log has it.") from error


async def _record(feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, world: World) -> Polled:
    now = world.clock()
    papers = tuple(_sober(paper, now) for paper in reading.papers) if reading else ()
    odd = reading.odd if reading else ()
    bookmark = _bookmark(feed, before, fetched, reading, now)
    if before.baseline_at is None:  # first sight: everything is known from now on, nothing is posted
        bookmark = replace(bookmark, habits=health.grown(bookmark.habits, len(papers)))
        await world.store.record(Poll(bookmark, papers), now)
        return Polled(feed, _due(bookmark, now), len(papers), len(papers), 0, baseline=True, odd=odd)
    while True:
        new = await world.store.unknown(papers)
        told = news.sift(new, feed, now, world.max_age)
        habits = news.counted(health.grown(bookmark.habits, len(new), told.left_out), told.first, now)
        flood = news.flood(habits)
        planned, version = await _planned(told.papers, papers, world)
        planned = news.held(planned, flood) if flood else planned
        try:
            made = await world.store.record(Poll(replace(bookmark, habits=habits), papers, planned, version), now)
        except RulesChanged:
            continue  # somebody subscribed while we matched; their rule counts from that moment, so match again
        return Polled(feed, _due(bookmark, now), len(papers), len(new), made, held=flood if made else "", odd=odd)


async def _planned(new: tuple[Paper, ...], papers: tuple[Paper, ...], world: World) -> tuple[tuple[Delivery, ...], int]:
    """Who hears of the papers that are new, and of those that have changed; and the rulebook's version that says so.

    Papers seen of late are asked again when something of them has changed: votes, code, a second source, a version.
    """
    book, now = await world.store.rulebook(), world.clock()
    changes = [pair for pair in await world.store.changed(papers) if _still_asked(*pair, now)]
    async with world.matching:
        await asyncio.to_thread(world.matcher.follow, book)
        read = [*new, *(after for _, after in changes)]
        before, after = await ranks(read, world, now) if world.matcher.ranked else ({}, {})
        return await asyncio.to_thread(_plan, new, changes, before, after, world.matcher), book.version


def _plan(
    new: tuple[Paper, ...], changes: list[tuple[Paper, Paper]], before: Ranks, after: Ranks, matcher: Matcher
) -> tuple[Delivery, ...]:
    return plan([*matcher.matches(new, after), *matcher.became(changes, after, before)])


def _still_asked(before: Paper, after: Paper, now: datetime) -> bool:
    """Whether a change is news to the rules: within `ASKED` of first sight, or a new version at any time.

    A paper that was met as a revision is an older one: that another source brings it too does not make it new.
    """
    if before.announce in news.REVISED and after.announce == "new":
        return False
    return before.seen is None or before.seen > now - ASKED or after.announce.startswith("replace")


def _sober(paper: Paper, now: datetime) -> Paper:
    """A paper from the year 9999 would be the newest for ever: a date more than a day ahead is no date."""
    return replace(paper, announced=None) if paper.announced and paper.announced > now + TOMORROW else paper


def _bookmark(feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, now: datetime) -> Bookmark:
    """The feed's bookmark after a poll that was read to its end, with the time of the next."""
    habits = health.answered(before, fetched.bookmark.digest, reading, now)
    if feed.url.startswith(("http:", "https:")):
        hints = schedule.Hints(ttl=habits.ttl / 60 if habits.ttl else None)
        changed, last = fetched.body is not None, habits.changed_at
        due = schedule.next_poll(
            fetched.bookmark, now, wait=fetched.wait, hints=hints, changed=changed, last_change=last
        )
    else:
        due = schedule.next_reading(now, fetched.wait)
    done = schedule.after_success(fetched.bookmark, due)
    return replace(done, baseline_at=before.baseline_at or now, habits=replace(habits, took=fetched.took))


def _due(bookmark: Bookmark, now: datetime) -> datetime:
    return bookmark.due or now
