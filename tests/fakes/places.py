"""The Places port in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from bot.model import Channel, Subscription
from tests.fakes.tables import Tables


class FakePlaces:
    """Channels that stand together, threads that are gone, over `Tables`."""

    tables: Tables

    async def near(self, channel: Channel, limit: int) -> list[Subscription]:
        self._require_open()
        found = sorted(self.tables.subscriptions.values(), key=lambda one: -one.id)
        return [one for one in found if _together(one.channel, channel)][:limit]

    async def wanting(self) -> Mapping[Channel, int]:
        self._require_open()
        return Counter(one.channel for one in self.tables.subscriptions.values())

    async def unthreaded(self, channel: Channel, thread: str) -> int:
        self._require_open()
        gone = [
            (number, row)
            for number, row in self.tables.deliveries.items()
            if (row.delivery.channel, row.delivery.thread) == (channel, thread)
        ]
        for number, row in gone:
            self.tables.deliveries[number] = replace(row, delivery=replace(row.delivery, thread=None))
        return len(gone)

    def _require_open(self) -> None:
        raise NotImplementedError


def _together(one: Channel, other: Channel) -> bool:
    team, slash, _ = other.place.partition("/")
    if not slash or team.startswith("@"):
        return one == other
    return one.platform == other.platform and one.place.startswith(f"{team}/")
