"""Rules and options as text that people read, edit and carry to another bot: TOML, one `[[channel]]` a channel.

What is exported names no person and no secret. Reading it tells every mistake by its line, with what to write instead.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from typing import Any, Literal

from bot import options, rules
from bot.errors import ChannelUnknown, OptionError, RuleError, WordsWrong
from bot.model import Channel, Customs, Options, Subscription

HEAD = (
    "# Rules of Paper Round. To read them in, here or elsewhere: paper-round import FILE --dry-run\n"
    "# then without --dry-run. Rules that are there already stay; nothing is taken away.\n"
)
_OPTIONS = tuple(one.name for one in fields(Options))
_CHANNEL = ("id", *_OPTIONS, "rule")
_RULE = ("rule", *_OPTIONS, "paused")
_HEADING = re.compile(r"\s*\[\[\s*(channel(?:\s*\.\s*rule)?)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[A-Za-z0-9_-]+))\s*=")


@dataclass(frozen=True, slots=True)
class Entry:
    """A channel's part of the text: its defaults, and its rules."""

    channel: Channel
    options: Options = field(default_factory=Options)
    rules: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What an import does: `new` and `changed` rules and defaults; those that are `same` need nothing.

    `subscription` None: it is about the channel's defaults, `options` are the new ones. `before`: as it is now.
    """

    kind: Literal["new", "changed", "same"]
    channel: Channel
    subscription: Subscription | None = None
    options: Options = field(default_factory=Options)
    before: Options = field(default_factory=Options)


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────


def write(subscriptions: Sequence[Subscription], customs: Mapping[Channel, Customs]) -> str:
    """The text: channels by name, each with what it wants of all its rules, then its rules by number."""
    parts = [HEAD]
    ordered = sorted(subscriptions, key=lambda one: (str(one.channel), one.id))
    mine = {channel: list(found) for channel, found in groupby(ordered, key=lambda one: one.channel)}
    for channel in sorted({*mine, *customs}, key=str):
        wanted = customs.get(channel, Customs(channel)).options
        if channel in mine or wanted != Options():
            parts.append(_channel(channel, wanted, mine.get(channel, [])))
    return "\n".join(parts)


def _channel(channel: Channel, wanted: Options, mine: Sequence[Subscription]) -> str:
    lines = ["[[channel]]", f"id = {quoted(str(channel))}", *_written(wanted)]
    for one in mine:
        paused = ["paused = true"] if one.state == "paused" else []
        lines += ["", "[[channel.rule]]", f"rule = {quoted(one.rule)}", *_written(one.options), *paused]
    return "\n".join(lines) + "\n"


def _written(wanted: Options) -> list[str]:
    given = ((name, getattr(wanted, name)) for name in _OPTIONS)
    return [
        f"{name} = {value if isinstance(value, int) else quoted(value)}" for name, value in given if value is not None
    ]


def quoted(text: str) -> str:
    """A basic string of TOML: JSON's escapes, and DEL, which JSON leaves alone. https://toml.io/en/v1.0.0#string"""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────


