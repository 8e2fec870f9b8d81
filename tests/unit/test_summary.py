"""summary: the sentence that is chosen, how texts are cut, who and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import summary
from bot.model import Channel, Delivery, Paper, Reason, Signals

PAPER = Paper(
    "arxiv:2608.14391",
    "Small Rings for Large Models",
    "huggingface:daily",
    authors=("Ada Lovelace", "Alan Turing", "Grace Hopper"),
    abstract=(
        "Large models are slow, e.g. on phones. Much has been tried. We propose rings, which halve the cost. "
        "Rings outperform lines."
    ),
    url="https://arxiv.org/abs/2608.14391",
    pdf_url="https://arxiv.org/pdf/2608.14391",
    signals=Signals(upvotes=27, comments=1, code_url="https://github.com/a/b"),
)
DELIVERY = Delivery(
    PAPER.id, Channel("local", "general"), (Reason("rings", "title", 6, 11), Reason("rings", "abstract")), row=7
)


def test_the_gist_is_the_sentence_that_says_what_is_new() -> None:
    """Background sentences are passed over for the one in which the authors say what they did."""
    assert summary.gist(PAPER) == "We propose rings, which halve the cost."


def test_what_the_title_names_is_what_is_new() -> None:
    """Where nobody says "we propose", the sentence about the thing that the title names is the news."""
    named = replace(
        PAPER, title="Ringo: Rings for Phones", abstract="Phones are slow. Ringo halves the cost. It is faster."
    )
    assert summary.gist(named) == "Ringo halves the cost."


def test_the_sources_own_summary_comes_first() -> None:
    """Where the feed has a summary of its own, that is the gist."""
    told = replace(PAPER, signals=Signals(gist="Rings halve the cost of large models."))
    assert summary.gist(told) == "Rings halve the cost of large models."


def test_a_paper_without_an_abstract_has_no_gist() -> None:
    """Nothing is made up."""
    assert summary.gist(replace(PAPER, abstract="")) == ""


@pytest.mark.parametrize(
    ("authors", "expected"),
    [((), ""), (("A",), "A"), (("A", "B"), "A and B"), (("A", "B", "C"), "A et al.")],
)
def test_the_byline_names_two_authors_at_the_most(authors: tuple[str, ...], expected: str) -> None:
    """A third author becomes et al."""
    assert summary.byline(authors) == expected


def test_a_thread_opens_with_the_whole_abstract() -> None:
    """Every author, the abstract uncut, the links."""
    opener = summary.opener(PAPER)
    assert PAPER.abstract in opener.plain
    assert "Grace Hopper" in opener.plain


def test_many_reasons_are_counted_not_listed() -> None:
    """Six terms are named, the rest is a number."""
    many = tuple(Reason(f"term{n}", "title") for n in range(9))
    (spans,) = summary.why(many)
    assert "".join(span.text for span in spans).endswith("term5, 3 more")


def test_abbreviations_do_not_end_a_sentence() -> None:
    """Et al. and e.g. are not full stops."""
    assert summary.sentences("As Dao et al. Show it. Next one, e.g. This.") == [
        "As Dao et al. Show it.",
        "Next one, e.g. This.",
    ]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("To address these challenges, we propose rings.", "We propose rings."),
        (
            "In this paper, we propose rings that halve it all.",
            "We propose rings that halve it all.",
        ),
        ("To halve the cost of models, we propose rings.", "To halve the cost of models, we propose rings."),
    ],
)
def test_an_opening_that_points_back_is_left_out(sentence: str, told: str) -> None:
    """Whoever reads one sentence has not seen "these challenges"; a purpose that is named stays."""
    assert summary.gist(replace(PAPER, abstract=f"Models are slow. {sentence}")) == told


def test_where_the_code_lies_is_not_the_news() -> None:
    """A sentence about a repository is passed over, whoever says "we release" in it."""
    abstract = (
        "Phones are slow and small. Our rings reduce the cost of large models. We release code at https://a.example."
    )
    assert summary.gist(replace(PAPER, abstract=abstract)) == "Our rings reduce the cost of large models."


def test_a_long_sentence_begins_where_the_authors_say_what_they_did() -> None:
    """The occasion is left out when there is no room for both."""
    long = "Inspired by how trees grow in the forests of the north, we propose rings that halve the cost of models."
    assert summary.gist(replace(PAPER, abstract=long), 60) == "We propose rings that halve the cost of models."


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("We propose rings, which halve the cost of large models.", 30, "We propose rings…"),
        ("We propose rings for the phones of people everywhere.", 26, "We propose rings…"),
        ("We propose small rings (made of gold and silver).", 34, "We propose small rings…"),
    ],
)
def test_a_cut_sentence_ends_well(text: str, limit: int, short: str) -> None:
    """At a clause's end if there is one; never behind a word that promises another, nor inside a bracket."""
    assert summary.gist(replace(PAPER, signals=Signals(gist=text)), limit) == short


@given(st.text(st.sampled_from("ab we.,;:(-–) the\n"), max_size=400), st.integers(2, 80))
def test_a_gist_is_made_of_the_sources_words_and_fits(abstract: str, limit: int) -> None:
    """Nothing is made up: every word stands in the abstract, the first perhaps with a capital."""
    told = summary.gist(replace(PAPER, abstract=abstract, signals=Signals()), limit)
    assert len(told) <= limit
    assert "\n" not in told
    assert told.rstrip("…").casefold() in " ".join(abstract.split()).casefold()


@given(st.text(), st.integers(2, 50))
def test_a_cut_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    """Whatever the text, the limit holds, and a text within it is unchanged."""
    short = summary.cut(text, limit)
    assert len(short) <= limit
    assert short == text or len(text) > limit


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("We thus propose rings, which halve the cost.", "We propose rings, which halve the cost."),
        ("We therefore introduce a ring of rings.", "We introduce a ring of rings."),
        (
            "We propose rings for large Transformer (Vaswani et al., 2017) models (Ada and Hopper, 1950; Turing 1936).",
            "We propose rings for large Transformer models.",
        ),
        ("We propose rings (RINGS) of 2017 (and later).", "We propose rings (RINGS) of 2017 (and later)."),
    ],
)
def test_the_gist_points_at_nothing_that_is_not_there(said: str, shown: str) -> None:
    """No "thus" about what was before, no citation that nobody can follow; other brackets stay."""
    assert summary.gist(replace(PAPER, abstract=f"Models are slow. {said}")) == shown
