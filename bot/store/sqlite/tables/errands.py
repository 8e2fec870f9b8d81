"""What platforms told the bot and who waits for its answer. Plain functions over a connection."""

from __future__ import annotations

import sqlite3
from typing import get_args

from sqlite_utils import Database

from bot.model import Errand, Heard, Reply
from bot.ports.errands import PATIENCE, REMEMBERED
from bot.store.plain import clean, moment, pack, stamp, unpack
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import inboxes

KINDS = {kind.__name__.lower(): kind for kind in get_args(Heard)}
"""`ask`, `press`, `change`: what was heard, by the word it is kept under."""


def take_on(db: Database, errand: Errand) -> bool:
    """Keep it, and forget old ones; False when it is known already."""
    kept = (
        errand.heard.channel.platform, clean(errand.key), type(errand.heard).__name__.lower(), pack(errand.heard),
        clean(errand.way), errand.uses, pack(errand.reply) if errand.reply else None, stamp(errand.at),
    )  # fmt: skip
    with writing(db):
        db.execute("DELETE FROM errand WHERE open = 0 AND at < ?", (stamp(errand.at - REMEMBERED),))
        db.execute("DELETE FROM errand WHERE open = 1 AND at < ?", (stamp(errand.at - PATIENCE),))
        inboxes.learn(db, errand.heard.channel, errand.heard.person)
        asked = "INSERT INTO errand VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING RETURNING key"
        return row(db, asked, kept) is not None


def errand(db: Database, platform: str, key: str) -> Errand | None:
    """One that is known."""
    found = row(db, "SELECT * FROM errand WHERE platform = ? AND key = ?", (clean(platform), clean(key)))
    return None if found is None else _errand(found)


def settle(db: Database, platform: str, key: str, reply: Reply) -> None:
    """Its reply is known now."""
    with writing(db):
        asked = "UPDATE errand SET reply = ? WHERE platform = ? AND key = ?"
        db.execute(asked, (pack(reply), clean(platform), clean(key)))


def spend(db: Database, platform: str, key: str, most: int) -> bool:
    """Count one more answer; False when there were `most` already."""
    with writing(db):
        asked = "UPDATE errand SET uses = uses + 1 WHERE platform = ? AND key = ? AND uses < ? RETURNING uses"
        return row(db, asked, (clean(platform), clean(key), most)) is not None


def finish(db: Database, platform: str, key: str) -> None:
    """It is over."""
    with writing(db):
        db.execute("UPDATE errand SET open = 0 WHERE platform = ? AND key = ?", (clean(platform), clean(key)))


def unfinished(db: Database, platform: str) -> list[Errand]:
    """Those that are not over, the oldest first."""
    asked = "SELECT * FROM errand WHERE open = 1 AND platform = ? ORDER BY at, key"
    return [_errand(found) for found in rows(db, asked, (clean(platform),))]


def _errand(found: sqlite3.Row) -> Errand:
    return Errand(
        key=found["key"],
        heard=unpack(found["heard"], KINDS[found["kind"]]),
        at=moment(found["at"]),
        way=found["way"],
        uses=found["uses"],
        reply=None if found["reply"] is None else unpack(found["reply"], Reply),
    )
