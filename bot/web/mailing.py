"""Mail as the pages use it: who sends the question, what signs links, and how often anybody may sign up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.model import Channel, Post
from bot.web.allowance import Allowance

Invite = Callable[[Channel, Post, str], Awaitable[None]]
"""Send a mailbox the question whether its owner wants mail."""


@dataclass(slots=True)
class Mailing:
    """Mail as the pages use it. `key` signs links. Who signs up: five at once a client, then one in two minutes; three
    questions at once to an address, then one in eight hours."""

    invite: Invite
    key: bytes = field(repr=False)
    asking: Allowance = field(default_factory=lambda: Allowance(5, timedelta(minutes=2)))
    asked: Allowance = field(default_factory=lambda: Allowance(3, timedelta(hours=8)))
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def close(self) -> None:
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
