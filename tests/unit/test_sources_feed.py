"""RSS, Atom and RDF of everybody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Feed, Original
from bot.sources import read
from tests.unit.feeds import FEED, papers, reading


def test_rss_becomes_plain_papers() -> None:
    """Markup gone, relative link made absolute, author without address, date in UTC, `ttl` in seconds."""
    found = reading("lab.rss.xml")
    paper = found.papers[0]
    assert (found.kind, found.title, found.ttl) == ("rss", "Lab & Lamp", 5400)
    assert paper.id == "guid:https://lab.example/feed#lamp-1"
    assert paper.aliases == ("url:https://lab.example/blog/lamp",)
    assert paper.abstract == "It learns, we think &amp; hope."
    assert paper.url == "https://lab.example/blog/lamp"
    assert paper.authors == ("Lee Lamp",)
    assert paper.announced == datetime(2026, 8, 3, 8, tzinfo=UTC)


def test_an_entry_without_a_title_is_called_by_its_words() -> None:
    """The abstract's first words, or the link, stand in."""
    assert papers("lab.rss.xml")[1].title == "No title here, but words enough to make one."


def test_what_is_no_link_and_no_date_is_dropped() -> None:
    """`javascript:` and the year 0 cost the entry its link and date, not its place."""
    paper = papers("lab.rss.xml")[2]
    assert (paper.title, paper.url, paper.announced) == ("Bad link", None, None)


def test_an_entry_with_nothing_is_left_out_and_counted() -> None:
    """Neither title, text nor link: there is nothing to show."""
    found = reading("lab.rss.xml")
    assert len(found.papers) == 3
    assert found.odd == ("1 entry with neither title, text nor link left out",)


def test_atom_becomes_plain_papers() -> None:
    """Typed titles, XHTML content, `xml:base`, an enclosed PDF, an impossible year."""
    found = reading("lab.atom.xml")
    first, second = found.papers
    assert (found.kind, first.title, first.abstract) == ("atom", "One <eos> note", "First. Second.")
    assert first.url == "https://lab.example/notes/one.html"
    assert first.pdf_url == "https://lab.example/notes/one.pdf"
    assert (first.authors, first.categories) == (("Mo Note",), ("notes",))
    assert (second.id, second.version, second.announced) == ("arxiv:2608.03333", 2, None)
    assert second.aliases == ("guid:https://lab.example/feed#tag:lab.example,2026:2",)


def test_atom_of_2004_is_read() -> None:
    """Atom 0.3 says `issued` and `modified`."""
    (paper,) = papers("atom03.xml")
    assert (paper.title, paper.published) == ("From 2004", datetime(2004, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_rss_with_a_dtd_is_read() -> None:
    """RSS 0.91, its own small entities, HTML's entities, Latin-1."""
    (paper,) = papers("rss091.xml")
    assert (paper.title, paper.id) == ("Hafenlicht éteint", "url:https://old.example/licht")


def test_a_journals_rdf_is_known_by_its_doi() -> None:
    """bioRxiv: DOI, version from the link, surnames with initials, Greek letters in braces."""
    found = reading("journal.rdf.xml")
    (paper,) = found.papers
    assert (found.kind, paper.id, paper.version) == ("rdf", "doi:10.1101/700001", 2)
    assert (paper.title, paper.abstract) == ("Kelp vip1Δ mutants", "Kelp grows at 5°C in CO₂.")
    assert paper.authors == ("K. Weed", "S. T. Shell")
    assert paper.announced == datetime(2026, 8, 1, tzinfo=UTC)


def test_two_entries_with_one_link_stay_two() -> None:
    """A changelog's entries share their link and differ in their guids."""
    items = b"".join(
        b"<item><title>v%d</title><link>https://a.example/log</link><guid>v%d</guid></item>" % (n, n) for n in range(3)
    )
    found = read(b"<rss version='2.0'><channel>" + items + b"</channel></rss>", FEED)
    assert len(found.papers) == 3
    assert all(paper.aliases == () for paper in found.papers)


def test_a_post_about_a_paper_is_not_that_paper() -> None:
    """A related link to arXiv names the subject; the post keeps its own id and is news of its own."""
    entry = b"<entry><id>p</id><title>On it</title><link href='https://a.example/p'/><link rel='related' href='https://arxiv.org/abs/2608.01234'/></entry>"
    (paper,) = read(b"<feed xmlns='http://www.w3.org/2005/Atom'>" + entry + b"</feed>", FEED).papers
    assert "arxiv" not in paper.id + "".join(paper.aliases)


def test_the_same_post_in_two_feeds_shares_an_id() -> None:
    """Its guid differs by feed, its link does not."""
    items = b"<item><title>A</title><link>https://a.example/a?utm_source=x</link><guid>1</guid></item><item><title>B</title><link>https://a.example/b</link></item>"
    body = b"<rss version='2.0'><channel>" + items + b"</channel></rss>"
    one, two = (read(body, Feed(name, name)).papers[0] for name in ("./one.xml", "./two.xml"))
    assert one.id != two.id
    assert set(one.aliases) & set(two.aliases) == {"url:https://a.example/a"}


@pytest.mark.parametrize(
    ("ttl", "seconds"), [("60", 3600), ("0", None), ("-5", None), ("soon", None), ("9999999", None)]
)
def test_ttl_is_minutes_or_nonsense(ttl: str, seconds: int | None) -> None:
    """Minutes become seconds; nothing, negatives and weeks are nothing."""
    assert read(f"<rss version='2.0'><channel><ttl>{ttl}</ttl></channel></rss>".encode(), FEED).ttl == seconds


def test_the_original_words_are_kept_beside_the_readable_ones() -> None:
    """As the feed gave them, its own escaping undone; nothing where they are the same, and not all of a long post."""
    items = b"""<item><title>On $O(N^2)$ &amp;amp; more</title><link>https://a.example/a</link>
        <description><![CDATA[<p>It is \\emph{fast}.</p>]]></description></item>
        <item><title>Plain</title><link>https://a.example/b</link><description>%b</description></item>""" % (
        b"x~" * 20_000
    )
    body = b"<rss version='2.0'><channel>" + items + b"</channel></rss>"
    one, two = read(body, FEED).papers
    assert (one.title, one.abstract) == ("On O(N²) & more", "It is fast.")
    assert one.original == Original("On $O(N^2)$ &amp; more", "<p>It is \\emph{fast}.</p>")
    assert (two.original.title, two.original.abstract) == ("", "x~" * 10_000)


def test_two_accounts_of_one_paper_keep_the_original_of_the_words_kept() -> None:
    """The newer version's words win, and theirs is the markup."""
    old = "<item><title>Old $x$</title><link>https://arxiv.org/abs/2608.00001v1</link></item>"
    new = "<item><title>New $y^2$</title><link>https://arxiv.org/abs/2608.00001v2</link></item>"
    (paper,) = read(f"<rss version='2.0'><channel>{old}{new}</channel></rss>".encode(), FEED).papers
    assert (paper.title, paper.original.title) == ("New y²", "New $y^2$")
