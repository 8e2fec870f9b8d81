"""A source's days that are over: which are fetched once, so that previews are honest, and which are asked for again.

A paper's votes, comments and code come while it is young, and its source's current list soon holds it no more. One
request for a day refreshes all of that day's papers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Bookmark, Feed, Paper
from bot.schedule import is_retired, least, spread, waits
from bot.sources.address import HUGGING_FACE, TRENDING

DAY = timedelta(days=1)

AGAIN = 14
"""Days back that are asked for again: a paper's rules are asked again for as long after its first sight."""

PACES = ((1, timedelta(hours=2)), (3, timedelta(hours=6)), (AGAIN, DAY))
"""How often a day is asked for until so many days after its end. A Saturday, a Sunday, and any day where its owner
sends no ETag: once a day. Hardly anything is put on a weekend's list."""

DAILY = "huggingface:daily"
"""How the list of days is named among sources."""

SATURDAY = 5

DAYS = 30
"""What a preview and a search look back on: a month."""


def has_past(feed: Feed) -> bool:
    """Whether a source can be asked for a day that is over: Hugging Face's daily papers can.

    `?date=YYYY-MM-DD` of https://huggingface.co/docs/hub/api
    """
    return feed.url == HUGGING_FACE


def trends(feed: Feed) -> bool:
    """Whether a source lists papers of many days by what people think of them; what falls off is asked for by day."""
    return feed.url == TRENDING


def missing(bookmark: Bookmark | None, done: Collection[date], now: datetime) -> list[date]:
    """The days to fetch, the latest first; none before the source was first read.

    Only days that were over by then: what came on that day and after it is the poll's, to be posted. Days that are a
    month old by now are let go, as nobody looks back on them.
    """
    first = bookmark.baseline_at if bookmark else None
    if first is None:
        return []
    days = (first.date() - timedelta(days=back) for back in range(1, DAYS + 1))
    return [day for day in days if day not in done and day >= now.date() - timedelta(days=DAYS)]


def again(main: Bookmark | None, pages: Mapping[date, Bookmark], done: Collection[date], now: datetime) -> list[date]:
    """The days that are due to be asked for again, the latest first. `pages`: their bookmarks, `done`: the backfilled.

    Today is the feed's own. A source that has just failed, itself or one of its days, is left alone until that is due.
    """
    if main is None or main.baseline_at is None or main.failures or any(_rests(page, now) for page in pages.values()):
        return []
    days = [now.date() - back * DAY for back in range(1, AGAIN + 1)]
    met = [day for day in days if day >= main.baseline_at.date() or day in done]
    return [day for day in met if not waits(pages[day].due if day in pages else _first(main, day), now)]


def listed(papers: Collection[Paper], now: datetime) -> frozenset[date]:
    """The days to remember of a list of trends: those of its papers, less what is a month old, and today."""
    days = {paper.announced.date() for paper in papers if paper.announced}
    return frozenset(day for day in days if now.date() - timedelta(days=DAYS) < day < now.date())


def fallen(
    main: Bookmark | None, pages: Mapping[date, Bookmark], elsewhere: Mapping[date, Bookmark], now: datetime
) -> list[date]:
    """The days of which a list of trends has held papers of late, and that are due to be asked for; the latest first.

    `pages` are their bookmarks, from when they were last in the list; `elsewhere` those of the list of days: one
    request for a day serves both.
    """
    if main is None or main.failures or any(_rests(page, now) for page in pages.values()):
        return []
    served = {day for day, page in elsewhere.items() if page.due is not None and now - page.due < DAY}
    late = [day for day, page in pages.items() if page.baseline_at and now - page.baseline_at < AGAIN * DAY]
    return sorted((day for day in late if day not in served and not waits(_asked(pages[day]), now)), reverse=True)


def _asked(page: Bookmark) -> datetime | None:
    """When it is asked for; what has just been in the list is known."""
    return page.due or (page.baseline_at + PACES[0][1] if page.baseline_at else None)


def next_asking(page: Bookmark, day: date, now: datetime, wait: float | None = None) -> datetime:
    """When a day that has just answered is asked for again; `wait` is the seconds of `Fetched.wait`."""
    age = now - _end(day)
    pace = next((pace for days, pace in PACES if age < days * DAY and day.weekday() < SATURDAY), DAY)
    interval = max(pace, least(page), timedelta(seconds=min(max(wait or 0.0, 0.0), DAY.total_seconds())))
    return now + interval + spread(f"{page.address} {day}", interval)


def unposted(paper: Paper, feed: Feed, main: Bookmark) -> bool:
    """Whether this stored paper came by the source's past, which is never posted, whatever becomes of it."""
    first = main.baseline_at
    if first is None or not has_past(feed) or paper.seen is None or paper.announced is None:
        return False
    return paper.seen > first and paper.announced.date() < first.date()


def _rests(page: Bookmark, now: datetime) -> bool:
    return page.failures > 0 and not is_retired(page) and waits(page.due, now)


def _first(main: Bookmark, day: date) -> datetime:
    """A day is the feed's own until it is over; from then on it goes by the first pace."""
    return _end(day) + PACES[0][1] + spread(f"{main.address} {day}", PACES[0][1])


def _end(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), UTC)


def on(feed: Feed, day: date) -> Feed:
    """The source as it stood on a day; of a list of trends, the day's own list."""
    return replace(feed, url=f"{HUGGING_FACE}?date={day.isoformat()}")
