"""trending: the day's papers in the order a community looks at them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import trending
from bot.model import Paper, Signals

NOW = datetime(2026, 8, 17, 18, tzinfo=UTC)


def paper(name: str, votes: int | None, hours: float = 5, comments: int | None = None) -> Paper:
    signals = Signals(upvotes=votes, comments=comments)
    return Paper(name, name, "huggingface:daily", announced=NOW - timedelta(hours=hours), signals=signals)


def test_more_votes_stand_higher() -> None:
    """Of one age, votes and comments decide, and unknown votes are none."""
    papers = [paper("few", 2), paper("none", None), paper("many", 9), paper("talked about", 2, comments=3)]
    assert [one.id for one in trending.order(papers, NOW)] == ["many", "talked about", "few", "none"]


def test_age_weighs_a_paper_down() -> None:
    """Yesterday's twenty votes are less than this morning's five."""
    assert trending.ranks([paper("old", 20, hours=40), paper("young", 5, hours=1)], NOW) == {"young": 1, "old": 2}


def test_papers_of_equal_score_stay_as_they_came() -> None:
    """The order is stable."""
    assert trending.ranks([paper("b", 1), paper("a", 1)], NOW) == {"b": 1, "a": 2}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 10_000))
def test_a_vote_never_lowers_a_paper(votes: int, more: int, hours: float) -> None:
    """Whatever its age."""
    assert trending.score(paper("a", votes + more, hours), NOW) >= trending.score(paper("a", votes, hours), NOW)
