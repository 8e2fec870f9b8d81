"""What a Store promises of a feed's past: its papers are known, each day has its bookmark, nothing is planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.errors import RulesChanged
from bot.model import Bookmark, Poll
from bot.ports import Store
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import FEED, GENERAL, NOW, paper, poll

MONDAY = date(2026, 8, 10)
TUESDAY = MONDAY + timedelta(days=1)


async def test_a_days_past_is_kept_and_remembered(database: Open) -> None:
    store = await database()
    assert await store.backfilled(FEED) == frozenset()
    await store.backfill(FEED, MONDAY, [paper("arxiv:a"), paper("arxiv:b")], NOW)
    await store.backfill(FEED, TUESDAY, [], NOW)
    again = await database()
    assert await again.backfilled(FEED) == {MONDAY, TUESDAY}
    assert await again.backfilled("https://other.example/") == frozenset()
    assert {found.id for found in await again.papers()} == {"arxiv:a", "arxiv:b"}
    assert (await again.deliveries(), await again.bookmarks()) == ([], {})


async def test_a_paper_of_the_past_is_updated_never_doubled(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), to=[GENERAL]), NOW)
    for _ in range(2):
        await store.backfill(FEED, MONDAY, [paper("arxiv:a", version=2, title="Mended")], NOW)
    assert [found.title for found in await store.papers()] == ["Mended"]
    assert len(await store.deliveries()) == 1
    assert await store.backfilled(FEED) == {MONDAY}


async def test_each_day_has_a_bookmark_beside_the_feeds_own(database: Open) -> None:
    store = await database()
    own, page = Bookmark(FEED, '"feed"', due=NOW), Bookmark(FEED, '"day"', "Mon", "5e", NOW, 2, NOW, "busy")
    await store.record(Poll(own), NOW)
    await store.record(Poll(replace(page, etag="old"), day=MONDAY), NOW)
    planned = poll(paper("arxiv:a"), to=[GENERAL])
    assert await store.record(replace(planned, bookmark=page, day=MONDAY), NOW) == 1
    await store.backfill(FEED, TUESDAY, [], NOW, own)
    again = await database()
    assert await again.pages(FEED) == {MONDAY: page, TUESDAY: own}
    assert await again.pages("https://other.example/") == {}
    assert (await again.bookmark(FEED), len(await again.bookmarks())) == (own, 1)


async def test_days_that_a_list_holds_are_remembered(store: Store) -> None:
    page, hour = Bookmark(FEED, '"day"', due=NOW, baseline_at=NOW), timedelta(hours=1)
    await store.record(Poll(page, day=MONDAY), NOW)
    await store.listed(FEED, [MONDAY, TUESDAY], NOW + hour)
    wanted = {MONDAY: replace(page, baseline_at=NOW + hour), TUESDAY: Bookmark(FEED, baseline_at=NOW + hour)}
    assert await store.pages(FEED) == wanted
    await store.listed(FEED, [], NOW + hour)
    assert (await store.pages(FEED), await store.bookmarks()) == (wanted, {})


async def test_a_day_is_recorded_whole_or_not_at_all(store: Store) -> None:
    page = Poll(Bookmark(FEED, '"day"'), (paper("arxiv:a"),), version=99, day=MONDAY)
    with pytest.raises(RulesChanged):
        await store.record(page, NOW)
    assert (await store.pages(FEED), await store.papers()) == ({}, [])


async def test_days_of_long_ago_are_let_go(store: Store) -> None:
    for back in (60, 31, 30, 1):
        await store.record(Poll(Bookmark(FEED), day=NOW.date() - timedelta(days=back)), NOW - timedelta(days=back))
    await store.record(Poll(Bookmark(FEED), day=NOW.date()), NOW)
    assert sorted(await store.pages(FEED)) == [NOW.date() - timedelta(days=back) for back in (30, 1, 0)]
