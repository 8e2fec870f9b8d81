"""How fast Slack lets a bot speak: a bucket for each channel that refills at a steady rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Buckets:
    """`burst` calls at once, and one more every `every` seconds; nothing is limited when `every` is 0."""

    every: float = 0.0
    burst: int = 1
    now: Callable[[], float] = time.monotonic
    refused: int = 0
    """Calls that came too early."""
    _full: dict[str, float] = field(default_factory=dict)
    """When each bucket will be full again."""

    def take(self, key: str) -> float:
        """0 when the call may be made, which it then is; else the seconds to stay away."""
        if not self.every:
            return 0.0
        now = self.now()
        full = max(now, self._full.get(key, now))
        early = full - (self.burst - 1) * self.every - now
        if early > 1e-9:
            self.refused += 1
            return early
        self._full[key] = full + self.every
        return 0.0


def header(seconds: float, pace: float) -> str:
    """`Retry-After`: whole seconds at Slack's own pace, the same scaled down where a test runs faster."""
    return f"{math.ceil(seconds * pace) / pace:g}"
