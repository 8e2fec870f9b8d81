"""What the flow needs of a database to bring papers to their channels, and to tell what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from bot.habits import Held
from bot.model import (
    Bundle,
    Channel,
    Claim,
    Delivery,
    Edit,
    Item,
    Notice,
    Paper,
)

NOTHING: Mapping[str, timedelta] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of a platform wait: `pending` to be sent, the first of them at `due`; `held` for a person."""

    platform: str
    pending: int
    held: int
    due: datetime | None


class Outbox(Protocol):
    """Deliveries, from planned to done. Every method is one transaction, as in `Store`."""

    async def claim(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        """Take up to `limit` due deliveries for `lease`, at most one a channel, the oldest of each channel first.

        One that is a bundle's takes along all of its channel's that are due for the same reason, and leads them from
        then on: a crash finds the same digest. `crowd` is the pace of a whole platform, over all its channels.
        A paused channel waits; what was due meanwhile goes out as one digest when the pause is over. Where a crowd
        has to wait, channels whose own queue takes longest are served before their turn, with half of what there is.

        Only platforms named in `pace` are served. A channel with a delivery under a live lease, or served less
        than its platform's `pace` ago, waits; the budget is spent in the same transaction, so any number of workers
        on one database keep to it together. An expired lease may be claimed again, with a higher lease number.
        """

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        """When the next pending delivery of these platforms may be claimed; None when there is none."""

    async def posted(self, claim: Claim, message: str, now: datetime, riders: Sequence[int] = ()) -> None:
        """Remember the message's id before anything else is done. `LeaseLost` when the lease is not ours any more.

        `riders` are the rows that stand in the message (none: the claim's own alone).
        """

    async def parted(self, claim: Claim, parts: Mapping[int, int], dropped: Mapping[int, str]) -> None:
        """Remember in which part of its digest each row stands; end those `dropped` as `refused`, for the reason given.

        `LeaseLost` as above.
        """

    async def put_off(self, claim: Claim, due: datetime, bundle: Bundle | None) -> None:
        """Give it back, with all that travels with it, to go out at `due`; nothing was tried. `LeaseLost` as above."""

    async def let_go(self, claim: Claim, until: datetime, *, doubt: bool = True) -> None:
        """Give it back as it is; its channel is left alone until then. `LeaseLost` as above.

        `doubt`: something of it may have been said that was not written down.
        """

    async def lost(
        self,
        claim: Claim,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        notices: Sequence[Notice] = (),
    ) -> bool:
        """The platform refuses the whole channel: what is due there waits together and is tried again at `probe`.

        True when that is new: then `notices` are to be said. Lost for longer than `patience`, what waits is `refused`.
        A delivery whose channel has moved meanwhile is only given back. `LeaseLost` as above.
        """

    async def replan(self, planned: Sequence[Delivery]) -> None:
        """Give pending deliveries that nobody has begun another time, bundle and options."""

    async def posted_since(self, channel: Channel, since: datetime) -> int:
        """How many papers had a message of their own in the channel since then."""

    async def lately(self, channel: Channel, since: datetime, limit: int = 1000) -> list[Item]:
        """What the channel has had since then, the newest first."""

    async def passengers(self, digest: int) -> list[Item]:
        """All that travelled in a digest, in the order of its parts; its one-liners last."""

    async def in_message(self, channel: Channel, message: str) -> list[Item]:
        """What stands in one message."""

    async def carded(self, row: int, message: str) -> None:
        """Remember the message that a digest's line was given for its thread; the first one stays."""

    # ── what becomes of papers ──
    async def claim_news(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        """Take sent deliveries that have news to tell, one a channel, where no post waits and the pace allows it."""

    async def told(self, claim: Claim, said: Literal["thread", "post"], now: datetime) -> None:
        """Its news was told in its thread, or is to be shown in its post, which is marked for an edit."""

    async def vote(self, row: int, person: str, now: datetime) -> int | None:
        """Count the person's vote, or take it back; how many there are. None when there is no such delivery."""

    async def mark(self, channel: Channel, message: str, now: datetime) -> None:
        """The message does not show what is so any more: it is to be edited, once however often this is said."""

    async def edits(
        self, now: datetime, *, limit: int, pace: Mapping[str, timedelta], crowd: Mapping[str, timedelta] = NOTHING
    ) -> list[Edit]:
        """Messages to be edited now: one a channel, each at most every ten seconds, where no post waits."""

    async def edited(self, edit: Edit, now: datetime, again: datetime | None = None) -> None:
        """It shows what was so at the edit's turn. `again`: it could not be edited, and is tried then."""

    async def threaded(self, row: int, thread: str, now: datetime | None = None) -> None:
        """Remember the paper's thread in this channel; the first one stays.

        With `now`, a digest that shows the paper is marked for an edit, so that its line leads to the thread.
        """

    async def done(self, claim: Claim) -> None:
        """Every step is taken: the delivery is `sent`. `LeaseLost` when the lease is not ours any more."""

    async def later(
        self, claim: Claim, due: datetime, error: str, now: datetime, *, doubt: bool = False, wait: bool = False
    ) -> None:
        """Give it back, to be tried again at `due`; counts an attempt, the first of them was at `first_tried`.

        `doubt`: it may have been said all the same. `wait`: its whole channel is left alone until `due`.
        `LeaseLost` as above.
        """

    async def fail(self, claim: Claim, state: str, error: str) -> None:
        """End it as `refused` or `given_up`, with the reason a person will read. `LeaseLost` as above."""

    async def delivery(self, row: int) -> Delivery | None:
        """One delivery by its row number."""

    async def deliveries(self, channel: Channel | None = None, limit: int = 1000) -> list[Delivery]:
        """The newest deliveries first."""

    async def holding(self) -> list[Held]:
        """What is held, by the source that brought it."""

    async def release(self, source: str | None, now: datetime) -> int:
        """Make what is held of this source (None: of all) pending and due; return how many deliveries."""

    async def discard(self, source: str | None, reason: str) -> int:
        """End what is held of this source (None: of all) as `given_up` for this reason; return how many."""

    async def reached(self, id: str, *, own: Collection[Channel] = ()) -> list[Delivery]:
        """The deliveries of a paper, by its id or any alias, in the order planned; without merged ones.

        `own` as in `Store.papers`.
        """

    async def sent(self, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
        """What a channel was sent, the newest first, with the papers."""

    async def waiting(self) -> list[Waiting]:
        """How much waits, by platform; platforms where nothing does are left out."""

    async def address(self, channel: Channel, secret: str) -> str:
        """The secret that leads to a channel's page: the one it has, else this one from now on."""

    async def end_address(self, channel: Channel) -> bool:
        """Let the channel's secret lead nowhere any more; False when it had none."""

    async def addressed(self, secret: str) -> Channel | None:
        """The channel that this secret leads to."""
