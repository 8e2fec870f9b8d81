"""Which days bring papers: weekends, arXiv's holidays, Eastern midnights in summer and in winter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import almanac, sources
from bot.almanac import ARXIV, WEEKDAYS
from bot.model import Feed


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 8, 15), "nothing is due at weekends"),
        (date(2026, 8, 16), "nothing is due at weekends"),
        (date(2026, 8, 17), ""),
        (date(2026, 11, 26), "arXiv holiday: Thanksgiving"),
        (date(2026, 11, 27), "arXiv holiday: Thanksgiving"),
        (date(2026, 1, 1), "arXiv holiday: New Year"),
        (date(2026, 1, 19), "arXiv holiday: Martin Luther King Day"),
        (date(2026, 5, 25), ""),  # Memorial Day: arXiv works
        (date(2026, 6, 19), "arXiv holiday: Juneteenth"),
        (date(2026, 6, 22), "arXiv holiday: Juneteenth"),  # the Monday after a Friday's
        (date(2025, 7, 4), ""),
        (date(2025, 7, 7), "arXiv holiday: Independence Day"),  # that year the Sunday mailing was put off
        (date(2026, 7, 3), "arXiv holiday: Independence Day"),
        (date(2024, 5, 22), "arXiv holiday: 22 May"),  # announced for that year only
        (date(2024, 10, 9), "arXiv holiday: 8 October"),
        (date(2026, 9, 7), "arXiv holiday: Labor Day"),
        (date(2026, 9, 8), "arXiv holiday: Labor Day"),
        (date(2026, 9, 9), ""),
        (date(2026, 12, 24), ""),
        (date(2026, 12, 25), "arXiv holiday: Christmas"),
        (date(2026, 12, 28), "arXiv holiday: Christmas"),
        (date(2026, 12, 30), "arXiv holiday: 29 December"),
        (date(2027, 7, 5), "arXiv holiday: Independence Day"),  # by rule, as no list is known yet
        (date(2027, 12, 24), "arXiv holiday: Christmas"),
        (date(2027, 5, 31), ""),
    ],
)
def test_a_day_without_papers_is_named(day: date, why: str) -> None:
    """A weekend, a holiday, and the day after one, whose feed holds what was announced on it."""
    assert almanac.not_due(ARXIV, day) == why


def test_a_holiday_of_arxiv_is_a_working_day_elsewhere() -> None:
    """Only the calendar that keeps holidays has them."""
    assert almanac.not_due(WEEKDAYS, date(2026, 11, 26)) == ""
    assert almanac.not_due(WEEKDAYS, date(2026, 11, 28)) == "nothing is due at weekends"


def test_eastern_time_by_rule_is_that_of_the_zones_file() -> None:
    """Three years, hour by hour: the day it is at arXiv."""
    zone = ZoneInfo("America/New_York")
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    while moment.year < 2028:
        assert almanac.today(ARXIV, moment) == moment.astimezone(zone).date(), moment
        moment += timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-08-18T10:00", "2026-08-18T04:00"),  # Tuesday, six hours after its midnight
        ("2026-08-18T09:59", "2026-08-17T04:00"),  # within the grace it is Monday's that counts
        ("2026-08-16T12:00", "2026-08-14T04:00"),  # on Sunday, Friday's
        ("2026-11-28T12:00", "2026-11-25T05:00"),  # after Thanksgiving and its Friday, Wednesday's; winter time
    ],
)
def test_what_is_due_is_the_last_working_days(now: str, due: str) -> None:
    """The midnight in Eastern time since when something new should be there."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert almanac.expected(ARXIV, at) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_only_sources_whose_days_are_known_have_a_calendar() -> None:
    """A blog has none, and a list of what is trending may stay the same for days."""
    assert almanac.calendar(sources.resolve("arxiv:cs.CL")) == ARXIV
    assert almanac.calendar(sources.resolve("huggingface:daily")) == WEEKDAYS
    assert almanac.calendar(sources.resolve("biorxiv:neuroscience")) == WEEKDAYS
    assert almanac.calendar(sources.resolve("huggingface:trending")) is None
    assert almanac.calendar(Feed("https://blog.example/feed", "https://blog.example/feed")) is None
