"""A SQLite file, opened as we want it, and what can be wrong with one told in a sentence."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.store.sqlite.file.edition import behind
from bot.store.sqlite.file.schema import migrations

OLDEST = (3, 38, 0)
"""STRICT came with 3.37, RETURNING with 3.35, JSON built in with 3.38: https://sqlite.org/changes.html"""

# Primary result codes and what mends each: https://sqlite.org/rescode.html
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "is locked by another program, and stayed so for {patience:g} seconds: close what holds it, "
    "or let it finish, and try again.",
    sqlite3.SQLITE_READONLY: "cannot be written: let this account write the file and its folder, or name another file.",
    sqlite3.SQLITE_PERM: "cannot be used by this account: let it write the file and its folder, or name another file.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: let this account read and write the file and its folder, "
    "or name another file.",
    sqlite3.SQLITE_FULL: "has no room to grow, as its disk is full: make room; nothing of this step was saved.",
    sqlite3.SQLITE_CORRUPT: "is damaged: put a backup in its place, or move it away and start anew "
    "(`sqlite3 FILE .recover` saves what can be read).",
    sqlite3.SQLITE_NOTADB: "is not a SQLite file: name another file, or move this one away.",
    sqlite3.SQLITE_IOERR: "cannot be read or written, as its disk failed ({name}): check the disk and its room.",
}
_REMEDIES[sqlite3.SQLITE_LOCKED] = _REMEDIES[sqlite3.SQLITE_BUSY]


def locate(place: str) -> Path:
    """The one path of the file that `place` names: `~` is the person's home, links are followed."""
    try:
        return Path(place).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # a circle of links, an unknown ~somebody
        raise StoreFailed(f"The store {place!r} leads to no file ({error}): name another file.") from error


def connect(file: Path, patience: timedelta) -> Database:
    """Open the file, make it and its folder where missing, and bring its tables up to date."""
    require(sqlite3.sqlite_version_info)
    _place(file)
    with sentences(file, patience):
        connection = sqlite3.connect(
            file, timeout=patience.total_seconds(), isolation_level=None, check_same_thread=False
        )
        try:
            return _prepare(connection, file, patience)
        except BaseException:
            connection.close()
            raise


def require(version: tuple[int, int, int]) -> None:
    """`StoreFailed` when Python's SQLite is too old for these tables."""
    if version < OLDEST:
        raise StoreFailed(
            f"This Python brings SQLite {'.'.join(map(str, version))}, and Paper Round needs "
            f"{'.'.join(map(str, OLDEST))} or newer: use a newer Python, such as the one `uv python install` brings."
        )


Parameters = Sequence[object] | dict[str, object]
"""Values for `?` in their order, or for `:name` by name."""


@contextmanager
def sentences(file: Path, patience: timedelta) -> Iterator[None]:
    """What SQLite says becomes a `StoreFailed` that names the file and the remedy; our own mistakes stay."""
    try:
        yield
    except Exception as error:
        if (said := told(error, file, patience)) is error:
            raise
        raise said from error


def told(error: BaseException, file: Path, patience: timedelta) -> BaseException:
    """The error as `sentences` would raise it, its cause within."""
    said: StoreFailed | None = None
    if isinstance(error, msgspec.MsgspecError):
        said = StoreFailed(
            f"The database {file} holds a value that cannot be read ({error}): put a backup in its place."
        )
    elif isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.ProgrammingError):
        said = StoreFailed(_sentence(error, file, patience))
    if said is None:
        return error
    said.__cause__ = error
    return said


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that may write: it waits for its turn at the start, and is whole or nothing.

    Within another it is a part of that one, and still whole or nothing.
    """
    if db.conn.in_transaction:
        with _part(db):
            yield
        return
    db.execute("BEGIN IMMEDIATE")  # a deferred one could read, then find that another wrote, and fail at once
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def _part(db: Database) -> Iterator[None]:
    db.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:  # a full or broken disk takes all of it back by itself
            db.execute("ROLLBACK TO part")
            db.execute("RELEASE part")
        raise
    db.execute("RELEASE part")


@contextmanager
def reading(db: Database) -> Iterator[None]:
    """One view of the tables for several questions."""
    with db.atomic():
        yield


def rows(db: Database, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
    """All rows of an answer."""
    found: list[sqlite3.Row] = db.execute(sql, parameters).fetchall()
    return found


def row(db: Database, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
    """The first row of an answer, if there is one."""
    found: sqlite3.Row | None = db.execute(sql, parameters).fetchone()
    return found


def _place(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        folder = file.is_dir()
    except OSError as error:
        raise StoreFailed(
            f"The folder {file.parent} for the database cannot be made or entered ({error.strerror}): "
            "make it for this account, or name another file."
        ) from error
    if folder:
        raise StoreFailed(
            f"{file} is a folder, and the database is a file: name one, such as {file / 'paper-round.db'}."
        )


def _prepare(connection: sqlite3.Connection, file: Path, patience: timedelta) -> Database:
    connection.row_factory = sqlite3.Row
    db = Database(connection, execute_plugins=False, strict=True)  # strangers' plugins have no business in our tables
    for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "synchronous = FULL"):
        # FULL: what was remembered outlives a power cut, or a post would be said twice.
        db.execute(f"PRAGMA {pragma}")
    _enable_wal(db, patience)
    if behind(db, file):
        with writing(db):  # all steps or none, and another program that had the same thought waits and finds it done
            migrations.apply(db)
    return db


def _enable_wal(db: Database, patience: timedelta) -> None:
    """Write-ahead log, so that readers and the one writer do not wait for each other.

    The change of mode does not wait for locks by itself, and two programs may start on a new file at once.
    """
    until = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return db.enable_wal()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _sentence(error: sqlite3.DatabaseError, file: Path, patience: timedelta) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    remedy = _REMEDIES.get(
        code, "refused a step ({name}: {error}): this is a mistake of Paper Round, please report it."
    )
    told = remedy.format(patience=patience.total_seconds(), name=name, error=error)
    return f"The database {file} {told}"
