"""Who wants what, where, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.errors import ChannelUnknown


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Where posts go: `slack:T…/C…`, `discord:guild/channel`, `local:general`, `email:…`, `console:`."""

    platform: str
    place: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.place}"

    @staticmethod
    def parse(text: str) -> Channel:
        """Read a channel's id; `ChannelUnknown` says which forms there are."""
        platform, colon, place = text.partition(":")
        parts = place.split("/")
        pairs = platform in ("slack", "discord")
        shaped = len(parts) == (2 if pairs else 1) and all(p and p.isprintable() and " " not in p for p in parts)
        if not colon or platform not in ("slack", "discord", "local", "email") or not shaped:
            raise ChannelUnknown(
                f"There is no channel {text!r}. Channels read local:general, slack:TEAM/CHANNEL "
                "or discord:SERVER/CHANNEL (the ids, not the names)."
            )
        return Channel(platform, place)


@dataclass(frozen=True, slots=True)
class Options:
    """How a channel wants its posts. None: as the channel's default says.

    `at` is a digest's time of day, `HH:MM`; `tz` an IANA zone; `days` weekdays such as `mon-fri`; `max` posts a day.
    """

    mode: Literal["instant", "daily", "weekly"] | None = None
    at: str | None = None
    tz: str | None = None
    days: str | None = None
    format: Literal["compact", "card", "full"] | None = None
    max: int | None = None
    thread: Literal["ask", "auto", "off"] | None = None
    start: int | None = None
    """Stored papers that are posted at once when somebody subscribes, 0 to 3."""
    publish: Literal["on", "off"] | None = None
    """Whether servers that follow a Discord announcement channel get each post too."""
    empty: Literal["say", "quiet"] | None = None
    """Whether a digest without papers says so."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's wish: papers that match `rule` (in canonical words). `id` is 0 until the store gives one."""

    channel: Channel
    rule: str
    creator: str
    options: Options = field(default_factory=Options)
    id: int = 0
    state: Literal["active", "paused"] = "active"


@dataclass(frozen=True, slots=True)
class Customs:
    """What a channel wants beyond its single rules, and how it stands with it.

    `options` are the defaults of its subscriptions, `zone` the IANA zone found for it where nobody has set one (its
    first subscriber's). `paused_until`: nothing is posted before, and nothing is lost. `lost_since`: when the platform
    began to refuse the channel, `lost_why` the sentence; None while all is well.
    """

    channel: Channel
    options: Options = field(default_factory=Options)
    zone: str | None = None
    paused_until: datetime | None = None
    lost_since: datetime | None = None
    lost_why: str | None = None
    who: tuple[str, ...] | None = None
    """Who may change its rules, as `bot.rights` reads it: `anyone`, `creator`, `managers`, people by their ids; None:
    as the platform's default says."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A subscription that waits for its person to confirm it. With an id it changes the subscription of that number.

    `zone` is the IANA zone that their platform knows them to live in.
    """

    wish: Subscription
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change of a channel's rules by `person`: `before` and `after`, None where there was or is no subscription."""

    channel: Channel
    person: str
    before: Subscription | None
    after: Subscription | None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All active subscriptions at one moment; `version` changes whenever any of them does."""

    version: int
    subscriptions: Sequence[Subscription]
