"""Feeds that moved, are gone, or answer with another status: what is followed, what is stored, what is said."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from bot.errors import SourceFailed
from bot.fetch import Fetcher
from bot.fetch.addresses import as_url
from bot.fetch.ask import Answer, Hop, onward
from bot.model import Bookmark
from tests.fetch.owner import BODY, Owner, ask, fetching, wire


@pytest.mark.parametrize(
    ("statuses", "stored"),
    [
        ([301], True),
        ([308, 301], True),
        ([302], False),
        ([303], False),
        ([307], False),
        ([301, 302], False),
        ([302, 301], False),
        ([301, 308, 301, 308, 301], True),
    ],
)
@pytest.mark.parametrize("end", [200, 304])
async def test_a_new_address_is_stored_only_if_every_hop_was_permanent(
    site: Owner, fetch: Fetcher, statuses: list[int], stored: bool, end: int
) -> None:
    for step, status in enumerate(statuses):
        site.says(f"/{step}", status, Location=f"/{step + 1}")
    site.says(f"/{len(statuses)}", end)
    answer = await ask(fetch, site.url("/0"), Bookmark(site.url("/0"), etag='"x"'))
    assert answer.bookmark.moved_to == (site.url(f"/{len(statuses)}") if stored else None)
    assert len(site.asked) == len(statuses) + 1


@pytest.mark.parametrize(
    ("here", "there", "permanent"),
    [
        ("http://a.example/", "https://a.example/", True),
        ("https://a.example/", "https://b.example/", True),
        ("https://a.example/", "http://a.example/", False),
    ],
)
def test_a_step_down_from_https_is_followed_but_never_remembered(here: str, there: str, permanent: bool) -> None:
    moved = Answer(301, CIMultiDictProxy(CIMultiDict({"Location": there})))
    hop = onward(Hop(as_url(here), permanent=True, left=30.0), moved, spent=10.0)
    assert hop == Hop(as_url(there), permanent, 20.0)


@pytest.mark.parametrize("end", [404, 500, 429])
async def test_a_permanent_move_to_nothing_is_a_failure(site: Owner, fetch: Fetcher, end: int) -> None:
    site.says("/old", 301, Location="/new")
    site.says("/new", end)
    with pytest.raises(SourceFailed):
        await ask(fetch, site.url("/old"))


async def test_a_feed_that_moved_is_asked_at_its_new_address(site: Owner, fetch: Fetcher) -> None:
    site.says("/new")
    await ask(fetch, site.url("/old"), Bookmark(site.url("/old"), moved_to=site.url("/new")))
    assert [asked.path for asked in site.asked] == ["/new"]


async def test_a_feed_that_moved_back_is_at_home_again(site: Owner, fetch: Fetcher) -> None:
    site.says("/new", 301, Location="/old")
    site.says("/old")
    answer = await ask(fetch, site.url("/old"), Bookmark(site.url("/old"), moved_to=site.url("/new")))
    assert answer.bookmark.moved_to is None


async def test_no_more_than_five_redirects_are_followed(site: Owner, fetch: Fetcher) -> None:
    site.says("/loop", 301, Location="/loop")
    with pytest.raises(SourceFailed, match="from address to address, more than 5 times"):
        await ask(fetch, site.url("/loop"))
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("file:///etc/passwd", "another kind of address; feeds are read over http and https only"),
        ("ftp://example.org/feed", "another kind of address; feeds are read over http and https only"),
        ("javascript:alert(1)", "another kind of address; feeds are read over http and https only"),
        ("http://[::1", "an address that cannot be read"),
        ("http://example.org:99999/", "an address that cannot be read"),
        ("http://a b/", "an address that cannot be read"),
    ],
)
async def test_only_http_and_https_are_followed(site: Owner, fetch: Fetcher, location: str, sentence: str) -> None:
    site.says(status=302, Location=location)
    with pytest.raises(SourceFailed, match=sentence):
        await ask(fetch, site.url())


async def test_a_redirect_to_nowhere_is_a_sentence(site: Owner, fetch: Fetcher) -> None:
    site.says(status=301)
    with pytest.raises(SourceFailed, match=r"without saying where .HTTP 301"):
        await ask(fetch, site.url())


async def test_a_location_of_raw_bytes_is_followed_as_those_bytes() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9 \xc3\xbc?q=%7E\r\nContent-Length: 0\r\n\r\n"
    async with wire(head) as line, fetching() as fetch:
        with pytest.raises(SourceFailed, match="from address to address"):
            await ask(fetch, line.url())
    assert line.received[1].startswith(b"GET /caf%E9%20%C3%BC?q=%7E HTTP/1.1\r\n")


async def test_a_long_header_of_a_careful_owner_is_no_harm(site: Owner, fetch: Fetcher) -> None:
    site.says(Content_Security_Policy="x" * 30_000)
    assert (await ask(fetch, site.url())).body == BODY


async def test_a_410_says_that_the_feed_is_gone(site: Owner, fetch: Fetcher) -> None:
    site.says(status=410)
    with pytest.raises(SourceFailed, match=r"gone for good .HTTP 410") as failed:
        await ask(fetch, site.url())
    assert failed.value.gone


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (204, "did not give us the feed (HTTP 204 No Content)"),
        (300, "did not give us the feed (HTTP 300 Multiple Choices)"),
        (400, "did not give us the feed (HTTP 400 Bad Request)"),
        (401, "wants a password that we do not have (HTTP 401 Unauthorized)"),
        (403, "does not let us in (HTTP 403 Forbidden)"),
        (404, "has no feed at this address (HTTP 404 Not Found)"),
        (500, "is in trouble (HTTP 500 Internal Server Error)"),
        (599, "is in trouble (HTTP 599)"),
    ],
)
async def test_every_other_status_is_a_sentence_with_its_number(
    site: Owner, fetch: Fetcher, status: int, sentence: str
) -> None:
    site.says(status=status)
    with pytest.raises(SourceFailed) as failed:
        await ask(fetch, site.url("/feed?token=secret"))
    assert str(failed.value) == f"127.0.0.1:{site.port} {sentence}."
    assert (failed.value.gone, failed.value.after) == (False, None)
