"""Subscriptions, their version, and drafts: plain functions over a connection, one transaction each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from sqlite_utils import Database

from bot.errors import RulesChanged
from bot.model import Channel, Draft, Options, Rulebook, Subscription
from bot.rolls import Lines, Roll
from bot.store.plain import clean, clean_or_none, pack, stamp, unpack, whole
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables import inboxes
from bot.store.sqlite.tables.customs import settle
from bot.store.sqlite.tables.reading import as_channel

DRAFT_AGE = timedelta(days=1)
"""A draft is kept this long at least: a preview of this morning may be confirmed after lunch."""

DRAFTS = 20
"""So many drafts a person, the newest; nobody's typing pushes out another's."""

_AT_ONCE = 10_000
"""Lines kept in one transaction: whoever waits for the file waits for one of these."""

# Two statements rather than an upsert, which would use up an id each time, and people type these.
_UPDATE = "UPDATE subscription SET options = ?, state = ? WHERE channel = ? AND rule = ? RETURNING *"
_KEEP = "UPDATE subscription SET compiled = ?, folding = ? WHERE id = ? AND rule = ?"
_YIELD = (
    "DELETE FROM subscription WHERE id = ? AND EXISTS "
    "(SELECT 1 FROM subscription AS other WHERE other.channel = ? AND other.rule = ? AND other.id <> ?)"
)
_AMEND = (
    "UPDATE subscription SET rule = ?, options = ?, state = ?, compiled = NULL, folding = NULL "
    "WHERE channel = ? AND (id = ? OR rule = ?) RETURNING *"
)
_INSERT = (
    "INSERT INTO subscription (options, state, channel, rule, creator, created) VALUES (?, ?, ?, ?, ?, ?) RETURNING *"
)


def version(db: Database) -> int:
    """The rulebook's version: goes up with every change, in the change's own transaction."""
    found = row(db, "SELECT version FROM rulebook")
    assert found is not None
    return int(found["version"])


def require_version(db: Database, planned: int) -> None:
    """`RulesChanged` when the rulebook is not the one that was planned with."""
    if (now := version(db)) != planned:
        raise RulesChanged(f"The subscriptions changed meanwhile (from version {planned} to {now}): match again.")


def rulebook(db: Database) -> Rulebook:
    """All active subscriptions and the version they stand at, of one moment."""
    with reading(db):
        found = _plain(db, _ACTIVE, ())
        return Rulebook(version(db), Roll(found, _template))


_ACTIVE = "SELECT id, rule, json_array(channel, creator, options) FROM subscription WHERE state = 'active' ORDER BY id"


def compiled(db: Database, folding: str, after: int) -> Lines:
    """The rules' forms that were made with this folding, by subscription, of those numbered higher than `after`."""
    return Lines(lines(db, folding, after))


def lines(db: Database, folding: str, after: int = 0) -> Iterator[tuple[int, str]]:
    """`compiled` one by one, active ones only."""
    asked = "SELECT id, compiled FROM subscription WHERE id > ? AND state = 'active' AND folding = ? ORDER BY id"
    yield from _plain(db, asked, (whole(after), clean(folding)))


def _plain(db: Database, sql: str, parameters: tuple[object, ...]) -> sqlite3.Cursor:
    """An answer of plain tuples, which take half the time of rows with names."""
    cursor = db.conn.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, parameters)


def keep_compiled(db: Database, folding: str, lines: Mapping[int, tuple[str, str]]) -> None:
    """Keep the rules' forms, made with this folding, beside the rules they were made of."""
    kept = [(clean(line), clean(folding), whole(number), clean(rule)) for number, (rule, line) in lines.items()]
    for start in range(0, len(kept), _AT_ONCE):
        with writing(db):
            db.conn.executemany(_KEEP, kept[start:][:_AT_ONCE])


def subscribe(db: Database, subscription: Subscription, now: datetime) -> Subscription:
    """Add it, or give the one with the same rule in the same channel its options and state; who made that one stays."""
    with writing(db):
        return _subscribe(db, subscription, now)


def _subscribe(db: Database, subscription: Subscription, now: datetime) -> Subscription:
    asked = (
        pack(subscription.options),
        subscription.state,
        clean(str(subscription.channel)),
        clean(subscription.rule),
    )
    _turn(db)
    inboxes.learn(db, subscription.channel, subscription.creator)
    kept = row(db, _UPDATE, asked) or row(db, _INSERT, (*asked, clean(subscription.creator), stamp(now)))
    assert kept is not None
    return as_subscription(kept)


def unsubscribe(db: Database, channel: Channel, id: int) -> Subscription | None:
    """Remove it and return what it was; None when this channel has no such subscription."""
    with writing(db):
        asked = "DELETE FROM subscription WHERE id = ? AND channel = ? RETURNING *"
        gone = row(db, asked, (whole(id), clean(str(channel))))
        if gone is None:
            return None
        _turn(db)
        return as_subscription(gone)


def end_all(db: Database, channel: Channel) -> None:
    """Remove all of a channel's subscriptions, as a part of a transaction."""
    if db.execute("DELETE FROM subscription WHERE channel = ?", (clean(str(channel)),)).rowcount:
        _turn(db)


