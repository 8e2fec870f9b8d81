"""The outbox: deliveries, leases and each channel's pace. Plain functions over a connection, one transaction each.

A delivery is `ready` once its due time has come; the first claim after that marks it. So the oldest of a channel is
one step in an index, whatever waits there for tomorrow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.feeds import OwnFeed
from bot.model import Channel, Claim, Delivery, Poll, Reason, Subscription
from bot.store.identity import gain
from bot.store.plain import clean, clean_or_none, pack, stamp, stamp_or_none, unpack, whole
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import budgets, customs, digests, doubts, news, outages, owned, rulebook
from bot.store.sqlite.tables.leases import change
from bot.store.sqlite.tables.naming import numbers
from bot.store.sqlite.tables.papers import keep_bookmark, keep_own, keep_papers
from bot.store.sqlite.tables.past import keep_page
from bot.store.sqlite.tables.reading import FULL, as_delivery


def record(db: Database, poll: Poll, now: datetime) -> int:
    """Bookmark, papers and deliveries of one poll, whole or not at all; how many deliveries are new."""
    if poll == Poll(poll.bookmark):  # most polls: one statement, which is whole or not at all by itself
        keep_bookmark(db, poll.bookmark)
        return 0
    with writing(db):
        if poll.version is not None:
            rulebook.require_version(db, poll.version)
        return _record(db, poll, now)


def add_feed(db: Database, feed: OwnFeed, poll: Poll, now: datetime) -> None:
    """A channel's own feed and its first reading."""
    with writing(db):
        owned.keep(db, feed, now)
        _record(db, poll, now)
        db.execute("UPDATE rulebook SET version = version + 1")


def _record(db: Database, poll: Poll, now: datetime) -> int:
    if poll.day is None:
        keep_bookmark(db, poll.bookmark)
    else:
        keep_page(db, poll.bookmark.address, poll.day, poll.bookmark, now)
    if poll.audience is None:
        known = keep_papers(db, poll.papers, now)
        known |= numbers(db, {clean(delivery.paper) for delivery in poll.deliveries} - known.keys())
        news.spread(db, poll.news, now)
        return sum(_plan(db, delivery, known, now) for delivery in poll.deliveries)
    theirs = {channel: keep_own(db, poll.papers, channel, now) for channel in sorted(poll.audience, key=str)}
    news.spread_own(db, poll.own_news, now)
    return sum(_plan(db, delivery, theirs.get(delivery.channel, {}), now) for delivery in poll.deliveries)


def _plan(db: Database, delivery: Delivery, known: Mapping[str, int], now: datetime) -> bool:
    """Add the delivery, or its reasons to the one that is there; True when it is new."""
    channel, name = clean(str(delivery.channel)), clean(delivery.paper)
    paper = known.get(name) or numbers(db, (name,), delivery.channel).get(name)
    if paper is None:
        raise StoreFailed(f"The paper {delivery.paper!r} of a delivery is not stored: record the paper with it.")
    there = row(
        db,
        "SELECT number, reasons, message FROM delivery WHERE paper = ? AND channel = ? AND state <> 'merged'",
        (paper, channel),
    )
    if there is not None:
        _gain(db, there, delivery, now)
        return False
    _insert(db, delivery, paper, channel, now)
    return True


# A rule that wants the paper sooner, or in a message of its own, has its way while nothing was tried yet.
_HASTEN = """
    UPDATE delivery SET due = :due, bundle = :bundle, options = :options, ready = 0
    WHERE number = :number AND state = 'pending' AND digest IS NULL AND message IS NULL AND leased_until IS NULL
    AND attempts = 0 AND due > :due
"""


def _gain(db: Database, there: sqlite3.Row, delivery: Delivery, now: datetime) -> None:
    before = unpack(there["reasons"], tuple[Reason, ...])
    grown = gain(before, delivery.reasons)
    if grown == before:
        return
    db.execute("UPDATE delivery SET reasons = ? WHERE number = ?", (pack(grown), there["number"]))
    if there["message"] is None:
        wish = {"due": stamp(delivery.due or now), "bundle": delivery.bundle, "options": pack(delivery.options)}
        db.execute(_HASTEN, wish | {"number": there["number"]})
    elif before and {reason.rule for reason in grown} != {reason.rule for reason in before}:  # none: it was thinned
        news.keep(db, there["number"], delivery.news, now)


