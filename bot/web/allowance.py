"""How often somebody may write: a small purse for each, refilled with time. Pure; the time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

MOST = 4096
"""Purses kept; the one unused for longest goes first, so that strangers cannot fill the memory."""


class Allowance:
    """A token bucket a key (https://en.wikipedia.org/wiki/Token_bucket): `burst` at once, then one each `every`."""

    def __init__(self, burst: int, every: timedelta) -> None:
        self._burst = burst
        self._every = every
        self._purses: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def spend(self, key: str, now: datetime) -> bool:
        """Take one from the key's purse; False, and nothing taken, when it is empty."""
        left, then = self._purses.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, (now - then) / self._every))
        paid = left >= 1
        self._purses[key] = (left - 1 if paid else left, now)
        while len(self._purses) > MOST:
            self._purses.popitem(last=False)
        return paid