def subscriptions(db: Database, channel: Channel | None) -> list[Subscription]:
    """One channel's subscriptions, or all, by id."""
    if channel is None:
        return [as_subscription(found) for found in rows(db, "SELECT * FROM subscription ORDER BY id")]
    asked = "SELECT * FROM subscription WHERE channel = ? ORDER BY id"
    return [as_subscription(found) for found in rows(db, asked, (clean(str(channel)),))]


def draft(
    db: Database, subscription: Subscription, now: datetime, where: Channel | None = None, zone: str | None = None
) -> int:
    """Keep a draft and return its number; drafts older than `DRAFT_AGE` and a person's oldest above `DRAFTS` go."""
    person = clean(subscription.creator)
    with writing(db):
        kept = db.execute(
            "INSERT INTO draft (channel, person, at, noun, zone) VALUES (?, ?, ?, ?, ?)",
            (clean(str(where or subscription.channel)), person, stamp(now), pack(subscription), clean_or_none(zone)),
        )
        inboxes.learn(db, where or subscription.channel, person)
        db.execute("DELETE FROM draft WHERE at < ?", (stamp(now - DRAFT_AGE),))
        db.execute(
            "DELETE FROM draft WHERE number IN "
            "(SELECT number FROM draft WHERE person = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
            (person, DRAFTS),
        )
    assert kept.lastrowid is not None
    return kept.lastrowid


def draft_of(db: Database, number: int, channel: Channel, person: str) -> Draft | None:
    """The draft, if it was made in this channel by this person; it stays."""
    asked = "SELECT noun, zone FROM draft WHERE number = ? AND channel = ? AND person = ?"
    return _draft(row(db, asked, (whole(number), clean(str(channel)), clean(person))))


def take_draft(db: Database, number: int, channel: Channel, person: str) -> Subscription | None:
    """Take the draft away, if it was made in this channel by this person; None otherwise, and it stays."""
    with writing(db):
        taken = _take_draft(db, number, channel, person)
        return taken.wish if taken else None


def confirmed(db: Database, number: int, channel: Channel, person: str, now: datetime) -> Subscription | None:
    """The draft becomes a subscription, as a part of a transaction."""
    draft = _take_draft(db, number, channel, person)
    if draft is None:
        return None
    if draft.zone:
        settle(db, draft.wish.channel, draft.zone)
    return amended(db, draft.wish) if draft.wish.id else _subscribe(db, draft.wish, now)


def amended(db: Database, wish: Subscription) -> Subscription | None:
    """`Amending.amend`, as a part of a transaction."""
    place, rule = clean(str(wish.channel)), clean(wish.rule)
    if row(db, "SELECT 1 FROM subscription WHERE id = ? AND channel = ?", (whole(wish.id), place)) is None:
        return None
    _turn(db)
    db.execute(_YIELD, (wish.id, place, rule, wish.id))
    asked = (rule, pack(wish.options), wish.state, place, wish.id, rule)
    kept = row(db, _AMEND, asked)
    assert kept is not None
    return as_subscription(kept)


def put_back(db: Database, gone: Subscription, now: datetime) -> bool:
    """A subscription that was ended stands again under its number; False when its channel has that rule already."""
    place, rule = clean(str(gone.channel)), clean(gone.rule)
    if row(db, "SELECT 1 FROM subscription WHERE channel = ? AND rule = ? OR id = ?", (place, rule, whole(gone.id))):
        return False
    _turn(db)
    db.execute(
        "INSERT INTO subscription (id, options, state, channel, rule, creator, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (whole(gone.id), pack(gone.options), gone.state, place, rule, clean(gone.creator), stamp(now)),
    )
    return True


def ended(db: Database, gone: Subscription) -> None:
    """Remove it, as a part of a transaction."""
    _turn(db)
    db.execute("DELETE FROM subscription WHERE id = ?", (whole(gone.id),))


def _take_draft(db: Database, number: int, channel: Channel, person: str) -> Draft | None:
    asked = "DELETE FROM draft WHERE number = ? AND channel = ? AND person = ? RETURNING noun, zone"
    return _draft(row(db, asked, (whole(number), clean(str(channel)), clean(person))))


def _draft(found: sqlite3.Row | None) -> Draft | None:
    return None if found is None else Draft(unpack(found["noun"], Subscription), found["zone"])


def _turn(db: Database) -> None:
    db.execute("UPDATE rulebook SET version = version + 1")


@lru_cache(maxsize=4096)
def _template(kind: str) -> Subscription:
    """An active subscription but for its number and its rule; one text takes a third of the noun's room."""
    channel, creator, options = json.loads(kind)
    return Subscription(_channel(channel), "", creator, _options(options))


def as_subscription(found: sqlite3.Row) -> Subscription:
    """A row of the table as its noun."""
    return Subscription(
        channel=_channel(found["channel"]),
        rule=found["rule"],
        creator=found["creator"],
        options=_options(found["options"]),
        id=found["id"],
        state=found["state"],
    )


@lru_cache(maxsize=4096)
def _channel(text: str) -> Channel:
    """Many subscriptions are of one channel."""
    return as_channel(text)


@lru_cache(maxsize=4096)
def _options(packed: str) -> Options:
    """Most subscriptions have the same options; the value is frozen."""
    return unpack(packed, Options)
