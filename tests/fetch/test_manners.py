"""Every line of "A well-behaved poller" that one request can keep, against a server that writes down."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta

import pytest
from aiohttp import web

from bot.errors import SourceFailed
from bot.fetch import Fetcher, Limits
from bot.model import Bookmark, Feed
from tests.fetch.owner import BODY, NOW, Moment, Names, Owner, ask, fetching, wire

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
    await ask(fetch, site.url("/old"))
    await ask(fetch, site.url("/old"))
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


# ── how long the owner wants us away ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Cache_Control": "public, max-age=1800"}, 1800.0),
        ({"Cache_Control": "s-maxage=60, MAX-AGE=7200"}, 7200.0),
        ({"Cache_Control": "max-age=3600", "Age": "600"}, 3000.0),
        ({"Cache_Control": "max-age=60", "Age": "600"}, 0.0),
        ({"Cache_Control": "max-age=60", "Expires": "Tue, 18 Aug 2026 04:00:00 GMT"}, 60.0),
        ({"Cache_Control": "max-age=31536000"}, 86_400.0),
        ({"Cache_Control": "max-age=" + "9" * 5000}, 86_400.0),
        ({"Cache_Control": "max-age=soon"}, None),
        ({"Expires": "Mon, 17 Aug 2026 12:30:00 GMT", "Date": "Mon, 17 Aug 2026 12:00:00 GMT"}, 1800.0),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": "Mon, 17 Aug 2026 12:00:00 GMT"}, 86_400.0),
        ({"Expires": "0"}, 0.0),
        ({"Expires": "Thu, 01 Jan 0000 00:00:00 GMT"}, 0.0),
    ],
)
async def test_max_age_else_expires_is_told_and_capped_at_a_day(
    site: Owner, fetch: Fetcher, headers: dict[str, str], wait: float | None
) -> None:
    site.says(headers=headers)
    assert (await ask(fetch, site.url())).wait == wait


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry_After": "120"}, 120.0),
        ({"Retry_After": "Mon, 17 Aug 2026 12:10:00 GMT"}, 600.0),
        ({"Retry_After": "Monday, 17-Aug-26 12:10:00 GMT"}, 600.0),
        ({"Retry_After": "Mon, 17 Aug 2020 12:10:00 GMT"}, 0.0),
        ({"Retry_After": "99999999999999"}, 604_800.0),
        ({"RateLimit": '"api";r=0;t=77'}, 77.0),
    ],
)
async def test_retry_after_is_told_in_seconds(
    site: Owner, fetch: Fetcher, status: int, headers: dict[str, str], after: float
) -> None:
    site.says(status=status, headers=headers)
    with pytest.raises(SourceFailed) as failed:
        await ask(fetch, site.url())
    assert failed.value.after == after


async def test_a_bare_429_still_means_slow_down(site: Owner, fetch: Fetcher) -> None:
    site.says(status=429)
    with pytest.raises(SourceFailed, match=r"asked us to slow down .HTTP 429") as failed:
        await ask(fetch, site.url())
    assert failed.value.after == Limits().bare_slow_down


async def test_a_429_covers_the_host_until_its_time_is_over(site: Owner) -> None:
    clock = Moment()
    site.says("/a", 429, Retry_After="100")
    site.says("/b")
    async with fetching(clock=clock) as fetch:
        with pytest.raises(SourceFailed) as first:
            await ask(fetch, site.url("/a", "busy.example"))
        clock.move(40)
        with pytest.raises(SourceFailed) as second:
            await ask(fetch, site.url("/b", "BUSY.example"))
        assert (str(second.value), second.value.after) == (str(first.value), 60.0)
        assert (await ask(fetch, site.url("/b", "calm.example"))).body == BODY
        clock.move(60)
        assert (await ask(fetch, site.url("/b", "busy.example"))).body == BODY
    assert [asked.path for asked in site.asked] == ["/a", "/b", "/b"]


async def test_those_who_wait_for_their_turn_hear_of_a_429_as_well(site: Owner, fetch: Fetcher) -> None:
    site.says(status=429, Retry_After="100")
    answers = await asyncio.gather(*(ask(fetch, site.url()) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [SourceFailed] * 5
    assert len(site.asked) == 1


async def test_a_503_is_for_the_feed_alone(site: Owner, fetch: Fetcher) -> None:
    site.says("/a", 503, Retry_After="100")
    site.says("/b")
    with pytest.raises(SourceFailed, match="not available just now"):
        await ask(fetch, site.url("/a"))
    assert (await ask(fetch, site.url("/b"))).body == BODY


# ── moved, gone, failed ─────────────────────────────────────────────────────────────────────────────


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
        ("http:///feed", "an address that cannot be read"),
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


# ── one at a time, spaced ───────────────────────────────────────────────────────────────────────────


async def slowly(_: web.BaseRequest) -> web.Response:
    await asyncio.sleep(0.01)
    return web.Response(body=BODY)


async def test_one_host_has_one_connection_at_a_time(site: Owner, fetch: Fetcher) -> None:
    site.answers["/feed"] = slowly
    await asyncio.gather(*(ask(fetch, site.url(f"/feed?{n}")) for n in range(5)))
    assert (site.most, len(site.asked)) == (1, 5)
    assert len({asked.peer for asked in site.asked}) == 5  # each connection was closed after its request


async def test_different_hosts_are_asked_together(site: Owner, fetch: Fetcher) -> None:
    everyone_is_there = asyncio.Event()

    async def together(_: web.BaseRequest) -> web.Response:
        if site.now == 3:
            everyone_is_there.set()
        await everyone_is_there.wait()
        return web.Response(body=BODY)

    site.answers["/feed"] = together
    await asyncio.gather(*(ask(fetch, site.url(host=f"{name}.example")) for name in "abc"))
    assert site.most == 3


@pytest.mark.parametrize(
    ("limits", "hosts"),
    [
        (Limits(host_gap=3600.0, arxiv_gap=0.0), ("a.example", "a.example", "A.example.", "b.example")),
        (
            Limits(host_gap=0.0, arxiv_gap=3600.0),
            ("rss.arxiv.org", "export.arxiv.org", "arxiv.org", "notarxiv.org"),
        ),
    ],
)
async def test_a_host_rests_between_requests_while_others_are_asked(
    site: Owner, limits: Limits, hosts: tuple[str, str, str, str]
) -> None:
    site.says()
    first, second, third, elsewhere = (site.url(host=host) for host in hosts)
    async with fetching(limits=limits) as fetch:
        await ask(fetch, first)
        resting = [asyncio.create_task(ask(fetch, url)) for url in (second, third)]
        await ask(fetch, elsewhere)
        await ask(fetch, site.url(host="c.example"))
        assert [asked.host.split(":")[0] for asked in site.asked] == [hosts[0], hosts[3], "c.example"]
        assert not any(task.done() for task in resting)
        for task in resting:
            task.cancel()
        await asyncio.gather(*resting, return_exceptions=True)


def test_the_gaps_are_those_that_the_owners_ask_for() -> None:
    assert (Limits().arxiv_gap, Limits().host_gap, Limits().redirects) == (3.0, 1.0, 5)
    assert (Limits().body, Limits().seconds) == (15 * 2**20, 30.0)


async def test_a_redirect_within_the_host_waits_its_turn_as_well(site: Owner) -> None:
    site.says("/old", 301, Location="/feed")
    site.says()
    async with fetching(limits=Limits(host_gap=3600.0)) as fetch:
        task = asyncio.create_task(ask(fetch, site.url("/old", "a.example")))
        await ask(fetch, site.url("/feed", "b.example"))
        await ask(fetch, site.url("/feed", "c.example"))
        assert sorted(asked.path for asked in site.asked) == ["/feed", "/feed", "/old"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_two_hosts_that_redirect_to_each_other_do_not_wait_for_each_other(site: Owner, fetch: Fetcher) -> None:
    site.says("/a", 302, Location=site.url("/feed", "b.example"))
    site.says("/b", 302, Location=site.url("/feed", "a.example"))
    site.answers["/feed"] = slowly
    urls = [site.url("/a", "a.example"), site.url("/b", "b.example")] * 5
    assert {answer.body for answer in await asyncio.gather(*(ask(fetch, url) for url in urls))} == {BODY}


async def test_a_restart_asks_each_feed_once_and_uses_its_body(site: Owner, fetch: Fetcher) -> None:
    site.says(ETag='"one"')
    answer = await fetch(Feed("some name", site.url()), Bookmark("some name"))
    assert (answer.body, len(site.asked), answer.bookmark.address) == (BODY, 1, "some name")


async def test_times_are_told_by_the_clock_that_was_given(site: Owner) -> None:
    site.says(status=503, Retry_After="Mon, 17 Aug 2026 12:10:00 GMT")
    async with fetching(clock=Moment(NOW + timedelta(minutes=5)), lookup=Names()) as fetch:
        with pytest.raises(SourceFailed) as failed:
            await ask(fetch, site.url())
    assert failed.value.after == 300.0
