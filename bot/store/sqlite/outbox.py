"""The outbox: deliveries, leases and each channel's pace. Plain functions over a connection, one transaction each.

A delivery is `ready` once its due time has come; the first claim after that marks it. So the oldest of a channel is
one step in an index, whatever waits there for tomorrow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.feeds import OwnFeed
from bot.model import Channel, Claim, Delivery, Paper, Poll, Reason, Subscription
from bot.store.identity import gain, ids
from bot.store.plain import clean, clean_or_none, moment, pack, stamp, stamp_or_none, unpack, whole
from bot.store.sqlite import budgets, customs, digests, news, owned, rulebook
from bot.store.sqlite.connection import reading, row, rows, writing
from bot.store.sqlite.leases import change
from bot.store.sqlite.naming import numbers
from bot.store.sqlite.papers import keep_bookmark, keep_papers
from bot.store.sqlite.past import keep_page
from bot.store.sqlite.reading import FULL, as_delivery

FARTHEST = timedelta(days=8)
"""Nothing is put off by more than a week. What claims to be was written under a clock that ran ahead, and counts no
more: a channel must not be silent for as long as the clock was wrong."""

# Every channel of the platforms asked for that has something ready, one step in the index for each
# ("loose scan": https://wiki.postgresql.org/wiki/Loose_indexscan), with its oldest delivery.
_LINES = """
    WITH RECURSIVE line (platform, channel) AS (
        SELECT asked.value, (SELECT min(channel) FROM delivery WHERE ready = 1 AND platform = asked.value)
        FROM json_each(:platforms) AS asked
        UNION ALL
        SELECT platform, (
            SELECT min(channel) FROM delivery
            WHERE ready = 1 AND platform = line.platform AND channel > line.channel
        ) FROM line WHERE channel IS NOT NULL
    ), head AS (
        SELECT line.*, coalesce(budget.free_at, '') AS free_at, coalesce(custom.paused_until, '') AS paused_until, (
            SELECT min(number) FROM delivery
            WHERE ready = 1 AND platform = line.platform AND channel = line.channel
        ) AS number, coalesce((
            SELECT max(leased_until) FROM delivery WHERE leased_until IS NOT NULL AND channel = line.channel
        ), '') AS leased_until
        FROM line LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel) WHERE channel IS NOT NULL
    )
"""

# The channel served longest ago first, so that nobody's thousands keep others waiting.
HEADS = " ".join(
    (
        _LINES,
        "SELECT number, platform, free_at FROM head WHERE (free_at <= :now OR free_at > :far) AND paused_until <= :now",
        "AND (leased_until <= :now OR leased_until > :far) ORDER BY free_at, number LIMIT :limit",
    )
)

WAKE = """
    UPDATE delivery SET ready = 1
    WHERE state = 'pending' AND ready = 0 AND leads = 1 AND due <= :now
    AND platform IN (SELECT value FROM json_each(:platforms))
"""

# One range of the index each: what became due, and what was put off by a clock that has been set back since.
WAKE_FAR = WAKE.replace("due <= :now", "due > :far")

# Who had it before and never gave it back may have said it: that is what is in doubt.
TAKE = """
    UPDATE delivery SET lease = lease + 1, doubt = doubt OR leased_until IS NOT NULL,
        leased_until = :until, worker = :worker
    WHERE number IN (SELECT value FROM json_each(:heads))
"""

SOONEST_READY = " ".join(
    (_LINES, "SELECT min(max(free_at, paused_until, head.leased_until, due)) FROM head JOIN delivery USING (number)")
)

WAITING = """
    SELECT due, max(due, coalesce(free_at, ''), coalesce(paused_until, ''), coalesce((
        SELECT max(leased_until) FROM delivery AS busy
        WHERE leased_until IS NOT NULL AND busy.channel = delivery.channel
    ), '')) AS soonest
    FROM delivery LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel)
    WHERE state = 'pending' AND ready = 0 AND leads = 1 AND platform = ? ORDER BY due
