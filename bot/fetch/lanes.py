"""One lane a host: one connection at a time, spaced, and closed for a while when the host asks us to slow down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import SourceFailed
from bot.fetch.limits import Limits
from bot.ports import Clock

MANY = 4096
"""Lanes kept before the idle ones are swept out: a server could redirect us to ever new names."""


@dataclass(slots=True)
class Lane:
    """`free_at` is by the event loop's clock, `closed_until` by the calendar."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0
    free_at: float = 0.0
    closed_until: datetime | None = None
    why: str = ""


class Lanes:
    """Who may ask which host when. Waiting for one host never holds up another."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._at_once = asyncio.Semaphore(limits.at_once)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Our turn at `host`, as soon as it is free and rested; `SourceFailed` if it asked to be left alone."""
        key = lane_of(host)
        lane = self._lane(key)
        self._check(lane)
        lane.wanted += 1
        try:
            async with lane.turn:
                await asyncio.sleep(lane.free_at - asyncio.get_running_loop().time())
                self._check(lane)
                async with self._at_once:
                    try:
                        yield
                    finally:
                        lane.free_at = asyncio.get_running_loop().time() + self._gap(key)
        finally:
            lane.wanted -= 1

    def close(self, host: str, seconds: float, why: str) -> None:
        """Leave the whole host alone for so long, and say why to whoever asks (RFC 6585: a 429 is about the client)."""
        lane = self._lane(lane_of(host))
        lane.closed_until = self._clock() + timedelta(seconds=seconds)
        lane.why = why

    def _check(self, lane: Lane) -> None:
        if lane.closed_until is None:
            return
        left = (lane.closed_until - self._clock()).total_seconds()
        if left > 0:
            raise SourceFailed(lane.why, after=left)
        lane.closed_until = None

    def _gap(self, key: str) -> float:
        return self._limits.arxiv_gap if key == "arxiv.org" else self._limits.host_gap

    def _lane(self, key: str) -> Lane:
        if key not in self._lanes and len(self._lanes) >= MANY:
            self._sweep()
        return self._lanes.setdefault(key, Lane())

    def _sweep(self) -> None:
        now, today = asyncio.get_running_loop().time(), self._clock()
        self._lanes = {
            key: lane
            for key, lane in self._lanes.items()
            if lane.wanted or lane.free_at > now or (lane.closed_until and lane.closed_until > today)
        }


def lane_of(host: str) -> str:
    """Hosts that count as one: arXiv asks for one connection over all of its machines; a port makes no new host."""
    host = host.lower().rstrip(".")
    return "arxiv.org" if host == "arxiv.org" or host.endswith(".arxiv.org") else host
