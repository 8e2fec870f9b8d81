"""Silence and rot: when it is worth a word, what is said, and a button that means what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import rot
from bot.habits import Harvest, Tempo
from bot.health import Health
from bot.model import Channel, Paper, Signals, Subscription
from bot.rules import KNOWN, parse, write
from bot.rules.lesser import terms, without

TEAM = Channel("slack", "T1/C1")


def rule(words: str) -> str:
    return write(parse(words))


def wish(words: str, id: int = 7) -> Subscription:
    return Subscription(TEAM, rule(words), "slack:U0ADA", id=id)


def paper(number: int, title: str, votes: int) -> Paper:
    return Paper(f"arxiv:{number}", title, "x", signals=Signals(upvotes=votes))


@pytest.mark.parametrize(
    ("tempo", "silent"),
    [(Tempo(12, 0, 0), True), (Tempo(11, 0, 0), False), (Tempo(40, 1, 0), False), (Tempo(40, 0, 1), False)],
)
def test_a_channel_is_silent_when_it_is_used_to_papers_and_none_is_on_its_way(tempo: Tempo, silent: bool) -> None:
    assert rot.is_silent(tempo) is silent


def test_the_line_names_what_is_usual_and_what_may_be_the_cause() -> None:
    well, ill = ("a", Health("fresh")), ("https://b.example/rss", Health("blocked"))
    said = rot.silence(TEAM, Tempo(20, 0, 0), [well, ill])
    assert said.plain == (
        "No paper has come to slack:T1/C1 for a week; about 5 a week are usual. "
        "https://b.example/rss is blocked. /papers status there says more."
    )
    assert "nothing in them matched" in rot.silence(TEAM, Tempo(20, 0, 0), [well]).plain


def test_near_misses_are_papers_that_many_voted_for_and_one_term_kept_away() -> None:
    papers = [
        paper(1, "Quantization of transformers", 90),  # a hit
        paper(2, "Quantization of convolutions", 40),  # lacks transformers
        paper(3, "Quantization once more", 60),  # lacks transformers
        paper(4, "Transformers for birds", 19),  # too few votes
        paper(5, "Birds", 99),  # lacks both
    ]
    found = rot.examined(wish("transformers quantization"), papers, KNOWN)
    (near,) = found.near
    assert (near.term, near.lesser) == ("transformers", "quantization")
    assert [one.id for one in near.papers] == ["arxiv:3", "arxiv:2"]


def test_the_report_is_one_message_with_a_button_that_mends_and_one_that_stops() -> None:
    found = rot.examined(wish("transformers quantization"), [paper(2, "Quantization of birds", 40)], KNOWN)
    said = rot.report([found], [], KNOWN)
    assert "found nothing in 90 days" in said.plain
    assert "#7" in said.plain
    assert [button.action for button in said.buttons] == ["tending:0"]
    (button,) = (entry.button for entry in said.entries if entry.button)
    assert button.label == "Without transformers"
    mended = rot.widened(wish("transformers quantization"), int(button.action.partition(":")[2]), KNOWN)
    assert mended is not None
    assert (mended.rule, mended.id) == ("quantization", 7)


NOW = datetime(2026, 8, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "seen", "vain"),
    [
        ("mamba OR retnet", {"mamba"}, ("retnet",)),
        ("(mamba OR retnet OR hyena) vision -video votes:>=3", {"mamba", "vision"}, ("retnet", "hyena")),
        ("transformers quantization", {"transformers"}, ()),  # both are needed, so both were there
        ("mamba OR cat:cs.ZZ", {"mamba"}, ("category:cs.ZZ",)),
        ("mamba OR votes:>=90", {"mamba"}, ()),
        ("mamba OR retnet", {"mamba", "retnet"}, ()),
    ],
)
def test_of_a_rule_that_works_the_words_are_named_that_brought_nothing(
    words: str, seen: set[str], vain: tuple[str, ...]
) -> None:
    found = rot.waned(wish(words), Harvest(rot.ENOUGH, NOW, frozenset(seen)), NOW, KNOWN)
    assert set(found.terms if found else ()) == set(vain)


@pytest.mark.parametrize(
    "had",
    [
        Harvest(rot.ENOUGH - 1, NOW, frozenset({"mamba"})),
        Harvest(rot.ENOUGH, NOW + timedelta(days=31), frozenset({"mamba"})),
    ],
)
def test_of_few_papers_and_of_a_rule_changed_since_nothing_is_said(had: Harvest) -> None:
    assert rot.waned(wish("mamba OR retnet"), had, NOW, KNOWN) is None


def test_a_word_in_vain_is_told_with_the_button_that_leaves_it_out() -> None:
    mine = wish("mamba OR retnet")
    said = rot.report([], [rot.Waning(mine, 214, ("retnet",))], KNOWN)
    assert said.plain.startswith("By one of your rules papers have come for 90 days, but none by some of its words.")
    assert "retnet is in none of the 214 papers that it brought in 90 days." in said.plain
    (button,) = (entry.button for entry in said.entries if entry.button)
    assert button.label == "Without retnet"
    mended = rot.widened(mine, int(button.action.partition(":")[2]), KNOWN)
    assert mended is not None
    assert mended.rule == "mamba"


def test_idle_rules_and_words_in_vain_come_in_one_message() -> None:
    idle, vain = [rot.Rotten(wish("birds"))] * 2, [rot.Waning(wish("a1 OR b2"), 40, ("a1",))] * 4
    said = rot.report(idle, vain, KNOWN)
    assert said.plain.startswith("2 of your rules have found nothing in 90 days; by 4 others papers have come")
    assert len(said.entries) == rot.RULES
    assert "And 1 more" in said.plain


def test_of_many_rules_a_few_are_shown_and_the_others_counted() -> None:
    said = rot.report([rot.Rotten(wish("birds", number)) for number in range(1, 9)], [], KNOWN)
    assert len(said.entries) == rot.RULES
    assert "And 3 more" in said.plain


def test_a_button_for_another_rule_than_there_is_now_does_nothing() -> None:
    """Somebody changed the rule meanwhile."""
    number = rot.seal(wish("transformers quantization"), "transformers", KNOWN)
    assert rot.unsealed(number) == 7
    assert len(str(number)) < 16
    assert rot.widened(wish("transformers pruning"), number, KNOWN) is None
    assert rot.widened(wish("birds"), number, KNOWN) is None


@pytest.mark.parametrize(
    ("words", "term", "left"),
    [
        ("transformers quantization", "transformers", "quantization"),
        ('"state space" mamba -video', "mamba", '"state space" -video'),
        ("birds", "birds", None),
        ("birds -video", "birds", None),
        ("birds fish", "whale", None),
    ],
)
def test_a_rule_without_a_term(words: str, term: str, left: str | None) -> None:
    rest = without(parse(words), term)
    assert (write(rest) if rest else None) == (rule(left) if left else None)
    assert set(terms(parse("birds fish"))) == {"birds", "fish"}
