"""The schedule, with a clock that is an argument: a row a rule, and laws that hold for whatever a feed says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import schedule
from bot.model import Bookmark
from bot.schedule import (
    DAY,
    GIVE_UP,
    HOUR,
    NEVER,
    Hints,
    after_failure,
    after_success,
    allowed,
    is_retired,
    next_poll,
    next_reading,
    retry_delivery,
    revived,
    spread,
)

NOW = datetime(2026, 8, 17, 12, 30, tzinfo=UTC)  # a Monday
KEEN = Bookmark("https://feeds.example/a", etag='"one"')
BARE = Bookmark("https://feeds.example/a")
MINUTE = timedelta(minutes=1)


def interval(due: datetime, base: timedelta, address: str = KEEN.address) -> bool:
    """Whether this is `base` from now, and this feed's own share of the spread."""
    return due == NOW + base + spread(address, base)


# ── feeds that answer ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "mark", "said", "due"),
    [
        ("conditional at most hourly", KEEN, {}, HOUR),
        ("conditional by Last-Modified alone", Bookmark(KEEN.address, modified="today"), {}, HOUR),
        ("unconditional at most daily", BARE, {}, DAY),
        ("a short max-age does not make it sooner", KEEN, {"wait": 60.0}, HOUR),
        ("nor for a feed without validators", BARE, {"wait": 60.0}, DAY),
        ("max-age is honoured", KEEN, {"wait": 7200.0}, 2 * HOUR),
        ("max-age is capped at a day", KEEN, {"wait": 1e9}, DAY),
        ("ttl is honoured", KEEN, {"hints": Hints(ttl=180.0)}, 3 * HOUR),
        ("ttl is capped at a day", KEEN, {"hints": Hints(ttl=1e300)}, DAY),
        ("the longer of both counts", KEEN, {"hints": Hints(ttl=180.0), "wait": 7200.0}, 3 * HOUR),
        (
            "unchanged for 50 hours, left alone for 5",
            KEEN,
            {"changed": False, "last_change": NOW - 50 * HOUR},
            5 * HOUR,
        ),
        ("unchanged for years, asked daily", KEEN, {"changed": False, "last_change": NOW - 900 * DAY}, DAY),
        ("changed just now, so no habit counts", KEEN, {"changed": True, "last_change": NOW - 900 * DAY}, HOUR),
        ("a change in the future says nothing", KEEN, {"changed": False, "last_change": NOW + DAY}, HOUR),
        (
            "the period is a hint when nothing changed",
            KEEN,
            {"changed": False, "hints": Hints(period=6 * HOUR)},
            6 * HOUR,
        ),
        (
            "the period is nothing against a max-age",
            KEEN,
            {"changed": False, "wait": 1.0, "hints": Hints(period=DAY)},
            HOUR,
        ),
        ("a period of a year is a day at most", KEEN, {"changed": False, "hints": Hints(period=365 * DAY)}, DAY),
        ("nonsense is nothing", KEEN, {"wait": float("nan"), "hints": Hints(ttl=-5.0)}, HOUR),
    ],
)
def test_when_a_feed_that_answered_is_asked_again(
    rule: str, mark: Bookmark, said: dict[str, object], due: timedelta
) -> None:
    assert interval(next_poll(mark, NOW, **said), due), rule  # type: ignore[arg-type]


def test_last_modified_tells_how_quiet_a_feed_is() -> None:
    quiet = Bookmark(KEEN.address, modified="Fri, 07 Aug 2026 12:30:00 GMT")
    assert interval(next_poll(quiet, NOW, changed=False), DAY)
    assert interval(next_poll(quiet, NOW, changed=False, last_change=NOW - 20 * HOUR), 2 * HOUR)