def _insert(db: Database, delivery: Delivery, paper: int, channel: str, now: datetime) -> None:
    due = stamp(delivery.due or now)
    db.execute(
        "INSERT INTO delivery (paper, channel, platform, state, ready, due, reasons, options, message, thread, "
        "posted_at, attempts, error, bundle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            paper,
            channel,
            clean(delivery.channel.platform),
            delivery.state,
            delivery.state == "pending" and due <= stamp(now),
            due,
            pack(delivery.reasons),
            pack(delivery.options),
            clean_or_none(delivery.message),
            clean_or_none(delivery.thread),
            stamp_or_none(delivery.posted_at),
            delivery.attempts,
            clean_or_none(delivery.error),
            delivery.bundle,
        ),
    )


def posted(db: Database, claim: Claim, message: str, now: datetime, riders: Sequence[int]) -> None:
    """Remember the message's id, on all deliveries that stand in it."""
    with writing(db):
        change(db, claim, "worker = worker")
        db.execute(
            "UPDATE delivery SET message = ?, posted_at = ? WHERE number IN (SELECT value FROM json_each(?))",
            (clean(message), stamp(now), _json([*(riders or (claim.delivery.row,))])),
        )
        outages.over(db, claim.delivery.channel.platform, now)


def done(db: Database, claim: Claim) -> None:
    """Every step is taken. What was merged meanwhile stays `merged`; a channel that took it is lost no more."""
    with writing(db):
        change(db, claim, "leased_until = NULL")
        doubts.count(db, claim)
        kept = "error = iif(state = 'pending', NULL, error)"  # why one of them was refused stays known
        ended = f"state = iif(state = 'pending', 'sent', state), ready = 0, {kept}, doubt = 0"
        digests.all_of(db, claim, ended)
        customs.found(db, claim.delivery.channel)


def later(db: Database, claim: Claim, due: datetime, error: str, now: datetime, doubt: bool, wait: bool) -> None:
    """Give it back for another try at `due`; `wait`: its whole channel is left alone until then."""
    asked = (
        "due = ?, error = ?, first_tried = coalesce(first_tried, ?), attempts = attempts + 1, doubt = doubt OR ?, "
        "ready = 0, leased_until = NULL"
    )
    with writing(db):
        said = (stamp(due), clean(error), stamp(now), doubt)
        change(db, claim, asked, *said)
        if claim.delivery.digest is not None:  # whoever leads it by now waits as well
            others = "WHERE digest = ? AND number <> ? AND state = 'pending' AND leads = 1"
            db.execute(f"UPDATE delivery SET {asked} {others}", (*said, claim.delivery.digest, claim.delivery.row))  # noqa: S608 — our own words
        if wait:
            budgets.spend(db, str(claim.delivery.channel), due)


def fail(db: Database, claim: Claim, state: str, error: str) -> None:
    """End it with the reason, and what travels with it and was not said yet."""
    if state not in ("refused", "given_up"):
        raise ValueError(f"a delivery ends refused or given_up, not {state!r}")
    with writing(db):
        change(db, claim, "leased_until = NULL")
        ended = "state = iif(state <> 'pending', state, iif(message IS NULL OR digest IS NULL, ?, 'sent')), error = ?"
        digests.all_of(db, claim, f"{ended}, ready = 0", state, clean(error))


def confirm(
    db: Database, number: int, channel: Channel, person: str, now: datetime, start: Sequence[Delivery]
) -> Subscription | None:
    """The draft becomes a subscription, and what it begins with is planned: whole or not at all."""
    with writing(db):
        made = rulebook.confirmed(db, number, channel, person, now)
        if made is not None and start:
            for delivery in start:
                _plan(db, delivery, {}, now)
        return made


def pending(db: Database, channel: Channel) -> list[Delivery]:
    """All that waits in a channel, the oldest first."""
    asked = f"{FULL} WHERE channel = ? AND state = 'pending' ORDER BY delivery.number"
    return [as_delivery(found) for found in rows(db, asked, (clean(str(channel)),))]


def delivery(db: Database, number: int) -> Delivery | None:
    """One delivery by its row number."""
    found = row(db, f"{FULL} WHERE delivery.number = ?", (whole(number),))
    return None if found is None else as_delivery(found)


def deliveries(db: Database, channel: Channel | None, limit: int) -> list[Delivery]:
    """The newest first."""
    only: Sequence[str] = () if channel is None else (clean(str(channel)),)
    where = "WHERE channel = ?" if only else ""
    return [
        as_delivery(found)
        for found in rows(db, f"{FULL} {where} ORDER BY delivery.number DESC LIMIT ?", (*only, limit))
    ]


def take_back(db: Database) -> None:
    """End every lease: whoever held one is told `LeaseLost`, and its delivery, in doubt, may be claimed at once."""
    db.execute("UPDATE delivery SET leased_until = NULL, doubt = 1 WHERE leased_until IS NOT NULL")


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