"""


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
    names = [name for paper in poll.papers for name in ids(paper)]
    before = set() if poll.audience is None else set(numbers(db, names).values())
    known = keep_papers(db, poll.papers, now)
    owned.mark(db, {known[name] for name in names}, before, poll.audience)
    known |= numbers(db, {clean(delivery.paper) for delivery in poll.deliveries} - known.keys())
    news.spread(db, poll.news, now)
    return sum(_plan(db, delivery, known, now) for delivery in poll.deliveries)


def _plan(db: Database, delivery: Delivery, known: Mapping[str, int], now: datetime) -> bool:
    """Add the delivery, or its reasons to the one that is there; True when it is new."""
    paper, channel = known.get(clean(delivery.paper)), clean(str(delivery.channel))
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
    elif {reason.rule for reason in grown} != {reason.rule for reason in before}:
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


def claim(
    db: Database,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    pace: Mapping[str, timedelta],
    crowd: Mapping[str, timedelta],
) -> list[Claim]:
    """Take the oldest due delivery of up to `limit` channels that are free; spend their pace and the platform's."""
    at = {"now": stamp(now), "far": stamp(now + FARTHEST), "platforms": _json(list(pace))}
    with writing(db):
        customs.resume(db, now)
        db.execute(WAKE, at)
        db.execute(WAKE_FAR, at)
        heads = _heads(db, at, now, limit, {platform: crowd.get(platform, timedelta()) for platform in pace})
        for number in heads:
            digests.form(db, number, now)
        db.execute(TAKE, {"until": stamp(now + lease), "worker": clean(worker), "heads": _json(heads)})
        claims = [_claimed(db, number) for number in heads]
        for channel in (claim.delivery.channel for claim in claims):
            budgets.spend(db, str(channel), now + pace[channel.platform])
    return claims


def _heads(db: Database, at: dict[str, str], now: datetime, limit: int, crowd: Mapping[str, timedelta]) -> list[int]:
    """The deliveries to take; each platform is asked for what it has room for, so that none stands before another."""
    found: list[sqlite3.Row] = []
    for platform, gap in crowd.items():
        most = min(limit, budgets.room(db, platform, gap, now))
        found += rows(db, HEADS, at | {"platforms": _json([platform]), "limit": most}) if most else []
    taken = sorted(found, key=lambda one: (one["free_at"], one["number"]))[:limit]
    for platform, gap in crowd.items():
        budgets.crowd(db, platform, gap, now, sum(one["platform"] == platform for one in taken))
    return [one["number"] for one in taken]


def _claimed(db: Database, number: int) -> Claim:
    found = row(db, f"{FULL} WHERE delivery.number = ?", (number,))
    assert found is not None
    items = () if found["digest"] is None else digests.riders(db, found["digest"])
    return Claim(as_delivery(found), unpack(found["noun"], Paper), found["lease"], items)


def due(db: Database, platforms: Iterable[str]) -> datetime | None:
    """When the next pending delivery may be claimed: its due time, the pace of its channel and platform, leases."""
    with reading(db):
        soonest = [max(each, budgets.soonest(db, one)) for one in platforms for each in _soonest(db, one)]
    return moment(min(soonest)) if soonest else None


def _soonest(db: Database, platform: str) -> list[str]:
    found = row(db, SOONEST_READY, {"platforms": _json([platform])})
    return ([found[0]] if found and found[0] else []) + _soonest_waiting(db, platform)


def _soonest_waiting(db: Database, platform: str) -> list[str]:
    best: list[str] = []
    for found in db.execute(WAITING, (platform,)):
        if best and found["due"] >= best[0]:
            break  # all that follow are due later than that
        best = [min([*best, found["soonest"]])]
    return best


def posted(db: Database, claim: Claim, message: str, now: datetime, riders: Sequence[int]) -> None:
    """Remember the message's id, on all deliveries that stand in it."""
    with writing(db):
        change(db, claim, "worker = worker")
        db.execute(
            "UPDATE delivery SET message = ?, posted_at = ? WHERE number IN (SELECT value FROM json_each(?))",
            (clean(message), stamp(now), _json([*(riders or (claim.delivery.row,))])),
        )


def done(db: Database, claim: Claim) -> None:
    """Every step is taken. What was merged meanwhile stays `merged`; a channel that took it is lost no more."""
    with writing(db):
        change(db, claim, "leased_until = NULL")
        ended = "state = iif(state = 'pending', 'sent', state), ready = 0, error = NULL, doubt = 0"
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
            known = numbers(db, {clean(delivery.paper) for delivery in start})
            for delivery in start:
                _plan(db, delivery, known, now)
        return made


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
