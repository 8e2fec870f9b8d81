"""What a rule might be instead: wider where it brings little, narrower where it brings much."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Paper, Signals
from bot.rules import Backtest, Variant, backtest, parse, write

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)
FILLING = ("Growing vegetables", "Birds of the north", "Baking bread", "Rivers in winter", "Knitting patterns")


def shelf(*titles: tuple[int, str], days: int = 28, of: int = 1400) -> list[Paper]:
    """So many papers over so many days: of each title so many, spread evenly, and others."""
    named = [title for count, title in titles for _ in range(count)]
    spread = {n * of // max(1, len(named)): title for n, title in enumerate(named)}
    return [
        Paper(
            f"p{n}",
            spread.get(n, FILLING[n % len(FILLING)]),
            "shelf",
            announced=NOW - timedelta(days=days * (n + 1) / of),
        )
        for n in range(of)
    ]


def asked(rule: str, papers: list[Paper]) -> Backtest:
    return backtest(parse(rule), papers, NOW)


def names(found: tuple[Variant, ...]) -> list[str]:
    return [one.name for one in found]


def wider(rule: str, *titles: tuple[int, str], days: int = 28) -> list[str]:
    return names(asked(rule, shelf(*titles, days=days)).wider)


def narrower(rule: str, *titles: tuple[int, str], days: int = 28) -> list[str]:
    return names(asked(rule, shelf(*titles, days=days)).narrower)


# ── wider ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_term_that_says_little_is_left_out_and_what_is_left_is_counted() -> None:
    """Two starve each other; *quantization* alone says what a team reads, *transformers* does not."""
    papers = shelf((4, "Quantized transformers"), (36, "Quantization of synapses"), (60, "Transformers that sing"))
    (best, *_) = asked("transformers quantization", papers).wider
    assert (best.name, best.papers, best.weekly, write(best.rule)) == ("Without transformers", 40, 10, "quantization")


def test_a_rule_that_brings_five_a_week_is_left_alone() -> None:
    titles = (30, "Quantization of synapses")
    assert wider("transformers quantization", (20, "Quantized transformers"), titles) == []
    assert wider("transformers quantization", (16, "Quantized transformers"), titles) == ["Without transformers"]


def test_hardly_more_is_not_worth_a_word() -> None:
    """At least half as many again, and one a week more."""
    assert wider("transformers quantization", (4, "Quantized transformers"), (3, "Quantization of synapses")) == []
    assert wider("transformers quantization", (12, "Quantized transformers"), (5, "Quantization of synapses")) == []


def test_a_flood_or_another_subject_is_not_offered() -> None:
    """Not thirty a week; and not ten times as many, unless that is still what a team reads with pleasure."""
    few = (3, "Quantized transformers")
    assert wider("transformers quantization", few, (130, "Quantization of synapses")) == []
    assert wider("transformers quantization", few, (60, "Quantization of synapses")) == []
    assert wider("transformers quantization", few, (36, "Quantization of synapses")) == ["Without transformers"]


def test_what_any_paper_is_about_is_never_all_that_is_left() -> None:
    """A small store has few papers on detection; the world has not."""
    assert wider("hallucination detection", (1, "Hallucination detection"), (30, "Detection of cracks")) == []


def test_words_that_stand_together_stay_together() -> None:
    """*Federated learning* is one thing; *learning privacy* is not, though it would bring more."""
    found = wider(
        "federated learning privacy",
        (3, "Federated learning and privacy"),
        (12, "Federated learning"),
        (16, "Learning about privacy"),
    )
    assert found[0] == "Without privacy"


def test_a_word_is_an_alternative_if_it_stands_beside_the_term_itself() -> None:
    """Not any word that stands beside the rest: *ASR* goes with *whisper*, *language* goes with everything."""
    found = wider(
        "speech whisper",
        (4, "Whisper for speech: ASR at home"),
        (20, "Speech: ASR in the field"),
        (130, "Speech and language"),
        (300, "Language and maps"),
    )
    assert found == ["whisper OR ASR"]


def test_a_phrase_that_no_paper_has_may_be_meant_as_words() -> None:
    apart = (6, "Repair of a broken program")
    assert wider('"program repair"', apart) == ["program repair, also apart"]
    assert wider('"program repair"', apart, (1, "Program repair")) == []


def test_a_word_in_the_title_may_be_meant_anywhere() -> None:
    papers = shelf((2, "A survey of soups"))
    papers += [Paper(f"a{n}", f"Soups {n}", "shelf", abstract="We survey them.", announced=NOW) for n in range(20)]
    assert "survey, also outside the title" in names(asked("title:survey soups", papers).wider)


def test_in_the_first_days_it_is_counted_by_papers() -> None:
    """Nobody can say yet how many a week; a third of all papers is too many in any case."""
    found = asked("transformers quantization", shelf((4, "Quantization of synapses"), days=3, of=40)).wider
    assert [(one.name, one.papers, one.weekly) for one in found] == [("Without transformers", 4, None)]
    assert asked("transformers quantization", shelf((20, "Quantization of synapses"), days=3, of=40)).wider == ()


# ── narrower ────────────────────────────────────────────────────────────────────────────────────────


def test_words_that_are_often_a_phrase_may_be_meant_as_one() -> None:
    papers = shelf((40, "A reward model"), (100, "Models and their rewards"))
    found = asked("reward model", papers)
    assert (found.narrower[0].name, found.narrower[0].papers) == ('"reward model"', 40)
    assert write(found.narrower[0].rule) == '"reward model"'


def test_a_phrase_is_looked_for_inside_alternatives_and_keeps_what_is_excluded() -> None:
    titles = ((40, "A reward model"), (100, "Models and their rewards"), (3, "Bees"))
    (best, *_) = asked("reward model OR bees", shelf(*titles)).narrower
    assert write(best.rule) == '"reward model" OR bees'
    (best, *_) = asked("reward model -bees", shelf(*titles)).narrower
    assert write(best.rule) == '"reward model" -bees'


def test_what_is_in_the_title_is_narrower_than_what_is_anywhere() -> None:
    papers = shelf((60, "On soups"))
    papers = [
        paper if "soups" in paper.title or n % 5 else Paper(paper.id, paper.title, "s", abstract="soup", announced=NOW)
        for n, paper in enumerate(papers)
    ]
    assert names(asked("soups", papers).narrower) == ["title:soups"]


def test_where_papers_come_with_votes_votes_make_it_narrower() -> None:
    papers = [
        Paper(f"p{n}", "On soups", "shelf", announced=NOW - timedelta(days=n / 8), signals=Signals(upvotes=n % 30))
        for n in range(200)
    ]
    assert names(asked("soups", papers).narrower)[0] == "votes:>=20"


@pytest.mark.parametrize("days", [5, 28])
def test_a_rule_that_brings_what_can_be_read_is_left_alone(days: int) -> None:
    """Twenty a week; and in the first days, when nobody can say, any."""
    assert narrower("reward model", (80 if days == 28 else 400, "A reward model"), days=days) == []


def test_hardly_fewer_is_not_worth_a_word() -> None:
    assert narrower("reward model", (100, "A reward model"), (20, "Models and their rewards")) == []


# ── both ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rule", ["reward model", "reward model OR bees", "speech whisper", "whisper -bees speech"])
def test_what_is_said_to_be_found_is_found(rule: str) -> None:
    """Each variant, asked by itself, finds as many papers as its button says."""
    titles = ((4, "Whisper for speech: ASR"), (20, "Speech: ASR"), (40, "A reward model"), (90, "Models of rewards"))
    papers = shelf(*titles)
    found = asked(rule, papers)
    assert found.wider or found.narrower
    for one in (*found.wider, *found.narrower):
        assert asked(write(one.rule), papers).matches == one.papers


def test_a_rule_of_fifty_terms_is_answered() -> None:
    """Terms and words that are looked at are limited; only what is wanted is changed."""
    rule = " ".join(f"word{n}" for n in range(48)) + " -video"
    assert asked(rule, shelf((3, "Whisper for speech"))).wider == ()
