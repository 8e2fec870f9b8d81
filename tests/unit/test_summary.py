"""summary: what people read about a paper, before any markup."""

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


def test_a_card_says_who_what_and_why_in_two_lines() -> None:
    """Title with its link, one line of news, one quiet line of facts, one button with the delivery's row."""
    card = summary.card(DELIVERY, PAPER)
    assert card.headline.spans[0].url == PAPER.url
    news, facts = card.lines
    assert news.text == "Ada Lovelace et al. — We propose rings, which halve the cost."
    assert facts.text == "matches rings · ▲ 27 · 1 comment · code · PDF · Hugging Face"
    assert [button.action for button in card.buttons] == ["discuss:7"]


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


@given(st.text(), st.integers(2, 50))
def test_a_cut_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    """Whatever the text, the limit holds, and a text within it is unchanged."""
    short = summary.cut(text, limit)
    assert len(short) <= limit
    assert short == text or len(text) > limit


def test_a_link_leads_where_its_word_says() -> None:
    """PDF to the PDF, the title to the paper's page."""
    paper = Paper("arxiv:2608.00001", "T", "arxiv:cs.CL", url="https://a.example/abs", pdf_url="https://a.example/pdf")
    post = summary.card(Delivery(paper.id, Channel("local", "general")), paper)
    spans = {span.text: span.url for line in (post.headline, *post.lines) for span in line.spans}
    assert (spans["T"], spans["PDF"]) == ("https://a.example/abs", "https://a.example/pdf")
