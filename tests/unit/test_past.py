"""Which days of a source's past are fetched."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot import past, sources
from bot.model import Bookmark

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
DAILY = sources.resolve("huggingface:daily")
READ = Bookmark(DAILY.address, baseline_at=NOW)


def test_the_thirty_days_before_the_first_reading_are_fetched() -> None:
    """The latest first; not the day itself, whose later papers are to be posted."""
    days = past.missing(READ, (), NOW + timedelta(hours=2))
    assert (len(days), days[0], days[-1]) == (30, date(2026, 8, 16), date(2026, 7, 18))


def test_nothing_is_fetched_before_the_first_reading() -> None:
    """Nor for a source that was never read to its end."""
    assert past.missing(None, (), NOW) == []
    assert past.missing(Bookmark(DAILY.address), (), NOW) == []


def test_a_day_that_was_fetched_is_not_fetched_again() -> None:
    """Days that went by meanwhile are the poll's."""
    done = past.missing(READ, (), NOW)[:10]
    later = past.missing(READ, done, NOW + timedelta(days=3))
    assert (later[0], later[-1]) == (date(2026, 8, 6), date(2026, 7, 21))


def test_a_source_known_for_long_has_no_past_to_fetch() -> None:
    """A month after its first reading it has seen a month itself."""
    assert past.missing(READ, (), NOW + timedelta(days=31)) == []


@pytest.mark.parametrize(("address", "has"), [("huggingface:daily", True), ("huggingface:trending", False)])
def test_only_the_daily_list_has_days(address: str, has: bool) -> None:
    """The trending list has no yesterday."""
    assert past.has_past(sources.resolve(address)) is has
    assert not past.has_past(sources.resolve("arxiv:cs.CL"))


def test_a_day_is_asked_for_by_its_date() -> None:
    """Its papers still come from the source itself."""
    then = past.on(DAILY, date(2026, 8, 9))
    assert then.address == "huggingface:daily"
    assert then.url == "https://huggingface.co/api/daily_papers?date=2026-08-09"
