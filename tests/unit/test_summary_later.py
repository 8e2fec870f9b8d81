"""summary: what becomes of a paper, why it is here, and how it is cited."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import summary
from bot.model import Channel, Delivery, Paper, Reason, Signals

PAPER = Paper(
    "arxiv:2310.16836",
    "LLM-FP4: 4-Bit Floating-Point Quantized Transformers",
    "arxiv:cs.CL",
    version=1,
    authors=("Shih-yang Liu", "Zechun Liu"),
    abstract="Large models are slow on phones, which is a pity. We propose a quantized transformer, fast.",
    url="https://arxiv.org/abs/2310.16836",
    categories=("cs.CL", "cs.LG"),
    published=datetime(2023, 10, 25, tzinfo=UTC),
)


def happened(**changes: object) -> list[str]:
    return [news.kind for news in summary.what_happened(PAPER, replace(PAPER, **changes))]  # type: ignore[arg-type]


def test_nothing_has_happened_to_a_paper_seen_again() -> None:
    """Nor when a source merely stops saying what another one said."""
    assert happened() == []
    rich = replace(PAPER, version=2, signals=Signals(300, 4, "https://a.example"))
    assert summary.what_happened(rich, PAPER) == ()


def test_a_second_version_is_news() -> None:
    """A later number than the known one; where none was known, what is announced as a replacement."""
    assert happened(version=2) == ["version"]
    unknown = replace(PAPER, version=None)
    assert summary.what_happened(unknown, replace(PAPER, version=3)) == ()
    (news,) = summary.what_happened(unknown, replace(PAPER, version=3, announce="replace"))
    assert news.text == "Version 3 is out."


@pytest.mark.parametrize(
    "abstract",
    [
        "This paper has been withdrawn by the author due to an error in Lemma 3.",
        "This submission has been withdrawn.",
        "[Withdrawn] The proof of Theorem 1 is wrong.",
        "Withdrawn by the authors.",
        "The article was withdrawn by arXiv administrators.",
    ],
)
def test_a_withdrawal_is_news_and_no_version(abstract: str) -> None:
    """arXiv makes a version of it; people are told once, and what it is."""
    assert happened(version=2, abstract=abstract) == ["withdrawn"]


@pytest.mark.parametrize(
    "abstract",
    [
        "We study how often papers are withdrawn, and why.",
        "Patients who were withdrawn by their doctors are not counted.",
        "Withdrawn products return to the shelf in this model of retail.",
    ],
)
def test_a_paper_about_withdrawals_is_not_withdrawn(abstract: str) -> None:
    """Only what a paper says of itself counts."""
    assert happened(abstract=abstract) == []


def test_code_a_page_on_hugging_face_and_many_votes_are_news() -> None:
    """Each once: when code is first known, when the community first has it, when a hundred have voted."""
    assert happened(signals=Signals(code_url="https://a.example")) == ["code"]
    assert happened(signals=Signals(upvotes=3)) == ["featured"]
    few, many = (replace(PAPER, signals=Signals(upvotes=votes)) for votes in (99, 100))
    assert [news.kind for news in summary.what_happened(few, many)] == ["votes"]
    assert summary.what_happened(many, replace(many, signals=Signals(upvotes=101))) == ()


def test_another_rule_is_named() -> None:
    """The first by its words, the others by number."""
    reasons = [
        Reason("rings", "title", rule="rings"),
        Reason("x", "title", rule="rings"),
        Reason("y", "title", rule="y"),
    ]
    assert summary.another_rule(reasons).text == "It now also matches: rings (and 1 more rule)"


def reason(term: str, field: str, found: str, rule: str) -> Reason:
    start = getattr(PAPER, field).index(found)
    return Reason(term, field, start, start + len(found), rule)


def test_why_here_shows_each_rule_with_the_words_around_its_terms() -> None:
    """The word that was found stands out in its snippet."""
    reasons = (
        reason("quantization", "title", "Quantized", "quantization"),
        reason("quantization", "abstract", "quantized", "quantization"),
        Reason("cat:cs.LG", "category", 7, 12, "cat:cs.LG has:code"),
        Reason("has:code", "has", rule="cat:cs.LG has:code"),
    )
    post = summary.why_here(Delivery(PAPER.id, Channel("local", "general"), reasons), PAPER)
    assert [line.text for line in post.lines] == [
        "Rule quantization:",
        "quantization in the title: LLM-FP4: 4-Bit Floating-Point Quantized Transformers",
        "quantization in the abstract: …on phones, which is a pity. We propose a quantized transformer, fast.",
        "Rule cat:cs.LG has:code:",
        "cat:cs.LG among the categories: cs.CL, cs.LG",
        "has:code: it comes with code",
    ]
    assert [span.text for span in post.lines[1].spans if span.style == "strong"] == ["quantization", "Quantized"]


def test_a_snippet_of_a_text_that_has_changed_is_not_shown() -> None:
    """A place in the middle of a word, or beyond the end, was measured on other words."""
    for start, end in ((3, 5), (0, 9_000), (9, 2)):
        reasons = (Reason("large", "abstract", start, end, "large"),)
        post = summary.why_here(Delivery(PAPER.id, Channel("local", "general"), reasons), PAPER)
        assert post.lines[-1].text == "large in the abstract"


def test_bibtex_is_what_one_would_type() -> None:
    """A key of last name, year and first telling word; arXiv's number with its class."""
    assert summary.bibtex(PAPER) == (
        "@misc{liu2023llmfp4,\n"
        "  title         = {{LLM-FP4: 4-Bit Floating-Point Quantized Transformers}},\n"
        "  author        = {Shih-yang Liu and Zechun Liu},\n"
        "  year          = {2023},\n"
        "  eprint        = {2310.16836},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass  = {cs.CL},\n"
        "  url           = {https://arxiv.org/abs/2310.16836}\n"
        "}"
    )


def test_a_name_that_bibtex_would_split_is_kept_whole() -> None:
    """A group whose name holds a comma or an "and" is one author; a key is made of ASCII letters."""
    paper = replace(PAPER, authors=("Team Salt and Pepper", "Anders Jonas Ångström"), title="The Ω-Ring")
    assert "author        = {{Team Salt and Pepper} and Anders Jonas Ångström}" in summary.bibtex(paper)
    assert summary.bibtex(replace(paper, authors=paper.authors[1:])).startswith("@misc{angstrom2023ring,")


@given(st.text(st.sampled_from('{}\\%$#_&~^"@,= \n\x00\u202eaZé'), max_size=40), st.text(max_size=30))
def test_no_title_breaks_out_of_its_entry(hostile: str, other: str) -> None:
    """Braces are balanced, every backslash is one of ours, and each field stands on a line of its own."""
    paper = Paper(f"doi:{other}", hostile, "s", authors=(other, hostile), url=f"https://a.example/{hostile}")
    entry = summary.bibtex(paper)
    depth = 0
    for place, character in enumerate(entry):
        depth += (character == "{") - (character == "}")
        assert depth > 0 or place < 6 or place == len(entry) - 1
    assert depth == 0
    assert re.fullmatch(r"@misc\{[a-z0-9]+,\n(  [a-zA-Z]+ += \{.*\},?\n)*\}", entry)
