"""What is said in local channels: plain functions over a connection, one transaction each."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.model import Channel, Message, Post
from bot.store.plain import clean, moment, pack, stamp, unpack, whole
from bot.store.sqlite.file.connection import reading, row, rows, writing
from bot.store.sqlite.tables.reading import as_channel

MOST = 500
"""Messages rewritten since that are told at once; a page that missed more is loaded anew."""
REWRITE = """
    UPDATE message SET post = ?, turn = (SELECT ifnull(max(turn), 0) + 1 FROM message WHERE turn IS NOT NULL)
    WHERE id = ? RETURNING id
"""


def say(db: Database, message: Message) -> Message:
    """Keep it and return it with its id; a known (channel, key) returns the first one unchanged."""
    channel, key = clean(str(message.channel)), clean(message.key)
    with writing(db):
        said = row(db, "SELECT * FROM message WHERE channel = ? AND key = ?", (channel, key))
        if said is None:
            _require_root(db, channel, message.thread)
            values = (channel, message.thread, key, clean(message.author), stamp(message.at), pack(message.post))
            asked = "INSERT INTO message (channel, thread, key, author, at, post) VALUES (?, ?, ?, ?, ?, ?) RETURNING *"
            said = row(db, asked, values)
        assert said is not None
        return _message(said)


def messages(db: Database, channel: Channel, thread: int | None, after: int, limit: int) -> list[Message]:
    """The channel's own messages, or one thread's, above `after`: the newest `limit`, oldest first."""
    asked = "SELECT * FROM message WHERE channel = ? AND thread IS ? AND id > ? ORDER BY id DESC LIMIT ?"
    found = rows(db, asked, (clean(str(channel)), None if thread is None else whole(thread), whole(after), limit))
    return [_message(said) for said in reversed(found)]


def message(db: Database, id: int) -> Message | None:
    """One message by its id."""
    found = row(db, "SELECT * FROM message WHERE id = ?", (whole(id),))
    return None if found is None else _message(found)


def rewrite(db: Database, id: int, post: Post) -> bool:
    """Put `post` in the place of what the message said; False when there is no such one."""
    with writing(db):
        changed = row(db, REWRITE, (pack(post), whole(id)))
    return changed is not None


def rewritten(db: Database, channel: Channel, after: int | None) -> tuple[int, list[Message]]:
    """The last turn, and the channel's messages rewritten after `after`."""
    with reading(db):
        turn = row(db, "SELECT ifnull(max(turn), 0) AS turn FROM message WHERE turn IS NOT NULL")
        assert turn is not None
        known = turn["turn"] if after is None else after
        asked = "SELECT * FROM message WHERE turn > ? AND channel = ? ORDER BY turn LIMIT ?"
        found = rows(db, asked, (whole(known), clean(str(channel)), MOST)) if known < turn["turn"] else []
        return int(turn["turn"]), [_message(one) for one in found]


def channels(db: Database, platform: str) -> list[Channel]:
    """The channels of a platform that have subscriptions or messages, by name."""
    # `;` is the character after `:`, so the range holds what begins with `platform:` and can walk the indexes.
    asked = """
        SELECT channel FROM (SELECT channel FROM subscription UNION SELECT channel FROM message)
        WHERE channel >= :platform || ':' AND channel < :platform || ';' ORDER BY channel
    """
    return [as_channel(found["channel"]) for found in rows(db, asked, {"platform": clean(platform)})]


def _require_root(db: Database, channel: str, thread: int | None) -> None:
    """A thread hangs from a message of the same channel that hangs from none."""
    if thread is None:
        return
    asked = "SELECT 1 FROM message WHERE id = ? AND channel = ? AND thread IS NULL"
    if row(db, asked, (whole(thread), channel)) is None:
        raise StoreFailed(f"There is no message {thread} in {channel} that a thread could hang from.")


def _message(found: sqlite3.Row) -> Message:
    return Message(
        channel=as_channel(found["channel"]),
        author=found["author"],
        post=unpack(found["post"], Post),
        at=moment(found["at"]),
        key=found["key"],
        thread=found["thread"],
        id=found["id"],
    )
