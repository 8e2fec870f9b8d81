"""What the flow needs of a database: the tables, each method one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from bot.feeds import OwnFeed
from bot.habits import Held
from bot.model import (
    Bookmark,
    Bundle,
    Channel,
    Claim,
    Customs,
    Delivery,
    Edit,
    Item,
    Message,
    Paper,
    Poll,
    Post,
    Rulebook,
    Subscription,
)
from bot.rules.narrow import Need

NOTHING: Mapping[str, timedelta] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of a platform wait: `pending` to be sent, the first of them at `due`; `held` for a person."""

    platform: str
    pending: int
    held: int
    due: datetime | None


class Store(Protocol):
    """The tables. Every method is one transaction; `StoreFailed` says in a sentence why it could not be."""

    # ── life ──
    async def lead(self) -> None:
        """Become the one running bot on this database, and take back the leases of whoever led before.

        `StoreFailed` if another process is. The lock is freed by the system when the process ends, however it ends.
        """

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""

    # ── feeds and papers ──
    async def bookmarks(self) -> Mapping[str, Bookmark]:
        """All bookmarks by feed address."""

    async def next_polls(self) -> Mapping[str, datetime | None]:
        """When each feed is due, by its address; None where it is not known."""

    async def bookmark(self, address: str) -> Bookmark | None:
        """One feed's bookmark; None when it was never read."""

    async def unknown(self, papers: Sequence[Paper]) -> list[Paper]:
        """Those of `papers` of which neither the id nor any alias has been seen, in the order given."""

    async def changed(self, papers: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        """Known papers that `papers` would change: each as stored, and as `record` would leave it.

        The second one is announced as the reading says (`replace` for a new version), which the store does not keep.
        Papers that would stay as they are, and unknown ones, are left out.
        """

    async def record(self, poll: Poll, now: datetime) -> int:
        """Save bookmark, papers and deliveries together; return how many deliveries are new.

        With `poll.day` the bookmark is kept among `pages`, and the feed's own stays as it is.
        A paper known by any of its ids or aliases is updated, not added; two known papers found to be one are merged:
        their deliveries to the same channel become one, the later one `merged`. Deliveries whose key exists already
        gain reasons, never a second post. `RulesChanged` (nothing saved) when `poll.version` is not the
        rulebook's version any more.
        """

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        """One channel's own feeds, or all, in the order they were added."""

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        """Add a channel's own feed and record its first reading, together; the rulebook's version changes."""

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        """Remove it; False when the channel has no such feed. The rulebook's version changes."""

    async def owned(self, papers: Sequence[Paper]) -> Mapping[str, frozenset[Channel]]:
        """Those of the papers that only channels' own feeds have brought so far: by id, the channels that know them.

        `record` keeps this: the papers of a poll with an audience are known to it, those of one without to all.
        """

    async def backfilled(self, address: str) -> frozenset[date]:
        """The days of this feed's past that were fetched."""

    async def backfill(
        self, address: str, day: date, papers: Sequence[Paper], now: datetime, page: Bookmark | None = None
    ) -> None:
        """Keep the papers of a day that was over before the feed was known, and that it was fetched.

        Nothing is planned for them. Papers are added, updated and merged as `record` does it. `page` is the day's
        bookmark, as in `pages`.
        """

    async def pages(self, address: str) -> Mapping[date, Bookmark]:
        """The bookmarks of the days of this feed's past that were asked for, by day; a month's worth is kept."""

    async def paper(self, id: str) -> Paper | None:
        """The paper by its id or any alias."""

    async def papers(self, *, since: datetime | None = None, limit: int = 1000) -> list[Paper]:
        """The newest papers first, by when they were announced, else first seen."""

    async def days(self, limit: int = 30) -> list[tuple[date, int]]:
        """The newest days that have papers, and how many, newest first."""

    async def day(self, day: date) -> list[Paper]:
        """The papers of one day: most upvotes first, then as first seen."""

    async def index(self, limit: int) -> int:
        """Make up to `limit` papers searchable that are new or have changed, the newest first; how many are left."""

    async def narrowed(
        self, need: Need | None, *, before: int | None = None, since: datetime | None = None, limit: int = 64
    ) -> list[tuple[int, Paper]]:
        """The newest searchable papers that have what is needed (None: any), each with its place.

        With `before`, only those at a lower place; with `since`, only those of that moment or later.
        """

    async def vocabulary(self, beginning: str, least: int) -> Mapping[str, int]:
        """The words that begin so and stand in titles, abstracts and keywords of `least` papers, and in how many.

        A paper that has a word in its title and elsewhere counts twice.
        """

    # ── subscriptions ──
    async def version(self) -> int:
        """The rulebook's version; cheap enough to ask every half second."""

    async def rulebook(self) -> Rulebook:
        """All active subscriptions and the version they stand at."""

    async def compiled(self, folding: str, after: int = 0) -> Mapping[int, str]:
        """The engine's forms of rules that were kept with this folding, by subscription, of those numbered higher."""

    async def keep_compiled(self, folding: str, lines: Mapping[int, str]) -> None:
        """Keep the engine's forms of subscriptions' rules beside their words; the rulebook's version stays.

        Subscriptions that are gone do not matter.
        """

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        """Add it and return it with its id; the same rule in the same channel is updated, not added."""

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        """Remove it and return what it was; None when this channel has no such subscription."""

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """One channel's subscriptions, or all, by id."""

    async def draft(self, subscription: Subscription, now: datetime) -> int:
        """Keep a subscription that waits for its person to confirm; return the draft's number."""

    async def customs(self, channels: Collection[Channel]) -> Mapping[Channel, Customs]:
        """What each channel wants beyond its rules and how it stands; one nobody spoke of has the plain ones."""

    async def keep_customs(self, customs: Customs) -> None:
        """Remember its options, zone and pause. The rulebook's version changes."""

    async def mended(self, channel: Channel, now: datetime) -> bool:
        """A channel that was lost is tried at once, with all that waited in one digest; False when it was not lost."""

    async def draft_of(self, number: int, channel: Channel, person: str) -> Subscription | None:
        """The draft as it waits; None as in `take_draft`. Nothing is changed."""

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        """Take the draft away and return it; None if it is gone or was made elsewhere or by somebody else."""

    async def confirm(
        self, number: int, channel: Channel, person: str, now: datetime, *, start: Sequence[Delivery] = ()
    ) -> Subscription | None:
        """`take_draft` and `subscribe` in one transaction; None as in `take_draft`, and then nothing is changed.

        `start` are deliveries of stored papers to begin with, recorded with it.
        """

    # ── the outbox ──
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
        A paused channel waits; what was due meanwhile goes out as one digest when the pause is over.

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

    async def let_go(self, claim: Claim, until: datetime) -> None:
        """Give it back as it is, in doubt; its channel is left alone until then. `LeaseLost` as above."""

    async def lost(self, claim: Claim, why: str, now: datetime, *, probe: datetime, patience: timedelta) -> bool:
        """The platform refuses the whole channel: what is due there waits together and is tried again at `probe`.

        True when that is new. Lost for longer than `patience`, what waits is `refused`. `LeaseLost` as above.
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
        self, worker: str, now: datetime, *, lease: timedelta, limit: int, pace: Mapping[str, timedelta]
    ) -> list[Claim]:
        """Take sent deliveries that have news to tell, one a channel, where no post waits and the pace allows it."""

    async def told(self, claim: Claim, said: Literal["thread", "post"], now: datetime) -> None:
        """Its news was told in its thread, or is to be shown in its post, which is marked for an edit."""

    async def vote(self, row: int, person: str, now: datetime) -> int | None:
        """Count the person's vote, or take it back; how many there are. None when there is no such delivery."""

    async def mark(self, channel: Channel, message: str, now: datetime) -> None:
        """The message does not show what is so any more: it is to be edited, once however often this is said."""

    async def edits(self, now: datetime, *, limit: int, pace: Mapping[str, timedelta]) -> list[Edit]:
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

    async def reached(self, id: str) -> list[Delivery]:
        """The deliveries of a paper, by its id or any alias, in the order planned; without merged ones."""

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

    # ── local channels ──
    async def say(self, message: Message) -> Message:
        """Keep a message and return it with its id; a known (channel, key) returns the first one unchanged."""

    async def messages(
        self, channel: Channel, *, thread: int | None = None, after: int = 0, limit: int = 200
    ) -> list[Message]:
        """A local channel's messages (or one thread's) with an id above `after`, the newest `limit`, oldest first."""

    async def message(self, id: int) -> Message | None:
        """One message by its id."""

    async def rewrite(self, message_id: int, post: Post) -> bool:
        """Put `post` in the place of what the message said; all else of it stays. False when there is no such one."""

    async def channels(self, platform: str) -> list[Channel]:
        """The channels of a platform that have subscriptions or messages."""
