"""summary: the post of one paper in its formats, and what its thread opens with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import summary
from bot.model import Channel, Delivery, Item, Line, News, NewsKind, Options, Paper, Post, Reason, Signals, Span

PAPER = Paper(
    "arxiv:2608.14391",
    "Small Rings for Large Models",
    "huggingface:daily",
    authors=("Ada Lovelace", "Alan Turing", "Grace Hopper"),
    abstract="Large models are slow. We propose rings, which halve the cost. Rings outperform lines.",
    url="https://arxiv.org/abs/2608.14391",
    pdf_url="https://arxiv.org/pdf/2608.14391",
    signals=Signals(upvotes=27, comments=3, code_url="https://github.com/a/b"),
)
REASONS = (Reason("has:code", "has", rule="rings has:code"), Reason("rings", "title", 6, 11, "rings has:code"))
DELIVERY = Delivery(PAPER.id, Channel("local", "general"), REASONS, row=7)
HOSTILE = [
    "<!channel> @everyone",
    "</a><script>",
    "*b* _i_ `c` [x](https://evil.example)",
    "a\nb\r\nc\u2028d\x85e",
    "{\\",
]


def spans(post: Post) -> Iterator[Span]:
    listed = [line for entry in post.entries for line in entry.lines]
    return (span for line in (post.headline, *post.lines, *listed, *post.closing) for span in line.spans)


def wanted(shape: str | None = None, **more: str) -> Delivery:
    return replace(DELIVERY, options=Options(format=shape, **more))  # type: ignore[arg-type]


def test_a_compact_post_is_two_lines() -> None:
    """Title and first author; then what is new, why it is here, what is known, where to read it."""
    title, told = summary.post(wanted("compact"), PAPER).plain.split("\n")
    assert title == "Small Rings for Large Models — Ada Lovelace et al."
    news, *facts = told.split(" · ")
    assert news == "We propose rings, which halve the cost."
    assert facts == ["matches rings, has:code", "▲ 27 votes", "3 comments", "code", "PDF", "Hugging Face"]


def test_a_card_says_who_and_what_is_new_and_quietly_why() -> None:
    """Title with its link, one line of news, one quiet line of facts."""
    post = summary.post(wanted("card"), PAPER)
    assert post.headline == Line((Span(PAPER.title, "strong", PAPER.url),))
    news, facts = post.lines
    assert news.text == "Ada Lovelace et al. — We propose rings, which halve the cost."
    assert facts.text == "matches rings, has:code · ▲ 27 votes · 3 comments · code · PDF · Hugging Face"
    assert facts.kind == "small"


def test_a_full_post_is_a_card_with_the_abstract() -> None:
    """The abstract stands uncut between who wrote it and the facts; its telling sentence is not said twice."""
    card, full = (summary.post(wanted(shape), PAPER) for shape in ("card", "full"))
    assert (full.lines[0].text, full.lines[-1]) == ("Ada Lovelace et al.", card.lines[-1])
    told = replace(PAPER, signals=replace(PAPER.signals, gist="Rings are cheap."))
    assert summary.post(wanted("full"), told).lines[0].text == "Ada Lovelace et al. — Rings are cheap."
    assert " ".join(line.text for line in full.lines[1:-1]) == PAPER.abstract


def test_where_nobody_has_said_a_post_is_compact() -> None:
    """And so is the post that Discuss makes of a digest's line, whatever its channel's format."""
    post, card = summary.post(DELIVERY, PAPER), summary.card(wanted("full"), PAPER)
    assert post == summary.post(wanted("compact"), PAPER)
    assert (card.headline, card.lines) == (post.headline, post.lines)


def test_every_press_names_its_delivery() -> None:
    """Discuss and the upvote are seen, the rest stands in the menu."""
    post = summary.post(DELIVERY, PAPER)
    assert [button.action for button in post.buttons] == ["discuss:7", "vote:7"]
    assert [button.action for button in post.more] == ["why:7", "not:7", "save:7", "bibtex:7"]


def test_a_card_is_made_to_be_discussed() -> None:
    """Discuss is its one button; everything else that can be pressed for the paper is in its menu."""
    post, card = summary.post(DELIVERY, PAPER), summary.card(DELIVERY, PAPER)
    assert [button.action for button in card.buttons] == ["discuss:7"]
    assert {*card.buttons, *card.more} == {*post.buttons, *post.more}


def test_an_endless_abstract_is_cut_before_it_is_laid_out() -> None:
    """No channel can show it, and the event loop has other things to do."""
    assert len(summary.opener(replace(PAPER, abstract="e.g. A " * 100_000)).plain) < 25_000


def test_the_upvote_counts() -> None:
    """It invites while nobody has pressed it, then it says how many did."""
    labels = [summary.post(replace(DELIVERY, votes=votes), PAPER).buttons[-1].label for votes in (0, 3)]
    assert labels == ["▲ Upvote", "▲ 3"]


def test_a_channel_without_threads_has_no_discuss() -> None:
    """`thread:off` takes the button away, everywhere."""
    assert [button.action for button in summary.post(wanted(thread="off"), PAPER).buttons] == ["vote:7"]


def test_what_became_of_a_paper_is_a_quiet_line_where_it_was_told_in_the_post() -> None:
    """What waits, and what its thread was told, is not in it."""
    news = (News("code", "Code is out.", "post"), News("version", "Two.", "thread"), News("votes", "Many."))
    post = summary.post(replace(DELIVERY, news=news), PAPER)
    assert post.lines[-1] == Line((Span("Update: Code is out."),), "small")


@pytest.mark.parametrize("said", ["post", "thread"])
def test_a_withdrawn_paper_is_struck_and_heard(said: str) -> None:
    """The title is struck, and the word stands before it for whoever does not see that."""
    news = News("withdrawn", "This paper has been withdrawn.", said)  # type: ignore[arg-type]
    post = summary.post(replace(DELIVERY, news=(news,)), PAPER)
    assert [span.style for span in post.headline.spans[:2]] == ["strong", "struck"]
    assert post.plain.startswith("Withdrawn: Small Rings")


def test_a_withdrawn_paper_that_comes_back_is_struck_no_more() -> None:
    """A version after the withdrawal is a paper again."""
    news = (News("withdrawn", "Gone.", "post"), News("version", "Version 3 is out.", "post"))
    assert "Withdrawn" not in summary.post(replace(DELIVERY, news=news), PAPER).headline.text


def test_a_link_leads_where_its_word_says() -> None:
    """Title to the paper's page, PDF to the PDF, code to the code, Hugging Face to its page there."""
    urls = {span.text: span.url for span in spans(summary.post(wanted("card"), PAPER)) if span.url}
    assert urls == {
        PAPER.title: PAPER.url,
        "PDF": PAPER.pdf_url,
        "code": PAPER.signals.code_url,
        "Hugging Face": "https://huggingface.co/papers/2608.14391",
    }


