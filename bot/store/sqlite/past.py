"""What of a feed's past was fetched. Plain functions over a connection, one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlite_utils import Database

from bot.model import Paper
from bot.store.plain import exact
from bot.store.sqlite.connection import rows, writing
from bot.store.sqlite.papers import keep_papers


def backfilled(db: Database, address: str) -> frozenset[date]:
    """The days that were fetched."""
    found = rows(db, "SELECT day FROM past WHERE address = ?", (exact(address),))
    return frozenset(date.fromisoformat(kept["day"]) for kept in found)


def backfill(db: Database, address: str, day: date, papers: Sequence[Paper], now: datetime) -> None:
    """The papers of a day, and that it was fetched, whole or not at all."""
    with writing(db):
        keep_papers(db, papers, now)
        db.execute("INSERT OR IGNORE INTO past VALUES (?, ?)", (exact(address), day.isoformat()))
