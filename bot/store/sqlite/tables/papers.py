"""Bookmarks and papers: plain functions over a connection, one transaction each."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlite_utils import Database

from bot.habits import Habits
from bot.model import Bookmark, Channel, Paper
from bot.store.identity import change, first_seen, ids, update
from bot.store.plain import (
    clean,
    clean_or_none,
    exact,
    moment_or_none,
    pack,
    read_exact,
    stamp,
    stamp_or_none,
    unpack,
    utc,
    whole,
)
from bot.store.sqlite.file.connection import row, rows
from bot.store.sqlite.tables import owned
from bot.store.sqlite.tables.merging import absorb
from bot.store.sqlite.tables.naming import FOUND, SEEN, channels, numbers
from bot.store.sqlite.tables.upkeep import thinned

# Plain words of our own in all three: what strangers say comes as values.
NEWEST = f"SELECT noun FROM paper WHERE at >= ? AND {SEEN} ORDER BY at DESC, number LIMIT ?"  # noqa: S608
OF_DAY = f"SELECT noun FROM paper WHERE day = ? AND {SEEN} ORDER BY upvotes DESC, number"  # noqa: S608
ONE = f"SELECT noun FROM paper WHERE number IN ({FOUND}) ORDER BY owner, number LIMIT 1"  # noqa: S608
DAYS = """
    SELECT day, count(*) AS papers FROM paper INDEXED BY paper_shared_day
    WHERE owner IS NULL GROUP BY day ORDER BY day DESC LIMIT ?
"""
OWN_DAYS = """
    SELECT day, count(*) AS papers FROM paper INDEXED BY paper_owned
    WHERE owner IS NOT NULL AND owner IN (SELECT value FROM json_each(?)) GROUP BY day
"""


def bookmarks(db: Database, addresses: Collection[str] | None) -> dict[str, Bookmark]:
    """All bookmarks by feed address, or those of these."""
    if addresses is None:
        found = [_bookmark(kept) for kept in rows(db, "SELECT * FROM bookmark")]
    else:
        found = [known for address in addresses if (known := bookmark(db, address))]
    return {bookmark.address: bookmark for bookmark in found}


def next_polls(db: Database) -> dict[str, datetime | None]:
    """When each feed is due."""
    found = rows(db, "SELECT address, due FROM bookmark")
    return {read_exact(address) or "": moment_or_none(due) for address, due in found}


def bookmark(db: Database, address: str) -> Bookmark | None:
    """One feed's bookmark."""
    found = row(db, "SELECT * FROM bookmark WHERE address = ?", (exact(address),))
    return None if found is None else _bookmark(found)


def keep_bookmark(db: Database, bookmark: Bookmark) -> None:
    """Put it in the place of the one that is there."""
    db.execute(
        "INSERT OR REPLACE INTO bookmark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            exact(bookmark.address),
            exact(bookmark.etag),
            exact(bookmark.modified),
            clean_or_none(bookmark.digest),
            stamp_or_none(bookmark.due),
            whole(bookmark.failures),
            stamp_or_none(bookmark.failing_since),
            clean_or_none(bookmark.error),
            exact(bookmark.moved_to),
            stamp_or_none(bookmark.baseline_at),
            pack(bookmark.habits),
        ),
    )


def unknown(db: Database, papers: Sequence[Paper]) -> list[Paper]:
    """Those of which neither the id nor any alias has been seen, in the order given."""
    known = numbers(db, (name for paper in papers for name in ids(paper)))
    return [paper for paper in papers if not any(name in known for name in ids(paper))]


