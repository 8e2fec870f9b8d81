"""preview: what a rule would have brought, in the words a person decides by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import preview, rules
from bot.model import Options, Paper, Signals

NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)


def paper(number: int, title: str, days: float) -> Paper:
    return Paper(f"url:{number}", title, "https://feed.example", announced=NOW - timedelta(days=days))


def told(rule: str, papers: list[Paper]) -> str:
    return "\n".join(line.text for line in preview.lines(rules.backtest(rules.parse(rule), papers, NOW)))


MONTH = [
    paper(n, ("Quantized transformers", "Quantization of birds", "Transformers that sing", "Bees")[n % 4], n * 0.7)
    for n in range(40)
]


def test_a_month_of_papers_gives_a_weekly_rate_with_its_base() -> None:
    """The rate, the bars, how many of how many since when."""
    text = told("transformers quantization", MONTH)
    assert "3 papers a week" in text
    assert "of 40 papers since 21 July" in text
    assert any(bar in text for bar in "▁▂▃▄▅▆▇█")


def test_the_word_that_starves_a_rule_is_named_with_what_it_costs() -> None:
    """The rule without each term, and with any of them."""
    text = told("transformers quantization", MONTH)
    assert "Without quantization: 20, without transformers: 20" in text
    assert "Any of the words: 30" in text


def test_a_first_day_is_too_early_for_a_rate() -> None:
    """With less than seven days stored no weekly figure is made up."""
    text = told("birds", [paper(1, "Birds", 1), paper(2, "Bees", 2)])
    assert "1 of 2 papers since 15 August would have matched" in text
    assert "too early" in text
    assert "a week " not in text


def test_a_word_that_no_paper_has_is_pointed_out() -> None:
    """Nobody gets a rule that silently can never match."""
    assert "transfomers is in none of these papers: did you mean transformers?" in told("transfomers", MONTH)


def test_a_misspelt_word_is_not_widened() -> None:
    """What is meant comes first; what else the rule might be is for a rule that is meant."""
    papers = [*MONTH, *(paper(n, "Speech: ASR with whisper", n - 50) for n in range(50, 53))]
    papers += [paper(n, "Speech: ASR in the field", n % 28) for n in range(60, 80)]
    papers += [paper(n, "Bees", n % 28) for n in range(100, 1000)]
    assert "Wider: whisper OR ASR: 6 a week." in told("speech whisper", papers)
    assert "Wider" not in told("speech transfomers", papers)


def test_what_no_stored_paper_has_known_of_it_is_said_with_where_it_comes_from() -> None:
    """Without it a rule for votes looks broken where only arXiv is read."""
    text = told("votes:>=20 has:code birds", MONTH)
    assert "None of these papers has votes or code yet: such things come with Hugging Face's feeds" in text
    voted = [*MONTH, replace(paper(50, "Birds", 1), signals=Signals(upvotes=3))]
    assert "None of these papers has code yet" in told("votes:>=20 has:code", voted)
    assert " yet:" not in told("votes:>=20 birds", voted)
    assert "has keywords, submitter or organization yet" in told("keyword:a submitter:b org:c", MONTH)


def test_examples_are_the_newest_matches() -> None:
    """Three of them, newest first."""
    text = told("bees", MONTH)
    assert text.endswith("Bees\nBees\nBees")


def test_an_empty_store_promises_nothing() -> None:
    """There is nothing to compare with."""
    assert told("birds", []) == "No papers are stored yet, so there is nothing to compare with."


def test_a_rare_rule_is_told_by_the_month() -> None:
    """Less than one a week reads as so many a month."""
    assert "About 1 paper a month" in told("owls", [*MONTH, paper(99, "Owls", 3)])


@pytest.mark.parametrize("days", [4, 40])
def test_a_rule_that_brings_enough_is_offered_nothing(days: int) -> None:
    """Also in the first days, when nobody can say yet how many a week it brings."""
    titles = [f"Transformers {'and quantization' * (n % 3 == 0)} {n}" for n in range(6 * days)]
    papers = [paper(n, title, n % days) for n, title in enumerate(titles)]
    found = rules.backtest(rules.parse("transformers quantization"), papers, NOW)
    assert found.early is (days == 4)
    assert preview.offered(found) is None
    assert "Wider" not in told("transformers quantization", papers)


def test_a_rule_that_floods_is_told_what_is_narrower_with_what_each_brings() -> None:
    """The best of them stands on the button."""
    papers = [paper(n, ("A reward model", "Models and their rewards")[n % 3 > 0], n % 28) for n in range(150)]
    found = rules.backtest(rules.parse("reward model"), papers, NOW)
    assert 'Narrower: "reward model": 13 a week; title:"reward model": 13 a week.' in told("reward model", papers)
    other = preview.offered(found)
    assert other is not None
    assert preview.label(other) == '"reward model": 13 a week'


def test_a_flood_can_be_kept_and_read_calmly() -> None:
    """Told by how papers come, and not where there is a limit already."""
    papers = [paper(n, "Quantized transformers", n % 28) for n in range(150)]
    found = rules.backtest(rules.parse("quantization"), papers, NOW)

    def said(wanted: Options) -> str:
        return "\n".join(line.text for line in preview.lines(found, wanted))

    assert "with max:10: a digest shows the best ten" in said(Options(mode="daily"))
    assert "with max:10: what is above ten a day" in said(Options(mode="instant"))
    assert "max:10" not in said(Options(mode="daily", max=5))
