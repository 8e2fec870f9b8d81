"""What each channel wants beyond its rules, whether it is paused, and whether the platform refuses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlite_utils import Database

from bot.model import Channel, Customs, Options
from bot.store.plain import clean, clean_or_none, moment_or_none, pack, stamp, stamp_or_none, unpack
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables import budgets, digests
from bot.store.sqlite.tables.reading import as_channel

_KEEP = """
    INSERT INTO custom (channel, options, zone, paused_until, who) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET options = excluded.options, zone = excluded.zone, paused_until = excluded.paused_until, who = excluded.who
"""
_SETTLE = """
    INSERT INTO custom (channel, options, zone) VALUES (?, ?, ?) ON CONFLICT DO UPDATE
    SET zone = coalesce(zone, excluded.zone)
"""


def customs(db: Database, channels: Collection[Channel]) -> Mapping[Channel, Customs]:
    """What is known of each of the channels; those nothing was ever said of have none."""
    asked = msgspec.json.encode([str(channel) for channel in channels]).decode()
    found = rows(db, "SELECT * FROM custom WHERE channel IN (SELECT value FROM json_each(?))", (asked,))
    known = {one.channel: one for one in map(_customs, found)}
    return {channel: known.get(channel, Customs(channel)) for channel in channels}


def keep(db: Database, wanted: Customs) -> None:
    """Remember options, zone, pause and who may change rules.

    The rulebook's version changes, so that nothing is planned by the old ones.
    """
    with writing(db):
        put(db, wanted)
        db.execute("UPDATE rulebook SET version = version + 1")


def put(db: Database, wanted: Customs) -> None:
    """`keep`, as a part of a transaction."""
    name, until = clean(str(wanted.channel)), stamp_or_none(wanted.paused_until)
    db.execute(_KEEP, (name, pack(wanted.options), clean_or_none(wanted.zone), until, _who(wanted)))


def _who(wanted: Customs) -> str | None:
    return None if wanted.who is None else pack(wanted.who)


def settle(db: Database, channel: Channel, zone: str) -> None:
    """The zone found for a channel, where none was found before; a part of a transaction."""
    db.execute(_SETTLE, (clean(str(channel)), pack(Options()), clean(zone)))


def resume(db: Database, now: datetime) -> None:
    """Channels whose pause is over get what waited as one digest."""
    for one in rows(db, "SELECT channel FROM custom WHERE paused_until <= ?", (stamp(now),)):
        db.execute("UPDATE custom SET paused_until = NULL WHERE channel = ?", (one["channel"],))
        digests.gather(db, one["channel"], now, "paused")


def found(db: Database, channel: Channel) -> None:
    """The channel took a message: it is not lost (any more)."""
    asked = "UPDATE custom SET lost_since = NULL, lost_why = NULL WHERE channel = ? AND lost_since IS NOT NULL"
    db.execute(asked, (str(channel),))


def mended(db: Database, channel: Channel, now: datetime) -> bool:
    """Somebody says that the channel is well again: it is tried at once. False when it was not lost."""
    with writing(db):
        lost = rows(db, "SELECT 1 FROM custom WHERE channel = ? AND lost_since IS NOT NULL", (str(channel),))
        if lost:
            digests.gather(db, str(channel), now)
            budgets.spend(db, str(channel), now)
        if not rows(db, "SELECT 1 FROM delivery WHERE channel = ? AND state = 'pending' LIMIT 1", (str(channel),)):
            found(db, channel)  # nothing waits that could find out
        return bool(lost)


def _customs(found: sqlite3.Row) -> Customs:
    return Customs(
        channel=as_channel(found["channel"]),
        options=unpack(found["options"], Options),
        zone=found["zone"],
        paused_until=moment_or_none(found["paused_until"]),
        lost_since=moment_or_none(found["lost_since"]),
        lost_why=found["lost_why"],
        who=unpack(found["who"], tuple[str, ...]) if found["who"] else None,
    )
