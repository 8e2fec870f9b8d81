"""Whose own messages a channel holds, remembered as long as anything of it. Plain functions over a connection."""

from __future__ import annotations

from sqlite_utils import Database

from bot.model import Channel
from bot.public import alone
from bot.store.plain import clean
from bot.store.sqlite.file.connection import rows


def learn(db: Database, channel: Channel, person: str) -> None:
    """Somebody spoke or wished in a channel: if it is their own messages, it is remembered; within a transaction."""
    if alone(channel) and person.startswith(f"{channel.platform}:"):
        db.execute("INSERT OR REPLACE INTO inbox VALUES (?, ?)", (clean(str(channel)), clean(person)))


def of(db: Database, person: str) -> list[str]:
    """Where they alone are."""
    return [found["channel"] for found in rows(db, "SELECT channel FROM inbox WHERE person = ?", (person,))]
