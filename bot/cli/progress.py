"""How far something is that takes more than a second: a bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATIENCE = 1.0
"""Seconds after which a person wants to know."""

Told = Callable[[int, int], None]
"""(done, all): `all` may be 0 where nobody knows it."""


@contextmanager
def progress(doing: str) -> Iterator[Told]:
    """A bar on stderr once it has taken a second; quiet where stderr is no terminal."""
    if not _is_watched():
        yield lambda done, whole: None
        return
    bar = Bar(doing)
    try:
        yield bar.tell
    finally:
        bar.end()


def _is_watched() -> bool:
    with suppress(ValueError, AttributeError):  # closed, or none at all
        return sys.stderr.isatty()
    return False


class Bar:
    """One line of rich's, begun only when it is worth it."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._began = time.monotonic()
        self._shown: tuple[object, object] | None = None

    def tell(self, done: int, whole: int) -> None:
        if self._shown is None and time.monotonic() - self._began > PATIENCE:
            self._begin(whole)
        if self._shown is not None:
            bar, task = self._shown
            bar.update(task, completed=done, total=whole or None)  # type: ignore[attr-defined]  # rich's, imported late

    def _begin(self, whole: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), transient=True)
        bar.start()
        self._shown = bar, bar.add_task(self._doing, total=whole or None)

    def end(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()  # type: ignore[attr-defined]
