"""What became of papers after channels had them, people's votes, and the messages that have to show either."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from bot.model import Channel, Claim, Edit, News, Paper
from bot.store.plain import clean, stamp, unpack, whole
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import budgets
from bot.store.sqlite.tables.leases import change
from bot.store.sqlite.tables.naming import numbers
from bot.store.sqlite.tables.reading import FULL, as_channel, as_delivery

REST = timedelta(seconds=10)
"""One message is edited at most this often; the last state wins."""

_KEEP = "INSERT OR IGNORE INTO news (delivery, kind, text, at) VALUES (?, ?, ?, ?)"

_HAD = """
    SELECT number, channel FROM delivery
    WHERE paper = ? AND (state = 'sent' OR state = 'pending' AND message IS NOT NULL)
"""

# The oldest first, and only where nothing else waits: posts go before what became of them. CROSS JOIN keeps the order:
# the news that waits is little, the deliveries are many. https://sqlite.org/optoverview.html#crossjoin
HEADS = """
    SELECT delivery.number, delivery.channel, delivery.platform, min(news.at) AS at, count(*) AS requests
    FROM news INDEXED BY news_waiting CROSS JOIN delivery ON delivery.number = news.delivery
    LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel)
    WHERE news.said IS NULL AND delivery.state = 'sent' AND coalesce(delivery.leased_until, '') <= :now
    AND delivery.platform IN (SELECT value FROM json_each(:platforms))
    AND NOT EXISTS (SELECT 1 FROM outage WHERE outage.platform = delivery.platform)
    AND coalesce(free_at, '') <= :now AND coalesce(paused_until, '') <= :now AND lost_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM delivery AS other
        WHERE other.ready = 1 AND other.platform = delivery.platform AND other.channel = delivery.channel)
    AND NOT EXISTS (SELECT 1 FROM delivery AS busy WHERE busy.channel = delivery.channel
        AND busy.leased_until IS NOT NULL AND busy.leased_until > :now)
    GROUP BY delivery.channel ORDER BY at LIMIT :limit
"""

STALE = """
    SELECT edit.*, substr(edit.channel, 1, instr(edit.channel, ':') - 1) AS platform, 1 AS requests
    FROM edit LEFT JOIN budget USING (channel) LEFT JOIN custom USING (channel)
    WHERE due IS NOT NULL AND due <= :now AND coalesce(free_at, '') <= :now AND lost_since IS NULL
    AND substr(edit.channel, 1, instr(edit.channel, ':') - 1) IN (SELECT value FROM json_each(:platforms))
    AND NOT EXISTS (SELECT 1 FROM delivery AS other WHERE other.ready = 1 AND other.channel = edit.channel
        AND other.platform = substr(edit.channel, 1, instr(edit.channel, ':') - 1))
    AND NOT EXISTS (SELECT 1 FROM outage WHERE outage.platform = substr(edit.channel, 1, instr(edit.channel, ':') - 1))
    GROUP BY channel HAVING due = min(due) ORDER BY due LIMIT :limit
"""


def spread(db: Database, told: Sequence[tuple[str, News]], now: datetime) -> None:
    """Each piece of news, to be told wherever its paper was posted."""
    known = numbers(db, {clean(paper) for paper, _ in told})
    for paper, one in told:
        for found in rows(db, _HAD, (known.get(clean(paper), 0),)):
            keep(db, found["number"], (one,), now)


def spread_own(db: Database, told: Sequence[tuple[Channel, str, News]], now: datetime) -> None:
    """The same of papers that only a channel's own feeds have brought: to be told there alone."""
    for channel, paper, one in told:
        known = numbers(db, (clean(paper),), channel)
        for found in rows(db, _HAD, (known.get(clean(paper), 0),)):
            if found["channel"] == clean(str(channel)):
                keep(db, found["number"], (one,), now)


def keep(db: Database, delivery: int, told: Sequence[News], now: datetime) -> None:
    """News for one delivery, each once."""
    for one in told:
        db.execute(_KEEP, (delivery, one.kind, clean(one.text), stamp(now)))


def claim_news(
    db: Database,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    pace: Mapping[str, timedelta],
    crowd: Mapping[str, timedelta],
) -> list[Claim]:
    """Take deliveries that have news, one a channel, where no post waits; spend the channels' pace."""
    with writing(db):
        found = _roomy(db, HEADS, now, limit, pace, crowd)
        for one in found:
            db.execute(
                "UPDATE delivery SET lease = lease + 1, doubt = doubt OR leased_until IS NOT NULL, leased_until = ?, "
                "worker = ? WHERE number = ?",
                (stamp(now + lease), clean(worker), one["number"]),
            )
            budgets.spend(db, one["channel"], now + pace[one["platform"]])
        return [_claimed(db, one["number"]) for one in found]


