"""How many of Discord's answers said no of late: too many of them, and Discord bars the whole address.

10,000 answers of 401, 403 or 429 in ten minutes are the end; a 429 that others on a shared resource caused is free.
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

log = logging.getLogger("paper-round")

INVALID = frozenset({401, 403, 429})
WINDOW = 600.0
"""Seconds."""
MOST = 10_000
ENOUGH = 9_000
"""Above this nothing more is sent until older ones are forgotten: whoever shares the address needs the rest."""
SAID_AT = (100, 1_000, 5_000, ENOUGH)
"""Counts at which the log has a line, once in a window."""

SLICE = 10.0
"""Seconds that are counted together: sixty numbers say enough about ten minutes."""


class Budget:
    """Invalid answers of the last ten minutes."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._slices: deque[list[float]] = deque()
        """Start and count of each slice."""
        self._told = 0
        self.limited: Callable[[], None] = lambda: None
        """Called at every 429, shared ones too."""

    @property
    def spent(self) -> int:
        """How many there were in the last ten minutes."""
        self._forget()
        return int(sum(count for _, count in self._slices))

    @property
    def wait(self) -> float:
        """Seconds until something may be sent again; 0 while there is room."""
        if self.spent < ENOUGH:
            return 0.0
        over = self.spent - ENOUGH + 1
        for start, count in self._slices:
            over -= int(count)
            if over <= 0:
                return max(1.0, start + SLICE + WINDOW - self._time())
        return WINDOW

    def count(self, status: int, scope: str | None = None) -> None:
        """Take an answer into account."""
        if status == 429:
            self.limited()
        if status not in INVALID or (status == 429 and scope == "shared"):
            return
        now = self._time()
        if not self._slices or now >= self._slices[-1][0] + SLICE:
            self._slices.append([now, 0])
        self._slices[-1][1] += 1
        spent = self.spent
        passed = [most for most in SAID_AT if spent >= most > self._told]
        if passed:
            self._told = passed[-1]
            log.warning(
                "Discord said no %d times in ten minutes; at %d it bars this address. See what is refused above.",
                spent,
                MOST,
            )

    def trace(self) -> aiohttp.TraceConfig:
        """What tells aiohttp to show us every answer that discord.py gets."""
        config = aiohttp.TraceConfig()

        async def ended(
            session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
        ) -> None:
            self.count(params.response.status, params.response.headers.get("X-RateLimit-Scope"))

        config.on_request_end.append(ended)
        return config

    def _forget(self) -> None:
        old = self._time() - WINDOW
        while self._slices and self._slices[0][0] + SLICE <= old:
            self._slices.popleft()
        if not self._slices:
            self._told = 0
