"""Who is served when thousands wait: in turn; and channels whose own queue is the longest of all are not kept waiting.

A channel takes one message in its pace, the platform many more over all channels. A channel that has more to say than
the platform's whole queue will take can only end last; every turn that it is passed over makes everybody's end later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.sqlite.file.connection import row, rows

AGAIN = timedelta(seconds=5)
"""The queues are counted so often: a million entries of an index take a tenth of a second."""

LONGEST = """
    SELECT channel FROM delivery WHERE ready = 1 AND platform = ? GROUP BY channel HAVING count(*) > ?
    ORDER BY count(*) DESC LIMIT 64
"""


@dataclass(slots=True)
class Longest:
    """The channels that decide when a platform's queue ends, as last counted."""

    known: dict[str, tuple[datetime, tuple[str, ...]]] = field(default_factory=dict)

    def look(self, db: Database, platform: str, pace: timedelta, gap: timedelta, now: datetime) -> tuple[str, ...]:
        """Those of `platform`, the longest first; none where nothing but their own pace holds them up."""
        if not gap or pace <= gap:
            return ()
        at, channels = self.known.get(platform, (None, ()))
        if at is None or not at <= now < at + AGAIN:
            channels = _longest(db, platform, pace, gap)
            self.known[platform] = (now, channels)
        return channels


def _longest(db: Database, platform: str, pace: timedelta, gap: timedelta) -> tuple[str, ...]:
    whole = row(db, "SELECT count(*) AS ready FROM delivery WHERE ready = 1 AND platform = ?", (platform,))
    least = (whole["ready"] if whole else 0) * gap / pace
    return tuple(one["channel"] for one in rows(db, LONGEST, (platform, least)))
