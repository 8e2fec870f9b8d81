"""What keeps the file small and forgetful: plain functions over a connection, one short transaction each."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.habits import Harvest, Tempo
from bot.model import Channel, Original, Paper, Reason, Subscription
from bot.store.plain import clean, moment, moment_or_none, pack, stamp, unpack, whole
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import owned
from bot.store.sqlite.tables.reading import as_channel
from bot.store.sqlite.tables.rulebook import as_subscription

# A workspace or server is what stands before the slash; people's own messages (`@me`) are nobody's server.
HOUSED = """
    WITH known AS (
        SELECT channel FROM subscription UNION SELECT channel FROM custom UNION SELECT channel FROM channel_feed
    )
    SELECT channel FROM known WHERE substr(channel, 1, instr(channel, '/') - 1) IN (SELECT value FROM json_each(?))
    ORDER BY channel
"""

IDLE = """
    SELECT * FROM subscription WHERE channel = :channel AND state = 'active' AND created < :since AND NOT EXISTS (
        SELECT 1 FROM delivery, json_each(delivery.reasons) AS why
        WHERE delivery.channel = :channel AND (posted_at >= :since OR state = 'pending' OR state = 'held')
        AND json_extract(why.value, '$.rule') = subscription.rule
    ) ORDER BY id
"""

WORKING = """
    SELECT * FROM subscription WHERE channel = :channel AND state = 'active' AND created < :since ORDER BY id
"""
HAD = """
    SELECT posted_at, reasons FROM delivery WHERE channel = :channel AND posted_at >= :since
    ORDER BY posted_at DESC LIMIT 2000
"""

_OF_CHANNEL = (
    *("subscription", "draft", "channel_feed", "custom", "budget", "edit", "address", "amendment", "mailbox"),
    *("round", "notice", "inbox"),
)
"""Tables whose rows are one channel's, beside its deliveries and messages."""


# ── retention ───────────────────────────────────────────────────────────────────────────────────────


def thinned(db: Database) -> int:
    """The number up to which papers were thinned; 0: none."""
    return _cursor(db, "papers")


def thin(db: Database, papers: datetime | None, deliveries: datetime | None, limit: int) -> int:
    """One batch of each."""
    with writing(db):
        looked = _thin_papers(db, papers, limit) if papers else 0
        return looked + (_thin_deliveries(db, deliveries, limit) if deliveries else 0)


def _thin_papers(db: Database, before: datetime, limit: int) -> int:
    """Papers are numbered as they were first seen, so the walk ends at the first young one."""
    asked = "SELECT number, noun FROM paper WHERE number > ? ORDER BY number LIMIT ?"
    looked, last = 0, _cursor(db, "papers")
    for found in rows(db, asked, (last, limit)):
        paper = unpack(found["noun"], Paper)
        if paper.seen is None or paper.seen >= before:
            break
        db.execute("UPDATE paper SET noun = ? WHERE number = ?", (pack(_thin(paper)), found["number"]))
        looked, last = looked + 1, found["number"]
    _move(db, "papers", last)
    return looked


def _thin(paper: Paper) -> Paper:
    signals = replace(paper.signals, gist=None, keywords=())
    return replace(paper, abstract="", authors=paper.authors[:3], original=Original(), signals=signals)


def _thin_deliveries(db: Database, before: datetime, limit: int) -> int:
    """What waits is passed over and keeps its reasons, however old."""
    asked = """
        SELECT number, state, channel, message, coalesce(posted_at, due) < ? AS old FROM delivery
        WHERE number > ? ORDER BY number LIMIT ?
    """
    looked, last = 0, _cursor(db, "deliveries")
    for found in rows(db, asked, (stamp(before), last, limit)):
        if not found["old"]:
            break
        if found["state"] not in ("pending", "held"):
            _strip(db, found)
        looked, last = looked + 1, found["number"]
    _move(db, "deliveries", last)
    return looked


def _strip(db: Database, found: sqlite3.Row) -> None:
    number = (found["number"],)
    bare = "reasons = '[]', options = '{}', worker = NULL, error = iif(state = 'sent', NULL, error)"
    db.execute(f"UPDATE delivery SET {bare} WHERE number = ?", number)  # noqa: S608 — our own words
    db.execute("DELETE FROM news WHERE delivery = ?", number)
    db.execute("DELETE FROM vote WHERE delivery = ?", number)
    db.execute("DELETE FROM edit WHERE channel = ? AND message = ?", (found["channel"], found["message"]))


def _cursor(db: Database, what: str) -> int:
    found = row(db, "SELECT number FROM thinned WHERE what = ?", (what,))
    return int(found["number"]) if found else 0


def _move(db: Database, what: str, number: int) -> None:
    db.execute("INSERT OR REPLACE INTO thinned VALUES (?, ?)", (what, number))


# ── forgetting ──────────────────────────────────────────────────────────────────────────────────────


