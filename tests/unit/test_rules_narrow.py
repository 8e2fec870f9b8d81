"""What papers are indexed by and what a rule needs of them: coarse, and never leaving a match out."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import example, given, settings

from bot.model import Paper, Signals
from bot.rules import explain, parse
from bot.rules.narrow import EDITION, All, Either, Term, indexed, met, needs
from tests.unit.test_rules_laws import LAW, PAPERS, RULES

PAPER = Paper(
    "arxiv:2608.00001",
    "Fine-Tuning LLMs with C++ and a Schrödinger Bridge",
    "huggingface:daily",
    authors=("Dao, Tri", "Zoë Müller"),
    abstract="We quantise large language models; memory-bound decoding is 2.5times faster.",
    categories=("cs.CL", "stat.ML"),
    pdf_url="https://example.org/pdf",
    signals=Signals(upvotes=5, comments=0, keywords=("state space",), submitter="ada"),
)


@settings(LAW, max_examples=600)
@given(RULES, PAPERS)
@example("finetuning", Paper("p1", "fine tuning", "laws"))
@example("inform", Paper("p1", "in-form", "laws"))
@example('"GPT 4"', Paper("p1", "GPT4", "laws"))
@example("explainable artificial intelligence", Paper("p1", "XAI", "laws"))
@example('="GPT-4"', Paper("p1", "the GPT-4’s", "laws"))
def test_what_a_rule_hits_is_never_left_out(text: str, paper: Paper) -> None:
    rule = parse(text)
    assert met(needs(rule), indexed(paper)) or not explain(rule, paper, ranks={paper.id: 1}).hit


@pytest.mark.parametrize(
    ("rule", "let_in"),
    [
        ("tuning", True),
        ("finetuning", True),
        ("finetu*", True),
        ("quantization", True),
        ("LLM", True),
        ("mamba", False),
        ("LLM mamba", False),
        ("LLM OR mamba", True),
        ("title:quantization", False),
        ("abs:quantization", True),
        ("kw:space", True),
        ('au:"Tri Dao"', True),
        ("au:muller", True),
        ("au:gu", False),
        ("cat:cs.*", True),
        ("cat:cs.CV", False),
        ("votes:>=4", True),
        ("votes:>=8", False),
        ("votes:<3", True),
        ("comments:>0", False),
        ("has:pdf", True),
        ("has:code", False),
        ("on:cross", False),
        ("by:ada", True),
        ('="C++"', True),
        ('="memory-bound decoding"', True),
        ('="state machine"', False),
        ("top:3", True),
    ],
)
def test_a_paper_is_let_in_by_what_it_has(rule: str, let_in: bool) -> None:
    assert met(needs(parse(rule)), indexed(PAPER)) == let_in


def test_an_exclusion_is_not_asked_of_the_index() -> None:
    assert needs(parse("mamba -survey")) == needs(parse("mamba"))


def test_terms_are_single_words_for_any_tokenizer() -> None:
    """Nothing that a paper or a rule says can reach the index's own language."""
    odd = Paper("p", 'a"b OR c* {x} : NEAR(', "s", abstract="\x00 '; -- 4.5 é", categories=("a b\nc", '"'))
    found = indexed(odd)
    for term in f"{found.title} {found.more} {found.facts}".split(" "):
        assert all(c.isalnum() or c == "_" or ord(c) > 127 for c in term)
    for need in spelled(parse('="it\'s * OR {x}:" au:"o\'neil" cat:"x y" C++')):
        assert all(c.isalnum() or c == "_" for c in need.text), need


def spelled(rule: object) -> list[Term]:
    def walk(need: object) -> list[Term]:
        match need:
            case Term():
                return [need]
            case All(parts) | Either(parts):
                return [term for part in parts for term in walk(part)]
        return []

    return walk(needs(rule))  # type: ignore[arg-type]  # what `parse` made


def test_the_edition_goes_up_when_papers_are_indexed_by_other_terms() -> None:
    """If this fails, raise EDITION (stores then index their papers anew) and put the new sum here."""
    sum_ = sha256(repr(indexed(PAPER)).encode()).hexdigest()[:16]
    assert (EDITION, sum_) == (1, "6d16714f327a1291")


@pytest.mark.parametrize("wanted", ["Tri Dao", "T. Dao", "Dao, Tri", "Dao, T", "Tri X. Dao", "T. X. Dao", "Dao"])
@pytest.mark.parametrize(
    "listed", ["Tri Dao", "T. Dao", "Dao, T.", "Dao, Tri", "Dao Tri", "T. X. Dao", "Gu Dao", "Ann Dao"]
)
def test_a_person_is_found_however_the_name_is_written(wanted: str, listed: str) -> None:
    rule, by = parse(f'au:"{wanted}"'), Paper("p", "x", "s", authors=("Albert Gu", listed))
    assert met(needs(rule), indexed(by)) or not explain(rule, by).hit