def test_a_thread_opens_with_a_readable_abstract() -> None:
    """A long abstract becomes paragraphs, and none of it is lost; every author is named."""
    long = " ".join(f"Sentence {number} says something about rings and what they cost." for number in range(30))
    opener = summary.opener(replace(PAPER, abstract=long))
    paragraphs = [line.text for line in opener.lines if line.kind == "text"][1:]
    assert " ".join(paragraphs) == long
    assert len(paragraphs) > 3
    assert max(map(len, paragraphs)) <= 500
    assert "Grace Hopper" in opener.plain


def test_a_paper_about_which_nothing_is_known_still_reads() -> None:
    """No author, abstract, link or reason: a title, and no line of separators."""
    bare = Paper("url:x", "", "https://a.example/feed")
    for shape in ("compact", "card", "full"):
        assert summary.post(replace(wanted(shape), reasons=()), bare).plain == "Untitled paper"


strange = st.text(max_size=60) | st.sampled_from(HOSTILE)


@given(strange, strange, strange, st.sampled_from(["compact", "card", "full"]))
def test_strangers_text_stays_one_line_and_plain(title: str, author: str, abstract: str, shape: str) -> None:
    """Nothing that a stranger writes makes a line break, a link that is not the paper's, or another style."""
    reasons = (Reason(title, "title", 0, 2, author),)
    signals = Signals(gist=abstract, keywords=(title,))
    paper = replace(PAPER, title=title, authors=(author,), abstract=abstract, categories=(author,), signals=signals)
    delivery = replace(wanted(shape), reasons=reasons, news=(News("rule", title, "post"),))
    item = Item(delivery, paper)
    known = {paper.url, paper.pdf_url, "https://huggingface.co/papers/2608.14391"}
    for post in (
        summary.post(delivery, paper),
        summary.opener(paper),
        summary.why_here(delivery, paper),
        summary.one_liners([item]),
        summary.update(summary.another_rule(reasons), paper),
    ):
        assert all(len(span.text.splitlines()) <= 1 and "\n" not in span.text for span in spans(post))
        assert {span.url for span in spans(post) if span.url} <= known


def test_every_kind_of_news_has_its_reply() -> None:
    """One sentence without a button; a link where there is a place to look."""
    for kind in get_args(NewsKind):
        reply = summary.update(News(kind, "It happened."), PAPER)
        assert reply.plain.startswith("It happened.")
        assert not reply.buttons
        assert any(span.url for span in spans(reply)) == (kind != "rule")
