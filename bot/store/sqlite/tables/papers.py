"""Bookmarks and papers: plain functions over a connection, one transaction each."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence, Set
from dataclasses import replace
from datetime import date, datetime

from sqlite_utils import Database

from bot.habits import Habits
from bot.model import Bookmark, Paper
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
from bot.store.sqlite.tables.merging import absorb
from bot.store.sqlite.tables.naming import numbers
from bot.store.sqlite.tables.owned import private
from bot.store.sqlite.tables.upkeep import thinned

NEWEST = "SELECT noun FROM paper WHERE at >= ? ORDER BY at DESC, number LIMIT ?"
DAYS = "SELECT day, count(*) FROM paper GROUP BY day ORDER BY day DESC LIMIT ?"
OF_DAY = "SELECT noun FROM paper WHERE day = ? ORDER BY upvotes DESC, number"


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


def keep_papers(db: Database, papers: Sequence[Paper], now: datetime, fixed: Set[int] = frozenset()) -> dict[str, int]:
    """Add or update each paper, and merge those found to be one; return row numbers by every id that was met.

    Those of the numbers `fixed` are left as they are, nor do they get another id.
    """
    known = numbers(db, (name for paper in papers for name in ids(paper)))
    for paper in papers:
        met = sorted({known[name] for name in ids(paper) if name in known})
        if not fixed.isdisjoint(met):
            known = dict.fromkeys(ids(paper), met[0]) | known
            continue
        number = _again(db, met, paper) if met else _add(db, first_seen(paper, utc(now)))
        if len(met) > 1:
            known |= dict.fromkeys((name for name, other in known.items() if other in met), number)
        known |= dict.fromkeys(ids(paper), number)
    return known


def publish(db: Database, papers: Sequence[Paper]) -> None:
    """What only channels' own feeds have brought is from now on as a feed of all has it: anybody may write those.

    Their ids stay, as does when they were first seen: whoever has had the paper is not sent it again.
    """
    for number, found in private(db, papers).items():
        known = _numbered(db, number)
        assert known.seen is not None
        shown = replace(first_seen(found, known.seen), id=known.id, aliases=known.aliases)
        if shown != known:
            _put(db, number, shown)


def paper(db: Database, id: str) -> Paper | None:
    """The paper by its id or any alias."""
    found = row(db, "SELECT noun FROM alias JOIN paper ON number = paper WHERE alias.id = ?", (clean(id),))
    return None if found is None else _paper(found)


def papers(db: Database, since: datetime | None, limit: int) -> list[Paper]:
    """The newest first; of those announced together, in the order they were first seen."""
    return [_paper(found) for found in rows(db, NEWEST, (stamp_or_none(since) or "", limit))]


def days(db: Database, limit: int) -> list[tuple[date, int]]:
    """The newest days that have papers, and how many."""
    return [(date.fromisoformat(day), count) for day, count in rows(db, DAYS, (limit,))]


def of_day(db: Database, day: date) -> list[Paper]:
    """The papers of one day: most upvotes first, then as first seen."""
    return [_paper(found) for found in rows(db, OF_DAY, (day.isoformat(),))]


def _add(db: Database, paper: Paper) -> int:
    number = db.execute(
        "INSERT INTO paper (id, at, day, upvotes, noun) VALUES (?, ?, ?, ?, ?)", (paper.id, *_columns(paper))
    ).lastrowid
    assert number is not None
    _name(db, paper, number)
    return number


def _again(db: Database, met: Sequence[int], found: Paper) -> int:
    """The papers `met` (oldest first) are all `found`: the oldest takes in what the others and `found` know."""
    oldest, *younger = met
    before = after = _numbered(db, oldest)
    for number in younger:
        after = update(after, _numbered(db, number))
        absorb(db, number, oldest)
    after = update(after, found)
    if after != before:
        _put(db, oldest, after)
        _name(db, after, oldest)
    return oldest


def _put(db: Database, number: int, paper: Paper) -> None:
    asked = "UPDATE paper SET at = ?, day = ?, upvotes = ?, noun = ? WHERE number = ?"
    db.execute(asked, (*_columns(paper), number))


def _name(db: Database, paper: Paper, number: int) -> None:
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
