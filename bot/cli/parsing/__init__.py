"""Bodies → Readings off the event loop: small ones in a thread, others in processes; what was seen is remembered.

Each process is given one body at a time and can be ended without harm to the others: a body that takes too long, too
much memory, or its process with it, costs its own feed one poll and one sentence. Processes start when first needed.
"""

from __future__ import annotations

import asyncio

from bot import sources
from bot.cli.parsing.memory import Memory
from bot.cli.parsing.workers import Job, Workers
from bot.model import Bookmark, Feed, Reading
from bot.ports import Fetched

__all__ = ["Memory", "Parser", "Workers"]

SMALL = 64 * 1024
"""Bytes that are read in a thread: a few hundredths of a second, less than a process takes to start."""

LOOKED_THROUGH = 1024 * 1024
"""Bytes that are compared there with what was seen: some milliseconds."""


class Parser:
    """The flow's `Read`. Of a feed's changed body, only entries are read that were not in its last one."""

    def __init__(self, workers: Workers | None = None, memory: Memory | None = None, *, small: int = SMALL) -> None:
        self._workers = workers or Workers()
        self._memory = memory or Memory()
        self._small = small
        self._thread = asyncio.Lock()

    async def __call__(self, fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        """What the body says, less what `before` shows to be recorded already; `SourceFailed` in one sentence."""
        body = fetched.body or b""
        seen = self._memory.recall(feed.address, before.digest)
        reading = await self._here(body, feed, seen) or await self._workers.read(Job(body, feed, seen))
        self._memory.keep(feed.address, fetched.bookmark.digest, reading.seen)
        return reading

    async def _here(self, body: bytes, feed: Feed, seen: bytes) -> Reading | None:
        """What takes little to read, in a thread; a body whose entries were nearly all seen is not worth sending."""
        small = len(body) <= self._small
        if not small and (not seen or len(body) > LOOKED_THROUGH):
            return None
        async with self._thread:  # one at a time: each thread that computes delays the event loop by its turn
            if small:
                return await asyncio.to_thread(sources.read, body, feed, seen=seen)
            return await asyncio.to_thread(sources.renew, body, feed, seen, self._small)

    async def close(self) -> None:
        """End the processes at once."""
        await self._workers.close()
