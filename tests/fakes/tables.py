"""What a fake database keeps, apart from the stores that use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from bot.chat.slack.forgetful import Kept
from bot.feeds import OwnFeed
from bot.model import (
    Amendment,
    Bookmark,
    Channel,
    Customs,
    Delivery,
    Draft,
    Message,
    News,
    Notice,
    Outage,
    Paper,
    Subscription,
)
from bot.public import alone


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery, the number of its paper, and who has it in hand."""

    delivery: Delivery
    paper: int
    lease: int = 0
    leased_until: datetime | None = None
    leads: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A message to be edited: when (None: it shows what is so), not before when, and how often it has changed."""

    due: datetime | None
    rested: datetime | None = None
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, when it was kept, when it is due (None: it is over), and who has it in hand."""

    notice: Notice
    at: datetime
    due: datetime | None
    leased_until: datetime | None = None


@dataclass(slots=True)
class Tables:
    """What a database keeps."""

    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    papers: dict[int, Paper] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    deliveries: dict[int, Row] = field(default_factory=dict)
    budget: dict[Channel, datetime] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    lines: dict[int, tuple[str, str]] = field(default_factory=dict)
    drafts: dict[int, tuple[Draft, Channel, datetime]] = field(default_factory=dict)
    """Each with where it was made and when."""
    amendments: dict[int, Amendment] = field(default_factory=dict)
    saved: dict[tuple[str, int], datetime] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    turns: dict[int, int] = field(default_factory=dict)
    """Messages that were rewritten, the last one last, with the turn at which that was."""
    past: dict[tuple[str, date], None] = field(default_factory=dict)
    pages: dict[tuple[str, date], Bookmark] = field(default_factory=dict)
    feeds: dict[tuple[Channel, str], OwnFeed] = field(default_factory=dict)
    words: dict[int, Paper] = field(default_factory=dict)
    """Papers as they were when they were made searchable."""
    stale: set[int] = field(default_factory=set)
    """Those that have been changed since, be it back again."""
    addresses: dict[Channel, str] = field(default_factory=dict)
    own: dict[int, Channel] = field(default_factory=dict)
    """Papers that are some channel's copy, and whose."""
    claims: dict[tuple[Channel, str], int] = field(default_factory=dict)
    """What a channel's own feeds call its papers, beyond what all know."""
    customs: dict[Channel, Customs] = field(default_factory=dict)
    votes: dict[tuple[int, str], None] = field(default_factory=dict)
    news: dict[tuple[int, str, str], tuple[News, datetime]] = field(default_factory=dict)
    edits: dict[tuple[Channel, str], Due] = field(default_factory=dict)
    thinned: Counter[str] = field(default_factory=Counter)
    told: dict[str, datetime] = field(default_factory=dict)
    made: dict[int, datetime] = field(default_factory=dict)
    """When each subscription was made."""
    outages: dict[str, Outage] = field(default_factory=dict)
    inboxes: dict[Channel, str] = field(default_factory=dict)
    """Whose own messages a channel holds."""
    notices: dict[str, Told] = field(default_factory=dict)
    rounds: dict[Channel, datetime] = field(default_factory=dict)
    doubted: Counter[str] = field(default_factory=Counter)
    given_out: Counter[str] = field(default_factory=Counter)
    errands: Kept = field(default_factory=dict)
    mail_keys: list[bytes] = field(default_factory=list)
    refusals: dict[Channel, tuple[int, str]] = field(default_factory=dict)
    servers: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of each platform's servers, since when."""
    leader: object = None

    def learn(self, channel: Channel, person: str) -> None:
        """Somebody spoke or wished in a channel: if it is their own messages, it is remembered."""
        if alone(channel) and person.startswith(f"{channel.platform}:"):
            self.inboxes[channel] = person

    def number(self, of: str) -> int:
        """The next number of a table, never given out twice."""
        self.given_out[of] += 1
        return self.given_out[of]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing: the values are frozen, so shallow copies are a whole snapshot."""
        kept = {f.name: getattr(self, f.name).copy() for f in fields(self) if f.name != "leader"}
        try:
            yield
        except BaseException:
            for name, value in kept.items():
                setattr(self, name, value)
            raise
