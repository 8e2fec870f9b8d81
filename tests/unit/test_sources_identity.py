"""Who a paper is, wherever it is met."""

from __future__ import annotations

import pytest

from bot.model import Feed
from bot.sources.identity import LONGEST, Names, arxiv_id, doi, identity, normalised, telling, web

FEED = Feed("https://a.example/feed?key=secret", "https://a.example/feed?key=secret")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("oai:arXiv.org:2402.12345v1", ("2402.12345", 1)),
        ("arXiv:2402.12345", ("2402.12345", None)),
        ("https://arxiv.org/abs/2402.12345v12", ("2402.12345", 12)),
        ("http://export.arxiv.org/pdf/2402.12345v2.pdf", ("2402.12345", 2)),
        ("https://arxiv.org/html/2402.12345", ("2402.12345", None)),
        ("https://huggingface.co/papers/2402.12345", ("2402.12345", None)),
        ("https://doi.org/10.48550/arXiv.2402.12345", ("2402.12345", None)),
        ("http://arxiv.org/abs/hep-th/9901001v3", ("hep-th/9901001", 3)),
        ("http://arxiv.org/abs/math.GT/0309136", ("math/0309136", None)),
        ("https://a.example/2402.12345", None),
        ("https://notarxiv.org/abs/2402.12345", None),
        ("https://arxiv.org/list/cs.CL/new", None),
    ],
)
def test_an_arxiv_id_is_read_without_its_version(text: str, found: tuple[str, int | None] | None) -> None:
    """However arXiv's ids are written, they are one; other sites' numbers are none."""
    assert arxiv_id(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("doi:10.1101/743294", ("10.1101/743294", None)),
        ("10.1016/J.Patter.2022.100568", ("10.1016/j.patter.2022.100568", None)),
        ("https://dx.doi.org/10.1101/743294", ("10.1101/743294", None)),
        ("https://doi.org/10.1002%2Fabc", ("10.1002/abc", None)),
        ("http://biorxiv.org/cgi/content/short/743294v1?rss=1", ("10.1101/743294", 1)),
        ("https://www.biorxiv.org/content/10.1101/2024.01.02.573894v2.full", ("10.1101/2024.01.02.573894", 2)),
        ("https://dl.acm.example/doi/abs/10.1145/3372297", ("10.1145/3372297", None)),
        ("https://a.example/10.1145/3372297", None),
        ("see 10.1145/3372297", None),
    ],
)
def test_a_doi_is_read_in_lower_case(text: str, found: tuple[str, int | None] | None) -> None:
    """A DOI is found in its own forms and in bioRxiv's addresses, not in any text that holds one."""
    assert doi(text) == found


@pytest.mark.parametrize(
    ("link", "base", "fit"),
    [
        ("https://a.example/x", "", "https://a.example/x"),
        ("/x", "https://a.example/feed", "https://a.example/x"),
        ("//b.example/x", "https://a.example/feed", "https://b.example/x"),
        ("https://b.example:8080/p/../x.y_z-1/", "https://a.example/feed?x", "https://b.example:8080/p/../x.y_z-1/"),
        ("https://b.example/" + "x" * 8000, "", None),
        (" https://a.example/\nx ", "", "https://a.example/x"),
        ('https://a.example/"><b>', "", "https://a.example/%22%3E%3Cb%3E"),
        ("javascript:alert(1)", "https://a.example", None),
        ("data:text/html,x", "https://a.example", None),
        ("x", "", None),
        ("http://[", "", None),
        ("", "https://a.example", None),
    ],
)
def test_only_web_links_are_kept(link: str, base: str, fit: str | None) -> None:
    """Relative links become absolute; what is no http(s) address is dropped."""
    assert web(link, base) == fit


def test_one_page_has_one_normal_form() -> None:
    """Scheme, `www.`, a slash at the end, tracking keys and fragments make no other page; a query does."""
    forms = ["http://www.A.example/x/", "https://a.example/x?utm_source=rss#top", "https://a.example:443/x"]
    assert {normalised(form) for form in forms} == {"https://a.example/x"}
    assert normalised("https://a.example/x?id=1") != normalised("https://a.example/x?id=2")


def test_the_best_id_comes_first_and_the_others_are_aliases() -> None:
    """arXiv before DOI before guid before link, and every id that was seen is kept."""
    names = Names("post-7", "https://a.example/p/7", ("10.5555/X", "https://arxiv.org/abs/2402.12345v2"))
    found = identity(names, FEED, telling([names, Names("post-8", "https://a.example/p/8")]))
    assert found is not None
    assert found.id == "arxiv:2402.12345"
    assert found.version == 2
    assert found.aliases == ("doi:10.5555/x", "guid:https://a.example/feed?key=…#post-7", "url:https://a.example/p/7")


def test_the_same_guid_in_two_feeds_is_two_papers() -> None:
    """A guid counts within its feed."""
    first = identity(Names("1"), FEED, frozenset())
    second = identity(Names("1"), Feed("https://b.example/f", "https://b.example/f"), frozenset())
    assert first is not None
    assert second is not None
    assert first.id != second.id


def test_a_shared_link_names_nobody() -> None:
    """Entries that share a link, a front page or the feed's own page are told apart by their guids alone."""
    shared = [
        Names("1", "https://a.example/log"),
        Names("2", "https://a.example/log"),
        Names("3", "https://a.example/"),
    ]
    assert telling([*shared, Names("4", "https://a.example/blog")], "https://a.example/blog/") == frozenset()


def test_a_lone_entry_is_not_named_by_its_link() -> None:
    """A feed of one entry may keep its link for the next one, unless the guid is that link."""
    assert telling([Names("1", "https://a.example/latest")]) == frozenset()
    assert telling([Names("https://a.example/7", "https://a.example/7")]) == {"https://a.example/7"}


def test_without_guid_and_own_link_the_title_names_the_entry() -> None:
    """Entries that share all but their title stay apart, and stay the same from one poll to the next."""
    ids = [identity(Names("", "https://a.example/", words=title), FEED, frozenset()) for title in ("One", "Two", "One")]
    assert ids[0] == ids[2]
    assert ids[0] != ids[1]


def test_a_long_id_is_cut_but_stays_its_own() -> None:
    """Ten thousand characters of guid become an id of bearable length that no other guid shares."""
    long = [identity(Names("x" * 10_000 + end), FEED, frozenset()) for end in "ab"]
    assert all(one is not None and len(one.id) <= LONGEST for one in long)
    assert long[0] != long[1]
