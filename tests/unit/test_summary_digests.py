"""summary: papers that share a message, in which order, and how many messages they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import summary
from bot.model import Channel, Delivery, Item, News, Options, Paper, Post, Reason, Signals

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = Channel("local", "general")
UNHURRIED = settings(deadline=None)  # other work on the machine is no fault of a digest
ABOVE = "More than your max of 5 posts a day came"


def item(row: int, votes: int = 0, *, here: int = 0, rules: Sequence[str] = ("rings",), **paper: Any) -> Item:
    abstract = f"Models are slow. We propose number {row} of the rings, which halves the cost of large models."
    found = {"title": f"Paper {row}", "url": f"https://a.example/{row}", "abstract": abstract} | paper
    reasons = tuple(Reason("rings", "abstract", rule=rule) for rule in rules)
    delivery = Delivery(f"url:{row}", HERE, reasons, row=row, votes=here)
    return Item(delivery, Paper(f"url:{row}", source="s", authors=("Ada", "B", "C"), signals=Signals(votes), **found))


def shown(post: Post) -> list[str]:
    return [line.text for line in (post.headline, *post.lines)]


def test_a_digest_names_the_day_the_number_and_the_rules() -> None:
    """Then each paper in two lines, with its own way to a thread."""
    post = summary.digest([item(1, 9), item(2)], day=DAY, rules=["rings", "mamba OR llm"])
    assert shown(post) == ["Tuesday 24 November: 2 papers", "Found by rings and mamba OR llm"]
    assert [entry.name for entry in post.entries] == ["Paper 1", "Paper 2"]
    assert [line.text for line in post.entries[0].lines] == [
        "Paper 1 — Ada et al.",
        "We propose number 1 of the rings, which halves the cost of large models. · matches rings · ▲ 9 votes",
    ]
    assert [entry.button and entry.button.action for entry in post.entries] == ["discuss:1", "discuss:2"]


def test_many_rules_are_counted_not_listed() -> None:
    """Four are named."""
    post = summary.digest([item(1)], day=DAY, rules=[f"r{n}" for n in range(9)])
    assert shown(post)[1] == "Found by r0, r1, r2, r3 and 5 more rules"


def test_a_papers_thread_is_linked_once_there_is_one() -> None:
    """The line leads there, and tells the channel's own votes."""
    (entry,) = summary.digest([item(4, here=2)], day=DAY, threads={4: "https://a.example/thread"}).entries
    assert [span.url for span in entry.lines[1].spans][-1] == "https://a.example/thread"
    assert entry.lines[1].text.endswith("2 votes here · its thread")


def test_what_is_above_the_limit_is_said_and_counted() -> None:
    """The number is of all papers; the rest is one line each in the thread, none left out."""
    items = [item(row) for row in range(1, 9)]
    post = summary.digest(items[:3], day=DAY, rest=5)
    assert post.headline.text.endswith(": 8 papers")
    assert post.closing[0].text == "And 5 more papers, one line each, in this message's thread."
    rest = summary.one_liners(items[3:])
    assert rest.headline.text == "The other 5 papers"
    assert [line.text for entry in rest.entries for line in entry.lines] == [
        f"Paper {n} — Ada et al." for n in range(4, 9)
    ]


def test_a_late_digest_says_so() -> None:
    """When it was due and when it came; the day too, where that was another."""
    late = summary.digest([item(1)], day=DAY, late=(NOON, NOON + timedelta(minutes=160)))
    assert "due at 12:00 and goes out at 14:40" in late.plain
    later = summary.digest([item(1)], day=DAY, late=(NOON - timedelta(days=1), NOON))
    assert "due on Monday 23 November at 12:00" in later.plain


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (
            "start",
            {"rules": ["rings"]},
            ["To begin with: 1 paper", "From the last seven days, found by rings. New ones follow."],
        ),
        (
            "overflow",
            {},
            ["The rest of Tuesday 24 November: 1 paper", f"{ABOVE}: this is what was above it."],
        ),
        (
            "waited",
            {"since": NOON},
            ["What waited: 1 paper", "I could not post here since Tuesday 24 November; nothing was lost."],
        ),
        ("waited", {"paused": True}, ["What waited: 1 paper", "This channel was paused."]),
    ],
)
def test_a_message_of_several_papers_says_why_it_comes(kind: Any, more: dict[str, Any], said: list[str]) -> None:
    """A beginning, what was above the limit, what waited."""
    one = item(1)
    bound = Item(replace(one.delivery, options=Options(max=5)), one.paper)
    assert shown(summary.digest([bound], day=DAY, kind=kind, **more)) == said


