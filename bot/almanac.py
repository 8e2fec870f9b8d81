"""When a source is expected to bring something: arXiv's days, weekends and holidays. Pure: the time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Feed

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONDAY, SATURDAY = 0, 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """A source's working days. A day's papers are there `grace` after its midnight, in `eastern` time or in UTC."""

    grace: timedelta
    eastern: bool = False
    holidays: bool = False


ARXIV = Calendar(6 * HOUR, eastern=True, holidays=True)
"""Announced Sunday to Thursday at 20:00 Eastern, so that the feeds of Monday to Friday, made at midnight, hold
something. https://info.arxiv.org/help/availability.html; six hours, as moderation may be late."""

WEEKDAYS = Calendar(DAY)
"""Hugging Face's curators and bioRxiv's screeners work on weekdays, at no fixed hour: by the day's end."""

_CALENDARS = (
    ("https://rss.arxiv.org/", ARXIV),
    ("https://connect.biorxiv.org/", WEEKDAYS),
    ("https://huggingface.co/api/daily_papers", WEEKDAYS),
)


def calendar(feed: Feed) -> Calendar | None:
    """The calendar a source keeps; None for those of which nobody knows one."""
    if feed.url.endswith("sort=trending"):
        return None
    return next((kept for start, kept in _CALENDARS if feed.url.startswith(start)), None)


def expected(kept: Calendar, now: datetime) -> datetime:
    """The latest moment up to now, grace included, since when something new has been due."""
    local = now - kept.grace + _offset(kept, now)
    day = local.date()
    while not_due(kept, day):
        day -= DAY
    midnight = datetime.combine(day, time(), UTC)
    return midnight - _offset(kept, midnight)


def today(kept: Calendar, now: datetime) -> date:
    """The day it is where the source is made."""
    return (now + _offset(kept, now)).date()


def not_due(kept: Calendar, day: date) -> str:
    """Why nothing is due on this day, in a word or two; empty on a working day."""
    if day.weekday() >= SATURDAY:
        return "nothing is due at weekends"
    if kept.holidays:  # a holiday's mailing is put off: its own feed and the next working day's may both be empty
        for back in range(4 if day.weekday() == MONDAY else 2):
            if name := holiday(day - back * DAY):
                return f"arXiv holiday: {name}"
    return ""


_ANNOUNCED = {
    2024: {
        (1, 15): "Martin Luther King Day",
        (5, 22): "22 May",
        (6, 19): "Juneteenth",
        (7, 4): "Independence Day",
        (9, 2): "Labor Day",
        (10, 8): "8 October",
        (11, 28): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 26): "Christmas",
        (12, 31): "New Year",
    },
    2025: {
        (1, 1): "New Year",
        (1, 20): "Martin Luther King Day",
        (6, 19): "Juneteenth",
        (7, 6): "Independence Day",  # a Sunday: the mailing of Friday's submissions
        (9, 1): "Labor Day",
        (11, 27): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 30): "New Year",
    },
    2026: {
        (1, 1): "New Year",
        (1, 19): "Martin Luther King Day",
        (6, 19): "Juneteenth",
        (7, 3): "Independence Day",
        (9, 7): "Labor Day",
        (11, 26): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 29): "29 December",
        (12, 31): "New Year",
    },
}
"""The days on which arXiv said it would defer its mailing, one-off ones among them: "On Deferred Mailings" of
https://info.arxiv.org/help/availability.html, which names a year's days by its beginning and adds to them."""


def holiday(day: date) -> str:
    """The holiday on which arXiv defers its mailing; empty on all others.

    As announced where the year's list is known; in other years those that every list has had.
    """
    if (listed := _ANNOUNCED.get(day.year)) is not None:
        return listed.get((day.month, day.day), "")
    fixed = {(1, 1): "New Year", (6, 19): "Juneteenth", (7, 4): "Independence Day"}
    if name := fixed.get((day.month, day.day)):
        return name
    if (day.month, day.day) >= (12, 24):  # which of these days is announced in December
        return "Christmas" if day.day < 28 else "New Year"
    floating = {
        _nth(day.year, 1, 0, 3): "Martin Luther King Day",
        _nth(day.year, 9, 0, 1): "Labor Day",
        _nth(day.year, 11, 3, 4): "Thanksgiving",
    }
    return floating.get(day, "")


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday (Monday is 0) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _offset(kept: Calendar, now: datetime) -> timedelta:
    """Eastern time's distance from UTC: summer is from March's second Sunday, 2:00, to November's first, 2:00.

    https://www.nist.gov/pml/time-and-frequency-division/popular-links/daylight-saving-time-dst; by rule, so that it
    needs no file of zones.
    """
    if not kept.eastern:
        return timedelta()
    start = datetime.combine(_nth(now.year, 3, 6, 2), time(7), UTC)
    end = datetime.combine(_nth(now.year, 11, 6, 1), time(6), UTC)
    return -4 * HOUR if start <= now < end else -5 * HOUR
