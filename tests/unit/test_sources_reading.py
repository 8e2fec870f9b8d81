"""What is no feed, what is half of one, and what would harm."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SourceFailed
from bot.model import Feed, Reading
from bot.sources import read
from bot.sources.identity import web
from bot.sources.mending import mended
from bot.sources.prolog import opening
from bot.sources.reading import LARGEST
from bot.sources.wellformed import ENTRIES
from tests.unit.feeds import FEED, HERE, body, reading

HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>"
TAIL = b"</channel></rss>"


def item(words: bytes = b"", title: bytes = b"a") -> bytes:
    return b"<item><title>" + title + b"</title>" + words + b"</item>"


def titles(found: Reading) -> list[str]:
    return [paper.title for paper in found.papers]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "is empty"),
        (b" \n\x00 ", "is empty"),
        (body("page.html"), "is an HTML page \\('Please wait & prove you are human'\\)"),
        (b"<div>Not found</div>", "is an HTML page"),
        (b"Not found", "begins with 'Not found'"),
        (b"%PDF-1.7 \xff\xfe", "begins with '%PDF-1.7"),
        (b"<catalog><book/></catalog>", "first element is <catalog>"),
        (HEAD + b"<item><title>a", "cut off"),
        (b"[1, 2]", "not one of papers"),
        (b"[{", "cut off"),
        (b'{"a": 1}', "no feed"),
        (b'{"error": "Rate limit reached"}', "Rate limit reached"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"items":' * 50_000, "nested too deeply"),
        (b'{"id": ' + b"1" * 5000 + b"}", "a number is too long"),
        (b"x" * (LARGEST + 1), "more than 15 MiB"),
    ],
    ids=range(16),
)
def test_what_is_no_feed_is_told_in_one_sentence(sent: bytes, told: str) -> None:
    """Each names the address and what stands there instead."""
    with pytest.raises(SourceFailed, match=told) as failed:
        read(sent, FEED)
    assert str(failed.value).startswith("https://lab.example/feed ")
    assert "\n" not in str(failed.value)


def test_a_sentence_masks_the_secrets_of_the_address() -> None:
    """Keys and passwords do not reach logs or channels."""
    feed = Feed("private", "https://me:hunter2@a.example/f?token=abc")
    with pytest.raises(SourceFailed) as failed:
        read(b"<html>", feed)
    assert "hunter2" not in str(failed.value)
    assert "abc" not in str(failed.value)


def test_a_feed_that_breaks_off_gives_its_whole_entries() -> None:
    """The half entry at the end is left for the next poll, and the reading says so."""
    found = read(HEAD + item(title=b"one") + item(title=b"two") + b"<item><title>thr", FEED)
    assert titles(found) == ["one", "two"]
    assert found.odd == ("it breaks off within an entry, after 2 whole ones",)


def test_json_that_breaks_off_gives_its_whole_entries() -> None:
    """So do a list of papers and a JSON Feed."""
    for name, count in (("hf2026.json", 2), ("feed.json", 2)):
        whole = body(name)
        found = read(whole[: whole.rindex(b"{") + 3], FEED)
        assert len(found.papers) >= count - 1
        assert "breaks off" in found.odd[0]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (HEAD + item(title=b"R&D, AT&T &nbsp;&eacute; &unknown;") + TAIL, ["R&D, AT&T é &unknown;"]),
        (
            HEAD + item(b"<description><p>unclosed<br></description>", b"one") + item(title=b"two") + TAIL,
            ["one", "two"],
        ),
        (HEAD + item(b"<dc:creator>A B</dc:creator><a:b c:d='e'/>", b"no prefix") + TAIL, ["no prefix"]),
        (HEAD + item(title=b"nul \x00 and \x0b and &#0; and &#xD800;") + TAIL, ["nul and and and"]),
        (b"Warning: something\n" + HEAD + item(title=b"junk before") + TAIL, ["junk before"]),
        (b"\xef\xbb\xbf \n" + HEAD + item(title=b"mark and space before") + TAIL, ["mark and space before"]),
        (HEAD + item(title=b"caf\xe9 and \x93quotes\x94") + TAIL, ["café and “quotes”"]),
        ((HEAD + item(title="wide é".encode()) + TAIL).decode().encode("utf-16"), ["wide é"]),
        (HEAD.replace(b"1.0'", b"1.0' encoding='utf-16'") + item(title=b"a lie") + TAIL, ["a lie"]),
        (HEAD.replace(b"1.0'", b"1.0' encoding='punycode'") + item(title=b"a trap") + TAIL, ["a trap"]),
        (b"<entry xmlns='http://www.w3.org/2005/Atom'><id>x</id><title>alone</title></entry>", ["alone"]),
        (HEAD.replace(b"<title>t", b"<title>t<br>") + item(title=b"broken head") + TAIL, ["broken head"]),
    ],
    ids=range(12),
)
def test_what_servers_and_people_break_is_mended(sent: bytes, expected: list[str]) -> None:
    """Bare ampersands, unclosed tags, unknown prefixes, control characters, wrong encodings: the entries are read."""
    assert titles(read(sent, FEED)) == expected


def test_the_servers_charset_counts_where_the_feed_is_silent() -> None:
    """A charset in the content type decodes a body that says nothing itself."""
    sent = HEAD + item(title="Привет".encode("koi8-r")) + TAIL
    assert titles(read(sent, FEED, content_type="text/xml; charset=koi8-r")) == ["Привет"]


def test_entity_bombs_and_outside_entities_come_to_nothing() -> None:
    """A billion laughs stay a name, and no file is ever read."""
    laughs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    outside = "<!ENTITY f SYSTEM 'file:///etc/passwd'>"
    words = "<rss version='2.0'><channel><item><title>x &b11; &f; y</title></item></channel></rss>"
    bomb = f"<!DOCTYPE rss [{laughs}{outside}]>{words}"
    assert titles(read(bomb.encode(), FEED)) == ["x &b11; &f; y"]


@pytest.mark.parametrize(
    "words",
    [
        b"<a>" * 20_000 + b"</a>" * 20_000,
        b"<author>" + b"a." * 100_000 + b"</author>",
        b"<category>c</category>" * 5_000,
        b"<pubDate>" + b"1 " * 50_000 + b"</pubDate>",
        b"<?pi?> " * 20_000,
        b"<b " + b" ".join(b"a%d='b'" % n for n in range(5_000)) + b"/>",
        b"<description>" + b"&lt;!-- &lt;a " * 10_000 + b"</description>",
    ],
    ids=["depth", "run", "categories", "date", "instructions", "attributes", "markup"],
)
def test_hostile_entries_are_read_within_bounds(words: bytes) -> None:
    """Depth, lengths and numbers that feedparser takes quadratic time for do not reach it; the neighbours are read."""
    found = read(HEAD + item(words, b"hostile") + item(title=b"peaceful") + TAIL, FEED)
    assert titles(found)[-1] == "peaceful"


def test_a_hundred_thousand_entries_are_enough() -> None:
    """What comes after them is left unread, and the document says so."""
    text = f"<rss><channel>{'<item/>' * (ENTRIES + 2)}</channel></rss>"
    found = opening(text)
    assert found
    document = mended(text, found)
    assert document.entries == ENTRIES
    assert document.odd == (f"only the first {ENTRIES} entries were read",)


def test_bytes_are_never_taken_for_a_files_name() -> None:
    """A body that is the path of a feed is a body, not a path."""
    with pytest.raises(SourceFailed, match="not a feed"):
        read(str(HERE / "lab.rss.xml").encode(), FEED)


@pytest.mark.parametrize(
    "name", sorted(path.name for path in HERE.iterdir() if "refused" not in path.name and path.suffix != ".html")
)
def test_every_fixture_is_readable_when_cut_anywhere(name: str) -> None:
    """However much of a feed arrives: whole entries or one sentence, and never more papers than the feed has."""
    whole = reading(name)
    sent = body(name)
    for length in range(0, len(sent), max(1, len(sent) // 23)):
        with suppress(SourceFailed):
            assert len(read(sent[:length], FEED).papers) <= len(whole.papers)


TAGS = b"<rss> <channel> <item> </item> <entry> <title> </title> </rss> <link/> <guid>1</guid> <a:b/> <?x?>".split()
PIECES = st.sampled_from([*TAGS, b"<![CDATA[", b"]]>", b"x", b"&", b"&#0;", b"\x00", b"\xff", b"{", b"[", b'"items":['])


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=25).map(b"".join)))
def test_any_bytes_are_a_reading_or_a_sentence(sent: bytes) -> None:
    """Nothing that a server sends raises anything but `SourceFailed`."""
    with suppress(SourceFailed):
        assert all(paper.id and paper.title for paper in read(sent, FEED).papers)


@pytest.mark.parametrize("name", ["lab.rss.xml", "lab.atom.xml", "journal.rdf.xml", "feed.json"])
def test_no_paper_carries_the_keys_of_its_feeds_address(name: str) -> None:
    """Neither in its source, which is shown and searched, nor in its ids, which are links to its page."""
    address = "https://me:hunter2@lab.example/feed?token=hunter2&page=2"
    found = reading(name, Feed(address, address)).papers
    assert {paper.source for paper in found} == {"https://…@lab.example/feed?token=…&page=2"}
    assert "hunter2" not in repr(found)


def test_a_link_never_carries_a_name_or_a_password() -> None:
    """Relative ones are joined to an address that may have some; in others they hide which host it is."""
    assert web("/p/1", "https://me:hunter2@lab.example/feed?token=hunter2") == "https://lab.example/p/1"
    assert web("#one", "https://lab.example/feed?token=hunter2") == "https://lab.example/feed#one"
    assert web("https://good.example@evil.example/x?a=1@2") == "https://evil.example/x?a=1@2"
    assert web("https://lab.example/p?a=%20b&c=#") == "https://lab.example/p?a=%20b&c="