def test_a_digest_without_papers_says_so() -> None:
    """For channels that asked for it."""
    post = summary.digest((), day=DAY, rules=["rings"])
    assert shown(post) == ["Tuesday 24 November: no new papers", "Nothing new was found by rings."]


def test_later_parts_only_go_on() -> None:
    """The rules and the delay stand in the first part, the week in the last."""
    week = summary.week([item(1, here=2)], [])
    late = (NOON, NOON + timedelta(hours=1))
    parts = [
        summary.digest([item(1)], day=DAY, part=n, parts=3, total=3, rules=["rings"], late=late, week=week)
        for n in (1, 2, 3)
    ]
    assert [post.headline.text[-8:] for post in parts] == ["(1 of 3)", "(2 of 3)", "(3 of 3)"]
    assert [(len(post.lines), len(post.closing)) for post in parts] == [(2, 0), (0, 0), (0, 1)]


def test_a_withdrawn_paper_is_struck_in_a_digest_too() -> None:
    """In its line, and among the one-liners."""
    one = item(1)
    gone = Item(replace(one.delivery, news=(News("withdrawn", "Gone.", "post"),)), one.paper)
    for post in (summary.digest([gone], day=DAY), summary.one_liners([gone])):
        (entry,) = post.entries
        assert [span.style for span in entry.lines[0].spans].count("struck") == 1
        assert entry.lines[0].text.startswith("Withdrawn: ")


def test_the_week_is_at_most_three_lines() -> None:
    """What the channel voted for most, then what it discussed most; a paper stands there once."""
    voted = [item(1, here=1), item(2, here=5), item(3, here=4), item(4)]
    lines = [line.text for line in summary.week(voted, [item(2), item(9)])]
    assert lines == [
        "Voted for most here this week (5 votes): Paper 2",
        "Also voted for (4 votes): Paper 3",
        "Discussed most here this week: Paper 9",
    ]
    assert len(summary.week(voted, [])) == 3
    assert summary.week([item(4)], []) == ()


def test_papers_are_ranked_by_votes_then_rules_then_recency_then_row() -> None:
    """Votes of the source and of the channel count alike; what is equal keeps the order of its rows."""
    items = [
        item(1, 5),
        item(2, 3, here=4),
        item(3, 5, rules=("rings", "models")),
        item(4, 5, announced=NOON),
        item(5, 5, announced=NOON - timedelta(days=1)),
        item(6, 5),
    ]
    Random(3).shuffle(items)
    assert [one.delivery.row for one in summary.ranked(items)] == [2, 3, 4, 5, 1, 6]


# ── as few messages as hold them ──


def layout(items: Sequence[Item], part: int, parts: int) -> Post:
    return summary.digest(items, day=DAY, part=part, parts=parts, total=40, rest=7 if part == parts else 0)


@UNHURRIED
@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 700))
def test_splitting_loses_nothing_and_keeps_the_order(lengths: list[int], room: int) -> None:
    """Whatever fits: every paper stands in one message, none is empty, and each fits or is one paper alone."""
    items = [item(row, title="x" * length) for row, length in enumerate(lengths)]
    parts = summary.split(items, layout, lambda post: len(post.plain) <= room)
    assert [one for part in parts for one in part] == items
    assert all(parts)
    for number, part in enumerate(parts, start=1):
        assert len(part) == 1 or len(layout(part, number, len(parts)).plain) <= room


@UNHURRIED
@given(st.integers(0, 70), st.integers(1, 12), st.integers(0, 3))
def test_no_message_is_sent_that_is_not_needed(count: int, room: int, closing: int) -> None:
    """With `room` entries a message, and what only the last one says taking some of it, there is no message more."""
    items = [item(row) for row in range(count)]

    def render(some: Sequence[Item], part: int, parts: int) -> Post:
        post = layout(some, part, parts)
        return replace(post, closing=post.closing * closing if part == parts else ())

    parts = summary.split(items, render, lambda post: len(post.entries) + len(post.closing) <= room)
    fewest = -(-(count + min(closing, room - 1)) // room) if count else 0
    assert len(parts) <= max(fewest, 1 if count else 0)


def test_a_digest_of_a_thousand_papers_is_laid_out_a_few_times_a_message() -> None:
    """The layout is asked for a number of papers that grows with the digest, not with its square."""
    asked = 0

    def render(some: Sequence[Item], part: int, parts: int) -> Post:
        nonlocal asked
        asked += len(some)
        return layout(some, part, parts)

    items = [item(row) for row in range(1_000)]
    parts = summary.split(items, render, lambda post: len(post.entries) <= 20)
    assert len(parts) == 50
    assert asked < 15 * 1_000
