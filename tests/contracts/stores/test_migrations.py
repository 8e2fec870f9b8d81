"""Migrations are added at the end and never edited: an old file with data ends up as a fresh one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

import bot.store
from bot.model import Bookmark, Delivery, Paper, Subscription
from bot.store.plain import pack, stamp
from bot.store.sqlite.file.connection import connect
from bot.store.sqlite.file.schema import KNOWN, migrations
from tests.contracts.stores.nouns import (
    FEED,
    GENERAL,
    MINUTE,
    NOW,
    PATIENT,
    TEAM,
    message,
    paper,
    poll,
    send,
    subscription,
    take,
    why,
)

FIRST = Path(__file__).with_name("first.sql")
"""A file as the first release left it, with a row in every table: frozen, whatever the schema becomes."""

LATER = (
    *("outage", "notice", "round", "doubted", "server"),
    *(
        "news",
        "vote",
        "edit",
        "custom",
        "page",
        "past",
        "channel_feed",
        "claim",
        "inbox",
        "indexing",
        "gone",
        "address",
        "errand",
        "mail_key",
        "mailbox",
        "words",
        "vocabulary",
        "thinned",
        "told",
        "amendment",
        "saved",
    ),
    *("words_data", "words_idx", "words_content", "words_docsize", "words_config"),
)
"""Tables that came after it."""

Schema = dict[str, list[tuple[object, ...]]]


def schema(db: Database) -> Schema:
    """Tables with their columns, keys and indexes, however they came about."""
    described: Schema = {"": sorted(tuple(row)[1:] for row in db.execute("PRAGMA table_list"))}
    for table in db.table_names():
        for pragma in ("table_xinfo", "foreign_key_list"):
            described[f"{pragma} {table}"] = [tuple(row) for row in db.execute(f"PRAGMA {pragma}({table})")]
    indexes = db.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
    described["indexes"] = [tuple(row) for row in indexes]
    return described


def fresh(folder: Path) -> Schema:
    db = connect(folder / "fresh.db", PATIENT)
    described = schema(db)
    db.close()
    return described


def test_the_known_steps_are_the_registered_ones_in_order(tmp_path: Path) -> None:
    empty = Database(tmp_path / "empty.db")
    assert tuple(step.name for step in migrations.pending(empty)) == KNOWN
    empty.close()


@pytest.mark.parametrize("step", KNOWN)
def test_a_file_of_any_version_ends_up_like_a_fresh_one(step: str, tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db", strict=True)
    migrations.apply(old, stop_before=step)
    old.close()
    brought_up = connect(tmp_path / "old.db", PATIENT)
    assert schema(brought_up) == fresh(tmp_path)
    brought_up.close()


def test_the_first_releases_file_ends_up_like_a_fresh_one(tmp_path: Path) -> None:
    load(tmp_path / "old.db")
    brought_up = connect(tmp_path / "old.db", PATIENT)
    assert schema(brought_up) == fresh(tmp_path)
    tables = [name for name in brought_up.table_names() if not name.startswith("sqlite_") and name not in LATER]
    assert [name for name in tables if not brought_up.table(name).count] == []  # the frozen file has data everywhere
    brought_up.close()


async def test_what_the_first_release_kept_is_still_there(tmp_path: Path) -> None:
    load(tmp_path / "old.db")
    store = await bot.store.open(str(tmp_path / "old.db"))
    kept = paper(aliases=("doi:10.1/1",), announced=NOW, seen=NOW)
    assert await store.bookmarks() == {FEED: Bookmark(FEED, due=NOW + MINUTE)}
    assert await store.papers() == [kept]
    assert await store.subscriptions() == [Subscription(GENERAL, "attention", "local:you", id=1)]
    assert await store.deliveries() == [
        Delivery(kept.id, GENERAL, (why("on"),), "sent", 1, "m1", "t1", due=NOW, posted_at=NOW)
    ]
    assert [said.post.plain for said in await store.messages(GENERAL)] == ["hello"]
    assert await store.take_draft(1, GENERAL, "local:you") == subscription("draft")
    await store.close()


async def test_servers_that_had_subscribed_are_known_and_not_greeted_again(tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db", strict=True)
    migrations.apply(old, stop_before="servers")
    for channel in ("discord:7/1", "discord:7/2", "discord:@me/3", "slack:T1/C1", "local:general"):
        kept = (channel, "a", "x:1", "{}", "active", "2026-01-01T00:00:00+00:00")
        old.execute(
            "INSERT INTO subscription (channel, rule, creator, options, state, created) VALUES (?,?,?,?,?,?)", kept
        )
    old.conn.commit()
    old.close()
    store = await bot.store.open(str(tmp_path / "old.db"))
    assert await store.enrolled("discord") == {"7": ""}
    await store.close()


async def test_a_paper_of_several_channels_own_feeds_is_parted(tmp_path: Path) -> None:
    """Until then it was one for all of them; each keeps what it was sent, and nobody else sees any of it."""
    file = tmp_path / "old.db"
    old = Database(file, strict=True)
    migrations.apply(old, stop_before="private")
    noun = pack(paper("url:1", seen=NOW, aliases=("doi:1",)))
    kept = "INSERT INTO paper (id, at, day, upvotes, noun) VALUES ('url:1', ?, '2026-08-17', 0, ?)"
    old.execute(kept, (stamp(NOW), noun))
    old.executescript("""
        INSERT INTO alias VALUES ('url:1', 1), ('doi:1', 1);
        INSERT INTO own VALUES (1, 'local:general'), (1, 'slack:T1/C1');
        INSERT INTO delivery (paper, channel, platform, state, ready, due, reasons, options, attempts)
        VALUES (1, 'slack:T1/C1', 'slack', 'sent', 0, '2026-08-17T09:00:00.000000Z', '[]', '{}', 0);
    """)
    old.conn.commit()
    old.close()
    store = await bot.store.open(str(file))
    assert await store.papers() == []
    for channel in (GENERAL, TEAM):
        (copy,) = await store.papers(own=[channel])
        assert (copy.id, copy.aliases) == ("url:1", ("doi:1",))
    assert [one.channel for one in await store.reached("doi:1", own=[TEAM])] == [TEAM]
    assert await store.reached("doi:1", own=[GENERAL]) == []
    await store.close()


def test_a_file_that_is_up_to_date_is_not_written(tmp_path: Path) -> None:
    connect(tmp_path / "a.db", PATIENT).close()
    before = (tmp_path / "a.db").read_bytes()
    connect(tmp_path / "a.db", PATIENT).close()
    assert (tmp_path / "a.db").read_bytes() == before


def load(file: Path) -> None:
    db = sqlite3.connect(file)
    db.executescript(FIRST.read_text())
    db.close()


async def freeze(file: Path) -> str:
    """How `first.sql` was made, once: `python -m tests.contracts.stores.test_migrations > first.sql`."""
    store = await bot.store.open(str(file))
    await store.lead()
    await store.subscribe(subscription(), NOW)
    await store.draft(subscription("draft"), NOW)
    found: Paper = paper(aliases=("doi:10.1/1",), announced=NOW)
    await store.record(poll(found, to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.threaded(claim.delivery.row, "t1")
    await send(store, claim, "m1")
    await store.say(message("hello", "k"))
    await store.close()
    db = sqlite3.connect(file)
    frozen = "\n".join(db.iterdump())
    db.close()
    return frozen + "\n"


if __name__ == "__main__":
    import asyncio
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(asyncio.run(freeze(Path(folder) / "first.db")))
