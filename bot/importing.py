"""TOML that `exchange` wrote, or a person changed, → what to put into a store; and what that would change. Pure.

Every mistake is told by its line, with what to write instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from bot import options, rights, rules
from bot.errors import ChannelUnknown, OptionError, RuleError, WordsWrong
from bot.feeds import OwnFeed, from_chat
from bot.model import Channel, Customs, Options, Subscription
from bot.schedule import NEVER

VERSION = 1
"""Of the form that is read; a higher one was written by a newer Paper Round."""

_CHANNEL = ("id", "options", "zone", "who", "paused_until", "feeds", "rule")
_RULE = ("rule", "options", "creator", "state")
_HEADING = re.compile(r"\s*\[\[\s*(channel(?:\s*\.\s*rule)?)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[A-Za-z0-9_-]+))\s*=")


@dataclass(frozen=True, slots=True)
class Entry:
    """A channel's part of the text: what it wants of all its rules, its rules, feeds of its own."""

    customs: Customs
    rules: tuple[Subscription, ...] = ()
    feeds: tuple[OwnFeed, ...] = ()

    @property
    def channel(self) -> Channel:
        return self.customs.channel


@dataclass(frozen=True, slots=True)
class Step:
    """What an import does with a rule, a feed, or the channel's own wishes; what is `same` needs nothing."""

    kind: Literal["new", "changed", "same"]
    channel: Channel
    wanted: Subscription | Customs | OwnFeed
    before: Subscription | Customs | None = None


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────


def read(text: str, acronyms: rules.Acronyms = rules.KNOWN, moved: Mapping[str, str] | None = None) -> list[Entry]:
    """The channels of the text; `moved` gives some of them other ids (`{"slack:T1/C1": "discord:1/2"}`).

    `WordsWrong` names the line, what is wrong there, and what to write.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if text.lstrip().startswith("<"):
            raise WordsWrong(
                "This is XML, not what paper-round export writes. Feeds go into the config under [[sources]], "
                "or into a channel with /papers feeds add."
            ) from error
        raise WordsWrong(f"This is not TOML that can be read: {error}. A text is put between double quotes.") from error
    except RecursionError as error:
        raise WordsWrong("This is not TOML that can be read: its brackets nest too deeply.") from error
    lines = Lines(text)
    if strange := sorted(found.keys() - {"channel", "version"}):
        raise lines.wrong(None, None, strange[0], f"there is no {strange[0]!r} here: rules stand under [[channel]]")
    version = found.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        raise lines.wrong(
            None, None, "version", f"this was written by a newer Paper Round: update this one ({version!r})"
        )
    channels = found.get("channel", [])
    if not isinstance(channels, list):
        raise lines.wrong(None, None, "channel", "a channel is headed by [[channel]], with two brackets on each side")
    reader = Reader(lines, acronyms, moved or {})
    return _together([reader.entry(table, number) for number, table in enumerate(channels)])


def _together(entries: Sequence[Entry]) -> list[Entry]:
    """Each channel once: two may have been moved to one."""
    found: dict[Channel, Entry] = {}
    for one in entries:
        known = found.get(one.channel, Entry(Customs(one.channel)))
        mine = {rule.rule: rule for rule in (*known.rules, *one.rules)}
        feeds = {feed.address: feed for feed in (*known.feeds, *one.feeds)}
        found[one.channel] = Entry(_over(one.customs, known.customs), tuple(mine.values()), tuple(feeds.values()))
    return list(found.values())


class Lines:
    """Where each key of the text stands: TOML's reader does not tell."""

    def __init__(self, text: str) -> None:
        self._keys: dict[tuple[int, int | None, str], int] = {}
        self._heads: dict[tuple[int, int | None], int] = {}
        channel, rule = -1, None
        for number, line in enumerate(text.splitlines(), 1):
            if heading := _HEADING.match(line):
                under = heading[1] != "channel"
                channel, rule = (channel, (-1 if rule is None else rule) + 1) if under else (channel + 1, None)
                self._heads[channel, rule] = number
            elif key := _KEY.match(line):
                self._keys.setdefault((channel, rule, key["quoted"] or key["bare"]), number)

    def wrong(self, channel: int | None, rule: int | None, key: str, sentence: str) -> WordsWrong:
        """The error, with the line of the key, else of its heading."""
        place = -1 if channel is None else channel
        line = self._keys.get((place, rule, key)) or self._heads.get((place, rule))
        ended = sentence if sentence.endswith(".") else f"{sentence}."
        return WordsWrong(f"Line {line}: {ended}" if line else ended[:1].upper() + ended[1:])


