"""Who is given work: each channel's oldest delivery that is due, in the channels' turn, as fast as limits allow.

A delivery is `ready` once its due time has come; the first claim after that marks it. So the oldest of a channel is
one step in an index, whatever waits there for tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from bot.model import Claim, Outage, Paper
from bot.store.plain import clean, moment, stamp, unpack
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables import budgets, customs, digests, outages
from bot.store.sqlite.tables.fairness import Longest
from bot.store.sqlite.tables.reading import FULL, as_delivery

FARTHEST = timedelta(days=8)
"""Nothing is put off by more than a week. What claims to be was written under a clock that ran ahead, and counts no
more: a channel must not be silent for as long as the clock was wrong."""

# Every channel of the platforms asked for that has something ready, one step in the index for each
# ("loose scan": https://wiki.postgresql.org/wiki/Loose_indexscan).
_ALL = """
    WITH RECURSIVE line (platform, channel) AS (
        SELECT asked.value, (SELECT min(channel) FROM delivery WHERE ready = 1 AND platform = asked.value)
        FROM json_each(:platforms) AS asked
        UNION ALL
        SELECT platform, (
            SELECT min(channel) FROM delivery
            WHERE ready = 1 AND platform = line.platform AND channel > line.channel
        ) FROM line WHERE channel IS NOT NULL
    ),
"""
_NAMED = "WITH line (platform, channel) AS (SELECT :platform, value FROM json_each(:only)),"

# Each of these channels with its oldest delivery.
_HEAD = """
    head AS (
        SELECT line.*, coalesce(budget.free_at, '') AS free_at, coalesce(custom.paused_until, '') AS paused_until, (
            SELECT min(number) FROM delivery
            WHERE ready = 1 AND platform = line.platform AND channel = line.channel
        ) AS number, coalesce((
            SELECT max(leased_until) FROM delivery WHERE leased_until IS NOT NULL AND channel = line.channel
        ), '') AS leased_until
        FROM line LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel) WHERE channel IS NOT NULL
    )
"""

_FREE = """
    SELECT number, platform, free_at FROM head WHERE number IS NOT NULL AND (free_at <= :now OR free_at > :far)
    AND paused_until <= :now AND (leased_until <= :now OR leased_until > :far) ORDER BY free_at, number LIMIT :limit
"""

# The channel served longest ago first, so that nobody's thousands keep others waiting.
HEADS = f"{_ALL} {_HEAD} {_FREE}"

# The same for channels by name.
URGENT = f"{_NAMED} {_HEAD} {_FREE}"

# Requests that a claim takes: a look before saying it again, a message; once that is said, a thread and its opener.
# https://docs.discord.com/developers/resources/channel#start-thread-from-message
REQUESTS = """
    SELECT 1 + doubt + (message IS NOT NULL OR digest IS NOT NULL AND EXISTS (
        SELECT 1 FROM delivery AS other WHERE other.digest = delivery.digest AND other.message IS NOT NULL
    )) AS requests FROM delivery WHERE number = ?
"""

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

SOONEST_READY = f"""
    {_ALL} {_HEAD} SELECT min(max(free_at, paused_until, head.leased_until, due))
    FROM head JOIN delivery USING (number)
"""  # noqa: S608 — our own words

WAITING = """
    SELECT due, max(due, coalesce(free_at, ''), coalesce(paused_until, ''), coalesce((
        SELECT max(leased_until) FROM delivery AS busy
        WHERE leased_until IS NOT NULL AND busy.channel = delivery.channel
    ), '')) AS soonest
    FROM delivery LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel)
    WHERE state = 'pending' AND ready = 0 AND leads = 1 AND platform = ? ORDER BY due
