"""Every line of "A well-behaved poller" that one request can keep, against a server that writes down."""

from __future__ import annotations

import gzip

import pytest

from bot.errors import SourceFailed
from bot.fetch import Fetcher
from bot.model import Bookmark, Feed
from tests.fetch.owner import BODY, Owner, ask, fetching, wire

ODD_TAGS = ['"plain"', 'W/"weak"', "0a1b2c3d4e5f", '"a-gzip"', "'single'", '"ü→"', '"with space"', '""']
STAMP = "Mon, 17 Aug 2026 04:00:00 GMT"


# ── conditions ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_first_request_is_these_bytes_and_nothing_else() -> None:
    async with wire(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", b"x", repeat=False) as line, fetching() as fetch:
        await ask(fetch, line.url("/rss/cs.CL+cs.LG?a=%2F&b=%7E"))
    head, *headers = line.received[0].decode().rstrip().split("\r\n")
    assert head == "GET /rss/cs.CL+cs.LG?a=%2F&b=%7E HTTP/1.1"
    assert {name: value for name, _, value in (header.partition(": ") for header in headers)} == {
        "Host": f"127.0.0.1:{line.port}",
        "User-Agent": "paper-round/1.2.3 (+https://github.com/paper-round/paper-round)",
        "Accept": "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
        "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.9, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


@pytest.mark.parametrize("etag", ODD_TAGS)
async def test_etag_and_date_go_back_byte_for_byte(etag: str) -> None:
    tag = etag.encode()
    head = b"HTTP/1.1 200 OK\r\nETag: %b\r\nLast-Modified: Yesterday, about noon\r\nContent-Length: 1\r\n\r\n" % tag
    async with wire(head, b"x", repeat=False) as line, fetching() as fetch:
        first = await ask(fetch, line.url())
        await ask(fetch, line.url(), first.bookmark)
    assert b"if-none-match" not in line.received[0].lower()
    assert b"if-modified-since" not in line.received[0].lower()
    assert b"\r\nIf-None-Match: " + tag + b"\r\n" in line.received[1]
    assert b"\r\nIf-Modified-Since: Yesterday, about noon\r\n" in line.received[1]


async def test_validators_are_one_set_from_the_same_200(site: Owner, fetch: Fetcher) -> None:
    site.says(ETag='"one"', Last_Modified=STAMP)
    first = await ask(fetch, site.url())
    site.says(body=b"changed", ETag='"two"')
    second = await ask(fetch, site.url(), first.bookmark)
    assert (first.bookmark.etag, first.bookmark.modified) == ('"one"', STAMP)
    assert (second.bookmark.etag, second.bookmark.modified) == ('"two"', None)


async def test_a_304_changes_nothing_that_is_remembered(site: Owner, fetch: Fetcher) -> None:
    known = Bookmark(site.url(), etag='"one"', modified=STAMP, digest="d" * 64, failures=3)
    site.says(status=304, body=b"", ETag='"other"', Cache_Control="max-age=600")
    again = await ask(fetch, site.url(), known)
    assert (again.body, again.bookmark, again.wait) == (None, known, 600.0)


async def test_a_304_that_nobody_asked_for_is_a_failure(site: Owner, fetch: Fetcher) -> None:
    site.says(status=304, body=b"")
    with pytest.raises(SourceFailed, match=r"did not give us the feed .HTTP 304 Not Modified"):
        await ask(fetch, site.url())


@pytest.mark.parametrize("tag", [b'"\xe9"', b""])
async def test_an_etag_that_cannot_go_back_unchanged_is_not_kept(tag: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nETag: %b\r\nContent-Length: 1\r\n\r\n" % tag
    async with wire(head, b"x", repeat=False) as line, fetching() as fetch:
        assert (await ask(fetch, line.url())).bookmark.etag is None


async def test_a_spoiled_bookmark_sends_no_header_of_its_own(site: Owner, fetch: Fetcher) -> None:
    site.says()
    await ask(fetch, site.url(), Bookmark(site.url(), etag='"a"\r\nX-Evil: 1', modified="\udcff"))
    assert site.asked[0].get(b"If-None-Match") is None
    assert site.asked[0].get(b"X-Evil") is None


async def test_an_unchanged_body_is_not_handed_on_but_its_validators_are(site: Owner, fetch: Fetcher) -> None:
    site.says(ETag='"one"')
    first = await ask(fetch, site.url())
    site.says(ETag='"two"')
    second = await ask(fetch, site.url(), first.bookmark)
    assert first.body == BODY
    assert (second.body, second.bookmark.etag, second.bookmark.digest) == (None, '"two"', first.bookmark.digest)


async def test_no_cookie_and_no_referer_is_ever_sent(site: Owner, fetch: Fetcher) -> None:
    site.says("/old", 302, Location="/feed", Set_Cookie="a=1; Path=/")
    site.says(Set_Cookie="b=2")
    for _ in range(2):  # by name: nobody keeps the cookies of a number
        await ask(fetch, site.url("/old", "cookies.example"))
    assert [asked.path for asked in site.asked] == ["/old", "/feed", "/old", "/feed"]
    assert {asked.get(name) for asked in site.asked for name in (b"Cookie", b"Referer")} == {None}


async def test_proxies_of_the_environment_are_not_used(
    site: Owner, fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.says()
    assert (await ask(fetch, site.url(host="feeds.example"))).body == BODY


async def test_a_password_of_the_address_is_said_to_its_own_host_only(site: Owner, fetch: Fetcher) -> None:
    site.says("/a", 302, Location="/b")
    site.says("/b", 302, Location=site.url("/c", "other.example"))
    site.says("/c")
    await ask(fetch, f"http://me:p%40ss@127.0.0.1:{site.port}/a")
    assert [asked.get(b"Authorization") for asked in site.asked] == [b"Basic bWU6cEBzcw=="] * 2 + [None]


async def test_gzip_is_unpacked_and_the_content_type_passed_on(site: Owner, fetch: Fetcher) -> None:
    packed = gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]) + b"\0\0"
    site.says(body=packed, Content_Encoding="gzip", Content_Type="text/html; charset=iso-8859-1")
    answer = await ask(fetch, site.url())
    assert (answer.body, answer.content_type) == (BODY, "text/html; charset=iso-8859-1")


async def test_a_new_feed_is_asked_once_and_its_body_is_used(site: Owner, fetch: Fetcher) -> None:
    site.says(ETag='"one"')
    answer = await fetch(Feed("some name", site.url()), Bookmark("some name"))
    assert (answer.body, len(site.asked), answer.bookmark.address) == (BODY, 1, "some name")


async def test_an_answer_says_how_long_it_took(site: Owner, fetch: Fetcher) -> None:
    site.says()
    took = (await ask(fetch, site.url())).took
    assert took is not None
    assert took > 0
