"""Where a promise of the Store port is handed to the page that keeps it, in the store's own thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from filelock import FileLock
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.store.sqlite.file.steps import Steps
from bot.store.sqlite.lead import lead, lock_beside
from bot.store.sqlite.tables.fairness import Longest

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Desk:
    """One SQLite file, its thread and its lock."""

    def __init__(self, db: Database, file: Path, thread: ThreadPoolExecutor, worker: str, patience: timedelta) -> None:
        self._file = file
        self._thread = thread
        self._worker = worker
        self._steps = Steps(db, file, patience, thread)
        self._lock: FileLock = lock_beside(file)
        self._closed = False
        self._longest = Longest()

    async def _do(self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Take a step in the store's thread; it is taken even if this call is cancelled."""
        self._require_open()
        return await self._steps.ask(lambda db: work(db, *args, **named))

    async def _look(self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """The same for what a poll asks, of which thousands may come together: it may stand within others' commit."""
        self._require_open()
        return await self._steps.ask(lambda db: work(db, *args, **named), shared=True, writes=False)

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed(f"The database {self._file} is closed already.")

    # ── life ──
    async def lead(self) -> None:
        await self._do(lead, self._lock, self._worker, self._file)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._steps.ask(self._let_go)

    def _let_go(self, db: Database) -> None:
        try:
            db.close()
        finally:
            self._lock.release()
            self._thread.shutdown(wait=False)
