"""Meeting a paper again: laws of what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Channel, Delivery, Original, Paper, Reason, Signals
from bot.store.identity import first_seen, gain, ids, standing, update

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
KNOWN = Paper("arxiv:a", "Title", "feed", seen=NOW)

PAPERS = st.builds(
    Paper,
    id=st.sampled_from(("arxiv:a", "doi:a")),
    title=st.sampled_from(("", "One", "Two")),
    source=st.just("feed"),
    version=st.none() | st.integers(1, 3),
    authors=st.sampled_from(((), ("Ada",))),
    announced=st.none() | st.just(NOW),
    announce=st.sampled_from(("new", "cross", "replace")),
    categories=st.lists(st.sampled_from(("cs.CL", "cs.LG")), unique=True).map(tuple),
    aliases=st.lists(st.sampled_from(("url:a", "url:b")), unique=True).map(tuple),
    original=st.builds(Original, title=st.sampled_from(("", "$x$"))),
    signals=st.builds(Signals, upvotes=st.none() | st.integers(0, 9), keywords=st.sampled_from(((), ("llm",)))),
)


@given(PAPERS, PAPERS)
def test_meeting_the_same_words_twice_changes_nothing_more(known: Paper, found: Paper) -> None:
    once = update(first_seen(known, NOW), found)
    assert update(once, found) == once


@given(PAPERS, PAPERS)
def test_nothing_that_was_known_is_lost(known: Paper, found: Paper) -> None:
    kept = update(first_seen(known, NOW), found)
    assert {*ids(known), *ids(found)} == set(ids(kept))
    assert {*known.categories, *found.categories} == set(kept.categories)
    assert bool(kept.title) == bool(known.title or found.title)
    assert (kept.id, kept.source, kept.seen) == (known.id, known.source, NOW)
    assert (kept.signals.upvotes is None) == (known.signals.upvotes is None and found.signals.upvotes is None)


@given(PAPERS, PAPERS)
def test_a_version_never_goes_down(known: Paper, found: Paper) -> None:
    assert (update(first_seen(known, NOW), found).version or 0) == max(known.version or 0, found.version or 0)


@pytest.mark.parametrize(
    ("known", "found", "title"),
    [(1, 2, "Found"), (2, 2, "Found"), (3, 2, "Known"), (None, 1, "Found"), (1, None, "Known"), (None, None, "Found")],
)
def test_words_of_a_newer_or_equal_version_win(known: int | None, found: int | None, title: str) -> None:
    one = replace(KNOWN, version=known, title="Known")
    assert update(one, replace(KNOWN, version=found, title="Found")).title == title


@pytest.mark.parametrize(
    ("known", "found", "kept"),
    [("new", "replace", "new"), ("cross", "new", "new"), ("cross", "replace", "replace"), ("new", "new", "new")],
)
def test_a_paper_once_announced_as_new_stays_new(known: str, found: str, kept: str) -> None:
    one, other = (replace(KNOWN, announce=announce) for announce in (known, found))  # type: ignore[arg-type]  # the table's
    assert update(one, other).announce == kept


def test_the_first_announcement_and_publication_stay() -> None:
    later = replace(KNOWN, announced=NOW + timedelta(days=1), published=NOW)
    assert update(KNOWN, later).announced == later.announced
    assert update(replace(KNOWN, announced=NOW, published=NOW - timedelta(days=9)), later) == replace(
        KNOWN, announced=NOW, published=NOW - timedelta(days=9)
    )


def test_the_original_is_that_of_the_words_kept() -> None:
    """Title and abstract each keep the markup they were made of, and a plain one leaves none behind."""
    told = replace(KNOWN, title="x²", abstract="One", version=1, original=Original("$x^2$", "<p>One</p>"))
    assert update(told, replace(KNOWN, title="x squared")).original == told.original
    newer = update(told, replace(KNOWN, title="y²", version=2, original=Original("$y^2$")))
    assert (newer.title, newer.original) == ("y²", Original("$y^2$", "<p>One</p>"))
    assert update(told, replace(KNOWN, title="Plain", version=2)).original == Original("", "<p>One</p>")


def test_reasons_are_gained_once_each_in_order() -> None:
    one, two = Reason("one", "title"), Reason("two", "title")
    assert gain((two,), (one, two, one)) == (two, one)


def test_of_two_deliveries_the_one_that_got_further_stays() -> None:
    def made(row: int, leased: bool = False, **facts: object) -> tuple[object, ...]:
        return standing(Delivery("arxiv:a", Channel("local", "a"), row=row, **facts), leased)  # type: ignore[arg-type]  # any field

    best_first = [
        made(9, state="sent", posted_at=NOW),
        made(8, state="sent", posted_at=NOW + timedelta(days=1)),
        made(7, message="m1"),
        made(6, leased=True),
        made(4),
        made(5),
        made(3, state="held"),
        made(1, state="refused"),
        made(2, state="given_up"),
    ]
    assert sorted(best_first, reverse=True) == best_first
