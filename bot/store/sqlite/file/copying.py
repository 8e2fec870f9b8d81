"""A copy of the file while a bot runs on it, and back: SQLite's online backup, looked through before it counts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from bot.errors import StoreFailed, WordsWrong
from bot.store.sqlite.file.connection import locate, sentences
from bot.store.sqlite.file.edition import behind
from bot.store.sqlite.file.schema import migrations

PAGES = 512
"""Pages copied at once (2 MB): between two pieces the bot has its turn, as a copy holds its readers' place only."""

COUNTED = ("paper", "delivery", "subscription", "bookmark", "message")
"""Tables whose rows are counted and told."""

PATIENCE = timedelta(seconds=10)

Told = Callable[[int, int], None]
"""(done, all) in pages, while a copy is made."""


def backup(place: str, target: Path, told: Told) -> dict[str, int]:
    """Copy the database at `place` to a new file; how many rows of each table it holds. The bot may go on meanwhile.

    The copy is made beside `target`, looked through, flushed to the disk and only then given its name.
    """
    file = locate(place)
    if not file.is_file():
        raise StoreFailed(f"There is no database at {file}: name it with --store or BOT_STORE.")
    if target.exists():
        raise WordsWrong(f"{target} is there already, and is not written over: name another file, or move it away.")
    if not target.parent.is_dir():
        raise WordsWrong(f"There is no folder {target.parent} for the backup: make it, or name another file.")
    with _unfinished(target) as part, sentences(file, PATIENCE):
        with closing(_open(file)) as source, closing(sqlite3.connect(part)) as copy:
            source.execute("BEGIN")  # one moment of the database, however long the copy takes
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            wanted = counts(source)
            source.backup(copy, pages=PAGES, progress=lambda _, left, whole: told(whole - left, whole), sleep=0.001)
            source.rollback()
            copy.execute("PRAGMA journal_mode = DELETE")
        found = verified(part)
        if found != wanted:
            raise StoreFailed(f"The copy of {file} does not hold what the database does ({found}, not {wanted}).")
        _settle(part, target)
    return found


def restore(place: str, backup: Path, told: Told, stamp: str) -> tuple[dict[str, int], Path | None]:
    """Put a backup in the database's place: its rows by table, and where the replaced file is now.

    Refused while a bot runs on it, and for a file that is damaged, another program's or a newer Paper Round's.
    """
    file = locate(place)
    if not backup.is_file():
        raise WordsWrong(f"There is no backup {backup}: name the file that paper-round backup has made.")
    if backup.resolve() == file:
        raise WordsWrong(f"{backup} is the database itself: name the file that paper-round backup has made.")
    found = verified(backup)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file), _unfinished(file) as part, sentences(backup, PATIENCE):
        with closing(_open(backup)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=PAGES, progress=lambda _, left, whole: told(whole - left, whole))
        aside = _put_aside(file, stamp)
        _settle(part, file)
    return found, aside


def verified(file: Path) -> dict[str, int]:
    """How many rows it holds; `StoreFailed` for a file that is not whole, not ours, or newer than this program."""
    with sentences(file, PATIENCE), closing(_open(file)) as connection:
        connection.row_factory = sqlite3.Row
        db = Database(connection, execute_plugins=False)
        wrong = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        strays = connection.execute("PRAGMA foreign_key_check").fetchone()
        if wrong != "ok" or strays:
            raise StoreFailed(f"{file} is damaged ({wrong if wrong != 'ok' else strays[0]}): take another backup.")
        behind(db, file)
        if not migrations.applied(db):
            raise StoreFailed(f"{file} holds nothing of Paper Round: name the file that paper-round backup has made.")
        return counts(connection)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of the tables that matter, of those that are there."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 — our own words
        for table in COUNTED
        if table in there
    }


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE.total_seconds(), isolation_level=None
    )


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """No bot runs on the file while this lasts."""
    lock = FileLock(f"{file}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreFailed(f"A Paper Round is running on the database {file}: stop it first.") from error
    except OSError as error:
        raise StoreFailed(
            f"The lock {lock.lock_file} cannot be taken ({error.strerror}): let this account write the folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file beside the target that is gone if anything goes wrong."""
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # it holds what people wanted to know: for this account alone
        yield part
    except OSError as error:
        raise StoreFailed(f"{target} cannot be written ({error.strerror}): name another file, or make room.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _settle(part: Path, target: Path) -> None:
    """On the disk under its own name, or not at all."""
    with part.open("rb+") as whole:
        os.fsync(whole.fileno())
    part.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _put_aside(file: Path, stamp: str) -> Path | None:
    """The replaced database under another name, with what its log still held."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.name}.replaced-{stamp}")
    for ending in ("-wal", "-shm", ""):
        beside = file.with_name(f"{file.name}{ending}")
        if beside.exists():
            beside.replace(aside.with_name(f"{aside.name}{ending}"))
    return aside
