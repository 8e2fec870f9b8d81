"""Papers that were read once: what is found is what a fresh reading finds, and no more is kept than is said."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Paper, Signals
from bot.rules import Engine, Shelf, backtest, exclusions, parse, unseen

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)
TEXT = (
    "Large language models LLMs fine-tuning finetuned GPT-4 GPT4 quantization quantised résumé C++ 4.5 diffusion "
    "video vision–language pre trained pretrained transformers agents RLHF reward's model's, (sparse) attention. naïve"
)
WORDS = TEXT.split()
RULES = (
    "quantization transformers",
    "fine tuning -video",
    '"large language model" OR diffus*',
    "LLM agent*",
    "pretrained source:feed",
    "keyword:attention OR org:lab",
    "=GPT-4 OR title:video",
    "difusion vidoe",
)


def papers(seed: int, many: int = 150) -> list[Paper]:
    """Papers made of the same few words in all kinds of writing."""
    draw = random.Random(seed)
    return [
        Paper(
            f"p{number}",
            " ".join(draw.choices(WORDS, k=6)),
            draw.choice(("feed", "https://lab.example/feed")),
            abstract=" ".join(draw.choices(WORDS, k=40)) * (number % 7 > 0),
            announced=NOW - timedelta(hours=8 * number),
            signals=Signals(
                keywords=tuple(draw.choices(WORDS, k=number % 3)),
                organization=draw.choice((None, "A lab", "Somewhere else")),
            ),
        )
        for number in range(many)
    ]


@pytest.mark.parametrize("shelf", [Shelf(), Shelf(words=500), Shelf(spellings=20)], ids=["whole", "small", "anew"])
def test_a_look_with_a_shelf_finds_what_a_look_without_it_finds(shelf: Shelf) -> None:
    """Whether papers stand on it, have been put away again, or it was begun anew; and whoever looked before."""
    for seed in (1, 2, 1):
        stored = papers(seed)
        for text in RULES:
            rule = parse(text)
            assert backtest(rule, stored, NOW, shelf=shelf) == backtest(rule, stored, NOW), text
            assert exclusions(rule, stored[3], stored, shelf=shelf) == exclusions(rule, stored[3], stored), text
            assert unseen(rule, stored, shelf=shelf) == unseen(rule, stored), text


def matched(text: str, stored: list[Paper], shelf: Shelf | None) -> list[list[int]]:
    engine = Engine(shelf=shelf)
    engine.add(7, parse(text))
    return engine.match(stored)


@pytest.mark.parametrize("text", RULES)
def test_an_engine_on_a_shelf_agrees_with_one_that_reads_for_itself(text: str) -> None:
    """Also the second time, when nothing is read any more; on a shelf an empty batch is no error either."""
    stored, shelf = papers(3), Shelf()
    assert matched(text, stored, shelf) == matched(text, stored, shelf) == matched(text, stored, None)
    assert matched(text, [], shelf) == []


def test_a_paper_that_says_something_else_by_now_is_read_again() -> None:
    shelf, paper = Shelf(), papers(1)[1]
    assert matched("zebrafish", [paper], shelf) == [[]]
    assert matched("zebrafish", [replace(paper, title="On zebrafish")], shelf) == [[7]]
    assert matched("zebrafish", [paper], shelf) == [[]]


def test_what_has_been_read_is_not_read_again() -> None:
    """Another look gets the very words of the last one, though the papers come from the store anew."""
    shelf, stored = Shelf(), papers(4)
    matched("diffusion", stored, shelf)
    before = shelf.take(stored)
    matched("agents", [replace(paper) for paper in stored], shelf)
    assert all(one is other for one, other in zip(before, shelf.take(stored), strict=True))


def test_a_shelf_keeps_no_more_than_it_says() -> None:
    """Words of papers at any time, those looked at last; spellings when the next look begins."""
    shelf, stored = Shelf(words=1000, spellings=50), papers(5)
    for some in (stored, papers(6), stored[-3:]):
        matched("diffusion", some, shelf)
        assert sum(len(one.form) for one in shelf.kept.values()) == shelf.words <= 1000
    assert {name for name, _ in shelf.kept} > {paper.id for paper in stored[-3:]}
    matched("diffusion", [Paper("long", "x" * 2000, "feed")], shelf)
    assert len(shelf.lent().forms.low) == 1
    many = [Paper(f"odd{n}", f"word{n} and other{n}", "feed") for n in range(100)]
    matched("diffusion", many, shelf)
    assert len(shelf.lent().forms.low) == 1
