"""Held deliveries: how many of which source, and what becomes of them. One transaction each."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.habits import Held
from bot.store.plain import clean, moment, stamp
from bot.store.sqlite.file.connection import rows, writing

OF = "state = 'held' AND (? IS NULL OR ? = (SELECT noun ->> '$.source' FROM paper WHERE number = delivery.paper))"

HELD = """
    SELECT noun ->> '$.source' AS source, count(*) AS deliveries, count(DISTINCT noun ->> '$.id') AS papers,
        min(due) AS since, max(error) AS reason
    FROM delivery JOIN paper ON paper.number = delivery.paper WHERE state = 'held' GROUP BY 1 ORDER BY 1
"""


def held(db: Database) -> list[Held]:
    """What is held, by source."""
    return [
        Held(found["source"], found["deliveries"], found["papers"], moment(found["since"]), found["reason"] or "")
        for found in rows(db, HELD)
    ]


def release(db: Database, source: str | None, now: datetime) -> int:
    """They are pending and due now; how many."""
    at, wanted = stamp(now), None if source is None else clean(source)
    with writing(db):
        asked = f"UPDATE delivery SET state = 'pending', ready = 1, due = ?, error = NULL WHERE {OF}"  # noqa: S608 — our own words
        return db.execute(asked, (at, wanted, wanted)).rowcount


def discard(db: Database, source: str | None, reason: str) -> int:
    """They are given up for this reason; how many."""
    wanted = None if source is None else clean(source)
    with writing(db):
        asked = f"UPDATE delivery SET state = 'given_up', error = ? WHERE {OF}"  # noqa: S608 — our own words
        return db.execute(asked, (clean(reason), wanted, wanted)).rowcount
