"""Channels that stand together, threads that are gone: plain functions over a connection, one transaction each."""

from __future__ import annotations

from sqlite_utils import Database

from bot.model import Channel, Subscription
from bot.store.plain import clean
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables.reading import as_channel
from bot.store.sqlite.tables.rulebook import as_subscription


def near(db: Database, channel: Channel, limit: int) -> list[Subscription]:
    """The newest subscriptions of the channels whose place begins as this one's does, up to its slash.

    People's own messages (`@me/…`) stand together with nothing.
    """
    team, slash, _ = str(channel).partition("/")
    # `0` is the character after `/`, so the range holds what begins with `team/` and can walk the index.
    alone = not slash or channel.place.startswith("@")
    first, last = (str(channel), str(channel)) if alone else (f"{team}/", f"{team}0")
    asked = "SELECT * FROM subscription WHERE channel >= ? AND (channel < ? OR channel = ?) ORDER BY id DESC LIMIT ?"
    return [as_subscription(found) for found in rows(db, asked, (clean(first), clean(last), clean(first), limit))]


def wanting(db: Database) -> dict[Channel, int]:
    """The channels of all subscriptions, each with how many it has; by the index, without a look at the rules."""
    asked = "SELECT channel, count(*) FROM subscription GROUP BY channel"
    return {as_channel(channel): count for channel, count in rows(db, asked)}


def unthreaded(db: Database, channel: Channel, thread: str) -> int:
    """Forget the thread on every delivery that has it."""
    with writing(db):
        asked = "UPDATE delivery SET thread = NULL WHERE channel = ? AND thread = ?"
        return db.execute(asked, (clean(str(channel)), clean(thread))).rowcount