def changed(db: Database, found: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
    """Those that are known and would change: as they are, and as they would be. Thinned ones are past changing."""
    known, past = numbers(db, (name for paper in found for name in ids(paper))), thinned(db)
    met = ((paper, [known[name] for name in ids(paper) if name in known]) for paper in found)
    pairs = (change(_numbered(db, min(places)), paper) for paper, places in met if places and min(places) > past)
    return [pair for pair in pairs if pair is not None]


def changed_own(
    db: Database, found: Sequence[Paper], channels: Collection[Channel]
) -> list[tuple[Channel, Paper, Paper]]:
    """The same of channels' copies."""
    told, past, names = list[tuple[Channel, Paper, Paper]](), thinned(db), [n for paper in found for n in ids(paper)]
    if row(db, "SELECT 1 FROM claim LIMIT 1") is None:
        return told
    for channel in channels:
        known = numbers(db, names, channel)
        copies = owned.copies(db, set(known.values()))
        for paper in found:
            places = {known[name] for name in ids(paper) if name in known}
            if places and places <= copies and min(places) > past:
                pair = change(_numbered(db, min(places)), paper)
                told += [(channel, *pair)] if pair else []
    return told


def keep_papers(db: Database, papers: Sequence[Paper], now: datetime) -> dict[str, int]:
    """Add or update each paper, and merge those found to be one; return row numbers by every id that was met.

    Whoever had one from their own feed alone has this one from now on, as this says it.
    """
    names = [name for paper in papers for name in ids(paper)]
    known, became = numbers(db, names), dict[int, int]()
    for paper in papers:
        met = sorted(_met(paper, known, became))
        number = _again(db, met, paper) if met else _add(db, first_seen(paper, utc(now)))
        became |= dict.fromkeys(met[1:], number)
        known |= dict.fromkeys(ids(paper), number)
    known = {name: _now(number, became) for name, number in known.items()}
    owned.give_up(db, names, known)
    return known


def keep_own(db: Database, papers: Sequence[Paper], channel: Channel, now: datetime) -> dict[str, int]:
    """The same for what a channel's own feed has brought, which is that channel's word alone.

    A paper that all know stays as it is: that the channel's feed calls it by further ids, only the channel knows.
    """
    names = [name for paper in papers for name in ids(paper)]
    everybodys, known, became = numbers(db, names), numbers(db, names, channel), dict[int, int]()
    copies = owned.copies(db, set(known.values()))
    for paper in papers:
        met = _met(paper, known, became)
        mine = sorted(met & copies)
        if shared := sorted(met - copies):
            number = shared[0]
            for copy in mine:
                absorb(db, copy, number)
        else:
            number = _again(db, mine, paper, channel) if mine else _add(db, first_seen(paper, utc(now)), channel)
            copies.add(number)
        owned.claim(db, channel, ids(paper), number)
        became |= {copy: number for copy in mine if copy != number}
        known |= {name: everybodys.get(name, number) for name in ids(paper)}
    return {name: _now(number, became) for name, number in known.items()}


def _met(paper: Paper, known: Mapping[str, int], became: Mapping[int, int]) -> set[int]:
    """The papers that this one is."""
    return {_now(known[name], became) for name in ids(paper) if name in known}


def _now(number: int, became: Mapping[int, int]) -> int:
    """The paper that has taken this one in, if one has: told by number, as a reading may have thousands of names."""
    while number in became:
        number = became[number]
    return number


def paper(db: Database, id: str, own: Collection[Channel]) -> Paper | None:
    """The paper by its id or any alias."""
    found = row(db, ONE, (clean(id), channels(own)))
    return None if found is None else _paper(found)


def papers(db: Database, since: datetime | None, limit: int, own: Collection[Channel]) -> list[Paper]:
    """The newest first; of those announced together, in the order they were first seen."""
    return [_paper(found) for found in rows(db, NEWEST, (stamp_or_none(since) or "", channels(own), limit))]


def days(db: Database, limit: int, own: Collection[Channel]) -> list[tuple[date, int]]:
    """The newest days that have papers, and how many."""
    count = Counter({found["day"]: found["papers"] for found in rows(db, DAYS, (limit,))})
    if own:
        count.update({found["day"]: found["papers"] for found in rows(db, OWN_DAYS, (channels(own),))})
    return [(date.fromisoformat(day), papers) for day, papers in sorted(count.items(), reverse=True)][:limit]


def of_day(db: Database, day: date, own: Collection[Channel]) -> list[Paper]:
    """The papers of one day: most upvotes first, then as first seen."""
    return [_paper(found) for found in rows(db, OF_DAY, (day.isoformat(), channels(own)))]


def _add(db: Database, paper: Paper, owner: Channel | None = None) -> int:
    """A copy's own id is its channel's word: the column that no two papers share has a number drawn for it."""
    name = "hex(randomblob(16))" if owner else "?1"
    number = db.execute(
        f"INSERT INTO paper (id, owner, at, day, upvotes, noun) VALUES ({name}, ?2, ?3, ?4, ?5, ?6)",  # noqa: S608
        (paper.id, clean(str(owner)) if owner else None, *_columns(paper)),
    ).lastrowid
    assert number is not None
    _name(db, paper, number, owner)
    return number


def _again(db: Database, met: Sequence[int], found: Paper, owner: Channel | None = None) -> int:
    """The papers `met` (oldest first) are all `found`: the oldest takes in what the others and `found` know."""
    oldest, *younger = met
    before = after = _numbered(db, oldest)
    for number in younger:
        after = update(after, _numbered(db, number))
        absorb(db, number, oldest)
    after = update(after, found)
    if after != before:
        _put(db, oldest, after)
        _name(db, after, oldest, owner)
    return oldest


def _put(db: Database, number: int, paper: Paper) -> None:
    asked = "UPDATE paper SET at = ?, day = ?, upvotes = ?, noun = ? WHERE number = ?"
    db.execute(asked, (*_columns(paper), number))


def _name(db: Database, paper: Paper, number: int, owner: Channel | None = None) -> None:
    if owner is not None:
        owned.claim(db, owner, ids(paper), number)
        return
    named = [(name, number) for name in ids(paper)]
    db.conn.executemany("INSERT INTO alias VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET paper = excluded.paper", named)


def _columns(paper: Paper) -> tuple[str, str, int, str]:
    when = paper.announced or paper.seen
    assert when is not None
    at = stamp(when)
    return at, at[:10], paper.signals.upvotes or 0, pack(paper)


def _numbered(db: Database, number: int) -> Paper:
    found = row(db, "SELECT noun FROM paper WHERE number = ?", (number,))
    assert found is not None
    return _paper(found)


def _paper(found: sqlite3.Row) -> Paper:
    return unpack(found["noun"], Paper)


def _bookmark(kept: sqlite3.Row) -> Bookmark:
    return Bookmark(
        address=read_exact(kept["address"]) or "",
        etag=read_exact(kept["etag"]),
        modified=read_exact(kept["modified"]),
        digest=kept["digest"],
        due=moment_or_none(kept["due"]),
        failures=kept["failures"],
        failing_since=moment_or_none(kept["failing_since"]),
        error=kept["error"],
        moved_to=read_exact(kept["moved_to"]),
        baseline_at=moment_or_none(kept["baseline_at"]),
        habits=unpack(kept["habits"], Habits) if kept["habits"] else Habits(),
    )
