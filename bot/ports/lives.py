"""What the flow needs of a database when platforms and channels fail, move or stay silent, and to say so once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Channel, Claim, Customs, Delivery, Notice, Outage, Subscription


@dataclass(frozen=True, slots=True)
class Doubt:
    """Deliveries of a platform of which nobody knows whether it took them: `now`, and how many there `ever` were.

    Where the bot may look, it does so before it says them again; elsewhere one of these may have been said twice.
    """

    platform: str
    now: int
    ever: int


@dataclass(frozen=True, slots=True)
class Round:
    """A channel that wants to hear of it when there is nothing, and when its next digest is due."""

    channel: Channel
    due: datetime


class Lives(Protocol):
    """Platforms, channels and what is to be said of them. Every method is one transaction, as in `Store`."""

    # ── platforms ──
    async def shut(
        self,
        platform: str,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        claim: Claim | None = None,
    ) -> bool:
        """The platform will not have the bot at all; True when that is new. `claim` is given back as it was.

        Nothing of it is claimed before `probe`, then one delivery; once that is taken, what waited in a channel goes
        out as one digest. Shut for longer than `patience`, what waits is `refused`. `LeaseLost` as elsewhere.
        """

    async def outages(self) -> Mapping[str, Outage]:
        """The platforms that are shut, by name."""

    async def spent(self, platform: str, requests: int, now: datetime, *, gap: timedelta) -> None:
        """Count requests of a platform that no claim has paid for; `gap` is its crowd's pace."""

    # ── channels ──
    async def cut_off(
        self, channel: Channel, why: str, now: datetime, *, probe: datetime, notices: Sequence[Notice] = ()
    ) -> bool:
        """The platform tells that nothing can be said in the channel: as `lost`, without a claim."""

    async def move(self, old: Channel, new: Channel, now: datetime) -> bool:
        """The channel has another id now: all that is its own follows, joined to what `new` has; False for nothing.

        Of two deliveries of one paper the one that got further stays; what `new` has said of itself goes before.
        """

    async def pending(self, channel: Channel) -> list[Delivery]:
        """All that waits in the channel, the oldest first."""

    # ── what is to be said ──
    async def claim_notices(
        self,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta],
    ) -> list[Notice]:
        """Take notices that are due, one a person and one a channel; in a channel only where no post waits."""

    async def noticed(self, notice: Notice, error: str | None = None) -> None:
        """It was said, or never will be, for the reason `error`. `LeaseLost` as elsewhere."""

    async def notice_later(self, notice: Notice, due: datetime, error: str, now: datetime, *, doubt: bool) -> None:
        """Try it again at `due`; `doubt`: it may have been said. `LeaseLost` as elsewhere."""

    # ── rounds without papers ──
    async def wishing(self) -> Mapping[Channel, tuple[Customs, Sequence[Subscription]]]:
        """The channels that want to hear of empty rounds (`empty:say`), with what they want and their rules."""

    async def arrange(self, rounds: Collection[Round], now: datetime) -> None:
        """These are the next rounds of the channels that want it; one that has come already stays until it is over."""

    async def rounds(self, until: datetime) -> list[Round]:
        """Rounds that have come."""

    async def close_round(self, round_: Round, then: Round | None, notice: Notice | None, now: datetime) -> bool:
        """The round is over, `then` is the next. `notice` is to be said unless the round brought papers; whether it is.

        False, and nothing changed, when somebody else has closed it.
        """

    # ── doubt ──
    async def doubtful(self) -> list[Doubt]:
        """How much is in doubt, by platform; platforms where nothing ever was are left out."""
