"""What can be asked for, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot import rules
from bot.model import Options


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Papers that match `rule` shall come here; or, `personal`, to the person's own messages."""

    rule: rules.Rule
    options: Options
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ByMail:
    """Papers that match `rule` shall come by mail, to an address that the person gives on the pages."""

    rule: rules.Rule
    options: Options


@dataclass(frozen=True, slots=True)
class Address:
    """The secret address of this channel's page; with `end` it shall lead nowhere any more."""

    end: bool = False


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """One subscription by its number, or by its rule; or all of them (neither given)."""

    number: int | None = None
    rule: rules.Rule | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Another rule, or other options, for a subscription by its number."""

    number: int
    rule: rules.Rule
    options: Options


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this channel, or the person, is subscribed to."""

    personal: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """What became of a paper here, and what each rule says of it; named by id, link or words of its title."""

    paper: str


@dataclass(frozen=True, slots=True)
class Find:
    """A paper's card and its thread here: named as in `Why`, or by the message that was asked about."""

    paper: str


@dataclass(frozen=True, slots=True)
class Status:
    """How this channel and the sources are doing, and why nothing came."""


@dataclass(frozen=True, slots=True)
class Test:
    """What a rule of this channel would bring now, for one person's eyes."""

    __test__ = False  # no test of ours
    number: int


@dataclass(frozen=True, slots=True)
class Export:
    """This channel's rules and options as text that can be read in again."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All channels that the person can see, with their rules."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What the person saved for later."""


@dataclass(frozen=True, slots=True)
class Search:
    """Stored papers that match a rule, for one person's eyes."""

    rule: rules.Rule


@dataclass(frozen=True, slots=True)
class Settings:
    """The channel's own defaults; with `options` those given are changed, with `who` who may change its rules."""

    options: Options | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is posted for so long (None: until somebody resumes); what comes meanwhile waits."""

    span: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Post again, what waited first."""


@dataclass(frozen=True, slots=True)
class Top:
    """What this channel has had in the last `span`, the best first, for one person's eyes."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Feeds:
    """This channel's own feeds."""


@dataclass(frozen=True, slots=True)
class AddFeed:
    """A feed of this channel's own, seen only by its rules."""

    address: str


@dataclass(frozen=True, slots=True)
class RemoveFeed:
    """One of this channel's own feeds shall end."""

    address: str


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed; with the channel's list when `with_list`."""

    with_list: bool = False


Delivering = Settings | Pause | Resume | Top
"""How and when a channel gets its papers."""

Telling = Why | Find | Status | Test | Export | Overview | Saved
"""What is told and changes nothing."""

Command = (
    Subscribe
    | ByMail
    | Address
    | Unsubscribe
    | Change
    | Subscriptions
    | Search
    | Delivering
    | Telling
    | Feeds
    | AddFeed
    | RemoveFeed
    | Help
)