def _roomy(
    db: Database,
    asked: str,
    now: datetime,
    limit: int,
    pace: Mapping[str, timedelta],
    crowd: Mapping[str, timedelta],
) -> list[sqlite3.Row]:
    """What is asked for, as much as each platform has room for; each is a request, or as many as it has news."""
    taken: list[sqlite3.Row] = []
    for platform in pace:
        gap = crowd.get(platform, timedelta())
        most = min(limit, budgets.room(db, platform, gap, now))
        at = {"now": stamp(now), "platforms": msgspec.json.encode([platform]).decode(), "limit": most}
        found = rows(db, asked, at) if most else []
        budgets.crowd(db, platform, gap, now, sum(one["requests"] for one in found))
        taken += found
    return taken


def _claimed(db: Database, number: int) -> Claim:
    found = row(db, f"{FULL} WHERE delivery.number = ?", (number,))
    assert found is not None
    return Claim(as_delivery(found), unpack(found["noun"], Paper), found["lease"])


def told(db: Database, claim: Claim, said: str, now: datetime) -> None:
    """What the claim shows as waiting was told, in the thread or in the post, which then has to be edited."""
    with writing(db):
        change(db, claim, "leased_until = NULL, doubt = 0")
        for one in claim.delivery.news:
            if one.said is None:
                asked = "UPDATE news SET said = ? WHERE delivery = ? AND kind = ? AND text = ?"
                db.execute(asked, (said, claim.delivery.row, one.kind, clean(one.text)))
        if said == "post":
            mark_all(db, claim.delivery.row, now)


def vote(db: Database, delivery: int, person: str, now: datetime) -> int | None:
    """The person's vote, or taken back; how many there are now. None when there is no such delivery."""
    number = whole(delivery)
    with writing(db):
        if row(db, "SELECT 1 FROM delivery WHERE number = ?", (number,)) is None:
            return None
        gone = db.execute("DELETE FROM vote WHERE delivery = ? AND person = ?", (number, clean(person))).rowcount
        if not gone:
            db.execute("INSERT INTO vote VALUES (?, ?, ?)", (number, clean(person), stamp(now)))
        mark_all(db, number, now)
        count = row(db, "SELECT count(*) AS votes FROM vote WHERE delivery = ?", (number,))
        assert count is not None
        return int(count["votes"])


def mark(db: Database, channel: str, message: str, now: datetime) -> None:
    """The message does not show what is so: it is due to be edited, but not too soon after the last time."""
    db.execute(
        "INSERT INTO edit (channel, message, due, turn) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE "
        "SET due = coalesce(due, max(coalesce(rested, ''), excluded.due)), turn = turn + 1",
        (channel, message, stamp(now)),
    )


def mark_all(db: Database, delivery: int, now: datetime) -> None:
    """Every message that shows the paper in its channel, also those of deliveries that were merged into this one."""
    same = (
        "SELECT other.channel, other.message, other.card FROM delivery JOIN delivery AS other USING (paper, channel) "
        "WHERE delivery.number = ? AND (other.number = delivery.number OR other.state = 'merged')"
    )
    for shown in rows(db, same, (delivery,)):
        for message in filter(None, (shown["message"], shown["card"])):
            mark(db, shown["channel"], message, now)


def remark(db: Database, channel: Channel, message: str, now: datetime) -> None:
    """`mark`, as a step of its own."""
    with writing(db):
        mark(db, str(channel), clean(message), now)


def edits(
    db: Database, now: datetime, limit: int, pace: Mapping[str, timedelta], crowd: Mapping[str, timedelta]
) -> list[Edit]:
    """Messages that are due to be edited, one a channel, where no post waits; spend the channels' pace."""
    with writing(db):
        found = _roomy(db, STALE, now, limit, pace, crowd)
        for one in found:
            budgets.spend(db, one["channel"], now + pace[one["platform"]])
        return [Edit(as_channel(one["channel"]), one["message"], one["turn"]) for one in found]


def edited(db: Database, edit: Edit, now: datetime, again: datetime | None) -> None:
    """It shows what was so at the edit's turn; what changed since, or failed (`again`), is edited later."""
    with writing(db):
        db.execute(
            "UPDATE edit SET rested = ?1, due = iif(turn = ?2 AND ?3 IS NULL, NULL, max(coalesce(?3, ''), ?1)) "
            "WHERE channel = ?4 AND message = ?5",
            (stamp(now + REST), edit.turn, stamp(again) if again else None, str(edit.channel), clean(edit.message)),
        )