def read(text: str, acronyms: rules.Acronyms = rules.KNOWN, moved: Mapping[str, str] | None = None) -> list[Entry]:
    """The channels of the text; `moved` gives some of them other ids (`{"slack:T1/C1": "discord:1/2"}`).

    `WordsWrong` names the line, what is wrong there, and what to write.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WordsWrong(f"This is not TOML that can be read: {error}. A text is put between double quotes.") from error
    except RecursionError as error:
        raise WordsWrong("This is not TOML that can be read: its brackets nest too deeply.") from error
    lines = Lines(text)
    if strange := sorted(found.keys() - {"channel"}):
        raise lines.wrong(None, None, strange[0], f"there is no {strange[0]!r} here: rules stand under [[channel]]")
    channels = found.get("channel", [])
    if not isinstance(channels, list):
        raise lines.wrong(None, None, "channel", "a channel is headed by [[channel]], with two brackets on each side")
    entries = [_entry(table, number, lines, acronyms, moved or {}) for number, table in enumerate(channels)]
    return _together(entries)


def _together(entries: Sequence[Entry]) -> list[Entry]:
    """Each channel once: two may have been moved to one."""
    found: dict[Channel, Entry] = {}
    for one in entries:
        known = found.get(one.channel, Entry(one.channel))
        wanted = options.over(one.options, known.options)
        mine = {rule.rule: rule for rule in (*known.rules, *one.rules)}
        found[one.channel] = Entry(one.channel, wanted, tuple(mine.values()))
    return list(found.values())


def _entry(table: Any, number: int, lines: Lines, acronyms: rules.Acronyms, moved: Mapping[str, str]) -> Entry:
    _require_keys(table, _CHANNEL, number, None, lines)
    given = table.get("id")
    if not isinstance(given, str):
        raise lines.wrong(number, None, "id", 'a channel has an id, such as id = "slack:T0LAB/C0GENERAL"')
    try:
        channel = Channel.parse(moved.get(given, given))
    except ChannelUnknown as error:
        raise lines.wrong(number, None, "id", str(error)) from error
    wanted = _options(table, number, None, lines)
    listed = table.get("rule", [])
    if not isinstance(listed, list):
        raise lines.wrong(number, None, "rule", "a rule is headed by [[channel.rule]], with two brackets on each side")
    mine = [_rule(one, channel, (number, place), lines, acronyms) for place, one in enumerate(listed)]
    return Entry(channel, wanted, tuple(mine))


def _rule(table: Any, channel: Channel, place: tuple[int, int], lines: Lines, acronyms: rules.Acronyms) -> Subscription:
    _require_keys(table, _RULE, *place, lines)
    given, paused = table.get("rule"), table.get("paused", False)
    if not isinstance(given, str):
        raise lines.wrong(*place, "rule", 'a rule has its words, such as rule = "transformers quantization"')
    if not isinstance(paused, bool):
        raise lines.wrong(*place, "paused", "write paused = true, or leave it out")
    try:
        words = rules.write(rules.parse(given, acronyms))
    except RuleError as error:
        raise lines.wrong(*place, "rule", f"the rule {given[:80]!r} cannot be read: {error}") from error
    wanted = _options(table, *place, lines)
    return Subscription(channel, words, "", wanted, state="paused" if paused else "active")


def _require_keys(table: Any, known: Sequence[str], number: int, rule: int | None, lines: Lines) -> None:
    if not isinstance(table, dict):
        raise lines.wrong(number, rule, "", "a channel is headed by [[channel]], a rule by [[channel.rule]]")
    if strange := [key for key in table if key not in known]:
        allowed = ", ".join(key for key in known if key != "rule" or rule is not None)
        raise lines.wrong(number, rule, strange[0], f"there is no key {strange[0]!r}: here stand {allowed}")


def _options(table: Mapping[str, Any], number: int, rule: int | None, lines: Lines) -> Options:
    """As in a command, value by value, so that each mistake has its line."""
    wanted = Options()
    for name in _OPTIONS:
        if name not in table:
            continue
        value = table[name]
        if isinstance(value, bool) or not isinstance(value, (str, int)) or (isinstance(value, str) and " " in value):
            raise lines.wrong(number, rule, name, f"{name} = {value!r} cannot be used")
        try:
            rest, one = options.split(f"{name}:{value}")
        except OptionError as error:
            raise lines.wrong(number, rule, name, str(error)) from error
        if rest.strip():
            raise lines.wrong(number, rule, name, f"{name} = {value!r} cannot be used")
        wanted = options.over(one, wanted)
    return wanted


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


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────


def compare(
    entries: Sequence[Entry], subscriptions: Sequence[Subscription], customs: Mapping[Channel, Customs]
) -> list[Step]:
    """What importing these entries changes, in their order. Nothing is ever taken away."""
    there = {(one.channel, one.rule): one for one in subscriptions}
    steps = []
    for entry in entries:
        before = customs.get(entry.channel, Customs(entry.channel)).options
        after = options.over(entry.options, before)
        if entry.options != Options():
            steps.append(Step("same" if after == before else "changed", entry.channel, None, after, before))
        steps += [_step(one, there.get((one.channel, one.rule))) for one in entry.rules]
    return steps


def _step(wanted: Subscription, there: Subscription | None) -> Step:
    if there is None:
        return Step("new", wanted.channel, wanted, wanted.options)
    after = replace(there, options=wanted.options, state=wanted.state)
    return Step("same" if after == there else "changed", wanted.channel, after, after.options, there.options)