"""


def claim(
    db: Database,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    pace: Mapping[str, timedelta],
    crowd: Mapping[str, timedelta],
    longest: Longest,
) -> list[Claim]:
    """Take the oldest due delivery of up to `limit` channels that are free; spend their pace and the platform's."""
    at: dict[str, object] = {"now": stamp(now), "far": stamp(now + FARTHEST), "platforms": _json(list(pace))}
    with writing(db):
        customs.resume(db, now)
        db.execute(WAKE, at)
        db.execute(WAKE_FAR, at)
        closed = outages.outages(db)
        gaps = {platform: crowd.get(platform, timedelta()) for platform in pace}
        heads = _heads(db, at, now, limit, pace, gaps, closed, longest)
        for number in heads:
            if closed:
                _knock(db, number, closed, now, now + lease)
            digests.form(db, number, now)
        db.execute(TAKE, {"until": stamp(now + lease), "worker": clean(worker), "heads": _json(heads)})
        claims = [_claimed(db, number) for number in heads]
        for channel in (claim.delivery.channel for claim in claims):
            budgets.spend(db, str(channel), now + pace[channel.platform])
    return claims


def _heads(
    db: Database,
    at: Mapping[str, object],
    now: datetime,
    limit: int,
    pace: Mapping[str, timedelta],
    gaps: Mapping[str, timedelta],
    closed: Mapping[str, Outage],
    longest: Longest,
) -> list[int]:
    """The deliveries to take; each platform is asked for what it has room for, so that none stands before another."""
    found: list[tuple[int, str, int, str]] = []
    rooms = {one: outages.room(closed.get(one), min(limit, budgets.room(db, one, gaps[one], now)), now) for one in pace}
    for platform, most in rooms.items():
        urgent = longest.look(db, platform, pace[platform], gaps[platform], now) if most else ()
        found += _turns(db, {**at, "platforms": _json([platform]), "platform": platform}, most, urgent) if most else []
    taken: dict[str, dict[int, int]] = {platform: {} for platform in pace}
    for _, _, number, platform in sorted(found)[:limit]:
        _afford(db, number, rooms[platform], taken[platform])
    for platform, costs in taken.items():
        budgets.crowd(db, platform, gaps[platform], now, sum(costs.values()))
    return [number for _, _, number, platform in sorted(found) if number in taken[platform]]


def _turns(db: Database, at: Mapping[str, object], most: int, urgent: Sequence[str]) -> list[tuple[int, str, int, str]]:
    """Up to half of them of channels that decide when all of it ends, the rest by who was served longest ago."""
    half = {**at, "only": _json(urgent), "limit": (most + 1) // 2}
    first = rows(db, URGENT, half) if urgent else []
    ahead = {one["number"] for one in first}
    then = [one for one in rows(db, HEADS, {**at, "limit": most}) if one["number"] not in ahead]
    turns = [*first, *then][:most]
    return [(one["number"] not in ahead, one["free_at"], one["number"], one["platform"]) for one in turns]


def _afford(db: Database, number: int, room: int, taken: dict[int, int]) -> None:
    """Take it if there is room for its requests; the first one always."""
    found = row(db, REQUESTS, (number,))
    requests = found["requests"] if found else 1
    if not taken or sum(taken.values()) + requests <= room:
        taken[number] = requests


def _knock(db: Database, number: int, closed: Mapping[str, Outage], now: datetime, until: datetime) -> None:
    """A platform that was shut is tried with all that waits in the channel."""
    found = row(db, "SELECT platform, channel FROM delivery WHERE number = ?", (number,))
    if found and found["platform"] in closed:
        outages.trying(db, found["platform"], found["channel"], now, until)


def _claimed(db: Database, number: int) -> Claim:
    found = row(db, f"{FULL} WHERE delivery.number = ?", (number,))
    assert found is not None
    items = () if found["digest"] is None else digests.riders(db, found["digest"])
    return Claim(as_delivery(found), unpack(found["noun"], Paper), found["lease"], items)


def due(db: Database, platforms: Iterable[str]) -> datetime | None:
    """When the next pending delivery may be claimed: its due time, the pace of its channel and platform, leases."""
    with reading(db):
        soonest = [
            max(each, budgets.soonest(db, one), outages.soonest(db, one))
            for one in platforms
            for each in _soonest(db, one)
        ]
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


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
