"""Ask again for a day that is over: what became of its papers since is kept, and handed to the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot import past, schedule
from bot.errors import RulesChanged, SourceFailed
from bot.flow import marks, own
from bot.flow.polling import Polled, parse, tidings
from bot.flow.world import World
from bot.model import Bookmark, Feed, Poll


async def due(feed: Feed, world: World) -> list[date]:
    """The days of a source that are due to be asked for again, the latest first; none where it cannot be asked so."""
    if not past.has_past(feed) and not past.trends(feed):
        return []
    main, pages, now = await world.store.bookmark(feed.address), await world.store.pages(feed.address), world.clock()
    if past.has_past(feed):
        return past.again(main, pages, await world.store.backfilled(feed.address), now)
    return past.fallen(main, pages, await world.store.pages(past.DAILY), now)


async def renew(feed: Feed, day: date, world: World) -> Polled:
    """One request for all papers of a day: rules that have become true are planned, and what changed is returned.

    `SourceFailed` when it cannot be read; that is recorded too, with the time of the next try.
    """
    main = await world.store.bookmark(feed.address) or Bookmark(feed.address)
    before = (await world.store.pages(feed.address)).get(day, Bookmark(feed.address))
    then, answered = past.on(feed, day), False
    try:
        fetched = await world.fetch(then, before)
        answered = True
        reading = await parse(fetched, then, before, world)
    except SourceFailed as error:
        now = world.clock()
        failed = schedule.after_failure(before, now, str(error), after=error.after, gone=error.gone, answered=answered)
        await world.store.record(Poll(failed, day=day), now)
        raise
    now = world.clock()
    page = replace(fetched.bookmark, baseline_at=before.baseline_at or now)
    page = schedule.after_success(page, past.next_asking(page, day, now, fetched.wait))
    papers = tuple(marks.sober(paper, now) for paper in reading.papers) if reading else ()
    if await own.audience(feed, world) == frozenset():
        papers = ()  # the last channel has removed it while it was asked
    if past.trends(feed):  # the day's others are none of this list's
        unknown = {paper.id for paper in (await own.hearing(papers, await own.audience(feed, world), world)).new}
        papers = tuple(paper for paper in papers if paper.id not in unknown)
    return await _recorded(Polled(feed, page.due or now, len(papers)), Poll(page, papers, day=day), main, world)


async def _recorded(polled: Polled, poll: Poll, main: Bookmark, world: World) -> Polled:
    """The day and whatever it brings, in one transaction."""
    if not poll.papers:
        await world.store.record(poll, world.clock())
        return polled
    first, day = main.baseline_at, poll.day
    past_only = first is not None and day is not None and day < first.date()
    while True:
        told = await tidings(polled.feed, poll.papers, main, world, past_only=past_only)
        whole = replace(
            poll,
            deliveries=told.planned,
            version=told.version,
            audience=told.audience,
            news=told.became,
            own_news=told.theirs,
        )
        try:
            made = await world.store.record(whole, world.clock())
        except RulesChanged:
            continue
        return replace(polled, new=told.new, deliveries=made, changes=told.changes)
