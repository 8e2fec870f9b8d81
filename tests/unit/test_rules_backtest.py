"""What a rule would have brought, and which of its words costs most."""

from datetime import UTC, datetime, timedelta

from bot.model import Paper, Signals
from bot.rules import Backtest, backtest, parse, trending, unseen

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)


def shelf(days: int = 40) -> list[Paper]:
    """A paper a day: each fifth on quantization, each second on LLMs; one of them on transformers too."""
    titles = []
    for day in range(days):
        words = ["Notes on growing vegetables" if day % 2 else "Reading LLMs aloud"]
        words += ["by quantization of synapses"] * (day % 5 == 0)
        words += ["with transformers"] * (day == 10)
        titles.append(" ".join(words))
    return [
        Paper(f"p{day}", title, "shelf", announced=NOW - timedelta(days=day, hours=1))
        for day, title in enumerate(titles)
    ]


def asked(text: str, papers: list[Paper] | None = None) -> Backtest:
    return backtest(parse(text), shelf() if papers is None else papers, NOW)


def test_every_count_names_its_base_and_since_when() -> None:
    found = asked("quantization")
    assert (found.base, found.since) == (40, NOW - timedelta(days=39, hours=1))
    assert (found.matches, found.recent, found.weekly, found.early) == (8, 6, 1.4, False)


def test_the_newest_three_are_the_examples() -> None:
    assert [paper.id for paper in asked("quantization", list(reversed(shelf()))).examples] == ["p0", "p5", "p10"]


def test_the_word_that_starves_a_rule_shows_by_leaving_each_out() -> None:
    found = asked("transformers quantization")
    assert found.matches == 1
    assert {count.term: count.papers for count in found.terms} == {"quantization": 8, "transformers": 1}
    assert {count.term: count.papers for count in found.without} == {"quantization": 1, "transformers": 8}
    assert found.anyway == 8


def test_less_than_a_week_stored_gives_no_weekly_figure() -> None:
    found = asked("quantization", shelf(5))
    assert found.early
    assert found.weekly is None


def test_no_papers_at_all_are_no_error() -> None:
    found = asked("quantization", [])
    assert (found.base, found.since, found.matches, found.spark, found.examples) == (0, None, 0, "", ())


def test_the_sparkline_has_a_bar_a_week_and_the_newest_last() -> None:
    found = asked("transformers")
    assert found.step == "week"
    assert found.spark == "▁▁▁▁█▁"


def test_a_young_store_draws_a_bar_a_day() -> None:
    found = asked("quantization", shelf(6))
    assert (found.spark, found.step) == ("█▁▁▁▁█", "day")


def test_an_excluded_word_is_never_left_out_or_counted_as_wanted() -> None:
    found = asked("quantization -LLM")
    assert [count.term for count in found.terms] == ["quantization"]
    assert found.without == ()


def test_words_that_no_stored_paper_has_are_pointed_out_with_what_may_be_meant() -> None:
    missing = unseen(parse('quantizaton LLM "vegetable soup"'), shelf())
    assert {one.term: one.meant for one in missing} == {"quantizaton": "quantization", '"vegetable soup"': None}
    assert [one.meant for one in asked("quantizaton").unseen] == ["quantization"]


def test_a_category_that_no_paper_is_in_is_pointed_out_with_the_one_that_may_be_meant() -> None:
    missing = unseen(parse("category:cs.CLL LLM category:cooking"), shelf())
    assert {one.term: one.meant for one in missing} == {
        "category:cs.cll": "category:cs.CL",
        "category:cooking": None,
    }


def test_what_is_excluded_and_never_seen_is_pointed_out_only_as_a_slip() -> None:
    missing = unseen(parse("LLM -surgery -vegatables"), shelf())
    assert {one.term: one.meant for one in missing} == {"vegatables": "vegetables"}


def test_a_store_that_is_nearly_empty_says_nothing_of_unseen_words() -> None:
    assert unseen(parse("quantizaton"), shelf(5)) == ()


def test_the_trending_order_weighs_votes_against_age_within_a_day() -> None:
    morning = datetime(2026, 8, 30, 1, tzinfo=UTC)
    papers = [
        Paper("old", "x", "s", announced=morning, signals=Signals(upvotes=10)),
        Paper("loved", "x", "s", announced=morning, signals=Signals(upvotes=200, comments=30)),
        Paper("new", "x", "s", announced=morning + timedelta(hours=20), signals=Signals(upvotes=11)),
        Paper("next day", "x", "s", announced=morning + timedelta(days=1)),
    ]
    ranks = trending(papers)
    assert ranks == {"new": 1, "loved": 2, "old": 3, "next day": 1}
    assert trending(papers, {"old": 800})["old"] == 1
