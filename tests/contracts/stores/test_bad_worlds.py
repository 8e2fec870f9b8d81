"""What can be wrong with a database's file: each is one sentence that names the file and says what mends it."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

import bot.store
from bot.errors import StoreFailed
from bot.store.sqlite.file.connection import connect, require, sentences
from bot.store.sqlite.file.schema import KNOWN
from tests.contracts.stores.nouns import NOW, paper, poll

AT_ONCE = timedelta(milliseconds=50)
NOBODY = 65534


@pytest.fixture
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's own, which other accounts may not enter
        yield Path(folder).resolve() / "paper-round.db"


@pytest.fixture
def mortal(file: Path) -> Iterator[None]:
    """Whoever runs the tests, what the file's rights forbid is forbidden: root gives up its powers meanwhile."""
    root = os.geteuid() == 0
    if root:
        os.chown(file.parent, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield
    if root:
        os.seteuid(0)
    file.parent.chmod(0o700)


def make(file: Path) -> None:
    asyncio.run(fill(file))


async def fill(file: Path) -> None:
    store = await bot.store.open(str(file))
    await store.record(poll(*(paper(f"arxiv:{n}", abstract="word " * 200) for n in range(200))), NOW)
    await store.close()


def refusal(file: Path) -> str:
    """What opening the file, or the first use of it, is answered with."""
    with pytest.raises(StoreFailed) as told:
        asyncio.run(use(file))
    return str(told.value)


async def use(file: Path) -> None:
    store = await bot.store.open(str(file), patience=AT_ONCE)
    try:
        await store.papers()
        await store.record(poll(paper("arxiv:new")), NOW)
    finally:
        await store.close()


def require_sentence(told: str, file: Path, *parts: str) -> None:
    assert str(file) in told
    assert [part for part in parts if part not in told] == []
    assert "\n" not in told
    assert "Traceback" not in told
    assert told.endswith((".", ").", "saved."))


def test_a_missing_folder_is_made(file: Path) -> None:
    deep = file.parent / "a" / "b" / "paper-round.db"
    make(deep)
    assert deep.is_file()


def test_a_folder_in_place_of_the_file(file: Path) -> None:
    file.mkdir()
    require_sentence(refusal(file), file, "is a folder", "name one")


def test_a_file_in_place_of_the_folder(file: Path) -> None:
    file.write_text("words")
    require_sentence(refusal(file / "sub" / "a.db"), file, "cannot be made", "name another")


def test_a_path_that_leads_nowhere(file: Path) -> None:
    file.symlink_to(file)
    told = [refusal(file), refusal(Path("~nobody-of-that-name/a.db")), refusal(file.parent / ("x" * 300))]
    assert [sentence for sentence in told if "name another file" not in sentence] == []


def test_a_file_that_is_no_database(file: Path) -> None:
    file.write_text("These are words, not tables. " * 200)
    require_sentence(refusal(file), file, "is not a SQLite file", "name another file")
    assert file.read_text().startswith("These are words")


def test_the_database_of_another_program_is_left_alone(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE places (url TEXT)")
    other.close()
    require_sentence(refusal(file), file, "another program", "name another file")
    with Database(file) as db:
        assert db.table_names() == ["places"]


def test_a_damaged_database(file: Path) -> None:
    make(file)
    pages = bytearray(file.read_bytes())
    pages[4096:] = b"\xff" * (len(pages) - 4096)
    file.write_bytes(pages)
    require_sentence(refusal(file), file, "is damaged", "backup")


def test_a_value_that_cannot_be_read(file: Path) -> None:
    make(file)
    db = Database(file)
    db.execute("UPDATE paper SET noun = '{\"id\": 5}' WHERE number = 7")
    db.close()
    require_sentence(refusal(file), file, "cannot be read", "backup")


def test_a_database_of_a_newer_program(file: Path) -> None:
    make(file)
    db = Database(file)
    db.table("_sqlite_migrations").insert({"migration_set": "paper-round", "name": "votes", "applied_at": "2027"})
    db.close()
    newer, known = f"version {len(KNOWN) + 1}", f"version {len(KNOWN)}"
    require_sentence(refusal(file), file, "newer Paper Round", newer, known, "update paper-round")


def test_a_database_that_another_program_keeps_locked(file: Path) -> None:
    make(file)
    busy = sqlite3.connect(file, isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    require_sentence(refusal(file), file, "locked by another program", "0.05 seconds", "try again")
    busy.close()


def test_a_new_file_that_another_program_keeps_locked(file: Path) -> None:
    busy = sqlite3.connect(file, isolation_level=None)
    busy.execute("BEGIN EXCLUSIVE")
    require_sentence(refusal(file), file, "locked by another program")
    busy.close()


@pytest.mark.usefixtures("mortal")
def test_a_file_that_may_not_be_written(file: Path) -> None:
    make(file)
    file.chmod(0o400)
    require_sentence(refusal(file), file, "cannot be written", "let this account write")


@pytest.mark.usefixtures("mortal")
def test_a_file_that_may_not_be_read(file: Path) -> None:
    make(file)
    file.chmod(0)
    require_sentence(refusal(file), file, "cannot be opened", "let this account read")


@pytest.mark.usefixtures("mortal")
def test_a_folder_that_may_not_be_written(file: Path) -> None:
    file.parent.chmod(0o500)
    require_sentence(refusal(file), file, "cannot be opened", "its folder")
    require_sentence(refusal(file.parent / "new" / "a.db"), file.parent, "cannot be made", "name another")
    file.parent.chmod(0)
    require_sentence(refusal(file), file.parent, "cannot be", "name another")


@pytest.mark.usefixtures("mortal")
async def test_a_lock_that_may_not_be_taken(file: Path) -> None:
    store = await bot.store.open(str(file))
    await asyncio.to_thread(file.parent.chmod, 0o500)
    with pytest.raises(StoreFailed) as told:
        await store.lead()
    require_sentence(str(told.value), file, "lock", "write the folder")
    await store.close()


async def test_a_disk_that_fails_saves_nothing_and_the_store_goes_on_when_it_is_mended(file: Path) -> None:
    store = await bot.store.open(str(file))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(StoreFailed) as told:
            await store.record(poll(*(paper(f"arxiv:{n}", abstract="word " * 999) for n in range(200))), NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    require_sentence(str(told.value), file, "disk")
    assert (await store.papers(), await store.bookmarks()) == ([], {})
    await store.record(poll(paper()), NOW)
    await store.close()


def test_a_full_disk(file: Path) -> None:
    db = connect(file, AT_ONCE)
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(StoreFailed) as told, sentences(file, AT_ONCE):
        db.execute("INSERT INTO draft (channel, person, at, noun) VALUES ('', '', '', ?)", ("x" * 100_000,))
    require_sentence(str(told.value), file, "disk is full", "make room", "nothing of this step was saved")
    db.close()


def test_our_own_mistakes_are_not_told_as_the_worlds(file: Path) -> None:
    db = connect(file, AT_ONCE)
    with pytest.raises(sqlite3.ProgrammingError), sentences(file, AT_ONCE):
        db.execute("SELECT ?", ())
    with pytest.raises(StoreFailed, match="mistake of Paper Round"), sentences(file, AT_ONCE):
        db.execute("SELECT nothing FROM nowhere")
    db.close()


def test_a_python_with_a_sqlite_too_old_is_told_which_one_is_needed() -> None:
    require((3, 38, 0))
    with pytest.raises(StoreFailed, match=r"3\.34\.1.*3\.38\.0"):
        require((3, 34, 1))
