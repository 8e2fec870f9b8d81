"""What the flow needs of a database: the tables, each method one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.feeds import OwnFeed
from bot.model import (
    Bookmark,
    Channel,
    Customs,
    Delivery,
    Draft,
    Message,
    Paper,
    Poll,
    Post,
    Rulebook,
    Subscription,
)
from bot.ports.afar import Afar
from bot.ports.amending import Amending
from bot.ports.ballots import Ballots
from bot.ports.errands import Errands
from bot.ports.lives import Lives
from bot.ports.mail import Mailboxes
from bot.ports.outbox import Outbox
from bot.ports.places import Places
from bot.ports.private import Private
from bot.ports.roster import Roster
from bot.ports.upkeep import Upkeep
from bot.rules.narrow import Need


class Store(Outbox, Errands, Places, Upkeep, Mailboxes, Amending, Ballots, Lives, Private, Roster, Afar, Protocol):
    """The tables. Every method is one transaction; `StoreFailed` says in a sentence why it could not be."""

    # ── life ──
    async def lead(self) -> None:
        """Become the one running bot on this database, and take back the leases of whoever led before.

        `StoreFailed` if another process is. The lock is freed by the system when the process ends, however it ends.
        """

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""

    # ── feeds and papers ──
    async def bookmarks(self, addresses: Collection[str] | None = None) -> Mapping[str, Bookmark]:
        """All bookmarks by feed address, or those of these addresses that there are."""

    async def next_polls(self) -> Mapping[str, datetime | None]:
        """When each feed is due, by its address; None where it is not known."""

    async def bookmark(self, address: str) -> Bookmark | None:
        """One feed's bookmark; None when it was never read."""

    async def unknown(self, papers: Sequence[Paper]) -> list[Paper]:
        """Those of `papers` of which no feed of all has shown the id or any alias, in the order given."""

    async def changed(self, papers: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        """Known papers that `papers` would change: each as stored, and as `record` would leave it.

        The second one is announced as the reading says (`replace` for a new version), which the store does not keep.
        Papers that would stay as they are, unknown ones, and what only channels' own feeds know, are left out.
        """

    async def record(self, poll: Poll, now: datetime) -> int:
        """Save bookmark, papers and deliveries together; return how many deliveries are new.

        With `poll.day` the bookmark is kept among `pages`, and the feed's own stays as it is.
        A paper known by any of its ids or aliases is updated, not added; two known papers found to be one are merged:
        their deliveries to the same channel become one, the later one `merged`. With an audience the papers are each
        of its channels' own (`Private`), and change nothing of what all know. Deliveries whose key exists already
        gain reasons, never a second post. `RulesChanged` (nothing saved) when `poll.version` is not the
        rulebook's version any more.
        """

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        """One channel's own feeds, or all, in the order they were added."""

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        """Add a channel's own feed and record its first reading, together; the rulebook's version changes."""

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        """Remove it; False when the channel has no such feed. The rulebook's version changes."""

    async def backfilled(self, address: str) -> frozenset[date]:
        """The days of this feed's past that were fetched."""

    async def backfill(
        self,
        address: str,
        day: date,
        papers: Sequence[Paper],
        now: datetime,
        page: Bookmark | None = None,
        *,
        audience: frozenset[Channel] | None = None,
    ) -> None:
        """Keep the papers of a day that was over before the feed was known, and that it was fetched.

        Nothing is planned for them. Papers are added, updated and merged as `record` does it, for
        the `audience`. `page` is the day's
        bookmark, as in `pages`.
        """

    async def pages(self, address: str) -> Mapping[date, Bookmark]:
        """The bookmarks of the days of this feed's past that were asked for, by day; a month's worth is kept."""

    async def listed(self, address: str, days: Collection[date], now: datetime) -> None:
        """Remember among `pages` that the feed held papers of these days: `baseline_at` is now, all else stays."""

    async def paper(self, id: str, *, own: Collection[Channel] = ()) -> Paper | None:
        """The paper by its id or any alias; `own` as in `papers`."""

    async def papers(
        self, *, since: datetime | None = None, limit: int = 1000, own: Collection[Channel] = ()
    ) -> list[Paper]:
        """The newest papers first, by when they were announced, else first seen.

        Here and below, papers that only channels' own feeds have brought (`Private`) are not among them, but for the
        copies of the channels `own`: those that whoever asks may read.
        """

    async def days(self, limit: int = 30, *, own: Collection[Channel] = ()) -> list[tuple[date, int]]:
        """The newest days that have papers, and how many, newest first."""

    async def day(self, day: date, *, own: Collection[Channel] = ()) -> list[Paper]:
        """The papers of one day: most upvotes first, then as first seen."""

    async def index(self, limit: int) -> int:
        """Make up to `limit` papers searchable that are new or have changed, the newest first; how many are left."""

    async def narrowed(
        self,
        need: Need | None,
        *,
        before: int | None = None,
        since: datetime | None = None,
        limit: int = 64,
        own: Collection[Channel] = (),
    ) -> list[tuple[int, Paper]]:
        """The newest searchable papers that have what is needed (None: any), each with its place.

        With `before`, only those at a lower place; with `since`, only those of that moment or later.
        """

    async def vocabulary(self, beginning: str, least: int) -> Mapping[str, int]:
        """The words that begin so and stand in titles, abstracts and keywords of `least` papers, and in how many.

        A paper that has a word in its title and elsewhere counts twice, and so do channels' own: before a word is
        shown to anybody, `narrowed` has to find a paper with it that they may see.
        """

    # ── subscriptions ──
    async def version(self) -> int:
        """The rulebook's version; cheap enough to ask every half second."""

    async def rulebook(self) -> Rulebook:
        """All active subscriptions and the version they stand at."""

    async def compiled(self, folding: str, after: int = 0) -> Mapping[int, str]:
        """The engine's forms of rules that were kept with this folding, by subscription, of those numbered higher."""

    async def keep_compiled(self, folding: str, lines: Mapping[int, tuple[str, str]]) -> None:
        """Keep the engine's forms of subscriptions' rules, (rule, form), beside them; the rulebook's version stays.

        Not of a subscription that has another rule by now, which would match as the old one; nor of those gone.
        """

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        """Add it and return it with its id; the same rule in the same channel is updated, not added."""

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        """Remove it and return what it was; None when this channel has no such subscription."""

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """One channel's subscriptions, or all, by id."""

    async def draft(
        self, subscription: Subscription, now: datetime, *, where: Channel | None = None, zone: str | None = None
    ) -> int:
        """Keep a subscription that waits for its person to confirm; return the draft's number.

        `where` is the channel in which they will (None: the subscription's own), `zone` where they live.
        """

    async def customs(self, channels: Collection[Channel]) -> Mapping[Channel, Customs]:
        """What each channel wants beyond its rules and how it stands; one nobody spoke of has the plain ones."""

    async def keep_customs(self, customs: Customs) -> None:
        """Remember its options, zone, pause and who may change its rules. The rulebook's version changes."""

    async def mended(self, channel: Channel, now: datetime) -> bool:
        """A channel that was lost is tried at once, with all that waited in one digest; False when it was not lost."""

    async def draft_of(self, number: int, channel: Channel, person: str) -> Draft | None:
        """The draft as it waits; None as in `take_draft`. Nothing is changed."""

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        """Take the draft away and return it; None if it is gone or was made elsewhere or by somebody else."""

    async def confirm(
        self, number: int, channel: Channel, person: str, now: datetime, *, start: Sequence[Delivery] = ()
    ) -> Subscription | None:
        """`take_draft` and `subscribe` in one transaction; None as in `take_draft`, and then nothing is changed.

        `start` are deliveries of stored papers to begin with, recorded with it. A draft with an id amends (`amend`);
        a draft's zone becomes its channel's where none was found before.
        """

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

    async def rewritten(self, channel: Channel, after: int | None) -> tuple[int, list[Message]]:
        """The channel's messages whose words were put in place of others after turn `after` (None: none of them), in
        the order that happened, those of threads too; and the turn that this is of."""

    async def channels(self, platform: str) -> list[Channel]:
        """The channels of a platform that have subscriptions or messages."""
