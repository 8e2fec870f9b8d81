"""What the flow asks of a database about channels that stand together, and about threads that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.model import Channel, Subscription


class Places(Protocol):
    """Each method one transaction."""

    async def near(self, channel: Channel, limit: int) -> list[Subscription]:
        """The newest subscriptions of all channels of its team or server, itself included; else its own only."""

    async def wanting(self) -> Mapping[Channel, int]:
        """The channels that have subscriptions, paused ones too, and how many: what a million of them come down to."""

    async def unthreaded(self, channel: Channel, thread: str) -> int:
        """Forget a thread that is not there any more; how many deliveries had it. The next discussion opens one."""
