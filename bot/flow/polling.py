"""Read a feed, find what is new, plan who hears of it, and record it all in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import feeds, health, news, past, schedule, summary
from bot.errors import RulesChanged, SourceFailed
from bot.flow import marks, own
from bot.flow.world import World, ranks, wishes
from bot.matching import Matcher, Ranks, plan
from bot.model import Bookmark, Channel, Delivery, Feed, Match, News, Paper, Poll, Reading
from bot.ports import Fetched
from bot.sources import part
from bot.sources.address import ARXIV

log = logging.getLogger("paper-round")

ASKED = timedelta(days=past.AGAIN)
"""So long after its first sight a paper's rules are asked again when votes, code or keywords change."""

COMPILED = 1_000
"""Rules compiled between two looks at anything else, some 60 ms, and then kept for the next start."""
MANY = 2_000
"""Papers of one reading above which a thread looks through them: a hundred thousand take a tenth of a second."""

MANY_MATCHES = 500
"""Matches above which a thread plans them: so many take 12 ms."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought: papers in the feed, those never seen before, deliveries made; and when it is due again.

    `held` says why the deliveries wait for a person, if they do. `changes` are the papers known before of which it told
    something else: each as it was stored, and as it is now.
    """

    feed: Feed
    due: datetime
    papers: int = 0
    new: int = 0
    deliveries: int = 0
    baseline: bool = False
    held: str = ""
    odd: tuple[str, ...] = ()
    changes: tuple[tuple[Paper, Paper], ...] = ()


async def poll(feed: Feed, world: World, before: Bookmark | None = None) -> Polled:
    """Read a feed, find what is new, plan who hears of it, and record it all in one transaction.

    `before` is its bookmark, where that has just been looked up. `SourceFailed` when it cannot be read; that is
    recorded too, with the time of the next try.
    """
    before = before or await world.store.bookmark(feed.address) or Bookmark(feed.address)
    fetched: Fetched | None = None
    try:
        fetched = await world.fetch(feed, before)
        reading = await parse(fetched, feed, before, world)
    except SourceFailed as error:
        failed = _failed(before, error, fetched, world.clock())
        await world.store.record(Poll(failed), world.clock())
        if schedule.is_retired(failed) and not schedule.is_retired(before):
            await own.ended(feed, failed.error or "", world)
        raise
    polled = await _record(feed, before, fetched, reading, world)
    if reading and past.trends(feed):
        now = world.clock()
        await world.store.listed(feed.address, past.listed(reading.papers, now), now)
    return polled


def _failed(before: Bookmark, error: SourceFailed, fetched: Fetched | None, now: datetime) -> Bookmark:
    """What is remembered of a poll that failed; `fetched`: what the owner did send, only it was no feed."""
    habits = replace(before.habits, failure=health.failure(error, fetched.body if fetched else None))
    failed = schedule.after_failure(
        before, now, str(error), after=error.after, gone=error.gone, answered=fetched is not None
    )
    return replace(failed, habits=habits)


async def parse(fetched: Fetched, feed: Feed, before: Bookmark, world: World) -> Reading | None:
    """What the body says, off the event loop; None when nothing has changed."""
    if fetched.body is None:
        return None
    try:
        return _own_part(await world.read(fetched, feed, before), feed, fetched.bookmark)
    except SourceFailed:
        raise
    except Exception as error:  # put off like any feed that cannot be read, rather than asked again and again
        log.exception("a feed could not be read")
        raise SourceFailed("It could not be read, by a mistake of Paper Round; the log has it.") from error


def _own_part(reading: Reading, feed: Feed, bookmark: Bookmark) -> Reading:
    """arXiv answers for several feeds' categories together: the papers of this one's."""
    if bookmark.moved_to and feed.url.startswith(ARXIV):
        return replace(reading, papers=part(feed, reading.papers))
    return reading


