"""What the bot itself has to say, to people or in channels: kept, leased and said once, as deliveries are."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from bot.errors import LeaseLost
from bot.model import Channel, Notice, Post
from bot.store.plain import clean, clean_or_none, moment_or_none, pack, stamp, unpack
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables import budgets
from bot.store.sqlite.tables.reading import as_channel

KEPT = timedelta(days=60)
"""So long a notice that was said is remembered, lest its key be said again: nothing is told later than that."""

REQUESTS = 2
"""A person's own messages have to be opened first.
https://docs.discord.com/developers/resources/user#create-dm, https://docs.slack.dev/reference/methods/conversations.open
"""

_KEEP = """
    INSERT OR IGNORE INTO notice (key, channel, platform, person, post, at, due, anyway)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)
"""

# One a person, one a channel. What is said in a channel waits for its pace and for it to be well; unless it is said
# anyway, for its pause and its posts, too.
READY = """
    SELECT notice.*, min(due) FROM notice LEFT JOIN custom USING (channel)
    WHERE due IS NOT NULL AND due <= :now AND coalesce(leased_until, '') <= :now
    AND platform IN (SELECT value FROM json_each(:platforms))
    AND NOT EXISTS (SELECT 1 FROM outage WHERE outage.platform = notice.platform)
    AND coalesce((SELECT free_at FROM budget WHERE budget.channel = coalesce(person, notice.channel)), '') <= :now
    AND (person IS NOT NULL OR lost_since IS NULL AND (anyway = 1 OR coalesce(paused_until, '') <= :now
        AND NOT EXISTS (SELECT 1 FROM delivery AS other WHERE other.ready = 1 AND other.platform = notice.platform
            AND other.channel = notice.channel)))
    GROUP BY coalesce(person, channel) ORDER BY due, number LIMIT :limit
"""
_TAKE = """
    UPDATE notice SET lease = lease + 1, doubt = doubt OR leased_until IS NOT NULL, leased_until = ?
    WHERE number = ? RETURNING *
"""


def keep(db: Database, told: Sequence[Notice], now: datetime) -> None:
    """Notices to be said from now on, each key once; within a transaction."""
    db.execute("DELETE FROM notice WHERE at < ? AND due IS NULL", (stamp(now - KEPT),))
    for one in told:
        name = clean(str(one.channel))
        who = clean_or_none(one.person)
        kept = (clean(one.key), name, one.channel.platform, who, pack(one.post), stamp(now), one.anyway)
        db.execute(_KEEP, kept)


def claim(
    db: Database,
    now: datetime,
    lease: timedelta,
    limit: int,
    pace: Mapping[str, timedelta],
    crowd: Mapping[str, timedelta],
) -> list[Notice]:
    """Take what is due, as much as each platform has room for; spend its pace."""
    with writing(db):
        taken: list[Notice] = []
        for platform, gap in pace.items():
            whole = crowd.get(platform, timedelta())
            most = min(limit, budgets.room(db, platform, whole, now))
            asked = {"now": stamp(now), "platforms": msgspec.json.encode([platform]).decode(), "limit": most}
            found = rows(db, READY, asked) if most else []
            for one in found:
                budgets.spend(db, one["person"] or one["channel"], now + gap)
                taken += map(_notice, rows(db, _TAKE, (stamp(now + lease), one["number"])))
            budgets.crowd(db, platform, whole, now, REQUESTS * len(found))
        return taken


def said(db: Database, notice: Notice, error: str | None) -> None:
    """It is over."""
    _change(db, notice, "due = NULL, leased_until = NULL, error = ?", clean_or_none(error))


def later(db: Database, notice: Notice, due: datetime, error: str, now: datetime, doubt: bool) -> None:
    """It is tried again at `due`."""
    asked = (
        "due = ?, error = ?, first_tried = coalesce(first_tried, ?), attempts = attempts + 1, doubt = doubt OR ?, "
        "leased_until = NULL"
    )
    _change(db, notice, asked, stamp(due), clean(error), stamp(now), doubt)


def take_back(db: Database) -> None:
    """End every lease: what somebody had in hand may have been said."""
    db.execute("UPDATE notice SET leased_until = NULL, doubt = 1 WHERE leased_until IS NOT NULL")


def moved(db: Database, old: Channel, new: Channel) -> None:
    """What is still to be said in a channel is said where it is now."""
    db.execute(
        "UPDATE notice SET channel = ? WHERE channel = ? AND due IS NOT NULL", (clean(str(new)), clean(str(old)))
    )


def _change(db: Database, notice: Notice, what: str, *values: object) -> None:
    asked = f"UPDATE notice SET {what} WHERE number = ? AND lease = ? AND leased_until IS NOT NULL"  # noqa: S608 — our own words
    with writing(db):
        if not db.execute(asked, (*values, notice.number, notice.lease)).rowcount:
            raise LeaseLost(f"The notice {notice.number} is not under lease {notice.lease} any more.")


def _notice(found: sqlite3.Row) -> Notice:
    return Notice(
        key=found["key"],
        channel=as_channel(found["channel"]),
        post=unpack(found["post"], Post),
        person=found["person"],
        number=found["number"],
        lease=found["lease"],
        attempts=found["attempts"],
        first_tried=moment_or_none(found["first_tried"]),
        doubt=bool(found["doubt"]),
        anyway=bool(found["anyway"]),
    )
