"""Which feeds are asked now: the most overdue first, one at a time of each host, and none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.rota import Rota, host_of
from bot.model import Feed
from bot.schedule import NEVER, waits

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def feed(host: str, path: str = "feed") -> Feed:
    return Feed(f"https://{host}/{path}", f"https://{host}/{path}")


def loaded(due: dict[Feed, datetime | None], most: int = 10) -> Rota:
    rota = Rota(most)
    rota.load(due, NOW)
    return rota


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, False), (1, True), (7, True), (30, False), (365_000, True), (None, False)]
)
def test_a_clock_that_is_set_back_silences_no_feed(days: int | None, expected: bool) -> None:
    """A wait that nobody can have asked for is over; a retired feed stays retired."""
    due = None if days is None else NEVER if days == 365_000 else NOW + timedelta(days=days)
    assert waits(due, NOW) is expected
    assert loaded({feed("a"): due}).take(NOW) == ([] if expected else [feed("a")])


def test_the_feed_that_waits_longest_comes_first_and_never_asked_ones_before_it() -> None:
    rota = loaded({feed("a"): NOW - HOUR, feed("b"): NOW - 2 * HOUR, feed("c"): None, feed("d"): NOW + HOUR})
    assert rota.take(NOW) == [feed("c"), feed("b"), feed("a")]
    assert rota.take(NOW) == []


def test_no_more_are_under_way_than_may_be() -> None:
    rota = loaded({feed(host): None for host in "abc"}, most=2)
    first = rota.take(NOW)
    assert (len(first), rota.take(NOW)) == (2, [])
    rota.done(first[0], NOW + HOUR, NOW)
    assert len(rota.take(NOW)) == 1


def test_of_one_host_one_is_asked_at_a_time_and_it_holds_up_nobody_else() -> None:
    many = [feed("slow", str(number)) for number in range(100)]
    rota = loaded(dict.fromkeys([*many, feed("quick")]), most=5)
    assert rota.take(NOW) == [many[0], feed("quick")]
    rota.done(many[0], NOW + HOUR, NOW)
    assert rota.take(NOW) == [many[1]]


def test_arxiv_is_one_host_and_a_file_is_a_host_of_its_own() -> None:
    assert host_of(feed("rss.arxiv.org")) == host_of(feed("export.arxiv.org"))
    assert host_of(Feed("a.xml", "a.xml")) != host_of(Feed("b.xml", "b.xml"))
    assert host_of(Feed("x", "http://[broken/")) == "http://[broken/"


def test_a_feed_that_was_asked_comes_again_when_it_is_due() -> None:
    rota = loaded({feed("a"): None})
    (taken,) = rota.take(NOW)
    rota.done(taken, NOW + HOUR, NOW)
    assert rota.take(NOW) == []
    assert rota.take(NOW + HOUR) == [feed("a")]


def test_a_feed_that_was_taken_away_while_it_was_asked_does_not_come_again() -> None:
    rota = loaded({feed("a"): None})
    (taken,) = rota.take(NOW)
    rota.load({}, NOW)
    rota.done(taken, NOW, NOW)
    assert rota.take(NOW + HOUR) == []


def test_what_is_under_way_is_not_begun_again_when_feeds_are_added() -> None:
    rota = loaded({feed("a"): None})
    rota.take(NOW)
    rota.load({feed("a"): None, feed("b"): None}, NOW)
    assert rota.take(NOW) == [feed("b")]


def test_a_clock_set_back_while_running_silences_no_feed() -> None:
    rota = loaded({feed("a"): NOW + HOUR})
    month_ago = NOW - timedelta(days=30)
    assert rota.take(month_ago) == [feed("a")]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(-3, 3)), max_size=30), st.data())
def test_every_due_feed_is_asked_once_whatever_comes_back_when(
    wanted: list[tuple[str, int]], data: st.DataObject
) -> None:
    due: dict[Feed, datetime | None] = {feed(host, str(n)): NOW + h * HOUR for n, (host, h) in enumerate(wanted)}
    rota, asked, busy = loaded(due, most=3), list[Feed](), list[Feed]()
    while taken := rota.take(NOW) or busy:
        busy = [*busy, *(one for one in taken if one not in busy)]
        assert len({host_of(one) for one in busy}) == len(busy) <= 3
        back = data.draw(st.sampled_from(busy))
        busy.remove(back)
        asked.append(back)
        rota.done(back, NOW + HOUR, NOW)
    assert sorted(asked, key=str) == sorted((one for one, when in due.items() if when and when <= NOW), key=str)
