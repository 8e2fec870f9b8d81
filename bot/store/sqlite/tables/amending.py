"""Changes of rules, which can be taken back, and papers that people saved: plain functions over a connection."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.model import Amendment, Channel, Paper, Subscription
from bot.store.plain import clean, moment, pack, stamp, unpack, whole
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import rulebook
from bot.store.sqlite.tables.naming import FOUND, channels

AGE = timedelta(days=90)
"""A change can be taken back for so long: the line that offers it is far up the channel by then."""


def amend(db: Database, wish: Subscription, now: datetime) -> Subscription | None:
    """Another rule and other options for the subscription of this id."""
    with writing(db):
        return rulebook.amended(db, wish)


def made(db: Database, channel: Channel) -> dict[int, datetime]:
    """When each subscription of the channel was made."""
    asked = "SELECT id, created FROM subscription WHERE channel = ?"
    return {found["id"]: moment(found["created"]) for found in rows(db, asked, (clean(str(channel)),))}


def remember(db: Database, change: Amendment, now: datetime) -> int:
    """Keep a change; those older than `AGE` go."""
    with writing(db):
        kept = db.execute(
            "INSERT INTO amendment (channel, at, noun) VALUES (?, ?, ?)",
            (clean(str(change.channel)), stamp(now), pack(change)),
        )
        db.execute("DELETE FROM amendment WHERE at < ?", (stamp(now - AGE),))
    assert kept.lastrowid is not None
    return kept.lastrowid


def amendment(db: Database, number: int) -> Amendment | None:
    """The change by its number."""
    found = row(db, "SELECT noun FROM amendment WHERE number = ?", (whole(number),))
    return None if found is None else unpack(found["noun"], Amendment)


def take_back(db: Database, number: int, channel: Channel, now: datetime) -> Subscription | None:
    """Undo the change if the rules stand as it left them."""
    with writing(db):
        change = amendment(db, number)
        if change is None or str(change.channel) != clean(str(channel)) or not _undone(db, change, now):
            return None
        db.execute("DELETE FROM amendment WHERE number = ?", (whole(number),))
        return change.before or change.after


def _undone(db: Database, change: Amendment, now: datetime) -> bool:
    before, after = change.before, change.after
    if after is None:
        return before is not None and rulebook.put_back(db, before, now)
    if after not in rulebook.subscriptions(db, change.channel):
        return False
    if before is None:
        rulebook.ended(db, after)
        return True
    return rulebook.amended(db, before) is not None


def save(db: Database, person: str, paper: str, now: datetime, own: Collection[Channel]) -> bool:
    """Keep the paper among those a person saved; its number is looked up by any of its ids."""
    asked = f"INSERT OR IGNORE INTO saved (person, paper, at) SELECT ?3, paper, ?4 FROM ({FOUND}) LIMIT 1"  # noqa: S608 — our own words
    with writing(db):
        return db.execute(asked, (clean(paper), channels(own), clean(person), stamp(now))).rowcount > 0


def unsave(db: Database, person: str, paper: str, own: Collection[Channel]) -> bool:
    """Take it from there."""
    asked = f"DELETE FROM saved WHERE person = ?3 AND paper IN ({FOUND})"  # noqa: S608 — our own words
    with writing(db):
        return db.execute(asked, (clean(paper), channels(own), clean(person))).rowcount > 0


def saved(db: Database, person: str, limit: int) -> list[Paper]:
    """What a person saved, the newest first."""
    asked = (
        "SELECT noun FROM saved JOIN paper ON paper.number = saved.paper "
        "WHERE person = ? ORDER BY saved.at DESC, saved.paper DESC LIMIT ?"
    )
    return [unpack(found["noun"], Paper) for found in rows(db, asked, (clean(person), limit))]


def absorb(db: Database, younger: int, older: int) -> None:
    """Two papers are one: who saved either has saved it, once."""
    db.execute("UPDATE OR IGNORE saved SET paper = ? WHERE paper = ?", (older, younger))
    db.execute("DELETE FROM saved WHERE paper = ?", (younger,))
