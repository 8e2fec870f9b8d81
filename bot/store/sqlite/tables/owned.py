"""Channels' own feeds, and the papers that only those have brought. Plain functions over a connection.

A paper with an `owner` is that channel's copy, made of what its own feeds say; its ids stand in `claim` and not in
`alias`, so that nobody else is told anything by them. A feed that is read for all brings the paper as one of its own,
and the copies go up in that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from bot.feeds import OwnFeed
from bot.model import Channel, Paper
from bot.store.identity import ids
from bot.store.plain import clean, exact, read_exact, stamp, unpack
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables import inboxes
from bot.store.sqlite.tables.merging import absorb
from bot.store.sqlite.tables.naming import numbers
from bot.store.sqlite.tables.reading import as_channel

CLAIMED = """
    SELECT claim.id, claim.channel, claim.paper, owner, iif(owner IS NULL, NULL, noun) AS noun
    FROM claim JOIN paper ON number = claim.paper
    WHERE claim.id IN (SELECT value FROM json_each(?)) ORDER BY claim.paper
"""
# One step in the index a channel: https://sqlite.org/lang_with.html#rcex
OWNERS = """
    WITH RECURSIVE known (owner) AS (
        SELECT min(owner) FROM paper INDEXED BY paper_owned WHERE owner IS NOT NULL
        UNION ALL
        SELECT (SELECT min(paper.owner) FROM paper INDEXED BY paper_owned
            WHERE paper.owner IS NOT NULL AND paper.owner > known.owner) FROM known WHERE known.owner IS NOT NULL
    ) SELECT owner FROM known WHERE owner IS NOT NULL
"""


def feeds(db: Database, channel: Channel | None) -> list[OwnFeed]:
    """One channel's own feeds, or all, in the order they were added."""
    only = None if channel is None else clean(str(channel))
    asked = "SELECT * FROM channel_feed WHERE ? IS NULL OR channel = ? ORDER BY at, channel, address"
    found = rows(db, asked, (only, only))
    return [OwnFeed(as_channel(kept["channel"]), read_exact(kept["address"]) or "", kept["creator"]) for kept in found]


def keep(db: Database, feed: OwnFeed, now: datetime) -> None:
    """Add it; within a transaction. Whoever added it first stays."""
    inboxes.learn(db, feed.channel, feed.creator)
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


def private(db: Database, papers: Sequence[Paper]) -> dict[str, dict[Channel, Paper | None]]:
    """Those that no feed of all has brought: by id, who knows them, each with its copy."""
    if row(db, "SELECT 1 FROM claim LIMIT 1") is None:  # most installations: nothing to look for
        return {}
    with reading(db):
        shared = numbers(db, (name for paper in papers for name in ids(paper)))
        unshared = [paper for paper in papers if shared.keys().isdisjoint(ids(paper))]
        claims = rows(db, CLAIMED, (_json({name for paper in unshared for name in ids(paper)}),))
    by_name: dict[str, dict[Channel, Paper | None]] = {}
    for one in claims:
        copy = unpack(one["noun"], Paper) if one["noun"] else None
        by_name.setdefault(one["id"], {}).setdefault(as_channel(one["channel"]), copy)
    found: dict[str, dict[Channel, Paper | None]] = {}
    for paper in unshared:
        for name in ids(paper):
            for channel, copy in by_name.get(name, {}).items():
                known = found.setdefault(paper.id, {})
                known[channel] = known.get(channel) or copy
    return found


def owners(db: Database) -> list[Channel]:
    """The channels that have copies, by name."""
    return [as_channel(found["owner"]) for found in rows(db, OWNERS)]


def give_up(db: Database, names: Sequence[str], known: Mapping[str, int]) -> None:
    """A feed of all has brought papers by these ids: whoever has a copy has the paper itself from now on.

    What a channel's own feeds claimed beside these ids stays their word, for that channel alone.
    """
    if row(db, "SELECT 1 FROM claim LIMIT 1") is None:
        return
    asked = _json(dict.fromkeys(names))
    place = {name: at for at, name in reversed([*enumerate(names)])}
    for one in sorted(rows(db, CLAIMED, (asked,)), key=lambda one: (place[one["id"]], one["paper"])):
        still = row(db, "SELECT 1 FROM paper WHERE number = ? AND owner IS NOT NULL", (one["paper"],))
        if still is not None:  # by another id it may have gone up already
            absorb(db, one["paper"], known[one["id"]])
    db.execute("DELETE FROM claim WHERE id IN (SELECT value FROM json_each(?))", (asked,))


def claim(db: Database, channel: Channel, names: Iterable[str], number: int) -> None:
    """The channel knows the paper by these ids, as far as they are nobody's else."""
    asked = """
        INSERT INTO claim SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM alias WHERE id = ?2)
        ON CONFLICT DO UPDATE SET paper = excluded.paper WHERE paper <> excluded.paper
    """
    db.conn.executemany(asked, [(clean(str(channel)), name, number) for name in names])


def copies(db: Database, among: Collection[int]) -> set[int]:
    """Those of the papers that are some channel's copy."""
    asked = "SELECT number FROM paper WHERE number IN (SELECT value FROM json_each(?)) AND owner IS NOT NULL"
    return {found["number"] for found in rows(db, asked, (_json(among),))}


def moved(db: Database, names: dict[str, object]) -> None:
    """A channel's copies follow it to its new id; of two copies of one paper the older stays.

    What either id knows as everybody's paper is that, and the other's copy goes up in it.
    """
    twins = """
        SELECT mine.paper AS mine, other.paper AS other, old.owner IS NOT NULL AS is_copy, new.owner IS NULL AS is_all
        FROM claim AS mine JOIN claim AS other USING (id)
        JOIN paper AS old ON old.number = mine.paper JOIN paper AS new ON new.number = other.paper
        WHERE mine.channel = :old AND other.channel = :new AND mine.paper <> other.paper
        AND (old.owner IS NOT NULL OR new.owner IS NOT NULL) LIMIT 1
    """
    while (twin := row(db, twins, names)) is not None:
        mine, other = twin["mine"], twin["other"]
        goes = mine if twin["is_all"] or (twin["is_copy"] and mine > other) else other
        absorb(db, goes, other if goes == mine else mine)
    db.execute("UPDATE paper SET owner = :new WHERE owner = :old", names)
    db.execute("UPDATE OR IGNORE claim SET channel = :new WHERE channel = :old", names)
    db.execute("DELETE FROM claim WHERE channel = :old", names)


def purge(db: Database, channel: str) -> int:
    """All copies of a channel, once nothing of it hangs on them; within a transaction."""
    gone = db.execute("DELETE FROM claim WHERE channel = ?", (channel,)).rowcount
    gone += db.execute(
        "DELETE FROM saved WHERE paper IN (SELECT number FROM paper WHERE owner = ?)", (channel,)
    ).rowcount
    return gone + db.execute("DELETE FROM paper WHERE owner = ?", (channel,)).rowcount


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()
