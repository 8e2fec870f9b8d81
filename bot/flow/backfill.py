"""Fetch a source's past, a day at a time: stored and searchable, never posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot import past, schedule
from bot.flow import own
from bot.flow.world import World
from bot.model import Bookmark, Feed


async def missing(feed: Feed, world: World) -> list[date] | None:
    """The days that are still to be fetched, the latest first; None while the source was never read."""
    bookmark = await world.store.bookmark(feed.address)
    if bookmark is None or bookmark.baseline_at is None:
        return None
    return past.missing(bookmark, await world.store.backfilled(feed.address), world.clock())


async def fetch(feed: Feed, day: date, world: World) -> int:
    """Fetch one day and keep its papers, with the mark that it is done; how many. `SourceFailed` as in a poll."""
    then = past.on(feed, day)
    fetched = await world.fetch(then, Bookmark(then.url))
    whole = fetched if fetched.body is not None else replace(fetched, body=b"[]")
    reading = await world.read(whole, then, Bookmark(then.url))
    now = world.clock()
    page = replace(fetched.bookmark, address=feed.address, baseline_at=now)
    page = schedule.after_success(page, past.next_asking(page, day, now, fetched.wait))
    await world.store.backfill(feed.address, day, reading.papers, now, page, audience=await own.audience(feed, world))
    return len(reading.papers)
