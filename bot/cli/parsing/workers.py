"""Processes that read bodies, one body a process at a time; each can be ended without harm to the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, replace

from bot.cli.parsing.passing import head, piece
from bot.errors import SourceFailed
from bot.model import Feed, Paper, Reading
from bot.sources import mask

AT_ONCE = 2
"""Processes: a second one, so that a feed that takes its time holds up no other."""
SECONDS = 60.0
"""Seconds that one body may take; the slowest honest one, 15 MiB in 100,000 entries, takes about half."""
MEMORY = 2 * 1024**3
"""Bytes of address space a process may use; the same body takes about half."""
LARGE = 2 * 1024 * 1024
"""Bytes above which bodies wait for each other: they take time in proportion, and one process stays for the rest."""


@dataclass(frozen=True, slots=True)
class Job:
    """A body to be read, and what was seen of its feed before."""

    body: bytes
    feed: Feed
    seen: bytes = b""


class Workers:
    """Reads bodies in at most `at_once` processes, which start when first needed and stay."""

    def __init__(self, at_once: int = AT_ONCE, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._free = asyncio.Semaphore(at_once)
        self._large = asyncio.Semaphore(max(1, at_once - 1))
        self._idle: list[Process] = []
        self._all: set[Process] = set()

    async def read(self, job: Job) -> Reading:
        """What the body says; `SourceFailed` also when its process did not live to tell."""
        async with self._large if len(job.body) > LARGE else contextlib.nullcontext(), self._free:
            process = await self._process()
            kept = False
            try:
                async with asyncio.timeout(self._seconds):
                    reading = await _ask(process, job)
                kept = True
            except TimeoutError:
                raise _failed(job, f"it took more than {self._seconds:g} s to read") from None
            except MemoryError:
                raise _failed(job, f"it took more than {self._memory // 2**20} MiB of memory to read") from None
            except (EOFError, OSError):
                raise _failed(job, "the process that read it was ended") from None
            except SourceFailed:
                kept = True
                raise
            finally:
                self._idle.append(process) if kept else _kill(process)
        return reading

    async def close(self) -> None:
        """End every process, whatever it is reading."""
        for process in self._all:
            _kill(process)
        for process in self._all:
            await process.wait()
        self._all.clear()
        self._idle.clear()

    @property
    def processes(self) -> list[Process]:
        """Those that were started, the living among them first."""
        return sorted(self._all, key=lambda process: process.returncode is not None)

    async def _process(self) -> Process:
        while self._idle:
            if (process := self._idle.pop()).returncode is None:
                return process
        self._all = {process for process in self._all if process.returncode is None}
        words = (sys.executable, "-m", "bot.cli.parsing.child", str(self._memory))
        paths = os.pathsep.join(path or os.curdir for path in sys.path)  # our own modules, wherever we were started
        try:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=PIPE, stdout=PIPE, limit=2**20, env={**os.environ, "PYTHONPATH": paths}
            )
        except OSError as error:
            raise SourceFailed(f"No process could be started to read the feed ({error.strerror}).") from error
        self._all.add(process)
        return process


async def _ask(process: Process, job: Job) -> Reading:
    assert process.stdin
    packed = pickle.dumps((job.body, job.feed, job.seen), pickle.HIGHEST_PROTOCOL)
    process.stdin.writelines((len(packed).to_bytes(8), packed))
    await process.stdin.drain()
    match head(await _answer(process)):
        case (Reading() as reading, int() as pieces):
            papers: list[Paper] = []
            for _ in range(pieces):
                papers += piece(await _answer(process))
                await asyncio.sleep(0)  # others' turn
            return replace(reading, papers=tuple(papers))
        case str() as sentence:
            raise SourceFailed(sentence)
    raise MemoryError


async def _answer(process: Process) -> bytes:
    assert process.stdout
    return await process.stdout.readexactly(int.from_bytes(await process.stdout.readexactly(8)))


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def _failed(job: Job, why: str) -> SourceFailed:
    return SourceFailed(f"{mask(job.feed.address)} could not be read: {why}; it will be tried again.")
