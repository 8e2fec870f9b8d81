"""What a doctor looks at in a SQLite file: is it there, whole, ours, up to date, writable, with room to grow."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from bot.checks import Check, fault, note, ok
from bot.errors import StoreFailed
from bot.store.sqlite.file.connection import OLDEST, locate
from bot.store.sqlite.file.edition import behind
from bot.store.sqlite.file.schema import KNOWN, migrations

ROOM = 200 * 1024 * 1024
"""Bytes that should be free: a busy year's growth, and the write-ahead log beside the file."""

FOLDER, ROOMS = "database folder", "disk space"


def examine(place: str) -> list[Check]:
    """All that can be said of the file without changing it; nothing is made where nothing is."""
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return [fault("SQLite", f"Python brings SQLite {sqlite3.sqlite_version}.", f"Use a Python with {wanted}.")]
    try:
        file = locate(place)
    except StoreFailed as error:
        return [fault("database", str(error), "Name another file: --store, BOT_STORE or [store] path.")]
    if file.is_dir():
        return [fault("database", f"{file} is a folder.", f"Name a file, such as {file / 'paper-round.db'}.")]
    folder = [*_folder(file), *_room(file)]
    if not file.exists():
        return [note("database", f"{file} is not there yet; the first start makes it."), *folder]
    return [*_file(file), *folder]


def _folder(file: Path) -> Iterator[Check]:
    """SQLite writes its log beside the file, so the folder counts as much."""
    there = next(path for path in (file.parent, *file.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield fault(
            FOLDER,
            f"This account may not write in {there}.",
            f"Let it: chown or chmod {there}, or name another file with --store or BOT_STORE.",
        )
    else:
        yield ok(FOLDER, f"{there} can be written.")


def _room(file: Path) -> Iterator[Check]:
    there = next(path for path in (file.parent, *file.parents) if path.exists())
    free = shutil.disk_usage(there).free
    wanted = max(ROOM, file.stat().st_size if file.is_file() else 0)
    if free < wanted:
        yield fault(
            ROOMS,
            f"{_size(free)} are free where the database is, and {_size(wanted)} should be.",
            "Make room on that disk, or move the database to another one and name it with BOT_STORE.",
        )
    else:
        yield ok(ROOMS, f"{_size(free)} free")


def _file(file: Path) -> Iterator[Check]:
    if not os.access(file, os.R_OK | os.W_OK):
        yield fault(
            "database",
            f"This account may not read and write {file}.",
            f"Let it: chown or chmod {file}, or run as the account that owns it.",
        )
        return
    if file.stat().st_mode & stat.S_IROTH:
        yield note("database file", f"Every account of this machine can read {file} (chmod 600 keeps it to this one).")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            yield from _inside(connection, file)
    except sqlite3.DatabaseError as error:
        yield _unreadable(error, file)


def _unreadable(error: sqlite3.DatabaseError, file: Path) -> Check:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return fault("database", f"{file} is not a SQLite file.", "Name another file, or move this one away.")
    if code == sqlite3.SQLITE_BUSY:
        return note("database", "Another program keeps it locked at this moment; ask again.")
    return _damaged(file, str(error))


def _first(why: str) -> str:
    """The first thing that SQLite names; its head line only says in which of a connection's files."""
    lines = [line.strip() for line in why.splitlines() if line.strip() and not line.startswith("***")]
    return (lines[0] if lines else why)[:120].rstrip(".")


def _damaged(file: Path, why: str) -> Check:
    return fault(
        "database",
        f"{file} is damaged (SQLite says: {_first(why)}).",
        "Put a backup in its place: paper-round restore BACKUP; without one, `sqlite3 FILE .recover` saves some of it.",
    )


def _inside(connection: sqlite3.Connection, file: Path) -> Iterator[Check]:
    db = Database(connection, execute_plugins=False)
    wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if wrong != ["ok"]:
        yield _damaged(file, wrong[0])
        return
    strays = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    if strays:
        yield _damaged(file, f"{len(strays)} rows of {strays[0][0]} refer to nothing")
        return
    yield ok("database", f"{file} is whole ({_size(file.stat().st_size)}).")
    yield _schema(db, file)
    yield _leader(db, file)


def _schema(db: Database, file: Path) -> Check:
    try:
        waiting = behind(db, file)
    except StoreFailed as error:
        said, _, remedy = str(error).rpartition(": ")
        return fault("schema", f"{said}.", remedy[:1].upper() + remedy[1:])
    applied = len(migrations.applied(db)) if waiting else len(KNOWN)
    if waiting:
        return note("schema", f"It is version {applied}; the next start brings it to {len(KNOWN)}.")
    return ok("schema", f"version {len(KNOWN)}, up to date")


def _leader(db: Database, file: Path) -> Check:
    """Whether a bot runs on it: its lock is tried, and let go at once."""
    lock = FileLock(f"{file}.lock", timeout=0)
    if not Path(lock.lock_file).exists():
        return note("bot", "None has run on this database yet.")
    try:
        with lock:
            return note("bot", "None runs on this database at this moment.")
    except Timeout:
        found = db.execute("SELECT worker FROM leader").fetchone()
        return ok("bot", f"One runs on this database ({found[0] if found else 'it has just started'}).")
    except OSError as error:
        return fault(
            "bot", f"The lock {lock.lock_file} cannot be taken ({error.strerror}).", "Let this account write it."
        )


def _size(count: int) -> str:
    """Bytes as people read them."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
