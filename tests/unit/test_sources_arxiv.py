"""arXiv's feeds: RSS, Atom, the API and the RDF of old."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import SourceFailed
from bot.model import Feed
from bot.sources import read
from tests.unit.feeds import FEED, papers, reading


def test_a_paper_of_the_rss_feed_is_read_whole() -> None:
    """Announcement stripped, TeX read, authors parted, links arXiv's own."""
    paper = papers("arxiv.rss.xml")[0]
    assert paper.id == "arxiv:2608.01234"
    assert paper.version == 1
    assert paper.title == "Counting Lighthouses with k-Nearest Ships"
    assert paper.abstract == "We count lighthouses faster than Sørensen, by 48.4% on maps (MAPs)."
    assert paper.authors == ("Ada Keeper", "Bo Söderberg", "Cy Wick", "Beacon Collaboration")
    assert paper.url == "https://arxiv.org/abs/2608.01234"
    assert paper.pdf_url == "https://arxiv.org/pdf/2608.01234"
    assert paper.announced == datetime(2026, 8, 4, 4, tzinfo=UTC)


def test_a_paper_both_new_and_cross_listed_is_one_new_paper() -> None:
    """Joined categories announce a paper twice: it stays new, with the categories of both."""
    found = reading("arxiv.rss.xml")
    assert [p.id for p in found.papers] == ["arxiv:2608.01234", "arxiv:2607.00042"]
    assert found.papers[0].announce == "new"
    assert found.papers[0].categories == ("cs.CL", "cs.CV", "stat.ML")
    assert found.odd == ("1 entry put together with another of the same paper",)


def test_replacements_carry_their_version_and_kind() -> None:
    """A replaced cross-list is no news, and says which version it is."""
    paper = papers("arxiv.rss.xml")[1]
    assert (paper.announce, paper.version) == ("replace-cross", 3)


def test_the_atom_feed_says_the_same() -> None:
    """Its `updated` is when it was built; the announcement is `published`."""
    (paper,) = papers("arxiv.atom.xml")
    assert (paper.id, paper.version, paper.announce) == ("arxiv:2608.02222", 2, "replace")
    assert paper.announced == datetime(2026, 8, 4, 4, tzinfo=UTC)
    assert paper.authors == ("Eve Moon", "Finn Reed")
    assert paper.aliases == ("doi:10.5555/tide.7",)


def test_the_api_gives_submission_and_version_dates() -> None:
    """`published` is the first version's, `announced` this version's; a comma in one author's name parts nobody."""
    (paper,) = papers("arxiv.api.xml")
    assert (paper.id, paper.version, paper.title) == ("arxiv:2601.00007", 2, "Mooring in Two Lines")
    assert paper.published == datetime(2026, 1, 2, 17, 55, 20, tzinfo=UTC)
    assert paper.announced == datetime(2026, 1, 20, 22, 44, 39, tzinfo=UTC)
    assert paper.authors == ("Gus Rope, Jr.", "Hal Knot")


def test_the_old_rdf_hides_its_facts_in_the_title() -> None:
    """Id, version, category and kind stand in brackets behind the title, the date at the head of the feed."""
    (paper,) = papers("arxiv.rdf.xml")
    assert (paper.id, paper.version, paper.announce) == ("arxiv:hep-th/9901001", 4, "replace")
    assert paper.title == "Strings on Piers"
    assert paper.categories == ("hep-th",)
    assert paper.abstract == "Strings for 2.6<η<4."
    assert paper.authors == ("Ida Pier", "Jo Quay")
    assert paper.announced == datetime(2018, 5, 24, 1, 30, tzinfo=UTC)
    assert paper.pdf_url == "https://arxiv.org/pdf/hep-th/9901001"


@pytest.mark.parametrize(
    ("name", "reason"), [("arxiv.refused.xml", "Bad archive 'cs.ZZ'"), ("arxiv.api.refused.xml", "incorrect id format")]
)
def test_an_error_dressed_as_a_feed_is_an_error(name: str, reason: str) -> None:
    """arXiv's reason is quoted."""
    with pytest.raises(SourceFailed, match=reason):
        reading(name)


def test_an_empty_weekend_is_a_normal_reading() -> None:
    """No entries on Saturday is nothing odd."""
    head = b"<rss version='2.0'><channel><title>cs.CL updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CL</link>"
    found = read(head + b"</channel></rss>", FEED)
    assert (found.kind, found.papers, found.odd) == ("arxiv", (), ())


def test_a_blog_that_writes_of_arxiv_is_no_arxiv_feed() -> None:
    """A link to a paper names the paper; the feed stays the blog's."""
    feed = b"<rss version='2.0'><channel><title>Reads</title><item><title>Nice</title><link>https://arxiv.org/abs/2608.01234</link></item></channel></rss>"
    found = read(feed, Feed("x.xml", "x.xml"))
    assert found.kind == "rss"
    assert found.papers[0].id == "arxiv:2608.01234"


def test_an_answer_that_is_full_says_so() -> None:
    """arXiv gives 2,000 entries at most, and does not say what it left out."""
    entry = "<item><title>A {n}</title><link>https://arxiv.org/abs/2608.{n:05}</link></item>"
    for count, odd in ((1999, 0), (2000, 1)):
        items = "".join(entry.format(n=n) for n in range(count))
        found = read(
            f"<rss version='2.0'><channel><title>cs updates on arXiv.org</title>{items}</channel></rss>".encode(), FEED
        )
        assert (len(found.papers), len(found.odd)) == (count, odd)
    assert "2,000 entries" in found.odd[0]
    assert "fewer categories" in found.odd[0]
