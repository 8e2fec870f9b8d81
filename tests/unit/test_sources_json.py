"""Hugging Face's daily papers, JSON Feeds, and the sample."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Feed, Signals
from tests.unit.feeds import papers, reading


def test_daily_papers_of_2024_have_their_day_at_the_top() -> None:
    """No `submittedOnDailyAt` then: the item's own `publishedAt` was the day."""
    (paper,) = papers("hf2024.json")
    assert (paper.id, paper.title) == ("arxiv:2405.00001", "Nets in Two Lines")
    assert paper.abstract == "A net, folded. 2.5× smaller."
    assert paper.authors == ("Nia Net",)
    assert paper.published == datetime(2024, 5, 31, 17, 50, 1, tzinfo=UTC)
    assert paper.announced == datetime(2024, 6, 3, 3, 44, 1, 558000, tzinfo=UTC)
    assert paper.signals == Signals(upvotes=7, comments=2)


def test_daily_papers_of_2026_bring_their_signals() -> None:
    """Votes, comments, code, keywords, who submitted it and for whom, and the site's own summary."""
    found = reading("hf2026.json")
    first, second = found.papers
    assert found.kind == "huggingface"
    assert first.announced == datetime(2026, 8, 18, 1, 2, 3, tzinfo=UTC)
    assert first.url == "https://arxiv.org/abs/2608.00009"
    assert first.signals == Signals(
        36, 4, "https://github.com/oar/oar", ("rowing", "oars"), "pia", "Oar Lab", "Rows well."
    )
    assert second.signals == Signals()
    assert found.odd == ("1 of 3 items hold no paper",)


def test_a_json_feed_is_read_in_both_versions() -> None:
    """Numbers as ids, relative links, authors new and old, external links, attachments."""
    found = reading("feed.json")
    first, second, third = found.papers
    assert (found.kind, found.title) == ("jsonfeed", "JSON Notes")
    assert (first.id, first.abstract, first.url) == (
        "guid:https://lab.example/feed#12",
        "Text & more",
        "https://lab.example/a",
    )
    assert (first.pdf_url, first.categories, first.authors) == ("https://lab.example/a.pdf", ("x",), ("Root Writer",))
    assert first.announced == datetime(2026, 8, 1, 8, tzinfo=UTC)
    assert (second.id, second.title, second.authors) == ("doi:10.5555/b.2", "Only a summary.", ("Item Writer",))
    assert third.title == "Just an id"
    assert found.odd == ("1 entry with neither title, text nor link left out",)


def test_the_sample_is_itself_wherever_it_lies() -> None:
    """Its ids and source do not depend on the file it is read from."""
    at_home, as_file = (reading("sample.json", Feed(name, name)) for name in ("sample:", "./copy.json"))
    assert at_home == as_file
    assert [p.id for p in at_home.papers] == ["guid:sample:#1", "guid:sample:#2"]
    assert {p.source for p in at_home.papers} == {"sample:"}
    assert at_home.kind == "sample"
