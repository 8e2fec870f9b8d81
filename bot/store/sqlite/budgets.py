"""What each channel, and each platform as a whole, may take next. Spent in the transaction that claims.

A budget is the moment from which the next message may be sent: the virtual scheduling of GCRA with a burst of one.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.plain import moment, stamp
from bot.store.sqlite.connection import row


def spend(db: Database, who: str, free_at: datetime) -> None:
    """Nothing more for `who` (a channel, or a platform with its colon) before `free_at`."""
    db.execute("INSERT OR REPLACE INTO budget VALUES (?, ?)", (who, stamp(free_at)))


def afford(db: Database, heads: Sequence[tuple[int, str]], crowd: Mapping[str, timedelta], now: datetime) -> list[int]:
    """The deliveries, with their platforms, that the platforms' own budgets allow now; they are spent."""
    allowed: list[int] = []
    for platform in dict.fromkeys(platform for _, platform in heads):
        mine = [number for number, theirs in heads if theirs == platform]
        allowed += _first(db, mine, platform, crowd.get(platform, timedelta()), now)
    return sorted(allowed, key=[number for number, _ in heads].index)


def _first(db: Database, numbers: list[int], platform: str, gap: timedelta, now: datetime) -> list[int]:
    if not gap:
        return numbers
    found = row(db, "SELECT free_at FROM budget WHERE channel = ?", (f"{platform}:",))
    free_at = moment(found["free_at"]) if found else now - BURST
    if free_at > now + FAR:  # written under a clock that ran ahead
        free_at = now
    free_at = max(free_at, now - BURST)
    taken = numbers[: max(0, (now - free_at) // gap + 1)]
    if taken:
        spend(db, f"{platform}:", free_at + len(taken) * gap)
    return taken


BURST = timedelta(milliseconds=500)
"""What was not used in the last half second may be caught up with: between two looks at the store."""

FAR = timedelta(minutes=1)