@pytest.mark.parametrize(
    ("hints", "due", "allowed_at"),
    [
        (Hints(), "17T12:30", "17T12:30"),
        (Hints(skip_hours=(13,)), "17T12:30", "17T12:30"),
        (Hints(skip_hours=(12,)), "17T12:30", "17T13:00"),
        (Hints(skip_hours=(12, 13, 14)), "17T12:30", "17T15:00"),
        (Hints(skip_hours=(22, 23, 24)), "17T22:30", "18T01:00"),
        (Hints(skip_days=("Monday",)), "17T12:30", "18T00:00"),
        (Hints(skip_days=("saturday", " Sunday")), "22T09:15", "24T00:00"),
        (Hints(skip_days=("Monday",), skip_hours=(0, 1)), "17T12:30", "18T02:00"),
        (Hints(skip_hours=range(24)), "17T12:30", "17T12:30"),
        (Hints(skip_days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")), "17T12:30", "17T12:30"),
        (Hints(skip_days=("Someday",)), "17T12:30", "17T12:30"),
    ],
)
def test_hours_and_days_that_the_owner_skips_are_skipped(hints: Hints, due: str, allowed_at: str) -> None:
    at = [datetime.fromisoformat(f"2026-08-{day}:00+00:00") for day in (due, allowed_at)]
    assert allowed(at[0], hints) == at[1]


def test_feeds_do_not_come_together_but_each_keeps_its_place() -> None:
    shares = [spread(f"https://feeds.example/{n}", HOUR) for n in range(500)]
    assert len(set(shares)) == 500
    assert min(shares) < 1 * MINUTE < 5 * MINUTE < max(shares) < 6 * MINUTE
    assert spread("\ud800", HOUR) == spread("\ud800", HOUR)


@given(
    wait=st.none() | st.floats(),
    ttl=st.none() | st.floats(),
    etag=st.none() | st.text(),
    changed=st.booleans(),
    ago=st.integers(-10_000, 10_000_000),
    hours=st.lists(st.integers(-5, 30)),
    days=st.lists(st.sampled_from(["Monday", "tuesday", "WED", "x", ""])),
)
def test_whatever_a_feed_says_it_is_asked_between_an_hour_and_five_days(
    wait: float | None,
    ttl: float | None,
    etag: str | None,
    changed: bool,
    ago: int,
    hours: list[int],
    days: list[str],
) -> None:
    mark = Bookmark("https://feeds.example/a", etag=etag)
    due = next_poll(
        mark,
        NOW,
        wait=wait,
        hints=Hints(ttl, hours, days),
        changed=changed,
        last_change=NOW - timedelta(minutes=ago),
    )
    assert NOW + schedule.least(mark) <= due <= NOW + DAY * 1.1 + 4 * DAY


def test_files_and_the_sample_keep_their_own_pace() -> None:
    assert next_reading(NOW, 2.5) == NOW + timedelta(seconds=2.5)
    assert next_reading(NOW) == NOW + schedule.LOCAL
    assert next_reading(NOW, 1e300) == NOW + DAY


def test_a_success_leaves_no_failure_behind() -> None:
    failed = Bookmark(KEEN.address, etag='"one"', failures=3, failing_since=NOW - DAY, error="It broke.")
    assert after_success(failed, NOW + HOUR) == replace(KEEN, due=NOW + HOUR)


# ── feeds that fail ─────────────────────────────────────────────────────────────────────────────────


def failing(times: int, mark: Bookmark = KEEN, **more: object) -> list[Bookmark]:
    """The bookmarks of so many failures, each at the moment it was due."""
    marks = [mark]
    for _ in range(times):
        last = marks[-1]
        marks.append(after_failure(last, last.due or NOW, "It broke.", **more))  # type: ignore[arg-type]
    return marks[1:]


def pauses(marks: list[Bookmark]) -> list[timedelta]:
    """What each bookmark added to the moment it failed, less the feed's share."""
    moments = [NOW, *(mark.due for mark in marks if mark.due)]
    share = 1 + spread(KEEN.address, HOUR) / HOUR
    return [(later - earlier) / share for earlier, later in itertools.pairwise(moments)]


def about(found: list[timedelta], wanted: list[timedelta]) -> bool:
    return all(abs(a - b) < timedelta(seconds=1) for a, b in zip(found, wanted, strict=True))


def test_failures_back_off_from_minutes_to_a_day() -> None:
    doubled = [15 * MINUTE * 2**n for n in range(7)]
    assert about(pauses(failing(9)), [*doubled, DAY, DAY])


def test_what_is_remembered_stays_through_failures() -> None:
    known = Bookmark(KEEN.address, etag="e", modified="m", digest="d", baseline_at=NOW - DAY)
    failed = after_failure(known, NOW, "It broke.")
    assert (failed.etag, failed.modified, failed.digest, failed.baseline_at) == ("e", "m", "d", NOW - DAY)
    assert (failed.failures, failed.failing_since, failed.error) == (1, NOW, "It broke.")


def test_failing_since_is_the_first_failure() -> None:
    assert [mark.failing_since for mark in failing(4)] == [NOW] * 4


@pytest.mark.parametrize(
    ("after", "due"),
    [(None, 15 * MINUTE), (0.0, 15 * MINUTE), (60.0, 15 * MINUTE), (7200.0, 2 * HOUR), (1e12, 7 * DAY)],
)
def test_retry_after_is_honoured_but_never_makes_it_sooner(after: float | None, due: timedelta) -> None:
    failed = after_failure(KEEN, NOW, "It broke.", after=after)
    assert failed.due is not None
    assert interval(failed.due, due)


def test_an_answer_that_is_no_feed_is_not_asked_for_sooner_than_a_feed() -> None:
    for mark, least in ((KEEN, HOUR), (BARE, DAY)):
        failed = after_failure(mark, NOW, "HTML came instead.", answered=True)
        assert failed.due is not None
        assert interval(failed.due, least)


def test_a_feed_that_failed_for_a_fortnight_is_retired_and_says_so() -> None:
    marks = failing(40)
    first = next(n for n, mark in enumerate(marks) if is_retired(mark))
    asked = marks[first - 1].due
    assert asked is not None
    assert NOW + 14 * DAY <= asked <= NOW + 16 * DAY
    assert marks[first].error == (
        f"It broke. It has failed since 2026-08-17, {first + 1} times, and is not asked again; "
        "mend its address or take it out of the sources."
    )


def test_a_machine_asleep_for_a_fortnight_retires_nothing() -> None:
    once = after_failure(KEEN, NOW, "It broke.")
    assert not is_retired(after_failure(once, NOW + 30 * DAY, "It broke."))


def test_our_own_outage_retires_nothing_and_ends_within_the_hour() -> None:
    marks = failing(1000, offline=True)
    assert not any(is_retired(mark) for mark in marks)
    assert about(pauses(marks)[-1:], [HOUR])


def test_a_feed_that_is_gone_is_not_asked_again_and_its_owner_is_told() -> None:
    gone = after_failure(KEEN, NOW, "It says it is gone.", gone=True)
    assert gone.due == NEVER
    assert gone.error == "It says it is gone. It is not asked again; take it out of the sources."


def test_a_retired_feed_can_be_revived() -> None:
    gone = after_failure(KEEN, NOW, "It says it is gone.", gone=True)
    again = revived(gone, NOW)
    assert (again.due, again.failures, again.error, is_retired(again)) == (NOW, 0, None, False)


def test_a_move_that_leads_nowhere_is_forgotten() -> None:
    moved = Bookmark(KEEN.address, etag='"there"', modified="there", moved_to="https://new.example/a")
    marks = failing(3, moved)
    assert [mark.moved_to for mark in marks] == ["https://new.example/a", "https://new.example/a", None]
    assert (marks[1].etag, marks[2].etag, marks[2].modified) == ('"there"', None, None)


def test_a_feed_gone_from_where_it_moved_is_looked_for_at_its_first_address() -> None:
    moved = Bookmark(KEEN.address, etag='"there"', moved_to="https://new.example/a")
    failed = after_failure(moved, NOW, "It says it is gone.", gone=True)
    assert (failed.moved_to, failed.etag, is_retired(failed)) == (None, None, False)
    assert is_retired(after_failure(failed, NOW, "It says it is gone.", gone=True))


# ── deliveries ──────────────────────────────────────────────────────────────────────────────────────


def test_deliveries_back_off_to_six_hours() -> None:
    tries = [retry_delivery(n, NOW, NOW) for n in range(1, 13)]
    waits = [due - NOW for due in tries if due]
    assert waits[:4] == [timedelta(seconds=30 * 2**n) for n in range(4)]
    assert waits[10:] == [6 * HOUR, 6 * HOUR]
    assert waits == sorted(waits)


def test_a_delivery_is_given_up_after_three_days_with_a_last_try_at_their_end() -> None:
    now, attempts, tried = NOW, 1, [NOW]
    while due := retry_delivery(attempts, NOW, now):
        now, attempts = due, attempts + 1
        tried.append(due)
    assert tried[-1] == NOW + GIVE_UP == NOW + timedelta(days=3)
    assert len(tried) < 30


def test_what_a_platform_asks_for_is_never_cut_short() -> None:
    assert retry_delivery(1, NOW, NOW, 3600.0) == NOW + HOUR
    late = NOW + GIVE_UP - MINUTE
    assert retry_delivery(9, NOW, late, 3600.0) == late + HOUR
    assert retry_delivery(1, NOW, NOW, 1e300) == NOW + 7 * DAY


def test_a_short_pause_that_a_platform_asks_for_is_kept_short() -> None:
    assert [retry_delivery(n, NOW, NOW, 0.5) for n in (1, 2, 3)] == [NOW + timedelta(seconds=s) for s in (1, 2, 4)]
    assert retry_delivery(1, NOW, NOW, 7.0) == NOW + timedelta(seconds=7)


@given(st.integers(0, 10**9), st.none() | st.floats())
def test_no_number_of_tries_breaks_the_schedule(attempts: int, after: float | None) -> None:
    due = retry_delivery(attempts, NOW, NOW, after)
    assert due is not None
    assert NOW + timedelta(seconds=1 if after is not None else 30) <= due <= NOW + 7 * DAY
