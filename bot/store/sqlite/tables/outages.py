"""Platforms that will not have the bot at all: one delivery tries the door now and then, the others wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.model import Claim, Outage
from bot.store.plain import clean, moment, stamp
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import budgets, digests
from bot.store.sqlite.tables.leases import change

FARTHEST = timedelta(days=8)
"""No door is left alone for longer; what claims to be was written under a clock that ran ahead."""

_SHUT = """
    INSERT INTO outage VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
    SET why = excluded.why, probe = max(probe, excluded.probe)
"""
_END = """
    UPDATE delivery SET state = iif(message IS NULL, 'refused', 'sent'), error = ?, ready = 0
    WHERE platform = ? AND state = 'pending' AND due <= ? AND leased_until IS NULL
"""
WAITED = "SELECT DISTINCT channel FROM delivery WHERE platform = ? AND ready = 1"


def shut(
    db: Database, platform: str, why: str, now: datetime, probe: datetime, patience: timedelta, claim: Claim | None
) -> bool:
    """The door is closed; True when that is new. After `patience` what waits is refused."""
    with writing(db):
        if claim is not None:
            asked = "leased_until = NULL, error = ?, first_tried = coalesce(first_tried, ?), attempts = attempts + 1"
            change(db, claim, asked, clean(why), stamp(now))
            digests.free(db, claim.delivery.digest)
        before = row(db, "SELECT since FROM outage WHERE platform = ?", (clean(platform),))
        db.execute(_SHUT, (clean(platform), stamp(now), clean(why), stamp(probe)))
        if before is not None and before["since"] <= stamp(now - patience):
            db.execute(_END, (clean(why), clean(platform), stamp(now)))
        return before is None


def outages(db: Database) -> Mapping[str, Outage]:
    """All that are closed."""
    found = rows(db, "SELECT * FROM outage ORDER BY platform")
    return {
        one["platform"]: Outage(one["platform"], moment(one["since"]), one["why"], moment(one["probe"]))
        for one in found
    }


def room(closed: Outage | None, most: int, now: datetime) -> int:
    """How many deliveries may be claimed: all, none, or one that tries the door."""
    if closed is None:
        return most
    return min(most, 1) if closed.probe <= now or closed.probe > now + FARTHEST else 0


def trying(db: Database, platform: str, channel: str, now: datetime, until: datetime) -> None:
    """This channel's delivery tries the door, all that waits there with it; nobody else does until then."""
    asked = "UPDATE outage SET probe = ? WHERE platform = ?"
    if db.execute(asked, (stamp(until), platform)).rowcount:
        _together(db, channel, now)


def soonest(db: Database, platform: str) -> str:
    """When the door is tried again; empty when it is open."""
    closed = row(db, "SELECT probe FROM outage WHERE platform = ?", (platform,))
    return str(closed["probe"]) if closed else ""


def over(db: Database, platform: str, now: datetime) -> None:
    """The platform took something: what waited in each of its channels goes out as one digest."""
    if not db.execute("DELETE FROM outage WHERE platform = ?", (platform,)).rowcount:
        return
    for one in rows(db, WAITED, (platform,)):
        _together(db, one["channel"], now)


def _together(db: Database, channel: str, now: datetime) -> None:
    for one in rows(db, "SELECT DISTINCT digest FROM delivery WHERE channel = ? AND state = 'pending'", (channel,)):
        digests.free(db, one["digest"])
    digests.gather(db, channel, now)


def knock(db: Database) -> None:
    """A new life of the bot tries every door at once: somebody may have put another token there."""
    db.execute("UPDATE outage SET probe = since")


def spent(db: Database, platform: str, requests: int, now: datetime, gap: timedelta) -> None:
    """Requests that no claim has paid for."""
    with writing(db):
        budgets.crowd(db, platform, gap, now, requests)