async def _record(feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, world: World) -> Polled:
    now = world.clock()
    if reading and len(reading.papers) > MANY:
        papers, bookmark = await asyncio.to_thread(_remembered, feed, before, fetched, reading, now)
    else:
        papers, bookmark = _remembered(feed, before, fetched, reading, now)
    if await own.audience(feed, world) == frozenset():
        papers = ()  # the last channel has removed it while it was asked: nobody knows these
    odd = reading.odd if reading else ()
    if before.baseline_at is None:  # first sight: everything is known from now on, nothing is posted
        bookmark = replace(bookmark, habits=health.grown(bookmark.habits, len(papers)))
        await world.store.record(Poll(bookmark, papers, audience=await own.audience(feed, world)), now)
        return Polled(feed, _due(bookmark, now), len(papers), len(papers), 0, baseline=True, odd=odd)
    held = len(papers) + (reading.unchanged if reading else 0)
    if not papers:  # nothing new to ask anybody about
        habits = news.counted(bookmark.habits, 0, now)
        bookmark = bookmark if habits is bookmark.habits else replace(bookmark, habits=habits)
        await world.store.record(Poll(bookmark), now)
        return Polled(feed, _due(bookmark, now), held, odd=odd)
    while True:
        told = await tidings(feed, papers, before, world)
        sifted = told.news
        habits = news.counted(health.grown(bookmark.habits, told.new, sifted.left_out), sifted.first, now)
        flood = news.flood(habits)
        planned = news.held(told.planned, flood) if flood else told.planned
        mark = replace(bookmark, habits=habits)
        whole = Poll(mark, papers, planned, told.version, told.audience, told.became, told.theirs)
        try:
            made = await world.store.record(whole, now)
        except RulesChanged:
            continue  # somebody subscribed while we matched; their rule counts from that moment, so match again
        polled = Polled(feed, _due(bookmark, now), held, told.new, made, held=flood if made else "", odd=odd)
        return replace(polled, changes=told.changes)


@dataclass(frozen=True, slots=True)
class Tidings:
    """What a reading brings: how many papers are `new`, which of them are news, known papers as they were and will be.

    `planned` are the deliveries of those that rules of `version` want, in the channels of `audience` (None: all);
    `became` is what the changes mean to channels that have had the paper, by its id; `theirs` is the same for a channel
    of what only its own feeds have brought.
    """

    version: int
    audience: frozenset[Channel] | None
    new: int
    news: news.News
    changes: tuple[tuple[Paper, Paper], ...]
    planned: tuple[Delivery, ...]
    became: tuple[tuple[str, News], ...]
    theirs: tuple[tuple[Channel, str, News], ...]


async def tidings(
    feed: Feed, papers: tuple[Paper, ...], main: Bookmark, world: World, *, past_only: bool = False
) -> Tidings:
    """What these papers of a feed bring, and to whom; nothing is recorded. `main` is the feed's bookmark.

    Papers of the source's past are no news, nor is what becomes of them; with `past_only`, unknown ones are of it too.
    """
    now = world.clock()
    version, audience = await world.store.version(), await own.audience(feed, world)
    hearing = await own.hearing(papers, audience, world)
    sifted = news.sift(() if past_only else hearing.new, feed, now, world.max_age)
    changes = await world.store.changed(papers) if audience is None else []
    turned = _turned(hearing, audience, sifted)
    pairs = [*changes, *((before, after) for _, before, after in turned)]
    asked = [pair for pair in pairs if _still_asked(*pair, now) and not past.unposted(pair[0], feed, main)]
    matches = await _matches(sifted.papers, asked, version, world)
    whose = {id(after): None for _, after in changes} | {id(after): channel for channel, _, after in turned}
    heard = [match for match in matches if _is_for(match, whose, audience, hearing.aware)]
    planned = await _planned(heard, now, world) if heard else ()
    became = tuple((after.id, one) for before, after in changes for one in summary.what_happened(before, after))
    here = () if audience is None else turned
    theirs = tuple((c, after.id, one) for c, before, after in here for one in summary.what_happened(before, after))
    return Tidings(version, audience, len(hearing.new), sifted, tuple(pairs), planned, became, theirs)


