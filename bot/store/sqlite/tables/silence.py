"""Rounds in which there may be no papers, for channels that want to hear of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.model import Channel, Customs, Notice, Subscription
from bot.ports.lives import Round
from bot.store.plain import clean, moment, stamp
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables import customs, notices, rulebook
from bot.store.sqlite.tables.reading import as_channel

# Each half walks an index that holds nothing else.
WISHING = """
    SELECT channel FROM subscription WHERE instr(options, '"empty":"say"') > 0
    UNION SELECT channel FROM custom WHERE instr(options, '"empty":"say"') > 0
"""
# Whatever was for this round, or waits for one still, in a digest.
PAPERS = """
    SELECT 1 FROM delivery WHERE channel = :channel AND bundle IS NOT NULL AND (
        state = 'pending' AND due <= :now OR state = 'sent' AND (due = :round OR posted_at >= :round)
    ) LIMIT 1
"""


def wishing(db: Database) -> Mapping[Channel, tuple[Customs, Sequence[Subscription]]]:
    """The channels, with their customs and subscriptions."""
    with reading(db):
        channels = [as_channel(one["channel"]) for one in rows(db, WISHING)]
        known = customs.customs(db, channels)
        return {one: (known[one], tuple(rulebook.subscriptions(db, one))) for one in channels}


def arrange(db: Database, wanted: Collection[Round], now: datetime) -> None:
    """The rounds to come; one that has come already waits for whoever closes it, while its channel wants it."""
    with writing(db):
        names = {clean(str(one.channel)): stamp(one.due) for one in wanted}
        for known in rows(db, "SELECT channel FROM round"):
            if known["channel"] not in names:
                db.execute("DELETE FROM round WHERE channel = ?", (known["channel"],))
        for name, due in names.items():
            asked = "INSERT INTO round VALUES (?1, ?2) ON CONFLICT DO UPDATE SET due = iif(due <= ?3, due, ?2)"
            db.execute(asked, (name, due, stamp(now)))


def rounds(db: Database, until: datetime) -> list[Round]:
    """Those that have come by then, the oldest first."""
    found = rows(db, "SELECT * FROM round WHERE due <= ? ORDER BY due, channel", (stamp(until),))
    return [Round(as_channel(one["channel"]), moment(one["due"])) for one in found]


def close(db: Database, round_: Round, then: Round | None, notice: Notice | None, now: datetime) -> bool:
    """The round is over; what there is to say of it is said if it brought nothing."""
    name = clean(str(round_.channel))
    with writing(db):
        gone = "DELETE FROM round WHERE channel = ? AND due = ?"
        if not db.execute(gone, (name, stamp(round_.due))).rowcount:
            return False
        if then is not None:
            db.execute("INSERT INTO round VALUES (?, ?)", (name, stamp(then.due)))
        asked: dict[str, object] = {"channel": name, "round": stamp(round_.due), "now": stamp(now)}
        if notice is None or row(db, PAPERS, asked):
            return False
        notices.keep(db, (notice,), now)
        return True
