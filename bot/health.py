"""How a source is doing, in a word and a sentence, from what is remembered of it. Decides only: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from bot.almanac import calendar, expected, not_due, today
from bot.errors import SourceFailed
from bot.habits import Failure, Habits
from bot.model import Bookmark, Feed, Paper, Reading
from bot.schedule import is_retired

State = Literal["new", "fresh", "quiet", "stale", "slow", "blocked", "gone", "failing"]

SLOW = 10.0
"""Seconds an answer may take; a third of what a fetch may take at all, and ten times what most need."""

QUIET = timedelta(days=7)
"""A source without a calendar is quiet after so long without anything new: most blogs write weekly or less."""

SHUT = (403, 451)
"""Statuses of those who will not let us in; what they send with it is a page for people."""

_PAGE = re.compile(rb"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Health:
    """A source's state, since when it has been so, and why, in words that end no sentence."""

    state: State
    since: datetime | None = None
    why: str = ""

    @property
    def wrong(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in ("stale", "slow", "blocked", "gone", "failing")


def told(feed: Feed, bookmark: Bookmark | None, now: datetime) -> Health:
    """The state of a source: `bookmark` is what the store remembers of it, None when it was never asked."""
    if bookmark is None:
        return Health("new", None, "not asked yet")
    if is_retired(bookmark):
        return Health("gone", bookmark.failing_since, bookmark.error or "")
    if bookmark.failures:
        state: State = "blocked" if bookmark.habits.failure == "blocked" else "failing"
        return Health(state, bookmark.failing_since, bookmark.error or "")
    return _stale(feed, bookmark, now) or _slow(bookmark) or _quiet(feed, bookmark, now)


def _advanced(bookmark: Bookmark) -> datetime | None:
    """When it last held something new; its first reading counts, also an empty one."""
    return bookmark.habits.advanced_at or bookmark.baseline_at


def _stale(feed: Feed, bookmark: Bookmark, now: datetime) -> Health | None:
    """It answers, and what its calendar says is due has not come."""
    kept, advanced, answered = calendar(feed), _advanced(bookmark), bookmark.habits.answered_at
    if kept is None or advanced is None or answered is None:
        return None
    due = expected(kept, now)
    if advanced >= due or answered < due + kept.grace:
        return None
    then = f"{advanced.day} {advanced:%B, %H:%M} UTC"
    return Health("stale", due, f"It answers, but has held nothing new since {then}; its calendar says it should have.")


def _slow(bookmark: Bookmark) -> Health | None:
    took = bookmark.habits.took
    if took is None or took < SLOW:
        return None
    return Health("slow", bookmark.habits.answered_at, f"Its last answer took {took:.0f} seconds.")


def _quiet(feed: Feed, bookmark: Bookmark, now: datetime) -> Health:
    kept, advanced = calendar(feed), _advanced(bookmark)
    if kept is not None:
        why = not_due(kept, today(kept, now))
        return Health("quiet" if why else "fresh", advanced, why)
    web = feed.url.startswith(("http:", "https:"))
    if web and advanced is not None and now - advanced > QUIET:
        return Health("quiet", advanced, f"nothing new for {(now - advanced).days} days")
    return Health("fresh", advanced)


# ── what is remembered ──────────────────────────────────────────────────────────────────────────────


def answered(
    before: Bookmark, digest: str | None, reading: Reading | None, now: datetime, took: float | None = None
) -> Habits:
    """The habits after an answer that took so long; `digest` is its body's.

    `reading` is what it says, None when nothing has changed.
    """
    habits = replace(before.habits, answered_at=now, failure=None, took=took)
    if reading is None:
        return habits
    habits = replace(
        habits,
        ttl=reading.ttl,
        skip_hours=reading.skip_hours,
        skip_days=reading.skip_days,
        period=reading.period,
    )
    if before.digest is None or digest != before.digest:
        habits = replace(habits, changed_at=now)
    if reading.unchanged and not reading.papers:  # the body changed, its entries did not
        return habits
    ids, newest = fingerprint(reading.papers), _newest(reading.papers)
    advanced = bool(reading.papers) and ids != habits.ids
    return replace(
        habits,
        ids=ids,
        newest=max((d for d in (newest, habits.newest) if d), default=None),
        advanced_at=now if advanced else habits.advanced_at,
    )


def grown(habits: Habits, new: int, left_out: int = 0) -> Habits:
    """The habits of a source that brought so many papers first, some of them too old to post."""
    return replace(habits, seen=habits.seen + new, left_out=habits.left_out + left_out)


def fingerprint(papers: tuple[Paper, ...]) -> str:
    """Which papers a feed holds, whatever order and dates it gives them: a batch served twice is told by its ids.

    arXiv has served yesterday's batch under today's date: https://github.com/ZJU-REAL/Polaris/issues/414
    """
    names = "\n".join(sorted(f"{paper.id} {paper.version or ''}" for paper in papers))
    return sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _newest(papers: tuple[Paper, ...]) -> datetime | None:
    return max((day for paper in papers if (day := paper.announced or paper.published)), default=None)


def failure(error: SourceFailed, body: bytes | None) -> Failure:
    """What kind of failure it was; `body` is what came where a feed was due, if anything did."""
    if error.gone:
        return "gone"
    return "blocked" if error.status in SHUT or (body is not None and is_page(body)) else "failed"


def is_page(body: bytes) -> bool:
    """Whether these bytes are an HTML page: where a feed is due, a block page or the wrong address."""
    return _PAGE.search(body[:5000]) is not None
