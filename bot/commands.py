"""Words typed in chat → Command. What a command's outcome says is in `replies`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot import options, rules
from bot.errors import RuleError, WordsWrong
from bot.model import Ask, Options

VERBS = (
    "/subscribe", "/unsubscribe", "/subscriptions", "/papers search", "/papers top", "/papers settings",
    "/papers pause", "/papers resume", "/papers feeds", "/papers help",
)  # fmt: skip
"""As every platform offers them. A platform where another app owns a short name has `/papers subscribe` and so on."""


WEEK = timedelta(days=7)
LONGEST = timedelta(days=366)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": WEEK}


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Papers that match `rule` shall come here."""

    rule: rules.Rule
    options: Options


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """One subscription by its number, or by its rule; or all of them (neither given)."""

    number: int | None = None
    rule: rules.Rule | None = None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this channel is subscribed to."""


@dataclass(frozen=True, slots=True)
class Search:
    """Stored papers that match a rule, for one person's eyes."""

    rule: rules.Rule


@dataclass(frozen=True, slots=True)
class Settings:
    """The channel's own defaults; with `options` those given are changed."""

    options: Options | None = None


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

Command = Subscribe | Unsubscribe | Subscriptions | Search | Delivering | Feeds | AddFeed | RemoveFeed | Help


def read(ask: Ask, acronyms: rules.Acronyms = rules.KNOWN) -> Command:
    """The command that was typed, its rule read with the team's acronyms.

    `WordsWrong` says what was not understood, and what to type instead.
    """
    verb, words = ask.verb.lower(), ask.words.strip()
    if verb == "papers":
        verb, _, words = words.partition(" ")
        verb, words = verb.lower() or "help", words.strip()
    match verb:
        case "subscribe":
            return subscribe(words, acronyms) if words else Help(with_list=True)
        case "unsubscribe":
            return unsubscribe(words, acronyms)
        case "subscriptions":
            return Subscriptions()
        case "search":
            return search(words, acronyms)
        case "feeds":
            return feeds(words)
        case "help":
            return Help()
    if (found := delivering(verb, words)) is not None:
        return found
    typed = f"/papers {verb[:40]}" if ask.verb.lower() == "papers" else f"/{verb[:40]}"
    raise WordsWrong(f"There is no command {typed}. These exist: {', '.join(VERBS)}.")


def subscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Subscribe:
    """`rule [options]` → Subscribe."""
    rule, wanted = options.split(words)
    try:
        return Subscribe(rules.parse(rule, acronyms), wanted)
    except RuleError as error:  # its place is the same in the words as they were typed, options and all
        raise RuleError(error.sentence, words, error.start, error.end) from error


def unsubscribe(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Unsubscribe:
    """`number | rule | all` → Unsubscribe. A rule may bring its options, as it does in the list people copy from."""
    if words.lower() == "all":
        return Unsubscribe()
    bare = words.removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) < 10:
        return Unsubscribe(number=int(bare))
    if not words:
        raise WordsWrong("Which one? /subscriptions lists them with their numbers; then /unsubscribe NUMBER, or all.")
    return Unsubscribe(rule=subscribe(words, acronyms).rule)


def search(words: str, acronyms: rules.Acronyms = rules.KNOWN) -> Search:
    """`rule` → Search; options mean nothing here and are refused by the rule language."""
    if not words:
        raise WordsWrong("What for? /papers search takes a rule, such as: /papers search transformers quantization")
    return Search(rules.parse(words, acronyms))


def delivering(verb: str, words: str) -> Delivering | None:
    """The commands about how and when papers come; None for any other."""
    match verb:
        case "settings":
            return settings(words)
        case "pause":
            return Pause(_span(words) if words else None)
        case "resume":
            return Resume()
        case "top":
            return Top(_span(words) if words else WEEK)
    return None


def settings(words: str) -> Settings:
    """`mode:daily at:08:30 tz:Europe/Berlin`, or nothing: how it stands."""
    if not words:
        return Settings()
    rest, wanted = options.split(words)
    if rest.strip() or wanted == Options():
        raise WordsWrong(
            "/papers settings takes options, such as: /papers settings mode:daily at:08:30 tz:Europe/Berlin"
        )
    return Settings(wanted)


def _span(words: str) -> timedelta:
    """`3d`, `2w`, `12h`; `WordsWrong` for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,2})\s*(h|d|w|hours?|days?|weeks?)", words.strip().lower(), re.ASCII)
    if not found or (span := int(found[1]) * _UNITS[found[2][0]]) > LONGEST:
        raise WordsWrong(f"{words.strip()[:40]!r} is no span of time: write 12h, 3d or 2w, a year at the most.")
    return span


def feeds(words: str) -> Feeds | AddFeed | RemoveFeed:
    """`add ADDRESS | remove ADDRESS`, or nothing: the list."""
    action, _, address = words.partition(" ")
    match action.lower(), address.strip():
        case ("" | "list", ""):
            return Feeds()
        case "add", str(given) if given:
            return AddFeed(given)
        case "remove", str(given) if given:
            return RemoveFeed(given)
    raise WordsWrong(
        "/papers feeds lists this channel's own feeds; /papers feeds add ADDRESS and /papers feeds remove ADDRESS "
        "change them."
    )
