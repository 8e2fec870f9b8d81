"""What a Store promises of deliveries that are held until a person has looked."""

from __future__ import annotations

from dataclasses import replace

from bot.habits import Held
from bot.model import Bookmark, Delivery, Poll
from bot.ports import Store
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, PACE, RANDOM, outcome, paper, poll, send, take

OTHER = "https://other.example/\udcff?a=b"


async def flood(store: Store) -> None:
    """Two papers of one source and one of another are held; one is not."""
    one, two, three = paper("arxiv:1"), paper("arxiv:2"), replace(paper("arxiv:3"), source=OTHER)
    channels = {one: (GENERAL, RANDOM), two: (GENERAL,), three: (GENERAL,)}
    held = tuple(
        Delivery(found.id, channel, state="held", error="Too many.")
        for found in channels
        for channel in channels[found]
    )
    await store.record(Poll(Bookmark(FEED), (one, two, three), held), NOW)
    await store.record(poll(paper("arxiv:4"), to=[RANDOM]), NOW)


async def test_what_is_held_is_told_by_source(store: Store) -> None:
    assert await store.holding() == []
    await flood(store)
    other = OTHER.replace("\udcff", "\ufffd")
    assert await store.holding() == [Held(other, 1, 1, NOW, "Too many."), Held(FEED, 3, 2, NOW, "Too many.")]


async def test_what_is_released_is_due_at_once_and_posted_once(store: Store) -> None:
    await flood(store)
    (usual,) = await take(store)
    await send(store, usual, "m")
    assert await store.release(FEED, NOW + MINUTE) == 3
    assert await store.due(["local"]) == NOW + MINUTE
    claims = [*await take(store, NOW + MINUTE), *await take(store, NOW + MINUTE)]
    assert {(c.delivery.paper, c.delivery.channel) for c in claims} == {("arxiv:1", GENERAL), ("arxiv:1", RANDOM)}
    assert all(claim.delivery.error is None for claim in claims)
    for claim in claims:
        await send(store, claim, "m", NOW + MINUTE)
    assert [claim.delivery.paper for claim in await take(store, NOW + 2 * MINUTE)] == ["arxiv:2"]
    assert [held.source for held in await store.holding()] == [OTHER.replace("\udcff", "\ufffd")]


async def test_what_is_discarded_is_given_up_and_never_posted(store: Store) -> None:
    await flood(store)
    assert await store.discard(OTHER, "Nobody wants it.") == 1
    assert (await outcome(store))["arxiv:3", str(GENERAL)] == "given_up"
    assert "Nobody wants it." in [delivery.error for delivery in await store.deliveries()]
    assert await store.discard(None, "Nor this.") == 3
    assert [claim.delivery.paper for claim in await take(store)] == ["arxiv:4"]
    assert (await store.holding(), await store.release(None, NOW)) == ([], 0)


async def test_only_what_is_held_is_released_or_discarded(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    assert (await store.release(None, NOW), await store.discard(None, "no")) == (0, 0)
    await send(store, claim, "m1")
    assert (await store.release(FEED, NOW), await store.discard(FEED, "no")) == (0, 0)
    assert [delivery.state for delivery in await store.deliveries()] == ["sent"]
    assert await store.due(PACE) is None
