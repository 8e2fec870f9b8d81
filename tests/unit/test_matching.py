"""matching: the engine kept in step with the rulebook, and what is planned from its matches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.matching import Matcher, plan
from bot.model import Channel, Options, Paper, Rulebook, Subscription

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


def test_a_channel_hears_once_of_a_paper_with_every_reason() -> None:
    """However many of its rules match; other channels hear on their own."""
    matcher = Matcher()
    matcher.follow(Rulebook(1, (wish(1, "birds"), wish(2, "north"), wish(3, "birds", READING))))
    planned = {delivery.channel: delivery for delivery in plan(matcher.matches([BIRDS]), lambda one: one.options, NOW)}
    assert {reason.term for reason in planned[GENERAL].reasons} == {"birds", "north"}
    assert {reason.rule for reason in planned[GENERAL].reasons} == {"birds", "north"}
    assert {reason.term for reason in planned[READING].reasons} == {"birds"}