async def _planned(heard: Sequence[Match], now: datetime, world: World) -> tuple[Delivery, ...]:
    """The deliveries of these matches; many are planned beside everything else: 20,000 take half a second."""
    wanted = await wishes({match.subscription.channel for match in heard}, world)
    return await asyncio.to_thread(plan, heard, wanted, now) if len(heard) > MANY_MATCHES else plan(heard, wanted, now)


Turned = Sequence[tuple[Channel, Paper, Paper]]


def _turned(hearing: own.Hearing, audience: frozenset[Channel] | None, sifted: news.News) -> Turned:
    """What the rules of single channels are asked of: of what all hear of, only what is news."""
    fresh = {paper.id for paper in sifted.papers}
    return [one for one in hearing.turned if audience is not None or one[2].id in fresh]


def _is_for(
    match: Match,
    whose: Mapping[int, Channel | None],
    audience: frozenset[Channel] | None,
    aware: Mapping[str, frozenset[Channel]],
) -> bool:
    """Whether a match may be told: one of a change to whom it is a change, one of a new paper to whom it is new.

    `whose` says it of the changed papers, by the very objects that were asked: None is everybody.
    """
    if id(match.paper) not in whose:
        return feeds.allowed(match, audience, aware)
    return whose[id(match.paper)] in (None, match.subscription.channel)


def _remembered(
    feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, now: datetime
) -> tuple[tuple[Paper, ...], Bookmark]:
    """The papers with dates that can be believed, and what is remembered of the feed."""
    papers = tuple(marks.sober(paper, now) for paper in reading.papers) if reading else ()
    return papers, marks.bookmark(feed, before, fetched, reading, now)


async def _matches(
    new: tuple[Paper, ...], changes: list[tuple[Paper, Paper]], version: int, world: World
) -> list[Match]:
    """Which rules the new papers meet, and which ones the changed papers have come to meet.

    Papers seen of late are asked again when something of them has changed: votes, code, a second source, a version.
    All subscriptions are loaded only where the matcher is not at `version`; if they have moved on by then, the poll's
    record is refused, and it comes again.
    """
    now = world.clock()
    async with world.matching:
        if world.matcher.version != version:
            await _follow(world)
        read = [*new, *(after for _, after in changes)]
        before, after = await ranks(read, world, now) if world.matcher.ranked else ({}, {})
        return await asyncio.to_thread(_asked, new, changes, before, after, world.matcher)


async def _follow(world: World) -> None:
    """Bring the matcher to the rulebook; what it had to compile is kept in the store for the next start."""
    matcher, store = world.matcher, world.store
    book = await store.rulebook()
    lines = await store.compiled(matcher.folding, matcher.newest)
    fresh = await asyncio.to_thread(matcher.uncompiled, book, lines)
    for start in range(0, len(fresh), COMPILED):
        made = await asyncio.to_thread(matcher.compiled, book, fresh[start : start + COMPILED])
        await store.keep_compiled(matcher.folding, made)
    if len(fresh) > COMPILED:  # what compiling left behind is gone before the engine takes its room
        lines = await store.compiled(matcher.folding, matcher.newest)
    await asyncio.to_thread(matcher.follow, book, lines)


def _asked(
    new: tuple[Paper, ...], changes: list[tuple[Paper, Paper]], before: Ranks, after: Ranks, matcher: Matcher
) -> list[Match]:
    return [*matcher.matches(new, after), *matcher.became(changes, after, before)]


def _still_asked(before: Paper, after: Paper, now: datetime) -> bool:
    """Whether a change is news to the rules: within `ASKED` of first sight, or a new version at any time.

    A paper that was met as a revision is an older one: that another source brings it too does not make it new.
    """
    if before.announce in news.REVISED and after.announce == "new":
        return False
    return before.seen is None or before.seen > now - ASKED or after.announce.startswith("replace")


def _due(bookmark: Bookmark, now: datetime) -> datetime:
    return bookmark.due or now
