"""When a channel's digest goes round: its time of day, in its zone, on its days. Pure: the time now is an argument.

Zones are IANA's and change their clocks. An hour that does not exist (a spring night) is read as `zoneinfo` reads it:
02:30 is said at 03:30, as far from midnight as on any other day. An hour that comes twice counts the first time.
https://peps.python.org/pep-0495/
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model import Bundle, Options
from bot.options import WEEK

LATE = timedelta(minutes=15)
"""A digest that goes out so much after its time says so."""

MERGE = timedelta(hours=3)
"""A digest that was missed waits for the next one when that is no further away."""

AT = "09:00"
"""When a digest is due where nobody has said."""


def next_round(options: Options, after: datetime) -> datetime:
    """The first moment after `after` (UTC) at which a channel with these options gets its digest, in UTC.

    A weekly digest comes on the first of its days (`days:fri` is Friday, `mon-fri` Monday).
    """
    zone, at, wanted = _zone(options.tz), _time(options.at), days(options)
    if options.mode == "weekly":
        wanted = wanted[:1]
    day = after.astimezone(zone).date()
    while True:  # at most eight days
        moment = datetime.combine(day, at, zone).astimezone(UTC)
        if day.weekday() in wanted and moment > after:
            return moment
        day += timedelta(days=1)


def planned(options: Options, now: datetime) -> tuple[datetime, Bundle | None]:
    """When a paper found now is due, and what it travels in: at once, or in the next digest.

    What is found on a day on which a channel wants nothing goes into a digest on the next day it does.
    """
    if options.mode == "instant" and is_wanted_day(options, now):
        return now, None
    return next_round(options, now), "digest"


def day_end(options: Options, now: datetime) -> datetime:
    """The next midnight in the channel's zone, in UTC: when what was above the day's `max` goes out."""
    zone = _zone(options.tz)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def day_start(options: Options, now: datetime) -> datetime:
    """The last midnight in the channel's zone, in UTC: since when the day's posts count."""
    zone = _zone(options.tz)
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def local_date(options: Options, now: datetime) -> date:
    """The date in the channel's zone."""
    return now.astimezone(_zone(options.tz)).date()


def local(options: Options, moment: datetime) -> datetime:
    """The moment in the channel's zone."""
    return moment.astimezone(_zone(options.tz))


def is_wanted_day(options: Options, now: datetime) -> bool:
    """Whether the channel wants posts on this day of its week."""
    return local_date(options, now).weekday() in days(options)


def is_late(due: datetime, now: datetime) -> bool:
    """Whether a digest going out now is to say that it is late."""
    return now - due > LATE


def put_off(options: Options, due: datetime, now: datetime) -> datetime | None:
    """The next round, when a digest that was due at `due` and missed is better merged into it; else None."""
    if not is_late(due, now):
        return None
    then = next_round(options, now)
    return then if then - now <= MERGE else None


def days(options: Options) -> tuple[int, ...]:
    """The weekdays that are wanted, Monday 0, in the order of the week as written: `sat-mon` begins on Saturday."""
    wanted: list[int] = []
    for part in (options.days or "mon-sun").split(","):
        first, dash, last = part.partition("-")
        start, end = WEEK.index(first), WEEK.index(last if dash else first)
        wanted += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return tuple(dict.fromkeys(wanted))


def _time(at: str | None) -> time:
    hour, _, minute = (at or AT).partition(":")
    return time(int(hour), int(minute))


@cache
def _zone(name: str | None) -> ZoneInfo:
    """The zone by its name; one that this system does not know (any more) is UTC, as the preview will show."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
