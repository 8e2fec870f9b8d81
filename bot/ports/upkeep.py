"""What keeps a database small, honest and forgetful over the years; and what was said to people about their rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bot.habits import Harvest, Tempo
from bot.model import Channel, Subscription

NOBODY = "gone:Somebody"
"""Who stands where a person was forgotten: on no platform, so that nobody is told anything in their name."""


class Upkeep(Protocol):
    """Every method is one transaction of a few hundredths of a second, as in `Store`."""

    async def thin(self, papers: datetime | None, deliveries: datetime | None, limit: int) -> int:
        """Let up to `limit` papers first seen before then lose their abstract, and deliveries theirs reasons.

        None: never. What makes exactly-once true stays: every name a paper was known by, and what went where. A paper
        that was thinned is never `changed` again, so no rule is asked about what is left of it. Returns how many rows
        were looked at: 0 when all is done for now.
        """

    async def forget(self, person: str) -> Mapping[str, int]:
        """Take a person (`slack:U1`) out of every table; how many rows of each held them.

        Rules that they made for a channel stay the channel's, made by `NOBODY`.
        """

    async def housed(self, homes: Collection[str]) -> list[Channel]:
        """All channels of these workspaces and servers (`slack:T1`) of which anything that they want is kept."""

    async def purge(self, channel: Channel) -> int:
        """Take a channel out of every table, and what it was sent; how many rows that were."""

    async def subscription(self, id: int) -> Subscription | None:
        """The subscription of this number, whatever its channel."""

    async def tempo(self, channel: Channel, start: datetime, middle: datetime) -> Tempo:
        """How many papers the channel had between both moments, and since the second; what waits for it."""

    async def idle(self, channel: Channel, since: datetime) -> list[Subscription]:
        """Its active rules made before then by which it has been brought nothing since, and nothing waits."""

    async def harvest(self, channel: Channel, since: datetime) -> list[tuple[Subscription, Harvest]]:
        """Its active rules made before then that have brought it papers since, and what; by the newest 2,000 papers."""

    async def heard(self, about: str) -> datetime | None:
        """When people were last told this (`silence|slack:T1/C1`); None: never."""

    async def tell_once(self, about: str, now: datetime) -> None:
        """Remember that they were, before it is said: rather never than twice."""

    async def hush(self, about: str) -> None:
        """Forget that: it may be said again."""