@dataclass(frozen=True, slots=True)
class Reader:
    """The tables of a text → entries; knows where each stands."""

    lines: Lines
    acronyms: rules.Acronyms
    moved: Mapping[str, str]

    def entry(self, table: Any, number: int) -> Entry:
        self._require_keys(table, _CHANNEL, number, None)
        channel = self._channel(table, number)
        listed = table.get("rule", [])
        if not isinstance(listed, list):
            sentence = "a rule is headed by [[channel.rule]], with two brackets on each side"
            raise self.lines.wrong(number, None, "rule", sentence)
        mine = [self._rule(one, channel, number, place) for place, one in enumerate(listed)]
        wanted = self._options(table, number, None)
        customs = Customs(
            channel,
            wanted,
            self._zone(table, number),
            self._paused(table, number),
            who=self._who(table, channel, number),
        )
        return Entry(customs, tuple(mine), tuple(self._feeds(table, channel, number)))

    def _channel(self, table: Mapping[str, Any], number: int) -> Channel:
        given = table.get("id")
        if not isinstance(given, str):
            raise self.lines.wrong(number, None, "id", 'a channel has an id, such as id = "slack:T0LAB/C0GENERAL"')
        try:
            return Channel.parse(self.moved.get(given, given))
        except ChannelUnknown as error:
            raise self.lines.wrong(number, None, "id", str(error)) from error

    def _rule(self, table: Any, channel: Channel, number: int, place: int) -> Subscription:
        self._require_keys(table, _RULE, number, place)
        given, state, creator = table.get("rule"), table.get("state", "active"), table.get("creator", "")
        if not isinstance(given, str):
            sentence = 'a rule has its words, such as rule = "transformers quantization"'
            raise self.lines.wrong(number, place, "rule", sentence)
        if state not in ("active", "paused"):
            raise self.lines.wrong(number, place, "state", 'write state = "paused", or leave it out')
        if not isinstance(creator, str):
            raise self.lines.wrong(number, place, "creator", 'a creator is somebody such as "slack:U0ADA"')
        try:
            words = rules.write(rules.parse(given, self.acronyms))
        except RuleError as error:
            sentence = f"the rule {given[:80]!r} cannot be read: {error}"
            raise self.lines.wrong(number, place, "rule", sentence) from error
        mine = creator if creator.startswith(f"{channel.platform}:") else ""  # nobody of another platform is known here
        return Subscription(channel, words, mine, self._options(table, number, place), state=state)

    def _options(self, table: Mapping[str, Any], number: int, place: int | None) -> Options:
        """In the words that people type: `mode:daily at:09:00`."""
        given = table.get("options", "")
        try:
            rest, wanted = options.split(given if isinstance(given, str) else "?")
        except OptionError as error:
            raise self.lines.wrong(number, place, "options", str(error)) from error
        if rest.strip():
            sentence = f"{rest.strip()[:80]!r} is no option: write them as in mode:daily at:09:00 tz:Europe/Berlin"
            raise self.lines.wrong(number, place, "options", sentence)
        return wanted

    def _zone(self, table: Mapping[str, Any], number: int) -> str | None:
        given = table.get("zone")
        if given is not None and given not in options.known_zones():
            sentence = f"there is no time zone {given!r}: name one by its city, such as Europe/Berlin"
            raise self.lines.wrong(number, None, "zone", sentence)
        return given

    def _paused(self, table: Mapping[str, Any], number: int) -> datetime | None:
        given = table.get("paused_until")
        if given is not None and (not isinstance(given, datetime) or given.tzinfo is None):
            sentence = "until when a pause lasts is written as in 2026-12-24T09:00:00Z"
            raise self.lines.wrong(number, None, "paused_until", sentence)
        try:
            return given and given.astimezone(UTC)
        except OverflowError:  # the last day there is, west of Greenwich
            return NEVER

    def _who(self, table: Mapping[str, Any], channel: Channel, number: int) -> tuple[str, ...] | None:
        """People of another platform are nobody here; where only such could change the rules, managers can."""
        given = table.get("who")
        if given is None:
            return None
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise self.lines.wrong(number, None, "who", 'who is a list such as ["creator", "managers"]')
        here = f"{channel.platform}:"
        return tuple(one for one in given if one in rights.GROUPS or one.startswith(here)) or rights.MANAGERS

    def _feeds(self, table: Mapping[str, Any], channel: Channel, number: int) -> list[OwnFeed]:
        given = table.get("feeds", [])
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise self.lines.wrong(number, None, "feeds", 'feeds are a list such as ["https://example.org/feed.xml"]')
        try:
            return [OwnFeed(channel, from_chat(one).address, "") for one in given]
        except WordsWrong as error:
            raise self.lines.wrong(number, None, "feeds", str(error)) from error

    def _require_keys(self, table: Any, known: Sequence[str], number: int, place: int | None) -> None:
        if not isinstance(table, dict):
            raise self.lines.wrong(number, place, "", "a channel is headed by [[channel]], a rule by [[channel.rule]]")
        if strange := [key for key in table if key not in known]:
            allowed = ", ".join(key for key in known if key != "rule" or place is not None)
            raise self.lines.wrong(number, place, strange[0], f"there is no key {strange[0]!r}: here stand {allowed}")


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────


def compare(
    entries: Sequence[Entry],
    subscriptions: Sequence[Subscription],
    customs: Mapping[Channel, Customs],
    feeds: Sequence[OwnFeed] = (),
) -> list[Step]:
    """What importing these entries changes, in their order. Nothing is ever taken away."""
    there = {(one.channel, one.rule): one for one in subscriptions}
    had = {(one.channel, one.address) for one in feeds}
    steps = []
    for entry in entries:
        before = customs.get(entry.channel, Customs(entry.channel))
        after = _over(entry.customs, before)
        if entry.customs != Customs(entry.channel):
            steps.append(Step("same" if after == before else "changed", entry.channel, after, before))
        steps += [_step(one, there.get((one.channel, one.rule))) for one in entry.rules]
        for feed in entry.feeds:
            kind: Literal["new", "same"] = "same" if (feed.channel, feed.address) in had else "new"
            steps.append(Step(kind, entry.channel, feed))
    return steps


def _over(said: Customs, before: Customs) -> Customs:
    wanted = options.over(said.options, before.options)
    who = said.who if said.who is not None else before.who
    paused = said.paused_until or before.paused_until
    return replace(before, options=wanted, zone=said.zone or before.zone, paused_until=paused, who=who)


def _step(wanted: Subscription, there: Subscription | None) -> Step:
    if there is None:
        return Step("new", wanted.channel, wanted)
    after = replace(there, options=wanted.options, state=wanted.state)
    return Step("same" if after == there else "changed", wanted.channel, after, there)
