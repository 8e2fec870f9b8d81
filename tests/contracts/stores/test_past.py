"""What a Store promises of a feed's past: its papers are known, the day is remembered, nothing is planned."""

from __future__ import annotations

from datetime import date, timedelta

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
