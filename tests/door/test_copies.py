"""`backup` under load and `restore` of what it made: whole, verified, refused where it would do harm."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

import bot.store
from bot.errors import StoreFailed
from bot.model import Bookmark, Channel, Delivery, Paper, Poll, Subscription
from bot.ports import Store
from tests.contracts.stores.nouns import NOW
from tests.door.command import daily, paper_round, running

GENERAL = Channel("local", "general")


def quiet(done: int, whole: int) -> None:
    """Nobody watches."""


async def fill(store: Store, first: int, count: int) -> None:
    """So many papers, one a poll, each with its delivery in the same transaction."""
    for number in range(first, first + count):
        found = Paper(f"arxiv:{number}", f"Title {number}", "x", abstract="words " * 200)
        mark = Bookmark("x", digest=str(number))
        await store.record(Poll(mark, (found,), (Delivery(found.id, GENERAL, due=NOW),)), NOW)


async def endless(store: Store, first: int, stopped: asyncio.Event) -> int:
    """Papers for as long as it takes; how many there are in the end."""
    while not stopped.is_set():
        await fill(store, first, 5)
        first += 5
    return first


async def test_a_backup_under_load_is_one_moment_and_restores(tmp_path: Path) -> None:
    """Polls are recorded all the while: in the copy, bookmark, papers and deliveries are of the same transaction."""
    place, copy = tmp_path / "a.db", tmp_path / "copy.db"
    store = await bot.store.open(str(place))
    await store.subscribe(Subscription(GENERAL, "attention", "local:you"), NOW)
    await fill(store, 0, 300)
    stopped = asyncio.Event()
    load = asyncio.create_task(endless(store, 300, stopped))
    rows = await asyncio.to_thread(bot.store.backup, str(place), copy, quiet)
    stopped.set()
    after = await load
    await store.close()
    assert 300 <= rows["paper"] == rows["delivery"] <= after
    assert rows["subscription"] == 1
    kept, aside = await asyncio.to_thread(bot.store.restore, str(place), copy, quiet, "now")
    assert kept == rows
    restored = await bot.store.open(str(place))
    (mark,) = (await restored.bookmarks()).values()
    assert int(mark.digest or 0) == rows["paper"] - 1
    assert len(await restored.deliveries(limit=10_000)) == rows["delivery"]
    await restored.close()
    assert aside is not None
    with sqlite3.connect(aside) as db:
        assert db.execute("SELECT count(*) FROM paper").fetchone() == (after,)  # what was replaced is all there


def test_a_running_bot_is_backed_up_and_never_restored_over(tmp_path: Path) -> None:
    """The commands as people type them."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    with running(tmp_path, "--source", "day.json") as bot_running:
        bot_running.says("known from now on")
        made = paper_round(tmp_path, "backup", "copy.db", "--json")
        assert made.code == 0
        assert {row["table"]: row["rows"] for row in made.rows}["paper"] == 1
        refused = paper_round(tmp_path, "restore", "copy.db")
        assert refused.code == 1
        assert "stop it first" in refused.err
        assert bot_running.process.poll() is None
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    done = paper_round(tmp_path, "restore", "copy.db")
    assert done.code == 0
    assert "What was there before is" in done.err
    assert len(list(tmp_path.rglob("*.replaced-*"))) >= 1
    assert paper_round(tmp_path, "run", "--once", "--source", "day.json").code == 0


def test_a_backup_is_not_written_over_another_file(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    assert paper_round(tmp_path, "subscriptions").code == 0
    ended = paper_round(tmp_path, "backup", "copy.db")
    assert ended.code == 2
    assert (tmp_path / "copy.db").read_text() == "mine"
    assert paper_round(tmp_path, "backup", "nowhere/copy.db").code == 2


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    ended = paper_round(tmp_path, "backup", "copy.db", "--store", "none.db")
    assert ended.code == 1
    assert "There is no database at" in ended.err
    assert not (tmp_path / "none.db").exists()
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("broken", ["newer", "other", "damaged", "text", "missing", "itself"])
def test_what_should_not_be_restored_is_refused_and_the_database_stays(broken: str, tmp_path: Path) -> None:
    assert paper_round(tmp_path, "subscribe", "local:general", "birds", "--store", "a.db").code == 0
    assert paper_round(tmp_path, "backup", "copy.db", "--store", "a.db").code == 0
    copy = tmp_path / ("a.db" if broken == "itself" else "copy.db")
    if broken == "newer":
        with sqlite3.connect(copy) as db:
            values = "('paper-round', 'warp', 'x')"
            db.execute(f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES {values}")
    elif broken == "other":
        copy.unlink()
        with sqlite3.connect(copy) as db:
            db.execute("CREATE TABLE cats (name)")
    elif broken == "damaged":
        whole = bytearray(copy.read_bytes())
        whole[8192:40960] = b"\xa5" * 32768
        copy.write_bytes(whole)
    elif broken == "text":
        copy.write_text("hello " * 300)
    elif broken == "missing":
        copy.unlink()
    ended = paper_round(tmp_path, "restore", str(copy), "--store", "a.db")
    assert ended.code in (1, 2)
    told = {"newer": "newer Paper Round", "other": "another program", "damaged": "is damaged", "text": "not a SQLite"}
    assert told.get(broken, "name the file that paper-round backup has made") in ended.err
    assert "Traceback" not in ended.err
    assert [row["rule"] for row in paper_round(tmp_path, "subscriptions", "--json", "--store", "a.db").rows] == [
        "birds"
    ]
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob("*.replaced-*"))


async def test_a_place_that_cannot_be_written_gets_no_half_a_backup(tmp_path: Path) -> None:
    """A sentence that names it, and nothing under the backup's name."""
    store = await bot.store.open(str(tmp_path / "a.db"))
    await fill(store, 0, 5)
    await store.close()
    target = tmp_path / "copy.db"
    (tmp_path / "copy.db.part").mkdir()  # where the copy would be written, nothing can be
    with pytest.raises(StoreFailed, match="cannot be written"):
        bot.store.backup(str(tmp_path / "a.db"), target, quiet)
    assert not target.exists()