def like(text: str) -> str:
    """The text as a pattern that is that text alone."""
    return "".join(f"\\{c}" if c in "\\%_" else c for c in text)


def housed(db: Database, homes: Collection[str]) -> list[Channel]:
    """What is before the slash of a channel's name is its home; a person's own (`@me/`) is nobody's server."""
    asked = json.dumps([home for home in homes if not home.endswith(":@me")])
    return [as_channel(found["channel"]) for found in rows(db, HOUSED, (asked,))]


def purge(db: Database, channel: Channel) -> int:
    """All of one channel; the rulebook's version changes."""
    with writing(db):
        gone = purged(db, clean(str(channel)))
        db.execute("UPDATE rulebook SET version = version + 1")
        return gone


def purged(db: Database, channel: str) -> int:
    """`purge`, as a part of a transaction; the rulebook's version stays."""
    with _unlinked(db):
        gone = sum(
            db.execute(f"DELETE FROM {table} WHERE channel = ?", (channel,)).rowcount  # noqa: S608 — our own words
            for table in _OF_CHANNEL
        )
        for table in ("news", "vote"):
            asked = f"DELETE FROM {table} WHERE delivery IN (SELECT number FROM delivery WHERE channel = ?)"  # noqa: S608
            gone += db.execute(asked, (channel,)).rowcount
        for table in ("delivery", "message"):
            gone += db.execute(f"DELETE FROM {table} WHERE channel = ?", (channel,)).rowcount  # noqa: S608 — our own words
        gone += owned.purge(db, channel)
        gone += db.execute(
            "DELETE FROM told WHERE about LIKE '%|' || ? ESCAPE '\\' OR about LIKE '%|' || ? || '|%' ESCAPE '\\'",
            (like(channel), like(channel)),
        ).rowcount
        return gone


@contextmanager
def _unlinked(db: Database) -> Iterator[None]:
    """Rows that refer to each other go together: whether all do is looked at when the transaction ends."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    yield


# ── silences and rules that rot ─────────────────────────────────────────────────────────────────────


def subscription(db: Database, id: int) -> Subscription | None:
    """By its number."""
    found = row(db, "SELECT * FROM subscription WHERE id = ?", (whole(id),))
    return as_subscription(found) if found else None


def tempo(db: Database, channel: Channel, start: datetime, middle: datetime) -> Tempo:
    """What the channel had, by two indexes."""
    name, begin, mid = clean(str(channel)), stamp(start), stamp(middle)
    had = row(
        db,
        "SELECT count(*) FILTER (WHERE posted_at < ?) AS before, count(*) FILTER (WHERE posted_at >= ?) AS lately "
        "FROM delivery WHERE channel = ? AND posted_at >= ?",
        (mid, mid, name, begin),
    )
    waits = row(db, "SELECT count(*) AS n FROM delivery WHERE channel = ? AND state IN ('pending', 'held')", (name,))
    assert had is not None
    assert waits is not None
    return Tempo(had["before"], had["lately"], waits["n"])


def idle(db: Database, channel: Channel, since: datetime) -> list[Subscription]:
    """Rules that brought nothing."""
    asked: dict[str, object] = {"channel": clean(str(channel)), "since": stamp(since)}
    return [as_subscription(found) for found in rows(db, IDLE, asked)]


def harvest(db: Database, channel: Channel, since: datetime) -> list[tuple[Subscription, Harvest]]:
    """Rules that brought something, by the reasons of what was posted."""
    asked: dict[str, object] = {"channel": clean(str(channel)), "since": stamp(since)}
    found: dict[str, tuple[int, str, set[str]]] = {}
    for had in rows(db, HAD, asked):
        by_rule: dict[str, set[str]] = defaultdict(set)
        for reason in unpack(had["reasons"], tuple[Reason, ...]):
            by_rule[reason.rule].add(reason.term)
        for rule, terms in by_rule.items():
            papers, _, known = found.get(rule, (0, "", set[str]()))
            found[rule] = (papers + 1, had["posted_at"], known | terms)
    working = [as_subscription(one) for one in rows(db, WORKING, asked)] if found else []
    made = {rule: Harvest(papers, moment(at), frozenset(terms)) for rule, (papers, at, terms) in found.items()}
    return [(one, made[one.rule]) for one in working if one.rule in made]


def heard(db: Database, about: str) -> datetime | None:
    """When it was said."""
    found = row(db, "SELECT at FROM told WHERE about = ?", (clean(about),))
    return moment_or_none(found["at"]) if found else None


def tell_once(db: Database, about: str, now: datetime) -> None:
    """Remember it."""
    with writing(db):
        db.execute("INSERT OR REPLACE INTO told VALUES (?, ?)", (clean(about), stamp(now)))


def hush(db: Database, about: str) -> None:
    """It may be said again."""
    with writing(db):
        db.execute("DELETE FROM told WHERE about = ?", (clean(about),))
