"""When a digest goes round, whatever the clocks of its zone do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot import rounds
from bot.model import Options

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(tz: str = BERLIN, at: str = "09:00", days: str = "mon-sun") -> Options:
    return Options("daily", at, tz, days)


@pytest.mark.parametrize(
    ("after", "then"),
    [
        ("2026-03-27 08:00", "2026-03-28 08:00"),  # winter: exactly at its time means the next
        ("2026-03-27 07:59:59", "2026-03-27 08:00"),
        ("2026-03-28 08:00", "2026-03-29 07:00"),  # the night that is an hour short
        ("2026-10-24 07:00", "2026-10-25 08:00"),  # the night that is an hour long
    ],
)
def test_nine_in_the_morning_is_nine_in_summer_and_winter(after: str, then: str) -> None:
    assert rounds.next_round(daily(), utc(after)) == utc(then)


def test_an_hour_that_does_not_exist_is_said_an_hour_later_on_the_clock() -> None:
    then = rounds.next_round(daily(at="02:30"), utc("2026-03-28 12:00"))
    assert then == utc("2026-03-29 01:30")
    assert f"{then.astimezone(ZoneInfo(BERLIN)):%H:%M}" == "03:30"
    assert rounds.next_round(daily(at="02:30"), then) == utc("2026-03-30 00:30")


def test_an_hour_that_comes_twice_counts_the_first_time() -> None:
    first = rounds.next_round(daily(at="02:30"), utc("2026-10-24 12:00"))
    assert first == utc("2026-10-25 00:30")
    assert rounds.next_round(daily(at="02:30"), first) == utc("2026-10-26 01:30")
    assert rounds.next_round(daily(at="02:30"), first + HOUR) == utc("2026-10-26 01:30")


@pytest.mark.parametrize(
    ("days", "after", "then"),
    [
        ("mon-fri", "2026-11-20 12:00", "2026-11-23 08:00"),  # Friday noon
        ("sat-mon", "2026-11-24 12:00", "2026-11-28 08:00"),
        ("wed", "2026-11-25 08:00", "2026-12-02 08:00"),
        ("mon,thu", "2026-11-25 12:00", "2026-11-26 08:00"),
    ],
)
def test_a_digest_comes_on_its_days(days: str, after: str, then: str) -> None:
    assert rounds.next_round(daily(days=days), utc(after)) == utc(then)


def test_weekdays_are_those_of_the_channels_calendar() -> None:
    tokyo = daily("Asia/Tokyo", "06:00", "mon")
    assert rounds.next_round(tokyo, utc("2026-11-20 12:00")) == utc("2026-11-22 21:00")  # Sunday still, in UTC
    assert rounds.is_wanted_day(tokyo, utc("2026-11-22 15:00"))
    assert not rounds.is_wanted_day(tokyo, utc("2026-11-22 14:59"))


@pytest.mark.parametrize(("days", "weekday"), [("mon-fri", 0), ("fri", 4), ("sat-mon", 5), (None, 0)])
def test_a_weekly_digest_comes_on_the_first_of_its_days(days: str | None, weekday: int) -> None:
    wish = Options("weekly", "09:00", BERLIN, days)
    first = rounds.next_round(wish, utc("2026-11-25 12:00"))
    assert first.weekday() == weekday
    assert rounds.next_round(wish, first) == first + 7 * DAY


def test_instant_posts_come_at_once_and_wait_on_days_that_are_not_wanted() -> None:
    wish = Options("instant", "09:00", BERLIN, "mon-fri")
    friday, saturday = utc("2026-11-20 12:00"), utc("2026-11-21 12:00")
    assert rounds.planned(wish, friday) == (friday, None)
    assert rounds.planned(wish, saturday) == (utc("2026-11-23 08:00"), "digest")
    assert rounds.planned(daily(), friday) == (utc("2026-11-21 08:00"), "digest")


def test_a_missed_digest_is_late_or_merged_into_a_next_one_within_three_hours() -> None:
    due = utc("2026-11-24 08:00")
    assert rounds.put_off(daily(), due, due + timedelta(minutes=15)) is None
    assert not rounds.is_late(due, due + timedelta(minutes=15))
    assert rounds.is_late(due, due + timedelta(minutes=16))
    assert rounds.put_off(daily(), due, due + 20 * HOUR) is None
    assert rounds.put_off(daily(), due, due + 21 * HOUR) == due + DAY
    assert rounds.put_off(daily(), due, due + 24 * HOUR - timedelta(seconds=1)) == due + DAY


@pytest.mark.parametrize(
    ("tz", "now", "start", "end"),
    [
        (BERLIN, "2026-03-29 12:00", "2026-03-28 23:00", "2026-03-29 22:00"),  # 23 hours
        (BERLIN, "2026-10-25 12:00", "2026-10-24 22:00", "2026-10-25 23:00"),  # 25 hours
        ("America/Santiago", "2026-09-06 12:00", "2026-09-06 04:00", "2026-09-07 03:00"),  # no midnight
        ("America/Havana", "2026-11-01 05:30", "2026-11-01 04:00", "2026-11-02 05:00"),  # midnight twice
        ("Nowhere/Atall", "2026-11-25 12:00", "2026-11-25 00:00", "2026-11-26 00:00"),
        (None, "2026-11-25 00:00", "2026-11-25 00:00", "2026-11-26 00:00"),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_of_its_zone(tz: str | None, now: str, start: str, end: str) -> None:
    wish = Options(tz=tz)
    assert rounds.day_start(wish, utc(now)) == utc(start)
    assert rounds.day_end(wish, utc(now)) == utc(end)


def test_dates_and_times_are_the_channels_own() -> None:
    assert rounds.local_date(Options(tz="Pacific/Auckland"), utc("2026-11-25 12:00")) == date(2026, 11, 26)
    assert f"{rounds.local(Options(tz='Asia/Kolkata'), utc('2026-11-25 12:00')):%H:%M}" == "17:30"


@pytest.mark.parametrize("tz", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata"])
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:15", "02:30", "09:00", "23:45"])
def test_every_day_of_ten_years_has_one_digest(tz: str, at: str) -> None:
    now = utc("2024-01-01 12:00")
    seen: list[date] = []
    while now.year < 2034:
        now = rounds.next_round(daily(tz, at), now)
        seen.append(now.astimezone(ZoneInfo(tz)).date())
    assert all(then - day == DAY for day, then in pairwise(seen))
