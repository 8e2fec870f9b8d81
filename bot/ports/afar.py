"""What the flow needs of a database to change a channel from another one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.model import Channel, Customs, Notice, Subscription


class Afar(Protocol):
    """A change, and the line that says so in the channel it is made for: in one transaction, as in `Store`."""

    async def set_from_afar(self, wanted: Customs, notice: Notice, now: datetime) -> None:
        """`Store.keep_customs`, and the notice."""

    async def end_from_afar(
        self, channel: Channel, ids: Collection[int], notice: Notice, now: datetime
    ) -> list[Subscription]:
        """`Store.unsubscribe` for each of these, and the notice if any of them was there; those that were."""
