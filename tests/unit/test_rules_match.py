"""Rules against sentences: a hit or a miss, with reasons that point at the words that made it."""

import pytest

from bot.model import Paper, Signals
from bot.rules import Engine, explain, field_text, parse


def paper(title: str = "", abstract: str = "", **more: object) -> Paper:
    return Paper("arxiv:2608.00001", title, "test", abstract=abstract, **more)  # type: ignore[arg-type]


def test_words_side_by_side_may_stand_in_different_fields() -> None:
    found = explain(
        parse("language model"), paper("A study of languages", "We model it.", signals=Signals(keywords=("x",)))
    )
    assert found.hit
    assert {(reason.term, reason.field) for reason in found.reasons} == {("language", "title"), ("model", "abstract")}


def test_a_reason_points_at_the_characters_of_the_original_text() -> None:
    subject = paper('Schr\\"odinger bridges for LLMs', "Fine-tuning of large language models")
    found = explain(parse('schrödinger LLM "fine tuning"'), subject)
    shown = {(r.term, field_text(subject, r.field)[r.start : r.end]) for r in found.reasons}
    assert shown == {
        ("schrödinger", 'Schr\\"odinger'),
        ("LLM", "LLMs"),
        ("LLM", "large language models"),
        ('"fine tuning"', "Fine-tuning"),
    }


def test_a_miss_names_the_terms_it_is_short_of() -> None:
    found = explain(parse("transformers quantization -survey"), paper("A survey of transformers"))
    assert not found.hit
    assert found.missing == ("quantization", "-survey")
    assert found.near == "one term short: quantization; excluded by survey"


def test_the_nearest_alternative_is_the_one_told() -> None:
    found = explain(parse("(alpha beta gamma) OR (alpha delta)"), paper("alpha"))
    assert found.near == "one term short: delta"


@pytest.mark.parametrize(
    ("rule", "announce", "hit"),
    [
        ("mamba", "new", True),
        ("mamba", "cross", False),
        ("mamba on:cross", "cross", True),
        ("mamba on:cross", "new", False),
        ("mamba on:cross", "replace-cross", True),
        ("mamba on:revised", "replace", True),
        ("mamba (on:new OR on:cross)", "new", True),
        ("(mamba on:cross) OR zebra", "cross", True),
        ("(zebra on:cross) OR mamba", "cross", False),
        ("mamba -on:cross", "new", True),
    ],
)
def test_only_new_papers_are_meant_unless_the_rule_says_otherwise(rule: str, announce: str, hit: bool) -> None:
    assert explain(parse(rule), paper("Mamba", announce=announce)).hit is hit


@pytest.mark.parametrize(
    ("rule", "listed", "hit"),
    [
        ('author:"Tri Dao"', "Tri Dao", True),
        ('author:"Tri Dao"', "T. Dao", True),
        ('author:"Tri Dao"', "Dao, Tri", True),
        ('author:"Dao, T."', "Tri Dao", True),
        ("author:dao", "Tri Dao", True),
        ('author:"Tri Dao"', "Dao Nguyen", False),
        ('author:"Tri Dao"', "Anh Dao", False),
        ('author:"van der Maaten"', "Laurens van der Maaten", True),
        ('author:"Jean-Luc Picard"', "J.-L. Picard", True),
        ('author:"Schrödinger"', "Erwin Schrodinger", True),
        ("author:da", "Tri Dao", False),
    ],
)
def test_an_author_is_found_by_name_and_by_initials(rule: str, listed: str, hit: bool) -> None:
    subject = paper(authors=("Albert Gu", listed))
    found = explain(parse(rule), subject)
    assert found.hit is hit
    assert all(field_text(subject, "author")[r.start : r.end] == listed for r in found.reasons)


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ("cat:cs.cl", True),
        ("cat:cs.*", True),
        ("cat:cs", True),
        ("cat:math", False),
        ("cat:cs.LG", False),
        ("votes:>=20", True),
        ("votes:>21", False),
        ("comments:>0", False),
        ("has:code", True),
        ("has:pdf", False),
        ("top:10", False),
        ("source:test", True),
        ("kw:mamba", True),
        ("org:mamba", False),
        ("title:mamba", False),
    ],
)
def test_facts_of_a_paper_can_be_asked_for(rule: str, hit: bool) -> None:
    signals = Signals(upvotes=21, code_url="https://example.org/code", keywords=("state space", "mamba"))
    found = explain(parse(rule), paper("x", categories=("cs.CL",), signals=signals))
    assert found.hit is hit
    assert bool(found.reasons) is hit


def test_top_needs_the_days_order() -> None:
    assert explain(parse("top:3"), paper("x"), ranks={"arxiv:2608.00001": 3}).hit
    assert not explain(parse("top:3"), paper("x"), ranks={"arxiv:2608.00001": 4}).hit


def test_the_engine_forgets_what_is_removed_and_replaces_what_is_added_again() -> None:
    engine = Engine()
    engine.add(7, parse("mamba"))
    engine.add(5, parse("Mamba"))
    engine.add(9, parse("zebra"))
    assert engine.match([paper("Mamba"), paper("a zebra and a mamba"), paper("x")]) == [[5, 7], [5, 7, 9], []]
    engine.remove(7)
    engine.remove(70)
    engine.add(5, parse("zebra"))
    assert len(engine) == 2
    assert engine.match([paper("Mamba"), paper("zebras")]) == [[], [5, 9]]
