"""What is news, and when a day brings too much of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import news, sources
from bot.habits import Habits
from bot.model import Announce, Feed, Paper

NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = 30 * DAY
ARXIV = sources.resolve("arxiv:cs.CL")


def paper(announced: datetime | None, published: datetime | None = None, announce: Announce = "new") -> Paper:
    return Paper("arxiv:1", "On birds", ARXIV.address, announced=announced, published=published, announce=announce)


@pytest.mark.parametrize(
    ("announced", "published", "posted"),
    [
        (NOW - DAY, None, True),
        (NOW - MONTH, None, True),
        (NOW - MONTH - DAY, None, False),
        (NOW - DAY, NOW - 400 * DAY, True),  # an old paper that is featured today
        (None, NOW - 400 * DAY, False),
        (None, NOW - DAY, True),
        (None, None, True),
    ],
)
def test_age_is_counted_from_the_feeds_own_announcement(
    announced: datetime | None, published: datetime | None, posted: bool
) -> None:
    """Else from the entry's date; what has no date is as new as we know."""
    found = paper(announced, published)
    told = news.sift([found], ARXIV, NOW, MONTH)
    assert (told.papers, told.left_out) == (((found,), 0) if posted else ((), 1))


def test_no_age_is_too_old_where_the_limit_is_off() -> None:
    """`max_age_days = 0`."""
    assert news.sift([paper(NOW - 4000 * DAY)], ARXIV, NOW, timedelta(0)).papers


@pytest.mark.parametrize("address", ["old.xml", "-", "sample:", "file:///old.xml"])
def test_files_and_the_sample_are_exempt(address: str) -> None:
    """Whoever hands us a file wants it posted."""
    feed = Feed(address, address)
    assert news.sift([paper(NOW - 400 * DAY)], feed, NOW, MONTH).papers


@pytest.mark.parametrize(("announce", "posted"), [("new", 1), ("cross", 1), ("replace", 0), ("replace-cross", 0)])
def test_a_revision_met_for_the_first_time_is_no_news(announce: Announce, posted: int) -> None:
    """It counts as no new paper and as nothing too old; only rules with on:revised want it."""
    told = news.sift([paper(NOW, announce=announce)], ARXIV, NOW, MONTH)
    assert (told.first, told.left_out) == (posted, 0)


def days(*numbers: int) -> Habits:
    """The habits after days with so many new papers, the last of them today."""
    habits = Habits()
    for age, number in zip(range(len(numbers) - 1, -1, -1), numbers, strict=True):
        habits = news.counted(habits, number, NOW - age * DAY)
    return habits


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ((*[100] * 10, 1001), True),
        ((*[100] * 10, 1000), False),  # ten times the median is not above it
        ((*[100] * 9, 5000), False),  # nine days are too few to know what is usual
        ((*[0, 100] * 10, 1001), True),  # empty days do not count
        ((*[0] * 20, *[100] * 9, 5000), False),
        ((*[2] * 10, 500), False),  # many for it, few for anybody
        ((*[2] * 10, 501), True),
        ((*[100] * 5, *[9000] * 6, 9001), False),
    ],
)
def test_a_day_far_above_the_usual_is_held(numbers: tuple[int, ...], held: bool) -> None:
    """Above both ten times the median of ten days or more, and 500."""
    assert bool(news.flood(days(*numbers))) is held


def test_a_day_is_counted_over_all_its_polls() -> None:
    """A flood in hourly portions is one."""
    habits = days(*[10] * 11)
    assert not news.flood(habits)
    for hour in range(1, 6):
        habits = news.counted(habits, 100, NOW + timedelta(hours=hour))
    assert habits.today == 510
    assert "510 new papers came in one day, where 10 are usual" in news.flood(habits)


def test_only_the_last_days_say_what_is_usual() -> None:
    """A feed that has grown is not held for ever."""
    assert len(days(*range(1, 100)).days) == news.REMEMBERED
