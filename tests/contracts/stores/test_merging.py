"""What a Store promises when two papers turn out to be one: nothing is posted twice, nothing is lost."""

from __future__ import annotations

import pytest

from bot.model import Bookmark, Delivery, Paper, Poll, State
from bot.ports import Store
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, TEAM, paper, poll, send, take, why

OLDER, YOUNGER = paper("url:a", title="Older"), paper("guid:f#a", title="Younger", abstract="Words.")
BRIDGE = paper("arxiv:a", title="", aliases=("guid:f#a", "url:a"))


async def record(store: Store, found: Paper, term: str, *, state: State = "pending") -> None:
    await store.record(Poll(Bookmark(FEED), (found,), (Delivery(found.id, GENERAL, (why(term),), state=state),)), NOW)


async def both(store: Store) -> tuple[Delivery, Delivery]:
    """The one that stays, and the one that is merged."""
    (merged,) = [d for d in await store.deliveries() if d.state == "merged"]
    (winner,) = [d for d in await store.deliveries() if d.state != "merged"]
    return winner, merged


async def test_two_papers_found_to_be_one_merge_into_the_one_seen_first(store: Store) -> None:
    await store.record(poll(OLDER), NOW)
    await store.record(poll(YOUNGER), NOW + MINUTE)
    await store.record(poll(BRIDGE), NOW + 2 * MINUTE)
    (kept,) = await store.papers()
    assert (kept.id, kept.seen, kept.title, kept.abstract) == ("url:a", NOW, "Younger", "Words.")
    assert [await store.paper(name) for name in ("url:a", "guid:f#a", "arxiv:a")] == [kept] * 3
    assert await store.unknown([OLDER, YOUNGER, BRIDGE]) == []
    assert sum(count for _, count in await store.days()) == 1


