"""Deliveries that travel in one message: which ones, in which part of it, and what becomes of all of them together."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.model import Bundle, Channel, Claim, Delivery, Item, Notice
from bot.store.plain import clean, pack, stamp, whole
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import budgets
from bot.store.sqlite.tables.leases import change
from bot.store.sqlite.tables.notices import keep as keep_notices
from bot.store.sqlite.tables.reading import FULL, as_item

# All that are due in this channel for the same reason go together, once and for all: a crash finds the same digest.
_FORM = """
    UPDATE delivery SET digest = :head, leads = (number = :head), ready = (number = :head)
    WHERE state = 'pending' AND digest IS NULL AND message IS NULL AND due <= :now AND leased_until IS NULL
    AND channel = :channel AND bundle = :bundle
"""

# Nothing of it can have been said: it may go out otherwise, under another name.
_FREE = """
    UPDATE delivery SET digest = NULL, part = NULL, leads = 1 WHERE state = 'pending' AND digest = :digest
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE digest = :digest AND (doubt = 1 OR message IS NOT NULL))
"""

# Who leads it was merged or refused, and another one comes in its place: under the same name, so that nothing is said
# twice. While somebody has it in hand it is not claimed, for its channel is busy; after that it is in doubt.
_SUCCEED = """
    UPDATE delivery SET leads = 1, ready = 1, doubt = doubt OR :doubt
    WHERE number = (SELECT min(number) FROM delivery WHERE digest = :digest AND state = 'pending')
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE digest = :digest AND state = 'pending' AND leads = 1)
"""


def form(db: Database, head: int, now: datetime) -> None:
    """Make a digest of what is due like `head`, unless that is a message of its own or leads one already."""
    found = row(db, "SELECT channel, bundle, digest, message FROM delivery WHERE number = ?", (head,))
    assert found is not None
    if found["digest"] is not None:  # whoever led it before has lost it
        asked = (
            "UPDATE delivery SET leased_until = NULL WHERE (digest = :digest OR number = :digest) AND number <> :head"
        )
        db.execute(asked, {"digest": found["digest"], "head": head})
    elif found["bundle"] is not None and found["message"] is None:
        at = {"head": head, "channel": found["channel"], "bundle": found["bundle"], "now": stamp(now)}
        db.execute(_FORM, at)


def free(db: Database, digest: int | None) -> None:
    """A digest of which nothing can have been said is none any more."""
    if digest is not None:
        db.execute(_FREE, {"digest": digest})


def succeed(db: Database, digest: int, doubt: bool) -> None:
    """A digest whose leader is over is led by the next of its deliveries."""
    db.execute(_SUCCEED, {"digest": digest, "doubt": doubt})


def riders(db: Database, digest: int) -> tuple[Item, ...]:
    """What travels in it and is not over, the oldest first."""
    asked = f"{FULL} WHERE delivery.digest = ? AND state = 'pending' ORDER BY delivery.number"
    return tuple(map(as_item, rows(db, asked, (digest,))))


# What was said stays said, though the paper turned out to be another's: unless that one stands in the same message.
_SHOWN = """(state <> 'merged' OR message IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM delivery AS other WHERE other.paper = delivery.paper AND other.channel = delivery.channel
    AND other.message = delivery.message AND (other.state <> 'merged' OR other.number < delivery.number)
))"""


def passengers(db: Database, digest: int) -> list[Item]:
    """All that travelled in it, in the order of its parts."""
    asked = f"{FULL} WHERE delivery.digest = ? AND {_SHOWN} ORDER BY part < 0, abs(part), delivery.number"
    return [_as_shown(db, found) for found in rows(db, asked, (whole(digest),))]


def _as_shown(db: Database, found: sqlite3.Row) -> Item:
    """A merged delivery is its winner, in the place where the merged one stands."""
    item = as_item(found)
    if item.delivery.state != "merged":
        return item
    asked = f"{FULL} WHERE delivery.paper = ? AND channel = ? AND state <> 'merged'"
    winner, mine = row(db, asked, (found["paper"], found["channel"])), item.delivery
    if winner is None:
        return item
    told = as_item(winner)
    stands = replace(told.delivery, message=mine.message, digest=mine.digest, part=mine.part, bundle=mine.bundle)
    return replace(told, delivery=replace(stands, posted_at=mine.posted_at, due=mine.due))


def all_of(db: Database, claim: Claim, what: str, *values: object) -> None:
    """Change the delivery and all that travels with it."""
    digest, number = claim.delivery.digest, claim.delivery.row
    where = "number = ?" if digest is None else "(number = ? OR digest = ?)"
    keys = (number,) if digest is None else (number, digest)
    db.execute(f"UPDATE delivery SET {what} WHERE {where}", (*values, *keys))  # noqa: S608 — our own words


def parted(db: Database, claim: Claim, parts: Mapping[int, int], dropped: Mapping[int, str]) -> None:
    """Remember which part each stands in, and refuse those `dropped`, for their reasons."""
    with writing(db):
        change(db, claim, "worker = worker")
        for number, part in parts.items():
            db.execute("UPDATE delivery SET part = ? WHERE number = ?", (part, number))
        for number, reason in dropped.items():
            asked = "UPDATE delivery SET state = 'refused', error = ?, ready = 0, digest = NULL WHERE number = ?"
            db.execute(asked, (clean(reason), number))
        if claim.delivery.digest is not None:
            succeed(db, claim.delivery.digest, doubt=True)


def put_off(db: Database, claim: Claim, due: datetime, bundle: str | None) -> None:
    """Give it back, and what travels with it, to go out at `due` as `bundle`; nothing was tried."""
    with writing(db):
        change(db, claim, "leased_until = NULL")
        all_of(
            db,
            claim,
            "due = ?, bundle = ?, ready = 0, digest = NULL, part = NULL, leads = 1",
            stamp(due),
            bundle,
        )


def let_go(db: Database, claim: Claim, until: datetime, doubt: bool) -> None:
    """Give it back as it is, and leave its channel alone until then."""
    with writing(db):
        change(db, claim, "leased_until = NULL, doubt = doubt OR ?", doubt)
        budgets.spend(db, str(claim.delivery.channel), until)


# What has not been formed yet, nobody has in hand and cannot have been said may still be planned anew.
_REPLAN = """
    UPDATE delivery SET due = ?, bundle = ?, options = ?, ready = 0
    WHERE number = ? AND state = 'pending' AND digest IS NULL AND message IS NULL AND leased_until IS NULL
    AND doubt = 0
