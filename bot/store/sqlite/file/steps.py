"""Steps over one connection, in one thread, in the order they were asked for; polls that come together share a commit.

Whoever asked for a step hears of it once it is durable. A step that was asked for is taken even if whoever waits for
it is cancelled: a message's id must not be lost because the bot is stopping.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

from bot.store.sqlite.file.connection import told, writing

T = TypeVar("T")

Spoken = Callable[[BaseException], BaseException]

TOGETHER = 64
"""Steps that share a commit at most: as many as there are fetches under way."""
LONG = 0.05
"""Seconds after which a shared transaction takes no further step, so that other steps and programs have their turn."""


@dataclass(slots=True)
class Step(Generic[T]):
    """Work that was asked for, what came of it, and who waits.

    `shared`: it may stand in one commit with others; `writes`: that is worth a transaction.
    """

    work: Callable[[Database], T]
    waiting: asyncio.Future[T]
    shared: bool = False
    writes: bool = True
    value: Any = None
    error: BaseException | None = None

    def take(self, db: Database, spoken: Spoken) -> None:
        """Do it, and keep what comes of it; `spoken` puts what SQLite says into words."""
        try:
            self.value = self.work(db)
        except BaseException as error:  # noqa: BLE001  whoever waits gets it, whatever it is
            self.error = spoken(error)

    def tell(self) -> None:
        """Hand it to whoever waits; in the event loop's thread."""
        if self.waiting.done():  # cancelled meanwhile
            return
        if self.error is not None:
            self.waiting.set_exception(self.error)
        else:
            self.waiting.set_result(self.value)


class Steps:
    """The queue of one connection's steps and the thread that takes them."""

    def __init__(self, db: Database, file: Path, patience: timedelta, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._spoken = partial(told, file=file, patience=patience)
        self._loop = asyncio.get_running_loop()
        self._thread = thread
        self._asked: list[Step[Any]] = []
        self._waiting: deque[Step[Any]] = deque()
        self._lock = Lock()
        self._busy = False

    def ask(self, work: Callable[[Database], T], *, shared: bool = False, writes: bool = True) -> asyncio.Future[T]:
        """The step's outcome, once it has been taken and is durable."""
        waiting: asyncio.Future[T] = self._loop.create_future()
        if not self._asked:  # what is asked for in one turn of the loop goes to the thread together
            self._loop.call_soon(self._hand_over)
        self._asked.append(Step(work, waiting, shared, writes))
        return waiting

    def _hand_over(self) -> None:
        with self._lock:
            self._waiting.extend(self._asked)
            idle, self._busy = not self._busy, True
        self._asked.clear()
        if idle:
            self._thread.submit(self._run)

    def _run(self) -> None:
        while steps := self._next():
            if len(steps) > 1 and any(step.writes for step in steps):
                together(self._db, steps, self._spoken)
            else:
                for step in steps:
                    step.take(self._db, self._spoken)
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(_tell, steps)

    def _next(self) -> list[Step[Any]]:
        """The oldest step, with those after it that may share its commit; nothing ends the run."""
        with self._lock:
            if not self._waiting:
                self._busy = False
                return []
            steps = [self._waiting.popleft()]
            while steps[0].shared and self._waiting and self._waiting[0].shared and len(steps) < TOGETHER:
                steps.append(self._waiting.popleft())
            return steps


def together(db: Database, steps: Sequence[Step[Any]], spoken: Spoken) -> None:
    """Take the steps in transactions that several share; each is whole or nothing, and one's refusal is its own.

    What a step has read of an earlier one's writing is told only when that is durable. If the transaction itself
    fails, so do all steps that stood in it.
    """
    left = deque(steps)
    while left:
        taken: list[Step[Any]] = []
        try:
            with writing(db):
                until = time.monotonic() + LONG
                while left and (not taken or time.monotonic() < until):
                    taken.append(left.popleft())
                    taken[-1].take(db, spoken)
                    _require_unbroken(db, taken[-1])
        except BaseException as error:  # noqa: BLE001  each hears of it
            for step in taken or left:  # one wait for a locked file was everybody's
                step.error = step.error or spoken(error)
            if not taken:
                return


def _require_unbroken(db: Database, step: Step[Any]) -> None:
    """A full or broken disk ends the whole transaction at once, and what was done in it before."""
    if not db.conn.in_transaction:
        raise step.error or RuntimeError("a step ended the transaction it stood in")


def _tell(steps: Sequence[Step[Any]]) -> None:
    for step in steps:
        step.tell()
