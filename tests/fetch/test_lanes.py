"""One connection a host, spaced; arXiv's machines are one host; nobody waits for a stranger."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.fetch import Fetcher, Limits
from bot.fetch.lanes import Lanes
from tests.fetch.owner import BODY, QUICK, Moment, Owner, ask, fetching


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


async def test_ever_new_hosts_do_not_fill_the_memory(site: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.fetch.lanes.MANY", 10)
    lanes = Lanes(QUICK, Moment())
    for n in range(100):
        async with lanes.turn(f"{n}.example"):
            pass
    assert len(lanes._lanes) <= 10


async def test_a_host_that_rests_is_not_forgotten_among_ever_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.fetch.lanes.MANY", 3)
    lanes = Lanes(Limits(host_gap=3600.0), Moment())

    async def turn(host: str) -> None:
        async with lanes.turn(host):
            pass

    for n in range(10):
        await turn(f"{n}.example")
    again = asyncio.create_task(turn("0.example"))
    for n in range(10, 20):
        await turn(f"{n}.example")
    assert not again.done()
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
