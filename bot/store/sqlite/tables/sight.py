"""What the pages look at beyond papers: where a paper went, what a channel was sent, what waits; and who may look."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from bot.model import Channel, Delivery, Paper
from bot.ports import Waiting
from bot.store.plain import clean, moment_or_none, unpack
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables.naming import FOUND, channels
from bot.store.sqlite.tables.reading import FULL, as_channel, as_delivery

TOLD = f"""
    {FULL} WHERE delivery.paper IN ({FOUND}) AND state <> 'merged' ORDER BY delivery.number
"""
SENT = f"""
    {FULL} WHERE channel = ? AND state = 'sent' AND posted_at IS NOT NULL
    ORDER BY posted_at DESC, delivery.number DESC LIMIT ?
"""
# Each count walks an index that holds nothing else.
WAITING = """
    SELECT platform, sum(pending) AS pending, sum(held) AS held, min(due) AS due FROM (
        SELECT platform, count(*) AS pending, 0 AS held, min(due) AS due FROM delivery WHERE ready = 1 GROUP BY platform
        UNION ALL
        SELECT platform, count(*), 0, min(due) FROM delivery
        WHERE state = 'pending' AND ready = 0 AND leads = 1 GROUP BY platform
        UNION ALL
        SELECT platform, count(*), 0, min(due) FROM delivery WHERE state = 'pending' AND leads = 0 GROUP BY platform
        UNION ALL
        SELECT platform, 0, count(*), NULL FROM delivery WHERE state = 'held' GROUP BY platform
    ) GROUP BY platform ORDER BY platform
"""


def told(db: Database, id: str, own: Collection[Channel]) -> list[Delivery]:
    """Where a paper went or will go, in the order planned."""
    return [as_delivery(found) for found in rows(db, TOLD, (clean(id), channels(own)))]


def sent(db: Database, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
    """The papers that a channel was sent last."""
    found = rows(db, SENT, (clean(str(channel)), limit))
    return [(as_delivery(one), unpack(one["noun"], Paper)) for one in found]


def waiting(db: Database) -> list[Waiting]:
    """What waits, by platform."""
    return [
        Waiting(one["platform"], one["pending"], one["held"], moment_or_none(one["due"])) for one in rows(db, WAITING)
    ]


def address(db: Database, channel: Channel, secret: str) -> str:
    """The channel's secret; this one if it had none."""
    with writing(db):
        db.execute("INSERT OR IGNORE INTO address VALUES (?, ?)", (clean(str(channel)), clean(secret)))
        found = row(db, "SELECT secret FROM address WHERE channel = ?", (clean(str(channel)),))
        assert found is not None
        return str(found["secret"])


def end_address(db: Database, channel: Channel) -> bool:
    """Take the channel's secret away."""
    with writing(db):
        return bool(db.execute("DELETE FROM address WHERE channel = ?", (clean(str(channel)),)).rowcount)


def addressed(db: Database, secret: str) -> Channel | None:
    """Whose secret it is."""
    found = row(db, "SELECT channel FROM address WHERE secret = ?", (clean(secret),))
    return None if found is None else as_channel(found["channel"])
