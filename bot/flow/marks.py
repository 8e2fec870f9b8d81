"""What is remembered of a feed that has answered, and dates that can be believed. Decides only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot import health, schedule
from bot.model import Bookmark, Feed, Paper, Reading
from bot.ports import Fetched

TOMORROW = timedelta(days=1)
"""How far ahead of ours a feed's clock may be: it may be tomorrow already where the feed is made."""


def sober(paper: Paper, now: datetime) -> Paper:
    """A paper from the year 9999 would be the newest for ever: a date more than a day ahead is no date."""
    return replace(paper, announced=None) if paper.announced and paper.announced > now + TOMORROW else paper


def bookmark(feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, now: datetime) -> Bookmark:
    """The feed's bookmark after a poll that was read to its end, with the time of the next."""
    habits = health.answered(before, fetched.bookmark.digest, reading, now, fetched.took)
    if feed.url.startswith(("http:", "https:")):
        hints = schedule.Hints(
            ttl=habits.ttl / 60 if habits.ttl else None,
            skip_hours=habits.skip_hours,
            skip_days=habits.skip_days,
            period=timedelta(seconds=habits.period) if habits.period else None,
        )
        changed, last = fetched.body is not None, habits.changed_at
        due = schedule.next_poll(
            fetched.bookmark, now, wait=fetched.wait, hints=hints, changed=changed, last_change=last
        )
    else:
        due = schedule.next_reading(now, fetched.wait)
    first = before.baseline_at or now
    return schedule.after_success(fetched.bookmark, due, baseline_at=first, habits=habits)
