"""What the flow needs of a database to change rules and take changes back, and to keep what people save."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Amendment, Channel, Paper, Subscription


class Amending(Protocol):
    """Changes of rules, and papers that people saved. Every method is one transaction, as in `Store`."""

    async def amend(self, wish: Subscription, now: datetime) -> Subscription | None:
        """Give the subscription of this id the rule and options of `wish`; its creator stays. The version changes.

        None when its channel has no such subscription. Where another one of the channel has that rule already, it
        takes the options, this one ends, and the other is returned.
        """

    async def made(self, channel: Channel) -> Mapping[int, datetime]:
        """When each of the channel's subscriptions was made, by its number."""

    async def remember(self, change: Amendment, now: datetime) -> int:
        """Keep a change that was made, so that it can be taken back; return its number, never given out twice."""

    async def amendment(self, number: int) -> Amendment | None:
        """The change by its number; None when there is none, or it was taken back."""

    async def take_back(self, number: int, channel: Channel, now: datetime) -> Subscription | None:
        """Put things back as they were before the change, and forget it; return what was put back or ended.

        None, and nothing happens, when this channel has no such change or its rules are not as that change left them.
        """

    async def save(self, person: str, paper: str, now: datetime, *, own: Collection[Channel] = ()) -> bool:
        """Keep the paper among those a person saved; False when it is there already, or no such paper is known.

        `own` as in `Store.papers`.
        """

    async def unsave(self, person: str, paper: str, *, own: Collection[Channel] = ()) -> bool:
        """Take it from there; False when it was not there."""

    async def saved(self, person: str, limit: int = 50) -> Sequence[Paper]:
        """What a person saved, the newest first."""
