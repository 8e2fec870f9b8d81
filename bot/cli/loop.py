"""The event loop of a bot that runs for weeks: the fastest there is here, and its collector out of the way."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TypeVar

from bot.cli.sparing import give_back

T = TypeVar("T")

COLLECTED = (10_000, 20, 20)
"""Objects made before the young are looked through, and how often before the older are. Python's own numbers (700, 10,
10) look through everything too often where each answer makes thousands: https://docs.python.org/3/library/gc.html"""

SWITCHED = 0.001
"""Seconds that a thread which works keeps others waiting, at most. Python's own 0.005 are paid several times for each
answer while papers are matched beside it: https://docs.python.org/3/library/sys.html#sys.setswitchinterval"""


def run(work: Coroutine[object, object, T]) -> T:
    """Run it to its end, on uvloop where that is there (not on Windows), else on Python's own loop."""
    sys.setswitchinterval(SWITCHED)
    with asyncio.Runner(loop_factory=fastest()) as runner:
        return runner.run(work)


def fastest() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes such a loop; None: Python does."""
    try:
        made: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return made


def settle() -> None:
    """What is there now stays: it is never looked through again, which would hold the loop for tens of milliseconds."""
    gc.collect()
    gc.freeze()
    give_back()
    gc.set_threshold(*COLLECTED)
