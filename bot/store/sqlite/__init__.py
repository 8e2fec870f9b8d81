"""SQLite: one connection in one thread of its own, and the Store port in front of it.

Steps run one after the other in the order they were asked for (`file.steps`).
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.ports import Store
from bot.store.sqlite.file.connection import connect as open_file
from bot.store.sqlite.file.connection import locate
from bot.store.sqlite.front import SqliteStore

__all__ = ["SqliteStore", "connect"]


async def connect(place: str, *, worker: str, patience: timedelta) -> Store:
    """Open the file at `place` (`~` is the person's home) in a thread of its own."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="store")
    opening = thread.submit(_open, place, patience)
    try:
        db, file = await asyncio.shield(asyncio.wrap_future(opening))
    except BaseException:
        opening.add_done_callback(_let_go_unseen)  # nobody waits any more for what it may still open
        thread.shutdown(wait=False)
        raise
    return SqliteStore(db, file, thread, worker, patience)


def _open(place: str, patience: timedelta) -> tuple[Database, Path]:
    file = locate(place)  # one lock for every name of the same file
    return open_file(file, patience), file


def _let_go_unseen(opening: Future[tuple[Database, Path]]) -> None:
    if opening.exception() is None:
        opening.result()[0].close()