async def test_of_two_pending_deliveries_the_later_one_is_merged_and_one_is_posted(store: Store) -> None:
    await record(store, OLDER, "one")
    await record(store, YOUNGER, "two")
    await store.record(poll(BRIDGE), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    assert await take(store, NOW + 9 * MINUTE) == []
    winner, merged = await both(store)
    assert (winner.state, winner.reasons, winner.row < merged.row) == ("sent", (why("one"), why("two")), True)
    assert winner.paper == merged.paper == "url:a"


async def test_a_sent_delivery_stays_whichever_paper_it_was_of(store: Store) -> None:
    await record(store, OLDER, "one", state="held")
    await record(store, YOUNGER, "two")
    (claim,) = await take(store)
    await send(store, claim, "m1")
    await store.threaded(claim.delivery.row, "t1")
    await store.record(poll(BRIDGE), NOW)
    winner, _ = await both(store)
    assert (winner.message, winner.thread, winner.row) == ("m1", "t1", claim.delivery.row)
    assert await take(store, NOW + 9 * MINUTE) == []


async def test_of_two_sent_deliveries_the_merged_one_keeps_its_message_and_lends_its_thread(store: Store) -> None:
    for found, message in ((OLDER, "m1"), (YOUNGER, "m2")):
        await record(store, found, "on")
        (claim,) = await take(store)
        await send(store, claim, message)
    await store.threaded(claim.delivery.row, "t2")
    await store.record(poll(BRIDGE), NOW)
    winner, merged = await both(store)
    assert (winner.message, winner.thread, winner.state) == ("m1", "t2", "sent")
    assert (merged.message, merged.thread) == ("m2", "t2")


async def test_a_thread_opened_under_a_merged_post_is_the_papers_thread(store: Store) -> None:
    for found, message in ((OLDER, "m1"), (YOUNGER, "m2")):
        await record(store, found, "on")
        (claim,) = await take(store)
        await send(store, claim, message)
    await store.record(poll(BRIDGE), NOW)
    _, merged = await both(store)
    await store.threaded(merged.row, "t1")
    assert [d.thread for d in await both(store)] == ["t1", "t1"]


async def test_a_delivery_in_somebodys_hands_goes_before_one_that_waits(store: Store) -> None:
    await record(store, OLDER, "one", state="held")
    await record(store, YOUNGER, "two")
    (claim,) = await take(store)
    await store.record(poll(BRIDGE), NOW)
    await send(store, claim, "m1")
    winner, _ = await both(store)
    assert (winner.row, winner.state, winner.message) == (claim.delivery.row, "sent", "m1")


async def test_a_delivery_merged_in_somebodys_hands_still_remembers_its_message(store: Store) -> None:
    await record(store, OLDER, "one")
    (claim,) = await take(store)
    await send(store, claim, "m1")
    await record(store, YOUNGER, "two")
    (late,) = await take(store)
    await store.record(poll(BRIDGE), NOW)
    await send(store, late, "m2")
    winner, merged = await both(store)
    assert (winner.message, merged.message, merged.row) == ("m1", "m2", late.delivery.row)
    assert await take(store, NOW + 9 * MINUTE) == []


@pytest.mark.parametrize("step", ["later", "fail"])
async def test_a_delivery_merged_in_somebodys_hands_is_not_tried_again(store: Store, step: str) -> None:
    await record(store, OLDER, "one", state="sent")
    await record(store, YOUNGER, "two")
    (late,) = await take(store)
    await store.record(poll(BRIDGE), NOW)
    await (store.later(late, NOW, "busy", NOW) if step == "later" else store.fail(late, "refused", "no"))
    winner, merged = await both(store)
    assert (winner.state, merged.state) == ("sent", "merged")
    assert await take(store, NOW + 9 * MINUTE) == []


async def test_a_post_that_is_out_but_unfinished_goes_before_one_in_hand(store: Store) -> None:
    await record(store, OLDER, "one")
    (first,) = await take(store)
    await store.posted(first, "m1", NOW)
    await store.later(first, NOW + 9 * MINUTE, "the thread failed", NOW)
    await record(store, YOUNGER, "two")
    (second,) = await take(store)
    await store.record(poll(BRIDGE), NOW)
    winner, merged = await both(store)
    assert (winner.row, winner.message, merged.row) == (first.delivery.row, "m1", second.delivery.row)


async def test_deliveries_to_other_channels_move_to_the_older_paper(store: Store) -> None:
    await record(store, OLDER, "one")
    await store.record(poll(YOUNGER, to=[TEAM]), NOW)
    await store.record(poll(BRIDGE), NOW)
    assert {(d.paper, d.channel, d.state) for d in await store.deliveries()} == {
        ("url:a", GENERAL, "pending"),
        ("url:a", TEAM, "pending"),
    }


async def test_three_papers_merge_at_once_and_a_merged_delivery_stays_merged(store: Store) -> None:
    for name, term in (("url:a", "one"), ("url:b", "two"), ("url:c", "three")):
        await record(store, paper(name), term)
    await store.record(poll(paper("url:c", aliases=("url:b",))), NOW)
    await store.record(poll(paper("url:b", aliases=("url:a",))), NOW)
    (kept,) = await store.papers()
    assert (kept.id, set(kept.aliases)) == ("url:a", {"url:b", "url:c"})
    states = [(d.state, [r.term for r in d.reasons]) for d in reversed(await store.deliveries())]
    assert states == [("pending", ["one", "two", "three"]), ("merged", ["two", "three"]), ("merged", ["three"])]


async def test_papers_and_deliveries_of_the_poll_that_merges_find_the_older_paper(store: Store) -> None:
    await record(store, OLDER, "one")
    await record(store, YOUNGER, "two")
    found = (YOUNGER, BRIDGE, paper("guid:f#a", aliases=("doi:a",)))
    again = tuple(Delivery(p.id, GENERAL, (why("three"),)) for p in found)
    assert await store.record(Poll(Bookmark(FEED), found, again), NOW) == 0
    winner, _ = await both(store)
    assert [r.term for r in winner.reasons] == ["one", "two", "three"]
