"""Matches, what becomes of them, and the work of bringing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.model.papers import Bookmark, Paper
from bot.model.posts import Post
from bot.model.wishes import Channel, Options, Subscription

State = Literal["pending", "held", "sent", "merged", "refused", "given_up"]
"""Where a delivery stands. `merged`: another delivery of the same paper already told this channel."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper is here: `term` of the rule stands in `field` of the paper, at characters `start` to `end`.

    Facts without a place (`has:code`) have no `start` and `end`.
    """

    term: str
    field: str
    start: int | None = None
    end: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A paper, the subscription that wants it, and why."""

    paper: Paper
    subscription: Subscription
    reasons: tuple[Reason, ...]


Bundle = Literal["digest", "start", "overflow", "waited", "paused"]
"""Why papers share a message: a daily or weekly digest; what a new subscription begins with; what was above the
day's `max`; what waited while the channel could not be posted to, or was paused."""

NewsKind = Literal["version", "withdrawn", "code", "featured", "votes", "rule"]


@dataclass(frozen=True, slots=True)
class News:
    """Something that became of a paper after a channel had it. `kind` is told once a delivery, `text` in words.

    `said`: where it was told; None while it waits.
    """

    kind: NewsKind
    text: str
    said: Literal["thread", "post"] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A paper for a channel. (paper, channel) is its key: recording it twice adds reasons, never a second post.

    `row` is the store's own number for it (0 before it is stored): short enough for a button's id.
    `message` and `thread` are the platform's ids once those steps are done and remembered.
    """

    paper: str
    channel: Channel
    reasons: tuple[Reason, ...] = ()
    state: State = "pending"
    row: int = 0
    message: str | None = None
    thread: str | None = None
    attempts: int = 0
    first_tried: datetime | None = None
    """When the platform was first asked in vain; None while no attempt has failed."""
    error: str | None = None
    due: datetime | None = None
    posted_at: datetime | None = None
    options: Options = field(default_factory=Options)
    bundle: Bundle | None = None
    """None: a message of its own. Else it travels in one message with others of its kind."""
    digest: int | None = None
    """The digest it travels in, once that is formed: the row of the delivery that led it then."""
    part: int | None = None
    """Which of the digest's messages it stands in, from 1; below 0: which of those in the digest's thread."""
    card: str | None = None
    """The paper's own message, made when somebody wanted to discuss a digest's line; its thread hangs from there."""
    doubt: bool = False
    """Whether the platform may have taken a message of it that we do not know of: look before saying it again."""
    news: tuple[News, ...] = ()
    """What became of the paper after it was posted, the oldest first."""
    votes: int = 0
    """People of the channel who pressed its upvote."""
    named: Channel | None = None
    """Its channel as it was called when this was begun, where it has another id since: its key stays."""

    @property
    def home(self) -> str | None:
        """The message its thread hangs from: its own card, else its post; None while only a digest shows it."""
        return self.card or (None if self.bundle else self.message)

    @property
    def key(self) -> str:
        """One word for (paper, channel), the same in every process: what a platform may deduplicate by."""
        return f"{self.known_as}|{self.paper}"

    @property
    def known_as(self) -> Channel:
        """The channel's name in all that a platform may have been told under a key."""
        return self.named or self.channel


@dataclass(frozen=True, slots=True)
class Item:
    """A delivery with its paper."""

    delivery: Delivery
    paper: Paper


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken for work. Whoever finishes it shows `lease`; an older number is refused (`LeaseLost`).

    `items` are all that travel with it when it leads a digest, itself among them, the oldest first; empty otherwise.
    """

    delivery: Delivery
    paper: Paper
    lease: int
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Words of the bot's own that wait to be said once: to `person`, or without one in the channel.

    `number`, `lease`, `attempts`, `first_tried` and `doubt` are the store's, as those of a `Delivery` and its claim.
    """

    key: str
    channel: Channel
    post: Post
    person: str | None = None
    number: int = 0
    lease: int = 0
    attempts: int = 0
    first_tried: datetime | None = None
    doubt: bool = False
    anyway: bool = False
    """Said in a channel that is paused, too, and before its posts: it tells what was changed there just now."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A platform that will not have the bot at all: since when, why, and when it is tried again."""

    platform: str
    since: datetime
    why: str
    probe: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that does not show what is so. `turn` tells whether something has changed since it was taken up."""

    channel: Channel
    message: str
    turn: int


@dataclass(frozen=True, slots=True)
class Poll:
    """All that one poll learned, recorded in one transaction: bookmark, papers, deliveries.

    `version` is the rulebook the deliveries were planned with; None when nothing was matched (a baseline).
    `audience` are the channels whose own feed it is; None: it is read for all.
    `day` is the day of the source's past that was asked for again; the bookmark is that day's own. None: the feed's.
    """

    bookmark: Bookmark
    papers: tuple[Paper, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    version: int | None = None
    audience: frozenset[Channel] | None = None
    news: tuple[tuple[str, News], ...] = ()
    """By paper id, what became of papers that channels have had: told where they had them."""
    own_news: tuple[tuple[Channel, str, News], ...] = ()
    """The same of papers that only a channel's own feeds have brought, for that channel alone."""
    day: date | None = None
