"""What keeps a process small that runs for weeks: modules that nobody uses, memory that the C library holds back."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

FIRST, EVERY = 5.0, 10.0
"""Seconds after a start, and between two times. One takes a tenth of a millisecond where nothing is to be had."""


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Inside, these optional modules are as if not installed, where nobody has imported them yet.

    None in `sys.modules` is Python's own word for that: https://docs.python.org/3/reference/import.html#the-module-cache
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None, which the type leaves out
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def give_back() -> None:
    """Let the system have what was freed: after much was read and dropped, glibc keeps it for a while that never ends.

    Does nothing where the C library has no such call (musl, macOS, Windows).
    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


async def keep_small(first: float = FIRST, every: float = EVERY) -> None:
    """Give back what was freed, now and then, until cancelled."""
    await asyncio.sleep(first)
    while True:
        await asyncio.to_thread(give_back)
        await asyncio.sleep(every)
