"""Two papers found to be one: their deliveries to the same channel become one, and nothing is posted twice."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from bot.model import Delivery
from bot.store.identity import gain, standing
from bot.store.plain import pack
from bot.store.sqlite.file.connection import row, rows
from bot.store.sqlite.tables import amending, digests
from bot.store.sqlite.tables.reading import FULL, as_delivery


def absorb(db: Database, younger: int, older: int) -> None:
    """All that hangs on the younger paper hangs on the older one from now on, and the younger is gone.

    Of two deliveries to one channel, the one that got further stays and gains the other's reasons, and its thread if
    it has none. The other is `merged` and keeps its message and thread. If somebody has it in hand this very
    moment, its lease stays good, so that a message which is already out is still remembered.
    """
    for loser in rows(db, f"{FULL} WHERE delivery.paper = ? AND state <> 'merged'", (younger,)):
        rival = row(
            db, f"{FULL} WHERE delivery.paper = ? AND channel = ? AND state <> 'merged'", (older, loser["channel"])
        )
        if rival is not None:
            settle(db, rival, loser)
    amending.absorb(db, younger, older)
    db.execute("UPDATE delivery SET paper = ? WHERE paper = ?", (older, younger))
    for table in ("alias", "claim"):
        db.execute(f"UPDATE {table} SET paper = ? WHERE paper = ?", (older, younger))  # noqa: S608 — our own words
    db.execute("DELETE FROM paper WHERE number = ?", (younger,))


def settle(db: Database, one: sqlite3.Row, other: sqlite3.Row) -> None:
    """Two rows of `FULL` become one delivery: whichever got further gains what the other has."""
    winner, loser = (as_delivery(found) for found in sorted((one, other), key=_standing, reverse=True))
    db.execute("UPDATE delivery SET state = 'merged', ready = 0 WHERE number = ?", (loser.row,))
    if loser.digest is not None:
        held = any(found["leased_until"] for found in (one, other) if found["number"] == loser.row)
        digests.succeed(db, loser.digest, doubt=held)
    for table in ("vote", "news"):
        db.execute(f"UPDATE OR IGNORE {table} SET delivery = ? WHERE delivery = ?", (winner.row, loser.row))  # noqa: S608 — our own words
    db.execute(
        "UPDATE delivery SET reasons = ?, thread = ? WHERE number = ?",
        (pack(gain(winner.reasons, loser.reasons)), _thread(winner, loser), winner.row),
    )


def _thread(winner: Delivery, loser: Delivery) -> str | None:
    return winner.thread if winner.thread is not None else loser.thread


def _standing(found: sqlite3.Row) -> tuple[bool, bool, bool, int, float, int]:
    return standing(as_delivery(found), leased=found["leased_until"] is not None)
