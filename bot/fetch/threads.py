"""Work that blocks, in a thread of its own, so that the event loop never waits for a disk, a pipe or a name server."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises.

    A daemon thread each, not a pool: a name server that never answers, or a pipe that nobody writes to, takes
    nobody's place and does not hold up the end of the program.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        if not done.done():  # given up by whoever waited
            result()

    def run() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001  whoever waits gets it, whatever it is
            failure = error
            tell = lambda: done.set_exception(failure)  # noqa: E731
        else:
            tell = lambda: done.set_result(value)  # noqa: E731
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(settle, tell)

    threading.Thread(target=run, name="paper-round fetch", daemon=True).start()
    return await done
