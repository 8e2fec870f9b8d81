"""Which days of a source's past are fetched, and which are asked for again when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import past, schedule, sources
from bot.model import Bookmark, Paper

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
DAILY = sources.resolve("huggingface:daily")
READ = Bookmark(DAILY.address, baseline_at=NOW)
KEEN = Bookmark(DAILY.address, etag='"a"')


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


# ── asked for again ─────────────────────────────────────────────────────────────────────────────────

SUNDAY = date(2026, 8, 16)
LATER = NOW + timedelta(days=20)


def test_a_fortnight_is_asked_for_again() -> None:
    """Days that are over and that we know: since the first reading, and those fetched of the past."""
    assert past.again(READ, {}, (), LATER) == [LATER.date() - timedelta(days=back) for back in range(1, 15)]
    assert past.again(READ, {}, (), NOW + timedelta(days=1)) == [NOW.date()]
    assert past.again(READ, {}, (SUNDAY,), NOW) == [SUNDAY]
    assert past.again(None, {}, (), LATER) == past.again(Bookmark(DAILY.address), {}, (), LATER) == []


def test_a_day_that_is_over_waits_for_its_first_pace() -> None:
    """Until midnight the list itself was asked."""
    over = datetime(2026, 8, 18, tzinfo=UTC)
    assert past.again(READ, {}, (), over + timedelta(hours=1.9)) == []
    assert past.again(READ, {}, (), over + timedelta(hours=2.2)) == [date(2026, 8, 17)]


def test_only_days_that_are_due_are_asked_for() -> None:
    """Each has a bookmark of its own; a wait that a wrong clock wrote counts no more."""
    due = {0: LATER + timedelta(minutes=1), 1: LATER, 2: LATER + timedelta(days=9), 3: schedule.NEVER}
    days = [LATER.date() - timedelta(days=back) for back in range(1, 15)]
    pages = {days[n]: Bookmark(DAILY.address, due=when) for n, when in due.items()}
    assert past.again(READ, pages, (), LATER) == [days[1], days[2], *days[4:]]


def test_trouble_rests_all_days_until_what_failed_is_due() -> None:
    """The source's own, or one day's; a day that is gone for good rests only itself."""
    failing = Bookmark(DAILY.address, due=LATER + timedelta(minutes=1), failures=1)
    day = LATER.date() - timedelta(days=1)
    assert past.again(replace(READ, failures=1), {}, (), LATER) == []
    assert past.again(READ, {day: failing}, (), LATER) == []
    assert len(past.again(READ, {day: replace(failing, due=LATER)}, (), LATER)) == 14
    assert len(past.again(READ, {day: replace(failing, due=schedule.NEVER)}, (), LATER)) == 13


@pytest.mark.parametrize(
    ("hours", "page", "wait", "pace"),
    [
        (3, KEEN, None, 2),
        (23, KEEN, None, 2),
        (25, KEEN, None, 6),
        (71, KEEN, None, 6),
        (73, KEEN, None, 24),
        (400, KEEN, None, 24),
        (3, READ, None, 24),  # no ETag: its whole body comes each time
        (3, KEEN, 4 * 3600.0, 4),
        (3, KEEN, 60.0, 2),
        (3, KEEN, 1e9, 24),
    ],
)
def test_a_day_is_asked_for_ever_less_often(hours: int, page: Bookmark, wait: float | None, pace: int) -> None:
    """By its age, its owner's wish, and whether it can be asked cheaply; a weekend's day daily."""
    friday, sunday = date(2026, 8, 14), date(2026, 8, 16)
    for day, least in ((friday, pace), (sunday, max(pace, 24))):
        now = datetime(2026, 8, day.day + 1, tzinfo=UTC) + timedelta(hours=hours)
        gap = past.next_asking(page, day, now, wait) - now
        assert least * timedelta(hours=1) <= gap <= least * timedelta(hours=1.1)


def test_what_came_by_the_past_is_told_from_the_rest() -> None:
    """Seen after the first reading, and of a day before it."""
    old, hour = NOW - timedelta(days=2), timedelta(hours=1)
    paper = Paper("arxiv:2608.00001", "On days", DAILY.address, announced=old, seen=NOW + hour)
    assert past.unposted(paper, DAILY, READ)
    assert not past.unposted(replace(paper, seen=NOW), DAILY, READ)  # it was in the first reading
    assert not past.unposted(replace(paper, announced=NOW - hour), DAILY, READ)
    assert not past.unposted(paper, sources.resolve("arxiv:cs.CL"), READ)


# ── a list of trends ────────────────────────────────────────────────────────────────────────────────

TRENDING = sources.resolve("huggingface:trending")


def test_a_list_of_trends_is_told_from_the_others() -> None:
    assert past.trends(TRENDING)
    assert not past.trends(DAILY)
    assert past.on(TRENDING, SUNDAY) == replace(TRENDING, url=past.on(DAILY, SUNDAY).url)


def test_days_of_a_month_are_remembered_but_today() -> None:
    """Today's papers are in the list itself, and nobody asks for older ones."""
    papers = [
        Paper(f"arxiv:{back}", "On days", TRENDING.address, announced=NOW - timedelta(days=back))
        for back in (0, 1, 29, 30)
    ]
    undated = Paper("arxiv:x", "On days", TRENDING.address)
    days = {NOW.date() - timedelta(days=back) for back in (1, 29)}
    assert past.listed([*papers, undated], NOW) == days


def test_a_day_of_trends_is_asked_for_until_a_fortnight_after_it_was_listed() -> None:
    """Not at once, as the list has just told; not when it is not due; and not where the daily list does."""
    page = Bookmark(TRENDING.address, baseline_at=NOW)
    hour = timedelta(hours=1)

    def fallen(page: Bookmark, now: datetime, elsewhere: Bookmark | None = None) -> bool:
        others = {SUNDAY: elsewhere} if elsewhere else {}
        return past.fallen(READ, {SUNDAY: page}, others, now) == [SUNDAY]

    assert not fallen(page, NOW + hour)
    assert fallen(page, NOW + 2 * hour)
    assert not fallen(replace(page, due=NOW + 5 * hour), NOW + 4 * hour)
    assert not fallen(page, NOW + timedelta(days=14))
    assert not fallen(page, NOW + 2 * hour, elsewhere=replace(page, due=NOW + 3 * hour))
    assert fallen(page, NOW + 2 * hour, elsewhere=replace(page, due=NOW - timedelta(days=2)))
    assert past.fallen(None, {SUNDAY: page}, {}, NOW + 2 * hour) == []
    assert past.fallen(replace(READ, failures=1), {SUNDAY: page}, {}, NOW + 2 * hour) == []
