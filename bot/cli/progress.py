"""How far something is that takes more than a second: a bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

Item = TypeVar("Item")

PATIENCE = 1.0
"""Seconds after which a person wants to know."""
OFTEN = 0.2
"""Seconds between two looks at how far it is."""

Told = Callable[[int, int], None]
"""(done, all): `all` may be 0 where nobody knows it."""
Look = Callable[[], Awaitable[tuple[int, int]]]
"""What would be told."""


def quiet(done: int, whole: int) -> None:
    """Nobody watches."""


@contextmanager
def progress(doing: str) -> Iterator[Told]:
    """A bar on stderr once it has taken a second; quiet where stderr is no terminal."""
    if not is_watched():
        yield quiet
        return
    bar = Bar(doing)
    try:
        yield bar.tell
    finally:
        bar.end()


def steps(doing: str, items: Collection[Item]) -> Iterator[Item]:
    """The items one after the other, and a bar that tells how many are done."""
    with progress(doing) as told:
        for done, item in enumerate(items):
            told(done, len(items))
            yield item


async def follow(doing: str, look: Look, often: float = OFTEN) -> None:
    """A bar for what others do, until all of it is done, or for as long as nobody watches: then not at all."""
    if not is_watched():
        return
    with progress(doing) as told:
        while (far := await look())[0] < far[1]:
            told(*far)
            await asyncio.sleep(often)


def is_watched() -> bool:
    """Whether stderr is a terminal that somebody may look at."""
    with suppress(ValueError, AttributeError):  # closed, or none at all
        return sys.stderr.isatty()
    return False


class Bar:
    """One line of rich's, begun only when it is worth it: also where nothing is told for so long."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._far = (0, 0)
        self._shown: Progress | None = None
        self._ended = False
        self._one_at_a_time = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def tell(self, done: int, whole: int) -> None:
        with self._one_at_a_time:
            self._far = done, whole
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], completed=done, total=whole or None)

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        with self._one_at_a_time:
            if self._ended:
                return
            done, whole = self._far
            self._shown = Progress(console=Console(stderr=True), transient=True)
            self._shown.add_task(self._doing, completed=done, total=whole or None)
            self._shown.start()

    def end(self) -> None:
        self._timer.cancel()
        with self._one_at_a_time:
            self._ended = True
            if self._shown is not None:
                self._shown.stop()
