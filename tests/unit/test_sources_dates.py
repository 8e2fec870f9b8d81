"""Dates that feeds write, and those that no calendar holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.dates import moment, parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-18T01:02:03.013Z", datetime(2026, 8, 18, 1, 2, 3, 13000, tzinfo=UTC)),
        ("2026-08-18T01:02:03+02:00", datetime(2026, 8, 17, 23, 2, 3, tzinfo=UTC)),
        ("2026-08-18", datetime(2026, 8, 18, tzinfo=UTC)),
        ("2026-08-18 10:00", datetime(2026, 8, 18, 10, tzinfo=UTC)),
        ("Fri, 31 May 2019 12:17:58 -0700", datetime(2019, 5, 31, 19, 17, 58, tzinfo=UTC)),
        ("mer, 16 nov 2022 00:38:15 +0100", datetime(2022, 11, 15, 23, 38, 15, tzinfo=UTC)),
    ],
)
def test_a_written_date_becomes_a_moment_in_utc(text: str, expected: datetime) -> None:
    """ISO 8601 and the dates of e-mail, with and without zone."""
    assert parsed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01",
        "9999-12-31T23:59:59Z",
        "2026-02-30",
        "2026-13-01",
        "soon",
        "",
        None,
        7,
        "2026-01-01T99:00:00Z",
        "2026-01-01T00:00:00+99:99",
    ],
)
def test_impossible_dates_are_none(text: object) -> None:
    """The year 0, the year 9999, the 30th of February and words are no date."""
    assert parsed(text) is None


def test_feedparsers_numbers_become_a_moment() -> None:
    """Nine numbers in UTC; impossible ones are None."""
    assert moment((2026, 8, 18, 1, 2, 60, 0, 0, 0)) == datetime(2026, 8, 18, 1, 2, 59, tzinfo=UTC)
    assert moment((9999, 12, 31, 0, 0, 0, 0, 0, 0)) is None
    assert moment((2026, 2, 31, 0, 0, 0, 0, 0, 0)) is None
    assert moment(None) is None


@given(st.text(alphabet="0123456789-:+TZ. ,JanuryMo", max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Nothing that stands where a date is due raises."""
    found = parsed(text)
    assert found is None or found.tzinfo is not None
