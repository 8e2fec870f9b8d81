"""What each channel, and each platform as a whole, may take next. Spent in the transaction that claims.

A budget is the moment from which the next message may be sent: the virtual scheduling of GCRA with a burst of one.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.plain import moment, stamp
from bot.store.sqlite.file.connection import row


def spend(db: Database, who: str, free_at: datetime) -> None:
    """Nothing more for `who` (a channel, or a platform with its colon) before `free_at`."""
    db.execute("INSERT OR REPLACE INTO budget VALUES (?, ?)", (who, stamp(free_at)))


def room(db: Database, platform: str, gap: timedelta, now: datetime) -> int:
    """How many requests the platform takes now, over all its channels: some at once, then none for as long as that."""
    if not gap:
        return BOUNDLESS
    return max(1, TOGETHER // gap) if _free_at(db, platform, now) <= now else 0


def crowd(db: Database, platform: str, gap: timedelta, now: datetime, requests: int) -> None:
    """So many of them are spent."""
    if gap and requests:
        spend(db, f"{platform}:", _free_at(db, platform, now) + requests * gap)


def soonest(db: Database, platform: str) -> str:
    """When the platform takes the next one, as it is kept; empty when it never had any."""
    found = row(db, "SELECT free_at FROM budget WHERE channel = ?", (f"{platform}:",))
    return str(found["free_at"]) if found else ""


def _free_at(db: Database, platform: str, now: datetime) -> datetime:
    kept = soonest(db, platform)
    free_at = moment(kept) if kept else now - BURST
    return max(now if free_at > now + FAR else free_at, now - BURST)  # far: written under a clock that ran ahead


BURST = timedelta(milliseconds=10)
"""What was not used so long ago may be caught up with, and no more: a platform counts each of its seconds."""

BOUNDLESS = 1_000_000

TOGETHER = timedelta(milliseconds=105)
"""Requests of so long go out at once, so that the store is asked ten times a second and not fifty. A limit of fifty a
second holds all the same: then ten batches of five come in any second, as if each request came by itself."""

FAR = timedelta(minutes=1)
