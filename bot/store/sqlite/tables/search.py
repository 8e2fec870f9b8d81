"""Papers found by their words: the index, and what it lets in. Plain functions over a connection.

The index's row number is the paper's place in time, so that a search reads the newest first and stops when it has
enough. A trigger marks whatever changes as stale; `index` makes it searchable again, a few papers at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.model import Channel, Paper
from bot.rules.narrow import EDITION, All, Need, Term, indexed
from bot.store.plain import clean, place, unpack
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables.naming import SEEN, channels

_COLUMNS = {"words": "title more"}
STALE = "SELECT number, place, noun FROM paper WHERE fresh = 0 ORDER BY number DESC LIMIT ?"
NEWEST = f"""
    SELECT place, noun FROM paper WHERE place IS NOT NULL AND place < ? AND place >= ? AND {SEEN}
    ORDER BY place DESC LIMIT ?
"""  # noqa: S608 — our own words
# The index alone says which rows; only those are then read, the newest first, until there are enough. CROSS JOIN keeps
# that order: https://sqlite.org/optoverview.html#crossjoin
LET_IN = f"""
    SELECT place, noun FROM words CROSS JOIN paper ON place = words.rowid
    WHERE words MATCH ? AND words.rowid < ? AND words.rowid >= ? AND {SEEN} ORDER BY words.rowid DESC LIMIT ?
"""  # noqa: S608 — our own words
_WORDS = """
    SELECT term, sum(doc) AS papers FROM vocabulary
    WHERE term >= ? AND term < ? AND col IN ('title', 'more') GROUP BY term HAVING papers >= ?
"""
FAREST = 2**63 - 1


def index(db: Database, limit: int) -> int:
    """Make up to `limit` stale papers searchable; how many are left."""
    if not (rows(db, STALE, (1,)) or rows(db, "SELECT 1 FROM gone LIMIT 1")) and _edition(db) == EDITION:
        return 0
    with writing(db):
        _renew(db)
        db.execute("DELETE FROM words WHERE rowid IN (SELECT place FROM gone)")
        db.execute("DELETE FROM gone")
        for found in rows(db, STALE, (limit,)):
            _index(db, found["number"], found["place"], unpack(found["noun"], Paper))
    left = row(db, "SELECT count(*) AS papers FROM paper WHERE fresh = 0")
    return int(left["papers"]) if left else 0


def _edition(db: Database) -> int:
    found = row(db, "SELECT edition FROM indexing")
    return int(found["edition"]) if found else 0


def _renew(db: Database) -> None:
    """Another edition indexes by other terms: everything is stale."""
    if _edition(db) != EDITION:
        db.execute("DELETE FROM words")
        db.execute("UPDATE paper SET fresh = 0, place = NULL")
        db.execute("INSERT OR REPLACE INTO indexing VALUES (1, ?)", (EDITION,))


def _index(db: Database, number: int, before: int | None, paper: Paper) -> None:
    if before is not None:
        db.execute("DELETE FROM words WHERE rowid = ?", (before,))
    when = paper.announced or paper.seen
    assert when is not None
    now, found = place(when, number), indexed(paper)
    columns = (clean(found.title), clean(found.more), clean(found.facts))
    db.execute("INSERT INTO words (rowid, title, more, facts) VALUES (?, ?, ?, ?)", (now, *columns))
    db.execute("UPDATE paper SET fresh = 1, place = ? WHERE number = ?", (now, number))


def narrowed(
    db: Database,
    need: Need | None,
    before: int | None,
    since: datetime | None,
    limit: int,
    own: Collection[Channel],
) -> list[tuple[int, Paper]]:
    """The newest papers that have what is needed, each with its place."""
    span = (FAREST if before is None else before, -FAREST if since is None else place(since, 0))
    bounds = (*span, channels(own), limit)
    found = rows(db, NEWEST, bounds) if need is None else rows(db, LET_IN, (spelled(need), *bounds))
    return [(one["place"], unpack(one["noun"], Paper)) for one in found]


def vocabulary(db: Database, beginning: str, least: int) -> dict[str, int]:
    """The words that begin so and that `least` papers have, as folded, with how many."""
    start = clean(beginning)
    return {one["term"]: one["papers"] for one in rows(db, _WORDS, (start, f"{start}\U0010ffff", least))}


def spelled(need: Need) -> str:
    """A need in the index's own words (https://sqlite.org/fts5.html#full_text_query_syntax)."""
    if isinstance(need, Term):
        column = _COLUMNS.get(need.column, need.column)
        return f'{{{column}}} : "{clean(need.text)}"{" *" if need.begins else ""}'
    return f"({(' AND ' if isinstance(need, All) else ' OR ').join(map(spelled, need.parts))})"
