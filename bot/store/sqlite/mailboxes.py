"""Mail: the key that its links are signed with, and mailboxes that are refused. Functions, and the port's desk."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.model import Channel
from bot.store.plain import clean, stamp
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.file.connection import row, writing
from bot.store.sqlite.tables import rulebook

_COUNT = """
    INSERT INTO mailbox (channel, refusals, why, at) VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE
    SET refusals = refusals + 1, why = excluded.why, at = excluded.at RETURNING refusals
"""


def key(db: Database, fresh: bytes) -> bytes:
    """The key there is; this one if there was none."""
    with writing(db):
        db.execute("INSERT OR IGNORE INTO mail_key VALUES (1, ?)", (fresh,))
        found = row(db, "SELECT key FROM mail_key")
        assert found is not None
        return bytes(found["key"])


def refused(db: Database, channel: Channel, why: str, now: datetime, most: int) -> bool:
    """Count it; at the `most`-th in a row the address's subscriptions end, in the same transaction."""
    name = clean(str(channel))
    with writing(db):
        counted = row(db, _COUNT, (name, clean(why), stamp(now)))
        assert counted is not None
        if counted["refusals"] < most:
            return False
        rulebook.end_all(db, channel)
        return True


def taken(db: Database, channel: Channel) -> None:
    """Forget its refusals."""
    with writing(db):
        db.execute("DELETE FROM mailbox WHERE channel = ?", (clean(str(channel)),))


def refusals(db: Database, channel: Channel) -> tuple[int, str]:
    """How many in a row, and the last one's words."""
    found = row(db, "SELECT refusals, why FROM mailbox WHERE channel = ?", (clean(str(channel)),))
    return (0, "") if found is None else (int(found["refusals"]), str(found["why"]))


class Mailboxes(Desk):
    """The port of `bot.ports.mail` over one SQLite file."""

    async def mail_key(self, fresh: bytes) -> bytes:
        return await self._do(key, fresh)

    async def mail_refused(self, channel: Channel, why: str, now: datetime, *, most: int) -> bool:
        return await self._do(refused, channel, why, now, most)

    async def mail_taken(self, channel: Channel) -> None:
        await self._do(taken, channel)

    async def mail_refusals(self, channel: Channel) -> tuple[int, str]:
        return await self._do(refusals, channel)
