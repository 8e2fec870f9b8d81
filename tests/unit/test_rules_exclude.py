"""exclude: what could be left out of a rule so that a paper would not have come."""

from __future__ import annotations

from bot.model import Paper
from bot.rules import exclusions, explain, parse, write


def paper(number: int, title: str, **more: object) -> Paper:
    return Paper(f"url:{number}", title, "https://feed.example", **more)  # type: ignore[arg-type]  # any field


SHELF = [
    *(paper(n, f"Diffusion models, part {n}") for n in range(8)),
    *(paper(10 + n, f"Diffusion for video, part {n}") for n in range(2)),
    *(paper(20 + n, f"Video compression {n}") for n in range(10)),
    paper(40, "A survey of rivers"),
]


def test_what_is_offered_keeps_the_paper_away() -> None:
    rule = parse("diffusion")
    unwanted = paper(50, "Diffusion for video of zebrafish")
    offers = exclusions(rule, unwanted, SHELF)
    assert offers
    assert all(not explain(one.rule, unwanted).hit for one in offers)
    assert all(parse(write(one.rule)) == one.rule for one in offers)


def test_a_word_that_stops_more_of_its_kind_comes_before_a_name_that_stops_nothing_else() -> None:
    """With what it would have cost: 2 of the 10 other papers."""
    first, *rest = exclusions(parse("diffusion"), paper(50, "Diffusion for video of zebrafish"), SHELF)
    assert (first.term, first.also, first.of) == ("video", 2, 10)
    assert [one.term for one in rest] == ["zebrafish"]


def test_the_rules_own_words_are_not_offered() -> None:
    terms = {one.term for one in exclusions(parse("diffusion video"), paper(50, "Diffusion in videos of fish"), SHELF)}
    assert terms == {"fish"}


def test_a_keyword_counts_as_a_word_of_the_paper() -> None:
    from bot.model import Signals

    offers = exclusions(parse("diffusion"), paper(50, "Diffusion", signals=Signals(keywords=("video",))), SHELF)
    assert [one.term for one in offers] == ["video"]


def test_a_paper_without_other_words_offers_its_category_or_nothing() -> None:
    assert exclusions(parse("diffusion"), paper(50, "Diffusion"), SHELF) == ()
    (only,) = exclusions(parse("diffusion"), paper(50, "Diffusion", categories=("cs.CV",)), SHELF)
    assert write(only.rule) == "diffusion -category:cs.CV"
