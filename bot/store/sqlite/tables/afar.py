"""A channel that is changed from another one, and the line that says so there. Plain functions over a connection."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.model import Channel, Customs, Notice, Subscription
from bot.store.sqlite.file.connection import writing
from bot.store.sqlite.tables import customs, notices, rulebook


def keep(db: Database, wanted: Customs, notice: Notice, now: datetime) -> None:
    """What the channel wants from now on."""
    with writing(db):
        customs.keep(db, wanted)
        notices.keep(db, (notice,), now)


def end(db: Database, channel: Channel, ids: Collection[int], notice: Notice, now: datetime) -> list[Subscription]:
    """These rules of it end."""
    with writing(db):
        gone = [past for number in ids if (past := rulebook.unsubscribe(db, channel, number))]
        if gone:
            notices.keep(db, (notice,), now)
        return gone
