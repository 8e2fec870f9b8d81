"""The form of a subscription, as it was filled in → what it asks for, or what is wrong with which field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bot import options, rules
from bot.errors import OptionError, RuleError
from bot.model import Options

_T = TypeVar("_T")

SAME = "channel"
"""The choice that leaves an option to the channel. No platform takes an empty value in a list."""

OTHERS = "more"
"""The field for all options that have none of their own."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form: `rule` and `options`, None where something is `wrong`, by field and in a sentence."""

    rule: rules.Rule | None
    options: Options
    wrong: tuple[tuple[str, str], ...] = ()


def filled(fields: Mapping[str, str], acronyms: rules.Acronyms = rules.KNOWN) -> Filled:
    """Read every field, so that all that is wrong is told at once. An option in the rule's own line counts first."""
    wrong: dict[str, str] = {}
    rule, said = _tried("rule", lambda: _rule(fields.get("rule", ""), acronyms), wrong) or (None, Options())
    for name in ("mode", "at", "tz"):
        value = fields.get(name, "").strip()
        if value and value != SAME:
            said = options.over(said, _tried(name, partial(_option, name, value), wrong) or Options())
    said = options.over(said, _tried(OTHERS, lambda: _others(fields.get(OTHERS, "")), wrong) or Options())
    return Filled(None if wrong else rule, said, tuple(wrong.items()))


def _tried(name: str, read: Callable[[], _T], wrong: dict[str, str]) -> _T | None:
    try:
        return read()
    except (RuleError, OptionError) as error:
        wrong[name] = _told(name, error)
        return None


def _told(name: str, error: RuleError | OptionError) -> str:
    """The sentence as it stands at its field: of a rule with the place, of an option without its name."""
    there = error.text[error.start :].strip()
    if name == "rule":
        return f"{error.sentence} Here: {there[:40]}" if there else error.sentence
    bare = error.sentence.removeprefix(f"{name}: ")
    return bare[:1].upper() + bare[1:]


def _rule(words: str, acronyms: rules.Acronyms) -> tuple[rules.Rule, Options]:
    rest, said = options.split(words)
    return rules.parse(rest, acronyms), said


def _option(name: str, value: str) -> Options:
    word = ("_" if name == "tz" else "").join(value.split())  # people write America/New York, and 9 pm
    return options.split(f"{name}:{word}")[1]


def _others(words: str) -> Options:
    rest, said = options.split(words)
    if rest.strip():
        start = len(rest) - len(rest.lstrip())
        raise OptionError(
            f"This takes options only, such as days:mon-fri max:10 format:card; {rest.strip()[:40]!r} is none.",
            words,
            start,
            len(rest.rstrip()),
        )
    return said
