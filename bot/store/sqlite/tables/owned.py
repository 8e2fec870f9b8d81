"""Channels' own feeds, and the papers that only they have brought. Plain functions over a connection.

A paper that stands in `own` is known to the channels named there and to nobody else: a feed that is read for all still
brings it as news to the others, and takes it out of the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from bot.feeds import OwnFeed
from bot.model import Channel, Paper
from bot.store.identity import ids
from bot.store.plain import clean, exact, read_exact, stamp
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables.naming import numbers
from bot.store.sqlite.tables.reading import as_channel

OWNED = "SELECT paper, channel FROM own WHERE paper IN (SELECT value FROM json_each(?))"


def feeds(db: Database, channel: Channel | None) -> list[OwnFeed]:
    """One channel's own feeds, or all, in the order they were added."""
    only = None if channel is None else clean(str(channel))
    asked = "SELECT * FROM channel_feed WHERE ? IS NULL OR channel = ? ORDER BY at, channel, address"
    found = rows(db, asked, (only, only))
    return [OwnFeed(as_channel(kept["channel"]), read_exact(kept["address"]) or "", kept["creator"]) for kept in found]


def keep(db: Database, feed: OwnFeed, now: datetime) -> None:
    """Add it; within a transaction. Whoever added it first stays."""
    db.execute(
        "INSERT OR IGNORE INTO channel_feed VALUES (?, ?, ?, ?)",
        (clean(str(feed.channel)), exact(feed.address), clean(feed.creator), stamp(now)),
    )


def remove_feed(db: Database, channel: Channel, address: str) -> bool:
    """Remove it; False when the channel has no such feed."""
    with writing(db):
        asked = "DELETE FROM channel_feed WHERE channel = ? AND address = ? RETURNING channel"
        gone = row(db, asked, (clean(str(channel)), exact(address)))
        db.execute("UPDATE rulebook SET version = version + 1")
        return gone is not None


def owned(db: Database, papers: Sequence[Paper]) -> dict[str, frozenset[Channel]]:
    """Those of the papers that only channels' own feeds have brought so far: by id, who knows them."""
    if row(db, "SELECT 1 FROM own LIMIT 1") is None:  # most installations: nothing to look for
        return {}
    with reading(db):
        known = numbers(db, (name for paper in papers for name in ids(paper)))
        aware = _aware(db, set(known.values()))
    found = {}
    for paper in papers:
        met = {known[name] for name in ids(paper) if name in known}
        if met and met <= aware.keys():
            found[paper.id] = frozenset[Channel]().union(*(aware[number] for number in met))
    return found


def mark(db: Database, papers: Collection[int], before: Collection[int], audience: Collection[Channel] | None) -> None:
    """The papers of a poll for this audience (None: all) are known to it; those of `before` were known to somebody."""
    if audience is None:
        db.execute("DELETE FROM own WHERE paper IN (SELECT value FROM json_each(?))", (_json(papers),))
        return
    private = (set(papers) - set(before)) | _aware(db, papers).keys()
    named = [(number, clean(str(channel))) for number in private for channel in audience]
    db.conn.executemany("INSERT OR IGNORE INTO own VALUES (?, ?)", named)


def foreign(db: Database, papers: Collection[int], audience: Collection[Channel] | None) -> set[int]:
    """Those that somebody beside the audience knows: what its feed says of them changes nothing."""
    if audience is None:
        return set()
    aware = _aware(db, papers)
    return {number for number in papers if number not in aware or not aware[number] <= set(audience)}


def private(db: Database, papers: Sequence[Paper]) -> dict[int, Paper]:
    """Papers that only channels' own feeds have brought so far, by their numbers."""
    if row(db, "SELECT 1 FROM own LIMIT 1") is None:
        return {}
    known = numbers(db, (name for paper in papers for name in ids(paper)))
    aware = _aware(db, set(known.values()))
    met = {known[name]: paper for paper in papers for name in ids(paper) if name in known}
    return {number: paper for number, paper in met.items() if number in aware}


def absorb(db: Database, younger: int, older: int) -> None:
    """Two papers are one: it is a channel's own only if both were, and known to whoever knew either."""
    aware: Mapping[int, object] = _aware(db, (younger, older))
    if len(aware) == 2:
        db.execute("INSERT OR IGNORE INTO own SELECT ?, channel FROM own WHERE paper = ?", (older, younger))
    else:
        db.execute("DELETE FROM own WHERE paper = ?", (older,))
    db.execute("DELETE FROM own WHERE paper = ?", (younger,))


def _aware(db: Database, papers: Collection[int]) -> dict[int, set[Channel]]:
    found: dict[int, set[Channel]] = {}
    for kept in rows(db, OWNED, (_json(papers),)):
        found.setdefault(kept["paper"], set()).add(as_channel(kept["channel"]))
    return found


def _json(values: Collection[int]) -> str:
    return msgspec.json.encode(list(values)).decode()
