"""How a channel wants its posts, in the words of a subscription: `mode:daily at:09:00 tz:Europe/Berlin`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import fields, replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.errors import OptionError
from bot.model import Customs, Options

NAMES = tuple(field.name for field in fields(Options))
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_A_DAY = 100
MOST_AT_START = 3
"""A first look, not a flood."""

AT_ONCE = Options("instant", "09:00", None, "mon-sun", "card", None, "ask", MOST_AT_START, "off", "quiet")
DAILY = Options("daily", "09:00", None, "mon-fri", "compact", None, "ask", MOST_AT_START, "off", "quiet")
_BEGIN = {"slack": DAILY, "discord": DAILY, "email": replace(DAILY, format="card")}
"""How each platform's channels get their papers until somebody says otherwise: a team at work wants one message in the
morning, the channel in one's own browser wants to see something happen, a mail has room."""

_OPTION = re.compile(
    r"""(?P<quoted>["“”„«»＂][^"“”„«»＂]*["“”„«»＂]?)
      | (?<!\S)(?P<dash>--|[–—])?(?P<name>NAMES)(?P<sign>[:：=]|(?(dash)(?=\s)|(?!)))(?P<space>\s*)
        (?P<open>(?<=[:：=])["“”„«»＂])?(?P<value>[^\s"“”„«»＂]*(?:(?<=[0-9])[ ][ap]m\b)?)(?(open)["“”„«»＂]?)
    """.replace("NAMES", "|".join(NAMES)),
    re.VERBOSE | re.IGNORECASE,
)
"""An option, also as a command line (`--mode daily`, which phones make `—mode daily`) or a keyboard would have it."""


def split(text: str, zones: Collection[str] | None = None) -> tuple[str, Options]:
    """Take the options out of the words; what is left has spaces in their place, so that positions stay.

    `zones` are the time zones that exist; without them, those that this system knows.
    `OptionError` for a value that cannot be used, and for an option given twice.

    >>> rest, options = split("LLM mode:daily")
    >>> rest.rstrip(), options.mode
    ('LLM', 'daily')
    """
    rest = text
    found: dict[str, Any] = {}
    for match in _OPTION.finditer(text):
        if match["quoted"] or (not match["sign"] and not _fits(match, zones)):
            continue
        name = match["name"].lower()
        if name in found:
            raise OptionError(f"{name}: is given twice: keep one of them.", text, match.start(), match.end())
        found[name] = _value(text, name, match, zones)
        rest = rest[: match.start()] + " " * (match.end() - match.start()) + rest[match.end() :]
    return rest, Options(**found)


def effective(wanted: Options, customs: Customs, zone: str = "UTC") -> Options:
    """What counts for a subscription: its own options, else its channel's, else its platform's; all but `max` are set.

    The zone is the one set for the subscription or its channel, else the one found for the channel, else `zone`.
    """
    begun = _BEGIN.get(customs.channel.platform, AT_ONCE)
    said = over(wanted, customs.options)
    if customs.channel.platform == "email":  # a mailbox gets digests, and nothing can be pressed there
        said = replace(said, mode="daily" if said.mode == "instant" else said.mode, thread="off")
    if said.mode == "instant":  # the weekdays are the digest's: at once is at once, unless somebody names days
        begun = replace(begun, days=AT_ONCE.days)
    return over(said, replace(begun, tz=customs.zone or zone))


def over(first: Options, then: Options) -> Options:
    """Each option as `first` has it, else as `then` does."""
    return Options(**{name: _either(getattr(first, name), getattr(then, name)) for name in NAMES})


def _either(first: Any, then: Any) -> Any:
    return then if first is None else first


def write(options: Options) -> str:
    """The options in canonical words; those not given are left out. `split(write(o))` gives `o` back."""
    given = ((name, getattr(options, name)) for name in NAMES)
    return " ".join(f"{name}:{value}" for name, value in given if value is not None)


def _fits(match: re.Match[str], zones: Collection[str] | None) -> bool:
    """Whether what follows `--mode` is a value of it; else it is a word that is left out, as in `—format wars`."""
    return _read(match["name"].lower(), match["value"], zones) is not None


def _read(name: str, value: str, zones: Collection[str] | None) -> str | int | None:
    plain = value.translate(_PLAIN).replace(" ", "")
    return _tz(zones)(plain) if name == "tz" else _READERS[name](plain.casefold())