"""


def replan(db: Database, planned: Sequence[Delivery]) -> None:
    """Deliveries whose channel wants them otherwise now."""
    with writing(db):
        for one in planned:
            assert one.due is not None
            db.execute(_REPLAN, (stamp(one.due), one.bundle, pack(one.options), one.row))


_WAITED = """
    UPDATE delivery SET bundle = :bundle, due = :now, ready = 0, first_tried = NULL, attempts = 0
    WHERE channel = :channel AND state = 'pending' AND digest IS NULL AND message IS NULL AND leased_until IS NULL
    AND due <= :now AND doubt = 0
"""


def gather(db: Database, channel: str, now: datetime, bundle: Bundle = "waited") -> None:
    """All that waited goes out as one digest; what may have been said already keeps its name, to be looked for."""
    db.execute(_WAITED, {"channel": channel, "now": stamp(now), "bundle": bundle})


def lost(
    db: Database,
    claim: Claim,
    why: str,
    now: datetime,
    probe: datetime,
    patience: timedelta,
    notices: Sequence[Notice],
) -> bool:
    """The platform refuses the channel: what is due waits for it together; True when that is new.

    It is tried again at `probe`; after `patience` what waits is refused for the reason.
    """
    name = clean(str(claim.delivery.channel))
    with writing(db):
        change(db, claim, "leased_until = NULL")
        free(db, claim.delivery.digest)
        here = row(db, "SELECT channel FROM delivery WHERE number = ?", (claim.delivery.row,))
        if here and here["channel"] != name:  # it moved while this was under way: there is where to say it
            return False
        return _lost(db, name, why, now, probe, patience, notices)


def cut_off(
    db: Database, channel: Channel, why: str, now: datetime, probe: datetime, notices: Sequence[Notice]
) -> bool:
    """The platform itself tells that the channel is lost; True when that is new."""
    with writing(db):
        return _lost(db, clean(str(channel)), why, now, probe, None, notices)


def _lost(
    db: Database,
    name: str,
    why: str,
    now: datetime,
    probe: datetime,
    patience: timedelta | None,
    notices: Sequence[Notice],
) -> bool:
    before = row(db, "SELECT lost_since FROM custom WHERE channel = ?", (name,))
    since = before["lost_since"] if before else None
    if since is None:
        keep_notices(db, notices, now)
    db.execute(
        "INSERT INTO custom (channel, options, lost_since, lost_why) VALUES (?, '{}', ?, ?) ON CONFLICT DO UPDATE "
        "SET lost_since = coalesce(lost_since, excluded.lost_since), lost_why = excluded.lost_why",
        (name, stamp(now), clean(why)),
    )
    gather(db, name, now)
    waits = "WHERE channel = ? AND state = 'pending' AND due <= ?"
    db.execute(f"UPDATE delivery SET error = ? {waits}", (clean(why), name, stamp(now)))  # noqa: S608 — our own words
    if since is not None and patience is not None and since <= stamp(now - patience):
        ended = f"UPDATE delivery SET state = iif(message IS NULL, 'refused', 'sent'), ready = 0 {waits}"  # noqa: S608
        db.execute(ended, (name, stamp(now)))
    budgets.spend(db, name, probe)
    return since is None


def posted_since(db: Database, channel: Channel, since: datetime) -> int:
    """Messages about single papers that the channel has had since then."""
    found = row(
        db,
        "SELECT count(*) AS papers FROM delivery WHERE channel = ? AND posted_at >= ? AND bundle IS NULL",
        (str(channel), stamp(since)),
    )
    assert found is not None
    return int(found["papers"])


def lately(db: Database, channel: Channel, since: datetime, limit: int) -> list[Item]:
    """What the channel has had since then, the newest first."""
    asked = f"{FULL} WHERE channel = ? AND posted_at >= ? AND state = 'sent' ORDER BY posted_at DESC LIMIT ?"
    return [as_item(found) for found in rows(db, asked, (str(channel), stamp(since), limit))]


def in_message(db: Database, channel: Channel, message: str) -> list[Item]:
    """What stands in one message, in the order of a digest."""
    asked = f"{FULL} WHERE channel = ? AND (message = ? OR card = ?) AND {_SHOWN} ORDER BY delivery.number"
    return [_as_shown(db, found) for found in rows(db, asked, (str(channel), clean(message), clean(message)))]
