"""How a source is doing: a row a state, told from what its bookmark remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import health, sources
from bot.errors import SourceFailed
from bot.habits import Habits
from bot.model import Bookmark, Feed, Paper, Reading
from bot.schedule import after_failure

TUESDAY = datetime(2026, 8, 18, 15, tzinfo=UTC)
DAY = timedelta(days=1)
ARXIV = sources.resolve("arxiv:cs.CL")
BLOG = Feed("https://blog.example/feed", "https://blog.example/feed")


def well(feed: Feed, advanced: datetime, answered: datetime, took: float = 0.2) -> Bookmark:
    """The bookmark of a feed that answers."""
    habits = Habits(answered_at=answered, changed_at=advanced, advanced_at=advanced, took=took)
    return Bookmark(feed.address, due=answered + DAY, baseline_at=advanced - 30 * DAY, habits=habits)


def reading(*ids: str, at: datetime | None = None) -> Reading:
    return Reading(tuple(Paper(name, f"On {name}", BLOG.address, announced=at) for name in ids))


@pytest.mark.parametrize(
    ("feed", "advanced", "answered", "now", "state", "why"),
    [
        (ARXIV, TUESDAY, TUESDAY, TUESDAY, "fresh", ""),
        (ARXIV, TUESDAY - DAY, TUESDAY, TUESDAY, "stale", "nothing new since 17 August, 15:00"),
        (ARXIV, TUESDAY - DAY, TUESDAY - DAY, TUESDAY, "fresh", ""),  # it has not been asked since, so nobody knows
        (ARXIV, TUESDAY - 4 * DAY, TUESDAY - 2 * DAY, TUESDAY - 2 * DAY, "quiet", "nothing is due at weekends"),
        (ARXIV, TUESDAY - 6 * DAY, TUESDAY - 2 * DAY, TUESDAY - 2 * DAY, "stale", "nothing new since 12 August"),
        (BLOG, TUESDAY - DAY, TUESDAY, TUESDAY, "fresh", ""),
        (BLOG, TUESDAY - 90 * DAY, TUESDAY, TUESDAY, "quiet", "nothing new for 90 days"),
        (Feed("day.json", "day.json"), TUESDAY - 90 * DAY, TUESDAY, TUESDAY, "fresh", ""),
    ],
)
def test_a_source_that_answers_is_judged_by_its_calendar(
    feed: Feed, advanced: datetime, answered: datetime, now: datetime, state: str, why: str
) -> None:
    """Stale only when it was asked after something was due; quiet days are named."""
    told = health.told(feed, well(feed, advanced, answered), now)
    assert told.state == state
    assert why in told.why


def test_an_empty_first_reading_is_no_stale_one() -> None:
    """Read first on a weekend, arXiv's feed holds nothing, and nothing was due since."""
    saturday = datetime(2026, 8, 15, 12, tzinfo=UTC)
    first = Bookmark(ARXIV.address, baseline_at=saturday, habits=Habits(answered_at=saturday))
    assert health.told(ARXIV, first, saturday + DAY).state == "quiet"
    monday = replace(first, habits=Habits(answered_at=TUESDAY))
    assert health.told(ARXIV, monday, TUESDAY).state == "stale"


def test_a_slow_answer_is_told_in_seconds() -> None:
    """It is read all the same."""
    told = health.told(BLOG, well(BLOG, TUESDAY, TUESDAY, took=17.3), TUESDAY)
    assert (told.state, told.why) == ("slow", "Its last answer took 17 seconds.")


def test_a_source_nobody_has_asked_is_new() -> None:
    """There is nothing to tell of it."""
    assert health.told(BLOG, None, TUESDAY).state == "new"


@pytest.mark.parametrize(
    ("body", "gone", "state"),
    [
        (b"<!DOCTYPE html><title>Are you a robot?</title>", False, "blocked"),
        (b"\xef\xbb\xbf\n<HTML lang=en>", False, "blocked"),
        (b"<rss><chan", False, "failing"),
        (None, False, "failing"),
        (None, True, "gone"),
    ],
)
def test_a_source_that_fails_says_since_when_and_why(body: bytes | None, gone: bool, state: str) -> None:
    """A page where a feed is due is a block page; 410 is for good."""
    error = SourceFailed("It did not work.", gone=gone)
    mark = replace(
        after_failure(Bookmark(BLOG.address), TUESDAY, str(error), gone=gone),
        habits=Habits(failure=health.failure(error, body)),
    )
    told = health.told(BLOG, mark, TUESDAY + DAY)
    assert (told.state, told.since) == (state, TUESDAY)
    assert told.why.startswith("It did not work.")


def test_the_same_ids_under_a_new_date_are_no_advance() -> None:
    """arXiv has served yesterday's batch as today's: only the ids tell."""
    first = health.answered(Bookmark(BLOG.address), "1", reading("a", "b", at=TUESDAY), TUESDAY)
    mark = Bookmark(BLOG.address, digest="1", habits=first)
    again = health.answered(mark, "2", reading("b", "a", at=TUESDAY + DAY), TUESDAY + DAY)
    assert (again.advanced_at, again.changed_at) == (TUESDAY, TUESDAY + DAY)
    assert again.newest == TUESDAY + DAY
    more = health.answered(mark, "3", reading("b", "c", at=TUESDAY + DAY), TUESDAY + DAY)
    assert more.advanced_at == TUESDAY + DAY


def test_an_unchanged_answer_only_says_that_it_answered() -> None:
    """What was known of its body stays."""
    before = Habits(changed_at=TUESDAY, advanced_at=TUESDAY, ids="5e", ttl=60, failure="failed")
    after = health.answered(Bookmark(BLOG.address, habits=before), None, None, TUESDAY + DAY)
    assert after == replace(before, answered_at=TUESDAY + DAY, failure=None)


def test_an_emptied_feed_has_not_advanced() -> None:
    """An empty weekend is no news, and what follows it is."""
    before = Habits(advanced_at=TUESDAY, ids=health.fingerprint(reading("a").papers))
    empty = health.answered(Bookmark(BLOG.address, habits=before), "2", reading(), TUESDAY + DAY)
    assert empty.advanced_at == TUESDAY
    filled = health.answered(Bookmark(BLOG.address, habits=empty), "3", reading("b"), TUESDAY + 2 * DAY)
    assert filled.advanced_at == TUESDAY + 2 * DAY