def _value(text: str, name: str, match: re.Match[str], zones: Collection[str] | None) -> Any:
    value = match["value"]
    known = _read(name, value, zones)
    if known is None:
        said = f"{value!r} cannot be used" if value else "nothing is given"
        start = match.start("value") if value else match.start()
        raise OptionError(f"{name}: takes {_ALLOWED[name]}; {said}.", text, start, match.end())
    return known


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: value if value in allowed else None


def _time(value: str) -> str | None:
    """`9:00`, `09:00`, `9.00`, `9`, `9h` and `9am` are `09:00`; `9:30pm` is `21:30`."""
    found = re.fullmatch(r"([0-9]{1,2})(?:[:.h]([0-5][0-9]))?(h|am|pm)?", value, re.ASCII)
    if not found:
        return None
    hour, half = int(found[1]), found[3] if found[3] in ("am", "pm") else None
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return f"{hour:02}:{found[2] or '00'}" if hour < 24 else None


@cache
def known_zones() -> frozenset[str]:
    """The IANA time zones of this system. Reads them from its files once: some tens of milliseconds."""
    return frozenset(available_timezones())


def _tz(zones: Collection[str] | None) -> Callable[[str], str | None]:
    return lambda value: _by_name(frozenset(zones) if zones is not None else known_zones()).get(value.casefold())


@cache
def _by_name(zones: frozenset[str]) -> dict[str, str]:
    """Zones by their names and, where only one is called so, by their cities (`berlin`, `new_york`)."""
    named = {zone.casefold(): zone for zone in zones}
    cities = [zone for zone in zones if zone.count("/") and not zone.startswith("Etc/")]
    alone = Counter(zone.rpartition("/")[2].casefold() for zone in cities)
    return {city: zone for zone in cities if alone[city := zone.rpartition("/")[2].casefold()] == 1} | named


def _days(value: str) -> str | None:
    """`mon-fri`, `mo,we`, `Monday,tuesday`, `fri-mon`, `weekdays`; in the week's order, runs as a range."""
    wanted: set[int] = set()
    for part in re.split(r"[,;/+]", _CALLED.get(value, value)):
        first, dash, last = part.partition("-")
        start, end = _day(first), _day(last if dash else first)
        if start is None or end is None:
            return None
        wanted.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return _written(sorted(wanted))


_CALLED = {
    **dict.fromkeys(("weekdays", "workdays", "week"), "mon-fri"),
    **dict.fromkeys(("weekend", "weekends"), "sat,sun"),
    **dict.fromkeys(("all", "daily", "every", "everyday"), "mon-sun"),
}
_PLAIN = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Dashes and full-width forms as keyboards of all sorts have them."""


def _day(word: str) -> int | None:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    fits = [place for place, name in enumerate(full) if len(word) >= 2 and name.startswith(word)]
    return fits[0] if fits else None


def _written(days: list[int]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEK[days[0]]}-{WEEK[days[-1]]}"
    return ",".join(WEEK[day] for day in days)


def _most(value: str) -> int | None:
    fits = value.isascii() and value.isdigit() and len(value) < 5 and 1 <= int(value) <= MOST_A_DAY
    return int(value) if fits else None


def _few(value: str) -> int | None:
    return int(value) if value in {str(number) for number in range(MOST_AT_START + 1)} else None


_READERS: dict[str, Callable[[str], str | int | None]] = {
    "mode": _one_of("instant", "daily", "weekly"),
    "at": _time,
    "days": _days,
    "format": _one_of("compact", "card", "full"),
    "max": _most,
    "thread": _one_of("ask", "auto", "off"),
    "start": _few,
    "publish": _one_of("on", "off"),
    "empty": _one_of("say", "quiet"),
}
_ALLOWED = {
    "mode": "instant, daily or weekly",
    "at": "a time of day in 24 hours, such as 09:00",
    "tz": "a time zone by its city, such as Europe/Berlin",
    "days": "weekdays, such as mon-fri or mon,wed",
    "format": "compact, card or full",
    "max": f"a number of posts a day from 1 to {MOST_A_DAY}",
    "thread": "ask, auto or off",
    "start": f"how many stored papers to begin with, 0 to {MOST_AT_START}",
    "publish": "on or off",
    "empty": "say (a digest without papers says so) or quiet",
}
_NAMES = dict(zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


def spoken(days: str | None) -> str:
    """Weekdays as people say them; nothing for the whole week."""
    if days in (None, "mon-sun"):
        return ""
    words = re.sub(r"[a-z]{3}", lambda match: _NAMES.get(match.group(), match.group()), days)
    *first, last = words.replace("-", " to ").split(",")
    return f"on {', '.join(first)} and {last}" if first else f"on {last}"
