"""A reading that leaves out what it has seen says what a whole one says, less the papers of unchanged entries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SourceFailed
from bot.model import Feed, Paper, Reading
from bot.sources import read
from tests.unit.feeds import FEED, HERE, body

HEAD = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lab</title><link>{link}</link>'
ENTRIES = [
    "<item><title>One</title><link>https://lab.example/1</link><guid>g1</guid></item>",
    "<item><title>Two</title><link>https://lab.example/2</link></item>",
    "<item><title>Two again</title><link>https://lab.example/2</link><guid>g2</guid></item>",
    "<item><title>Two elsewhere</title><guid>g2</guid></item>",
    "<item><title>Three</title><link>https://arxiv.org/abs/2608.00003v1</link></item>",
    "<item><title>Three, better</title><link>https://arxiv.org/abs/2608.00003v2</link></item>",
    "<item><title>Of the lab</title><link>https://lab.example/about</link><dc:creator>Ada Lovelace</dc:creator></item>",
    "<item><description><![CDATA[</item><item>]]> only words &amp; signs</description></item>",
    "<item><!-- </item> --><title>Four</title><link>relative/4</link></item>",
    "<item><title/></item>",
    '<item xml:base="https://other.example/"><title>Five</title><link>five</link><guid>g5</guid></item>',
    '<item xmlns:dc="http://search.yahoo.com/mrss/"><title>Six</title><guid>g6</guid><dc:creator>X</dc:creator></item>',
    '<item><title>Seven</title><description><div xmlns="http://www.w3.org/1999/xhtml">s</div></description></item>',
    "<item><title>Eight &nbsp; of them</title><guid>g8</guid></item>",
    "<item><title>Nine",
]
LISTS = st.lists(st.sampled_from(ENTRIES[:12]), min_size=1, max_size=8)
ODD = st.lists(st.sampled_from(ENTRIES), max_size=8)


def feed(entries: list[str], link: str = "https://lab.example/", built: str = "01:00") -> bytes:
    """A feed of these entries, built at that hour."""
    date = f"<lastBuildDate>Mon, 17 Aug 2026 {built}:00 GMT</lastBuildDate>"
    return f"{HEAD.format(link=link)}{date}{' '.join(entries)}</channel></rss>".encode()


def said(of: bytes, seen: bytes = b"") -> Reading | str:
    """The reading, or the sentence that it failed with."""
    try:
        return read(of, FEED, seen=seen)
    except SourceFailed as error:
        return str(error)


def check(before: Reading, again: Reading | str, whole: Reading | str) -> None:
    """The law: `again` is `whole` less papers that `before` had word for word."""
    if isinstance(whole, str) or isinstance(again, str):
        assert again == whole
        return
    assert (again.title, again.kind, again.odd, again.ttl) == (whole.title, whole.kind, whole.odd, whole.ttl)
    assert len(whole.papers) == len(again.papers) + again.unchanged
    rest = list(again.papers)
    left: list[Paper] = []
    for paper in whole.papers:
        if rest and rest[0] == paper:
            rest.pop(0)
        else:
            left.append(paper)
    assert not rest, "papers that a whole reading does not have, or in another order"
    assert all(paper in before.papers for paper in left), "a paper was left out that has changed"


@settings(max_examples=400, deadline=None)
@given(LISTS, ODD, ODD)
def test_what_is_left_out_is_what_was_there_word_for_word(
    first: list[str], second: list[str], third: list[str]
) -> None:
    """Over three bodies of one feed, in which entries come, go, move, collide, and break the document."""
    before = said(feed(first))
    assert isinstance(before, Reading)
    seen = before.seen
    for entries in (second, third):
        again, whole = said(feed(entries), seen), said(feed(entries))
        check(before, again, whole)
        if isinstance(again, str) or isinstance(whole, str):
            return
        before, seen = whole, again.seen


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.iterdir()))
def test_a_feed_that_has_not_changed_reads_the_same(name: str) -> None:
    """Every format of the fixtures, read again with what was seen of it."""
    before = said(body(name))
    if isinstance(before, Reading):
        check(before, said(body(name), before.seen), before)


def test_one_new_entry_among_many_is_read_alone() -> None:
    """Only the entry that is new becomes a paper; the rest is counted."""
    old = [f"<item><title>Paper {n}</title><link>https://lab.example/old/{n}</link></item>" for n in range(100)]
    before = read(feed(old), FEED)
    again = read(feed([ENTRIES[0], *old], built="02:00"), FEED, seen=before.seen)
    assert [paper.title for paper in again.papers] == ["One"]
    assert again.unchanged == 100


def test_a_changed_entry_is_read_again() -> None:
    """One letter in one entry, in the middle of the feed."""
    before = read(feed([*ENTRIES[:2], ENTRIES[4]]), FEED)
    again = read(feed([ENTRIES[0], ENTRIES[1].replace("Two", "Too"), ENTRIES[4]]), FEED, seen=before.seen)
    assert [paper.title for paper in again.papers] == ["Too"]


def test_a_feed_that_moves_its_base_is_read_whole() -> None:
    """What stands around the entries may say something of each: then none is left out."""
    before = read(feed(ENTRIES[:2]), FEED)
    again = read(feed(ENTRIES[:2], link="https://lab.example/2"), FEED, seen=before.seen)
    assert (len(again.papers), again.unchanged) == (2, 0)


def test_what_was_seen_of_one_feed_says_nothing_of_another() -> None:
    """Ids hang on the feed's address, so its memory does too."""
    before = read(feed(ENTRIES[:2]), FEED)
    other = Feed("https://other.example/feed", "https://other.example/feed")
    assert len(read(feed(ENTRIES[:2]), other, seen=before.seen).papers) == 2


def test_the_memory_of_an_entry_is_small() -> None:
    """Some ten thousand feeds of a hundred entries are remembered at once."""
    old = [
        f"<item><title>Paper {n}</title><link>https://lab.example/{n}</link><guid>{n}</guid></item>" for n in range(100)
    ]
    assert len(read(feed(old), FEED).seen) < 100 * 50
