"""What a poll remembers of its source: counts, when it moved on, how long it took, why it failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import SourceFailed
from bot.flow import poll
from bot.habits import Habits
from bot.model import Bookmark, Feed, Reading
from bot.ports import Fetched
from tests.flow.stage import START, paper
from tests.flow.test_flow import FEED, Stage

DAY = timedelta(days=1)


async def habits(stage: Stage) -> Habits:
    mark = await stage.store.bookmark(FEED.address)
    assert mark is not None
    return mark.habits


async def test_a_source_counts_the_papers_it_brought_first() -> None:
    """Those of its first reading, then those that nobody had seen."""
    one, two, three = paper("1", "One"), paper("2", "Two"), paper("3", "Three")
    stage = Stage([one, two], [one, two], [two, three])
    seen = []
    for day in range(3):
        await stage.day(day)
        seen.append((await habits(stage)).seen)
    assert seen == [2, 2, 3]


async def test_a_source_knows_when_it_last_moved_on() -> None:
    """The same papers again, in a body made anew, are no advance."""
    stage = Stage([paper("1", "One")], [paper("1", "One")], [paper("2", "Two")])
    advanced = []
    for day in range(3):
        await stage.day(day)
        now = await habits(stage)
        assert now.changed_at == now.answered_at == START + day * DAY
        advanced.append(now.advanced_at)
    assert advanced == [START, START, START + 2 * DAY]


async def test_what_an_answer_took_is_remembered() -> None:
    """As the fetch counted it."""
    stage = Stage([paper("1", "One")])

    async def slowly(feed: Feed, bookmark: Bookmark) -> Fetched:
        return replace(await stage.fetch(feed, bookmark), took=12.5)

    await stage.hands.day(FEED, 0, replace(stage.world, fetch=slowly))
    assert (await habits(stage)).took == 12.5


async def test_a_page_where_a_feed_is_due_is_remembered_as_a_block() -> None:
    """And forgotten as soon as a feed comes again."""
    stage = Stage([paper("1", "One")], [paper("1", "One")])

    async def blocked(feed: Feed, bookmark: Bookmark) -> Fetched:
        return Fetched(b"<!doctype html>", bookmark)

    def refuse(body: bytes, feed: Feed) -> None:
        raise SourceFailed("That is a page.")

    with pytest.raises(SourceFailed):
        await stage.hands.day(FEED, 0, replace(stage.world, fetch=blocked, read=refuse))  # type: ignore[arg-type]
    assert (await habits(stage)).failure == "blocked"
    await stage.day(1)
    assert (await habits(stage)).failure is None


async def test_days_that_a_feed_asks_to_skip_are_skipped() -> None:
    """As its last body said, also once it only answers that nothing has changed."""
    stage = Stage([paper("1", "One")])
    url = "https://feed.example/skips"
    feed = Feed(url, url)

    async def skipping(fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        return Reading((paper("1", "One"),), skip_days=("tuesday",), skip_hours=(0, 1), period=3 * 3600, ttl=7200)

    async def unchanged(feed: Feed, bookmark: Bookmark) -> Fetched:
        return Fetched(None, replace(bookmark, etag='"a"'))

    first = await stage.hands.day(feed, 0, replace(stage.world, read=skipping))  # a Monday, 9:00
    assert first.due == START.replace(day=19, hour=2)  # a day later is Tuesday, and Wednesday begins at two
    stage.hands.time = START.replace(day=17, hour=22)
    again = await poll(feed, replace(stage.world, fetch=unchanged, read=skipping))
    assert again.due == START.replace(day=19, hour=2)
    mark = await stage.store.bookmark(url)
    assert mark is not None
    assert (mark.habits.skip_days, mark.habits.period, mark.habits.ttl) == (("tuesday",), 3 * 3600, 7200)
