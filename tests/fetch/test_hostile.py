"""Servers that mean harm, or are very ill: each ends within its limits, with its sentence, and delays nobody."""

from __future__ import annotations

import asyncio
import gzip
import threading
import zlib
from dataclasses import replace

import pytest
from aiohttp import web

from bot.errors import SourceFailed
from bot.fetch import Fetcher, Limits
from tests.fetch.owner import BODY, QUICK, Names, Owner, Wire, ask, fetching, wire

OK = b"HTTP/1.1 200 OK\r\n"
HURRIED = replace(QUICK, seconds=0.3)
NARROW = replace(QUICK, body=1_000_000)


async def sentence(fetch: Fetcher, url: str) -> str:
    with pytest.raises(SourceFailed) as failed:
        await ask(fetch, url)
    return str(failed.value).replace(url.split("/")[2], "it")


async def gone(line: Wire) -> None:
    """The other side hung up, so that nothing is sent any more."""
    await asyncio.wait_for(line.hung_up.wait(), 30)


# ── too much ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hundred_megabytes_that_are_announced_are_not_read() -> None:
    head = OK + b"Content-Length: 104857600\r\n\r\n"
    async with wire(head, bytes(65536)) as line, fetching() as fetch:
        assert await sentence(fetch, line.url()) == "it sent more than 15 MiB, which is more than a feed should hold."
        await gone(line)
    assert line.sent < 10_000_000


async def test_a_hundred_megabytes_that_are_not_announced_stop_at_the_cap() -> None:
    async with wire(OK + b"\r\n", bytes(65536)) as line, fetching(limits=NARROW) as fetch:
        assert "more than 0.954 MiB" in await sentence(fetch, line.url())
        await gone(line)
    assert line.sent < 10_000_000


