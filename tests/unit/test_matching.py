"""matching: the engine kept in step with the rulebook, and what is planned from its matches."""

from __future__ import annotations

import weakref
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import matching
from bot.matching import MANY, Matcher, plan
from bot.model import Channel, Options, Paper, Rulebook, Subscription
from bot.rules import compiled, extend, parse

NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)
GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
BIRDS = Paper("url:1", "Birds of the north", "https://feed.example")
BEES = Paper("url:2", "Bees of the south", "https://feed.example")


def wish(id: int, rule: str, channel: Channel = GENERAL) -> Subscription:
    return Subscription(channel, rule, "local:ada", id=id)


def met(matcher: Matcher, version: int, *subscriptions: Subscription) -> set[tuple[str, int]]:
    matcher.follow(Rulebook(version, subscriptions))
    return {(match.paper.id, match.subscription.id) for match in matcher.matches([BIRDS, BEES])}


def test_the_matcher_follows_what_comes_changes_and_goes() -> None:
    """A rule counts from the rulebook that brings it to the one that does not."""
    matcher = Matcher()
    assert met(matcher, 1) == set()
    assert met(matcher, 2, wish(1, "birds"), wish(2, "bees")) == {("url:1", 1), ("url:2", 2)}
    assert met(matcher, 3, wish(1, "bees"), wish(2, "bees")) == {("url:2", 1), ("url:2", 2)}
    assert met(matcher, 4, wish(1, "bees")) == {("url:2", 1)}
    assert met(matcher, 5) == set()


def test_options_that_change_are_taken_up_with_the_rule_as_it_was() -> None:
    """The next plan carries the new ones."""
    matcher = Matcher()
    met(matcher, 1, wish(1, "birds"))
    matcher.follow(Rulebook(2, (replace(wish(1, "birds"), options=Options(thread="auto")),)))
    (delivery,) = plan(matcher.matches([BIRDS]), lambda one: one.options, NOW)
    assert delivery.options.thread == "auto"


def test_compiled_lines_are_taken_as_they_are_and_the_others_come_back() -> None:
    """What the store kept is not compiled again; what it did not have is returned to be kept."""
    matcher, later = Matcher(), Matcher()
    book = Rulebook(1, (wish(1, "birds"), wish(2, "bees")))
    made = matcher.follow(book)
    assert made == {1: compiled(parse("birds")), 2: compiled(parse("bees"))}
    assert later.follow(book, {1: made[2]}) == {2: made[2]}  # a wrong line on purpose: it is the line that counts
    assert {(m.paper.id, m.subscription.id) for m in later.matches([BIRDS, BEES])} == {("url:2", 1), ("url:2", 2)}
    assert later.newest == 2
    assert later.follow(Rulebook(2, (wish(1, "north"), *book.subscriptions[1:])), {}) == {1: compiled(parse("north"))}
    assert {(m.paper.id, m.subscription.id) for m in later.matches([BIRDS, BEES])} == {("url:1", 1), ("url:2", 2)}


def test_what_is_to_be_compiled_can_be_compiled_before() -> None:
    """A few at a time, each with the rule that it is the line of; then there is nothing left to do."""
    matcher, book = Matcher(), Rulebook(1, (wish(1, "birds"), wish(2, "bees"), wish(3, "birds")))
    assert matcher.uncompiled(book, {1: compiled(parse("birds"))}) == [2, 3]
    made = matcher.compiled(book, [2, 3])
    assert made == {2: ("bees", compiled(parse("bees"))), 3: ("birds", compiled(parse("birds")))}
    lines = {1: compiled(parse("birds")), **{number: line for number, (_, line) in made.items()}}
    assert matcher.uncompiled(book, lines) == []
    assert matcher.follow(book, lines) == {}
    assert matcher.uncompiled(Rulebook(2, (wish(1, "birds"), wish(2, "ants"), wish(3, "birds")))) == [2]


def test_many_rules_are_loaded_at_once_with_the_same_outcome() -> None:
    """A start with thousands of subscriptions, and one more after it."""
    matcher = Matcher()
    many = tuple(wish(n, "birds" if n % 2 else f"bees -x{n}") for n in range(1, 2 * MANY))
    half = {n: compiled(parse(many[n - 1].rule)) for n in range(1, MANY)}
    made = matcher.follow(Rulebook(1, many), half)
    assert made.keys() == set(range(MANY, 2 * MANY))
    assert met(matcher, 2, *many, wish(5000, "south")) == {
        *(("url:1" if n % 2 else "url:2", n) for n in range(1, 2 * MANY)),
        ("url:2", 5000),
    }


def test_an_engine_full_of_spellings_is_begun_anew_from_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """What papers say is remembered to a bound only: a year of them takes no more room than a season."""
    monkeypatch.setattr(matching, "SPELLINGS", 5)
    matcher = Matcher()
    book = Rulebook(1, (wish(1, "birds"), wish(2, "bees")))
    made = matcher.follow(book)
    assert (matcher.version, matcher.newest) == (1, 2)
    first = matcher.matches([BIRDS, BEES])  # the, of, north, south, birds, bees: six
    assert (matcher.version, matcher.newest) == (None, 0)
    old = weakref.ref(matcher._engine)
    assert matcher.follow(book, made) == {}
    assert old() is None
    assert matcher.version == 1
    assert matcher.matches([BIRDS, BEES]) == first


def test_an_engine_that_could_not_be_begun_anew_is_not_taken_for_one_that_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty engine at the version of before would be silent about every paper."""
    monkeypatch.setattr(matching, "SPELLINGS", 5)
    matcher = Matcher()
    book = Rulebook(1, (wish(1, "birds"), wish(2, "bees")))
    made = matcher.follow(book)
    first = matcher.matches([BIRDS, BEES])
    with pytest.raises(AssertionError):
        matcher.follow(book, made | {2: "birds, no line of the engine"})
    assert matcher.version != book.version
    matcher.follow(book, made)
    assert matcher.matches([BIRDS, BEES]) == first


def test_another_table_of_acronyms_is_another_folding() -> None:
    """Lines compiled with the one are not taken for the other."""
    assert Matcher().folding == Matcher(extend({})).folding
    assert Matcher().folding != Matcher(extend({"BNN": ("bird neural network",)})).folding


def test_a_channel_hears_once_of_a_paper_with_every_reason() -> None:
    """However many of its rules match; other channels hear on their own."""
    matcher = Matcher()
    matcher.follow(Rulebook(1, (wish(1, "birds"), wish(2, "north"), wish(3, "birds", READING))))
    planned = {delivery.channel: delivery for delivery in plan(matcher.matches([BIRDS]), lambda one: one.options, NOW)}
    assert {reason.term for reason in planned[GENERAL].reasons} == {"birds", "north"}
    assert {reason.rule for reason in planned[GENERAL].reasons} == {"birds", "north"}
    assert {reason.term for reason in planned[READING].reasons} == {"birds"}
