"""One lane a host: one connection at a time, spaced, and closed for a while when the host asks us to slow down."""

from __future__ import annotations

import asyncio
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
        self._time = asyncio.get_running_loop().time

    def turn(self, host: str) -> Turn:
        """Our turn at `host`, as soon as it is free and rested; `SourceFailed` if it asked to be left alone."""
        return Turn(self, lane_of(host))

    async def _enter(self, key: str) -> Lane:
        lane = self._lane(key)
        self._check(lane)
        lane.wanted += 1
        try:
            await lane.turn.acquire()
        except BaseException:
            lane.wanted -= 1
            raise
        try:
            if (left := lane.free_at - self._time()) > 0:
                await asyncio.sleep(left)
            self._check(lane)
            await self._at_once.acquire()
        except BaseException:
            self._leave(lane)
            raise
        return lane

    def _leave(self, lane: Lane) -> None:
        lane.turn.release()
        lane.wanted -= 1

    def _done(self, lane: Lane, key: str) -> None:
        self._at_once.release()
        lane.free_at = self._time() + self._gap(key)
        self._leave(lane)

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
        now, today = self._time(), self._clock()
        self._lanes = {
            key: lane
            for key, lane in self._lanes.items()
            if lane.wanted or lane.free_at > now or (lane.closed_until and lane.closed_until > today)
        }


class Turn:
    """One turn at a host, to be entered once. A class, as a generator takes twice the time, and polls are many."""

    __slots__ = ("_key", "_lane", "_lanes")

    def __init__(self, lanes: Lanes, key: str) -> None:
        self._lanes = lanes
        self._key = key
        self._lane = Lane()

    async def __aenter__(self) -> None:
        self._lane = await self._lanes._enter(self._key)

    async def __aexit__(self, *_: object) -> None:
        self._lanes._done(self._lane, self._key)


def lane_of(host: str) -> str:
    """Hosts that count as one: arXiv asks for one connection over all of its machines; a port makes no new host."""
    host = host.lower().rstrip(".")
    return "arxiv.org" if host == "arxiv.org" or host.endswith(".arxiv.org") else host