def endless_gzip() -> tuple[bytes, bytes]:
    """The beginning of a gzip file, and a kilobyte of it that holds a megabyte and can be repeated for ever."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = press.compress(bytes(2**20)) + press.flush(zlib.Z_FULL_FLUSH)
    return start, press.compress(bytes(2**20)) + press.flush(zlib.Z_FULL_FLUSH)


async def test_a_gzip_bomb_stops_early() -> None:
    start, more = endless_gzip()
    head = OK + b"Content-Encoding: gzip\r\n\r\n" + start
    async with wire(head, more * 1000) as line, fetching() as fetch:
        assert await sentence(fetch, line.url()) == "it sent more than 15 MiB, which is more than a feed should hold."
        await gone(line)


async def test_a_bomb_stops_as_soon_as_the_cap_is_reached(site: Owner) -> None:
    site.says(body=gzip.compress(bytes(NARROW.body + 1)), Content_Encoding="gzip")
    site.says("/fits", body=gzip.compress(bytes(NARROW.body)), Content_Encoding="gzip")
    async with fetching(limits=NARROW) as fetch:
        assert len((await ask(fetch, site.url("/fits"))).body or b"") == NARROW.body
        assert "more than 0.954 MiB" in await sentence(fetch, site.url())


async def test_ever_more_empty_gzip_files_are_no_feed() -> None:
    async with wire(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 500) as line, fetching() as fetch:
        assert await sentence(fetch, line.url()) == "it sent a packed answer that cannot be unpacked."
        await gone(line)


async def test_a_bomb_does_not_hold_up_the_event_loop() -> None:
    start, more = endless_gzip()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async with wire(OK + b"Content-Encoding: gzip\r\n\r\n" + start + more * 50) as line, fetching() as fetch:
        ticking = asyncio.create_task(tick())
        await sentence(fetch, line.url())
        ticking.cancel()
    assert ticks > 15 * 2**20 // (256 * 1024)  # between every two pieces, somebody else had his turn


# ── never ending ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (OK + b"\r\n", b"x"),
        (OK + b"Content-Length: 100\r\n\r\n", b""),
        (b"H", b""),
        (b"", b""),
        (OK, b"X-Slow: 1\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
async def test_one_byte_at_a_time_ends_with_the_time_for_a_fetch(head: bytes, more: bytes) -> None:
    async with wire(head, more, pause=0.05) as line, fetching(limits=HURRIED) as fetch:
        assert await sentence(fetch, line.url()) == "it took longer than 0.3 seconds, and was not waited for."
        await gone(line)


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (OK, b"X-More: and more\r\n" * 50),
        (OK, b"X" * 65536),
        (OK + b"X-Long: ", b"y" * 65536),
        (b"HTTP/1.1 200 ", b"z" * 65536),
        (b"", b"A" * 65536),
    ],
)
async def test_endless_headers_end(head: bytes, more: bytes) -> None:
    async with wire(head, more) as line, fetching() as fetch:
        assert await sentence(fetch, line.url()) == "it did not answer in proper HTTP."
        await gone(line)
    assert line.sent < 10_000_000


async def test_endless_announcements_of_an_answer_end_with_the_time_for_a_fetch() -> None:
    async with wire(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.001) as line, fetching(limits=HURRIED) as fetch:
        assert await sentence(fetch, line.url()) == "it took longer than 0.3 seconds, and was not waited for."
        await gone(line)


async def test_all_redirects_together_have_the_time_of_one_fetch(site: Owner) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.1)
        return web.Response(status=302, headers={"Location": "/feed"})

    site.answers["/feed"] = slowly
    async with fetching(limits=replace(HURRIED, redirects=1000)) as fetch:
        assert await sentence(fetch, site.url()) == "it took longer than 0.3 seconds, and was not waited for."
    assert len(site.asked) <= 4


async def test_a_name_server_that_never_answers_ends_with_the_time_for_a_fetch() -> None:
    never = threading.Event()

    def lookup(host: str, port: int, family: int) -> list[tuple[object, ...]]:
        never.wait(20)
        return []

    async with fetching(limits=HURRIED, lookup=lookup) as fetch:
        assert (
            await sentence(fetch, "http://slow.example/") == "it took longer than 0.3 seconds, and was not waited for."
        )
    never.set()


# ── and the others ──────────────────────────────────────────────────────────────────────────────────


async def test_hostile_hosts_never_delay_the_others(site: Owner) -> None:
    site.says()
    async with wire(OK + b"\r\n", b"x", pause=0.05) as line, fetching() as fetch:
        stuck = [asyncio.create_task(ask(fetch, f"http://{n}.bad.example:{line.port}/")) for n in range(50)]
        await line.heard(50)
        for n in range(5):
            assert (await ask(fetch, site.url(host=f"{n}.good.example"))).body == BODY
        assert not any(task.done() for task in stuck)
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_stuck_name_servers_never_delay_the_others(site: Owner) -> None:
    site.says()
    over = threading.Event()

    def lookup(host: str, port: int, family: int) -> list[tuple[object, ...]]:
        if "bad" in host:
            over.wait(20)
        return Names()(host, port, family)

    async with fetching(lookup=lookup) as fetch:
        stuck = [asyncio.create_task(ask(fetch, site.url(host=f"{n}.bad.example"))) for n in range(50)]
        await asyncio.sleep(0)
        assert (await ask(fetch, site.url(host="good.example"))).body == BODY
        assert not any(task.done() for task in stuck)
        over.set()
        await asyncio.gather(*stuck)


async def test_no_more_than_so_many_requests_are_under_way_together(site: Owner) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.01)
        return web.Response(body=BODY)

    site.answers["/feed"] = slowly
    async with fetching(limits=replace(QUICK, at_once=3)) as fetch:
        await asyncio.gather(*(ask(fetch, site.url(host=f"{n}.example")) for n in range(20)))
    assert (site.most, len(site.asked)) == (3, 20)


async def test_who_gives_up_waiting_frees_the_way_for_the_next(site: Owner) -> None:
    site.says()
    async with wire(b"") as line, fetching(limits=replace(QUICK, at_once=1)) as fetch:
        stuck = asyncio.create_task(ask(fetch, line.url()))
        await line.heard(1)
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)
        assert (await ask(fetch, site.url())).body == BODY


def test_the_limits_are_those_of_the_manners() -> None:
    assert (Limits().body, Limits().redirects) == (15 * 1024 * 1024, 5)
    assert 20 <= Limits().seconds <= 35
