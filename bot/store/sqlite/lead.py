"""One running bot a database: a lock that the kernel frees when the process ends, however it ends."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.store.plain import clean
from bot.store.sqlite.file.connection import row, writing
from bot.store.sqlite.tables import notices, outages
from bot.store.sqlite.tables.outbox import take_back


def lock_beside(file: Path) -> FileLock:
    """The lock of this database, not yet taken. The lock's file stays when it is freed; it is empty."""
    return FileLock(f"{file}.lock", timeout=0, thread_local=False)


def lead(db: Database, lock: FileLock, worker: str, file: Path) -> None:
    """Take the lock or say who has it; take back what the leader before left in hand."""
    if lock.is_locked:
        return
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreFailed(_taken(db, file)) from error
    except OSError as error:
        raise StoreFailed(
            f"The lock {lock.lock_file} cannot be taken ({error.strerror}): let this account write the folder."
        ) from error
    try:
        _begin(db, worker)
    except BaseException:
        lock.release()
        raise


def _begin(db: Database, worker: str) -> None:
    with writing(db):
        db.execute("INSERT OR REPLACE INTO leader VALUES (1, ?)", (clean(worker),))
        take_back(db)
        notices.take_back(db)
        outages.knock(db)


def _taken(db: Database, file: Path) -> str:
    leader = row(db, "SELECT worker FROM leader")
    name = f" ({leader['worker']})" if leader else ""
    return (
        f"Another Paper Round{name} is already running on the database {file}: stop that one first, "
        "or name another file (--store, BOT_STORE or [store] path)."
    )
