"""How long an owner wants us away: `max-age`, `Expires`, `Retry-After`, and a 429 for the whole host."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import SourceFailed
from bot.fetch import Fetcher, Limits
from tests.fetch.owner import BODY, NOW, Moment, Names, Owner, ask, fetching


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


async def test_times_are_told_by_the_clock_that_was_given(site: Owner) -> None:
    site.says(status=503, Retry_After="Mon, 17 Aug 2026 12:10:00 GMT")
    async with fetching(clock=Moment(NOW + timedelta(minutes=5)), lookup=Names()) as fetch:
        with pytest.raises(SourceFailed) as failed:
            await ask(fetch, site.url())
    assert failed.value.after == 300.0
