"""A channel whose id has changed: all that is its own follows, joined to what the new id has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot import options
from bot.model import Amendment, Channel, Customs, Subscription
from bot.store.plain import clean, pack, stamp, unpack
from bot.store.sqlite.file.connection import row, rows, writing
from bot.store.sqlite.tables import customs, digests, notices, owned
from bot.store.sqlite.tables.merging import settle
from bot.store.sqlite.tables.reading import FULL

_TABLES = ("subscription", "channel_feed", "address", "round")
"""Where what the new id has already stays as it is; the rest of the old one's follows."""

RIVALS = """
    SELECT mine.number AS mine, other.number AS other FROM delivery AS mine JOIN delivery AS other USING (paper)
    WHERE mine.channel = :old AND other.channel = :new AND mine.state <> 'merged' AND other.state <> 'merged'
"""

# Whatever may have been said was said under the old name: it is looked for by that.
_FOLLOW = """
    UPDATE delivery SET named = iif(
        message IS NOT NULL OR digest IS NOT NULL OR doubt = 1 OR leased_until IS NOT NULL,
        coalesce(named, channel), NULL
    ), channel = :new WHERE channel = :old
"""
_EDITS = """
    INSERT INTO edit SELECT :new, message, due, rested, turn FROM edit WHERE channel = :old
    ON CONFLICT DO UPDATE SET due = coalesce(due, excluded.due), turn = turn + excluded.turn
"""
_LOST = "UPDATE custom SET lost_since = NULL, lost_why = NULL WHERE channel = ?"


def move(db: Database, old: Channel, new: Channel, now: datetime) -> bool:
    """All of it, or nothing; False when the old id has nothing."""
    names: dict[str, object] = {"old": clean(str(old)), "new": clean(str(new))}
    if old == new or old.platform != new.platform:
        return False
    with writing(db):
        if not _has_anything(db, names["old"]):
            return False
        owned.moved(db, names)
        _deliveries(db, names)
        _drafts(db, old, new)
        for table in _TABLES:
            db.execute(f"UPDATE OR IGNORE {table} SET channel = :new WHERE channel = :old", names)  # noqa: S608 — our own words
            db.execute(f"DELETE FROM {table} WHERE channel = :old", names)  # noqa: S608 — our own words
        db.execute(_EDITS, names)
        for table in ("edit", "budget"):
            db.execute(f"DELETE FROM {table} WHERE channel = :old", names)  # noqa: S608 — our own words
        notices.moved(db, old, new)
        _customs(db, old, new, now)
        db.execute("UPDATE rulebook SET version = version + 1")
        return True


def _has_anything(db: Database, name: object) -> bool:
    tables = ("subscription", "delivery", "custom", "channel_feed", "draft", "address", "claim")
    return any(row(db, f"SELECT 1 FROM {table} WHERE channel = ? LIMIT 1", (name,)) for table in tables)  # noqa: S608 — our own words


def _deliveries(db: Database, names: dict[str, object]) -> None:
    """Of two deliveries of one paper the one that got further stays, as of two papers found to be one."""
    for one in rows(db, RIVALS, names):
        known = [row(db, f"{FULL} WHERE delivery.number = ?", (one[which],)) for which in ("other", "mine")]
        settle(db, *(found for found in known if found is not None))
    db.execute(_FOLLOW, names)


def _drafts(db: Database, old: Channel, new: Channel) -> None:
    """Drafts wait for their person's press, and changes to be taken back, in the channel as it is now called."""
    for one in rows(db, "SELECT number, noun FROM draft WHERE channel = ?", (clean(str(old)),)):
        wish = unpack(one["noun"], Subscription)  # it may be for the person's own messages
        moved = replace(wish, channel=new) if wish.channel == old else wish
        asked = "UPDATE draft SET channel = ?, noun = ? WHERE number = ?"
        db.execute(asked, (clean(str(new)), pack(moved), one["number"]))
    for one in rows(db, "SELECT number, noun FROM amendment WHERE channel = ?", (clean(str(old)),)):
        change = unpack(one["noun"], Amendment)
        before, after = _there(change.before, new), _there(change.after, new)
        moved_change = replace(change, channel=new, before=before, after=after)
        asked = "UPDATE amendment SET channel = ?, noun = ? WHERE number = ?"
        db.execute(asked, (clean(str(new)), pack(moved_change), one["number"]))


def _there(one: Subscription | None, new: Channel) -> Subscription | None:
    return one and replace(one, channel=new)


def _customs(db: Database, old: Channel, new: Channel, now: datetime) -> None:
    """What either was told; the new id's words go before. It is there, so it is not lost; what waited comes at once."""
    known = customs.customs(db, (old, new))
    before, there = known[old], known[new]
    joined = Customs(
        new, options.over(there.options, before.options), there.zone or before.zone,
        there.paused_until or before.paused_until, who=there.who if there.who is not None else before.who,
    )  # fmt: skip
    if joined != Customs(new):
        customs.put(db, joined)
    db.execute("DELETE FROM custom WHERE channel = ?", (clean(str(old)),))
    if before.lost_since or there.lost_since:
        for one in rows(
            db, "SELECT DISTINCT digest FROM delivery WHERE channel = ? AND state = 'pending'", (str(new),)
        ):
            digests.free(db, one["digest"])
        digests.gather(db, str(new), now)
        db.execute(_LOST, (clean(str(new)),))
        db.execute("INSERT OR REPLACE INTO budget VALUES (?, ?)", (clean(str(new)), stamp(now)))
