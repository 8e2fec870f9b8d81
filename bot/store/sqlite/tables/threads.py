"""Where a paper is discussed in its channel: its one thread, and the message that hangs from."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.store.plain import clean, whole
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables import news, outages


def threaded(db: Database, number: int, thread: str, now: datetime | None) -> None:
    """Remember the thread on every delivery of this paper to this channel that has none: merged ones share it.

    With `now`, the digest that shows the paper is to be edited, so that its line leads there.
    """
    with writing(db):
        changed = db.execute(
            "UPDATE delivery SET thread = coalesce(delivery.thread, ?) FROM delivery AS asked WHERE asked.number = ? "
            "AND delivery.paper = asked.paper AND delivery.channel = asked.channel",
            (clean(thread), whole(number)),
        )
        if not changed.rowcount:
            raise StoreFailed(f"There is no delivery {number} to remember a thread for.")
        asked = "SELECT channel, message FROM delivery WHERE number = ? AND digest IS NOT NULL AND message IS NOT NULL"
        if now is None:
            return
        for where in rows(db, "SELECT platform FROM delivery WHERE number = ?", (whole(number),)):
            outages.over(db, where["platform"], now)
        for shown in rows(db, asked, (whole(number),)):
            news.mark(db, shown["channel"], shown["message"], now)


def carded(db: Database, number: int, message: str) -> None:
    """Remember the paper's own message; the first one stays."""
    with writing(db):
        db.execute("UPDATE delivery SET card = coalesce(card, ?) WHERE number = ?", (clean(message), whole(number)))
