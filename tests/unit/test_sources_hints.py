"""What a feed asks of its pollers: read where it is said for the channel, and nowhere else."""

from __future__ import annotations

import pytest

from bot.model import Reading
from bot.sources import read
from tests.unit.feeds import FEED, reading

ITEM = "<item><title>A</title><link>https://a.example/a</link><description>Words.</description></item>"


def channel(before: str = "", after: str = "", items: str = ITEM) -> Reading:
    spaces = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    return read(f'<rss version="2.0" {spaces}><channel>{before}{items}{after}</channel></rss>'.encode(), FEED)


@pytest.mark.parametrize(
    ("said", "hours", "days"),
    [
        ("<skipHours><hour>0</hour> <hour> 13 </hour><hour>24</hour></skipHours>", (0, 13), ()),
        ("<skipDays><day>Sunday</day><day>saturday</day></skipDays>", (), ("saturday", "sunday")),
        ("<skipHours><hour>4</hour>or so<junk/></skipHours><skipDays><day>Monday</day></skipDays>", (4,), ("monday",)),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>noon</hour></skipHours>", (), ()),
        ("<skipDays><day>Someday</day></skipDays>", (), ()),
        ("<!-- <skipDays><day>Monday</day></skipDays> -->", (), ()),
        ("<skipDays><day>Monday</day>", (), ()),
    ],
)
@pytest.mark.parametrize("items", ["", ITEM, ITEM * 2])
def test_hours_and_days_to_skip_are_read(said: str, hours: tuple[int, ...], days: tuple[str, ...], items: str) -> None:
    """All of them (feedparser keeps the last), before the items or after them, and nonsense is nothing."""
    for found in (channel(said, items=items), channel(after=said, items=items)):
        assert (found.skip_hours, found.skip_days) == (hours, days)


def test_what_an_item_says_is_no_wish_of_the_feeds() -> None:
    """A post about feeds may hold such words; it does not speak for the channel."""
    words = "<![CDATA[<skipDays><day>Monday</day></skipDays>]]>"
    item = f"<item><title>On feeds</title><link>https://a.example/f</link><description>{words}</description></item>"
    found = channel(items=ITEM + item + ITEM)
    assert (found.skip_hours, found.skip_days) == ((), ())


def test_arxivs_weekend_is_read_with_entries_and_without() -> None:
    """It names it in every feed, also in the empty one."""
    weekend = "<title>cs.CL updates on arXiv.org</title><skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    for items in ("", ITEM):
        found = channel(weekend, items=items)
        assert (found.kind, found.skip_days) == ("arxiv", ("saturday", "sunday"))


def test_a_feed_that_has_not_changed_asks_the_same() -> None:
    """Also where none of its entries is read again."""
    before = "<skipDays><day>Friday</day></skipDays><ttl>90</ttl>"
    body = f"<rss version='2.0'><channel>{before}{ITEM}{ITEM.replace('/a<', '/b<')}</channel></rss>".encode()
    again = read(body, FEED, seen=read(body, FEED).seen)
    assert (again.unchanged, again.skip_days, again.ttl) == (2, ("friday",), 5400)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>", 86_400),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>soon</sy:updateFrequency>", None),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("", None),
    ],
)
def test_the_period_of_syndication_is_read(said: str, seconds: int | None) -> None:
    """Its length divided by how often in it; nonsense is nothing."""
    assert channel(said).period == seconds


def test_atom_and_rdf_say_it_too() -> None:
    """Wherever the module's namespace is declared; other feeds say nothing."""
    sy = 'xmlns:s="http://purl.org/rss/1.0/modules/syndication/"'
    entry = "<entry><title>A</title><id>urn:1</id><link href='https://a.example/a'/></entry>"
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom" {sy}><s:updatePeriod>daily</s:updatePeriod>{entry}</feed>'
    assert read(atom.encode(), FEED).period == 86_400
    assert (reading("feed.json").period, reading("feed.json").skip_days) == (None, ())


@pytest.mark.parametrize("piece", ["<skipDays>", "<!--", "<skipHours><hour>1", "</item>", "<item>"])
def test_hostile_repetition_is_soon_read(piece: str) -> None:
    """Only so much of a feed is looked through."""
    before = "<skipDays><day>Monday</day></skipDays>"
    assert channel(before + piece * (200_000 // len(piece))).skip_days in (("monday",), ())
