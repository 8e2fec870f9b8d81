"""What the flow needs from the world: Clock, Fetch, Chat, Store. Protocols only; the real ones live on floor 4."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.feeds import OwnFeed
from bot.habits import Held
from bot.model import (
    Ask,
    Bookmark,
    Channel,
    Claim,
    Delivery,
    Feed,
    Message,
    Paper,
    Poll,
    Post,
    Press,
    Reply,
    Rulebook,
    Subscription,
)
from bot.rules.narrow import Need

Clock = Callable[[], datetime]
"""The time now, in UTC."""

Answer = Callable[[Ask | Press], Awaitable[Reply]]
"""What the bot does with words and presses. Never raises: what is wrong comes back as a Reply."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a feed's owner answered. `body` is None when nothing has changed since the bookmark.

    `bookmark` is the one given, with what this answer says put in: etag, modified, digest, moved_to.
    `wait` is the seconds the owner asks us to stay away (`max-age`, `Expires`), None when nothing is said.
    `took` is how many seconds the answer took once it was our turn; None where nobody was asked.
    """

    body: bytes | None
    bookmark: Bookmark
    wait: float | None = None
    content_type: str = ""
    took: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of a platform wait: `pending` to be sent, the first of them at `due`; `held` for a person."""

    platform: str
    pending: int
    held: int
    due: datetime | None


class Fetch(Protocol):
    """The polite conditional GET of a feed, a file, standard input or the sample."""

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        """Read the feed; `SourceFailed` says why it could not be, and when the owner wants us back."""


class Chat(Protocol):
    """A platform. Vendor errors never leave it: only `TryLater` and `Refused` do."""

    platform: str
    pace: timedelta
    """One message to one channel at most this often."""

    async def listen(self, answer: Answer) -> None:
        """Connect, and hand every command and press to `answer` until cancelled.

        `Refused` when the platform will not have us at all (a wrong token), in a sentence that says what to do.
        """

    async def post(self, channel: Channel, post: Post, key: str) -> str:
        """Say it in the channel and return the message's id.

        Saying the same `key` again within the platform's memory returns the first message instead of a second.
        """

    async def thread(self, channel: Channel, message: str, name: str, opener: Post, key: str) -> str:
        """Open the thread under a message, or find the one that is there; say `opener` in it; return its id."""

    async def link(self, channel: Channel, thread: str) -> str | None:
        """An address a person can click to reach a thread or message."""

    async def close(self) -> None:
        """Let go of every connection."""


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

    async def backfill(self, address: str, day: date, papers: Sequence[Paper], now: datetime) -> None:
        """Keep the papers of a day that was over before the feed was known, and that it was fetched.

        Nothing is planned for them. Papers are added, updated and merged as `record` does it.
        """

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

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        """Add it and return it with its id; the same rule in the same channel is updated, not added."""

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        """Remove it and return what it was; None when this channel has no such subscription."""

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """One channel's subscriptions, or all, by id."""

    async def draft(self, subscription: Subscription, now: datetime) -> int:
        """Keep a subscription that waits for its person to confirm; return the draft's number."""

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        """Take the draft away and return it; None if it is gone or was made elsewhere or by somebody else."""

    async def confirm(self, number: int, channel: Channel, person: str, now: datetime) -> Subscription | None:
        """`take_draft` and `subscribe` in one transaction; None as in `take_draft`, and then nothing is changed."""

    # ── the outbox ──
    async def claim(
        self, worker: str, now: datetime, *, lease: timedelta, limit: int, pace: Mapping[str, timedelta]
    ) -> list[Claim]:
        """Take up to `limit` due deliveries for `lease`, at most one a channel, the oldest of each channel first.

        Only platforms named in `pace` are served. A channel with a delivery under a live lease, or served less
        than its platform's `pace` ago, waits; the budget is spent in the same transaction, so any number of workers
        on one database keep to it together. An expired lease may be claimed again, with a higher lease number.
        """

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        """When the next pending delivery of these platforms may be claimed; None when there is none."""

    async def posted(self, claim: Claim, message: str, now: datetime) -> None:
        """Remember the message's id before anything else is done. `LeaseLost` when the lease is not ours any more."""

    async def threaded(self, row: int, thread: str) -> None:
        """Remember the paper's thread in this channel; the first one stays."""

    async def done(self, claim: Claim) -> None:
        """Every step is taken: the delivery is `sent`. `LeaseLost` when the lease is not ours any more."""

    async def later(self, claim: Claim, due: datetime, error: str, now: datetime) -> None:
        """Give it back, to be tried again at `due`; counts an attempt, the first of them was at `first_tried`.

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

    async def told(self, id: str) -> list[Delivery]:
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

    async def channels(self, platform: str) -> list[Channel]:
        """The channels of a platform that have subscriptions or messages."""
