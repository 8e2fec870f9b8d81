"""Take a person out of every table. One transaction."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlite_utils import Database

from bot.model import Line, Post, Span
from bot.ports.upkeep import NOBODY
from bot.public import inbox
from bot.store.plain import clean, pack, unpack
from bot.store.sqlite.file.connection import rows, writing
from bot.store.sqlite.tables import inboxes
from bot.store.sqlite.tables.upkeep import like, purged

MADE = ("subscription", "channel_feed")
"""Tables that say who made something for a channel, which stays the channel's."""
THEIRS = ("draft", "vote", "saved", "notice")
SPOKEN = ("message", "notice")
"""Tables of posts, in which the bot may have named them."""


def forget(db: Database, person: str) -> dict[str, int]:
    """Take a person out; how many rows of each table held them. Their own messages with the bot are purged."""
    name, taken = clean(person), dict[str, int]()
    with writing(db):
        for channel in _inboxes(db, name):
            taken["own messages"] = taken.get("own messages", 0) + purged(db, channel)
        for table in MADE:
            asked = f"UPDATE {table} SET creator = ? WHERE creator = ?"  # noqa: S608 — our own words, here and below
            taken[table] = db.execute(asked, (NOBODY, name)).rowcount
        for table in THEIRS:
            taken[table] = db.execute(f"DELETE FROM {table} WHERE person = ?", (name,)).rowcount  # noqa: S608
        blank = pack(Post(Line((Span("(forgotten)"),))))
        said = "UPDATE message SET author = ?, post = ?, key = 'forgotten:' || id WHERE author = ?"
        taken["message"] = db.execute(said, (NOBODY, blank, name)).rowcount
        for table in SPOKEN:
            taken[table] += _unsaid(db, table, name)
        taken["told"] = db.execute("DELETE FROM told WHERE about LIKE '%|' || ? ESCAPE '\\'", (like(name),)).rowcount
        for table in ("amendment", "draft"):  # what others changed or are about to change of theirs
            asked = f"DELETE FROM {table} WHERE instr(noun, ?) > 0"  # noqa: S608
            taken[table] = taken.get(table, 0) + db.execute(asked, (f'"{name}"',)).rowcount
        taken["budget"] = db.execute("DELETE FROM budget WHERE channel = ?", (name,)).rowcount  # who was told something
        taken["custom"] = _unname(db, name)
        taken["errand"] = _errands(db, name)
        if taken["subscription"] or taken.get("own messages"):
            db.execute("UPDATE rulebook SET version = version + 1")
    return {table: count for table, count in taken.items() if count}


def _inboxes(db: Database, person: str) -> list[str]:
    """Where a person alone is: their messages with the bot, or their mail address, also when no rule is left there."""
    platform = person.partition(":")[0]
    known = {"email": [person], "local": [str(inbox(person))]}.get(platform, [])
    return [*known, *inboxes.of(db, person)]


def _unname(db: Database, name: str) -> int:
    """Take the person off the lists of those who may change a channel's rules; an empty one leaves it to managers."""
    held = rows(db, "SELECT channel, who FROM custom WHERE instr(who, ?) > 0", (f'"{name}"',))
    for one in held:
        left = tuple(each for each in unpack(one["who"], tuple[str, ...]) if each != name)
        db.execute("UPDATE custom SET who = ? WHERE channel = ?", (pack(left or ("managers",)), one["channel"]))
    return len(held)


def _unsaid(db: Database, table: str, name: str) -> int:
    """Where the bot named them it names somebody."""
    held = rows(db, f"SELECT rowid AS number, post FROM {table} WHERE instr(post, ?) > 0", (f'"{name}"',))  # noqa: S608
    for one in held:
        post = msgspec.json.encode(_somebody(msgspec.json.decode(one["post"]), name)).decode()
        db.execute(f"UPDATE {table} SET post = ? WHERE rowid = ?", (post, one["number"]))  # noqa: S608
    return len(held)


def _somebody(value: Any, name: str) -> Any:
    match value:
        case {"person": person, **rest} if person == name:
            return {**rest, "text": "Somebody", "person": None}
        case dict():
            return {key: _somebody(part, name) for key, part in value.items()}
        case list():
            return [_somebody(part, name) for part in value]
    return value


def _errands(db: Database, name: str) -> int:
    """A day's worth at the most is kept: what they asked, and what others asked or were answered about them."""
    bare = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name.partition(':')[2])}(?![A-Za-z0-9])")
    held = rows(db, "SELECT platform, key, heard, way, reply FROM errand WHERE platform = ?", (name.partition(":")[0],))
    theirs = [one for one in held if any(bare.search(one[part] or "") for part in ("key", "heard", "way", "reply"))]
    for one in theirs:
        db.execute("DELETE FROM errand WHERE platform = ? AND key = ?", (one["platform"], one["key"]))
    return len(theirs)
