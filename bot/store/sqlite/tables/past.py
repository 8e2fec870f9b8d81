"""What of a feed's past was fetched, and when which day is asked for again. Plain functions over a connection."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot.model import Bookmark, Channel, Paper
from bot.store.plain import exact, pack, unpack
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables.papers import keep_own, keep_papers

KEPT = timedelta(days=30)
"""A day's bookmark is of no use any more when its papers are that old."""


def backfilled(db: Database, address: str) -> frozenset[date]:
    """The days that were fetched."""
    found = rows(db, "SELECT day FROM past WHERE address = ?", (exact(address),))
    return frozenset(date.fromisoformat(kept["day"]) for kept in found)


def backfill(
    db: Database,
    address: str,
    day: date,
    papers: Sequence[Paper],
    now: datetime,
    page: Bookmark | None,
    audience: frozenset[Channel] | None = None,
) -> None:
    """The papers of a day, its bookmark, and that it was fetched, whole or not at all."""
    with writing(db):
        if audience is None:
            keep_papers(db, papers, now)
        for channel in sorted(audience or (), key=str):
            keep_own(db, papers, channel, now)
        db.execute("INSERT OR IGNORE INTO past VALUES (?, ?)", (exact(address), day.isoformat()))
        if page is not None:
            keep_page(db, address, day, page, now)


def pages(db: Database, address: str) -> dict[date, Bookmark]:
    """The bookmarks by day."""
    found = rows(db, "SELECT day, noun FROM page WHERE address = ?", (exact(address),))
    return {date.fromisoformat(kept["day"]): unpack(kept["noun"], Bookmark) for kept in found}


def listed(db: Database, address: str, days: Collection[date], now: datetime) -> None:
    """The bookmarks of these days, from now on again; a new one where there is none."""
    with writing(db):
        known = pages(db, address)
        for day in days:
            keep_page(db, address, day, replace(known.get(day, Bookmark(address)), baseline_at=now), now)


def keep_page(db: Database, address: str, day: date, page: Bookmark, now: datetime) -> None:
    """Put a day's bookmark in the place of the one that is there, and let old days go; within a transaction."""
    oldest = (now - KEPT).date().isoformat()
    db.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?)", (exact(address), day.isoformat(), pack(page)))
    db.execute("DELETE FROM page WHERE address = ? AND day < ?", (exact(address), oldest))
