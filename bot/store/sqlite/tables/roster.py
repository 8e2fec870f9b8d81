"""Servers that let the bot in: plain functions over a connection, one transaction each."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.plain import clean
from bot.store.sqlite.file.connection import rows, writing


def enrolled(db: Database, platform: str) -> dict[str, str]:
    """All of a platform, with when each let the bot in."""
    asked = "SELECT server, since FROM server WHERE platform = ?"
    return {str(server): str(since) for server, since in rows(db, asked, (clean(platform),))}


def enrol(db: Database, platform: str, server: str, since: str) -> None:
    """The bot is in it."""
    with writing(db):
        asked = "INSERT INTO server VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = excluded.since"
        db.execute(asked, (clean(platform), clean(server), clean(since)))


def strike(db: Database, platform: str, server: str) -> None:
    """It is not any more."""
    with writing(db):
        db.execute("DELETE FROM server WHERE platform = ? AND server = ?", (clean(platform), clean(server)))
