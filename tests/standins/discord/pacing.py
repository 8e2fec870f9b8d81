"""Discord's limits on how fast: a bucket a channel, and all requests of the bot, counted in windows as Discord does.

https://docs.discord.com/developers/topics/rate-limits; the bucket's size is what its headers say in practice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MESSAGES, WINDOW = 5, 5.0
"""So many messages in so many seconds in one channel."""

REQUESTS, SECOND = 50, 1.0
"""So many requests in a second for the bot; answers to interactions are exempt."""


@dataclass(slots=True)
class Window:
    """Counts what came since it opened."""

    opened: float
    count: int = 0


@dataclass(slots=True)
class Pacing:
    """Keeps both limits, `pace` times faster than Discord; None keeps none."""

    pace: float | None = None
    limited: int = 0
    """Answers with 429 so far."""
    _windows: dict[str, Window] = field(default_factory=dict)

    def crowded(self, now: float) -> float | None:
        """Seconds to wait before the bot's next request; None when this one is taken, and counted."""
        return self._taken("bot", REQUESTS, SECOND, now)

    def full(self, place: int, now: float) -> float | None:
        """Seconds to wait before the channel takes another message; None when this one is taken, and counted."""
        return self._taken(str(place), MESSAGES, WINDOW, now)

    def headers(self, place: int, now: float) -> dict[str, str]:
        """What Discord tells about a channel's bucket; a generous one while no pace is kept."""
        window = self._windows.get(str(place))
        if not self.pace or not window:
            return {"X_RateLimit_Limit": "5", "X_RateLimit_Remaining": "4", "X_RateLimit_Reset_After": "1"}
        left = max(0.0, window.opened + WINDOW / self.pace - now)
        told = {"Limit": str(MESSAGES), "Remaining": str(max(0, MESSAGES - window.count)), "Reset_After": f"{left:.3f}"}
        return {f"X_RateLimit_{name}": value for name, value in told.items()} | {"X_RateLimit_Bucket": "messages"}

    def _taken(self, name: str, most: int, seconds: float, now: float) -> float | None:
        if not self.pace:
            return None
        window = self._windows.get(name)
        if window is None or now >= window.opened + seconds / self.pace:
            window = self._windows[name] = Window(now)
        if window.count >= most:
            self.limited += 1
            return window.opened + seconds / self.pace - now
        window.count += 1
        return None
