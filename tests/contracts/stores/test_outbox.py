"""What a Store promises of deliveries: who may take which, when, and what is remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import LeaseLost, StoreFailed
from bot.model import Bookmark, Channel, Claim, Delivery, Options, Poll
from bot.ports import Store
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, PACE, RANDOM, TEAM, paper, poll, send, take, why

SECOND = timedelta(seconds=1)


async def test_a_claim_carries_the_delivery_its_paper_and_a_lease(store: Store) -> None:
    planned = Delivery(paper().id, GENERAL, (why("on"),), options=Options(format="card", max=3))
    await store.record(Poll(Bookmark(FEED), (paper(),), (planned,)), NOW)
    (claim,) = await take(store)
    assert claim.delivery == replace(planned, row=claim.delivery.row, due=NOW)
    assert (claim.paper, claim.lease) == (replace(paper(), seen=NOW), 1)
    assert claim.delivery.row > 0


async def test_a_delivery_is_claimed_once_per_lease(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    assert len(await take(store)) == 1
    assert await take(store, NOW + MINUTE - SECOND) == []


async def test_an_expired_lease_is_claimed_again_with_a_higher_number(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (first,) = await take(store)
    (second,) = await take(store, NOW + MINUTE, worker="w2")
    assert (second.delivery, second.lease) == (replace(first.delivery, doubt=True), first.lease + 1)


LATE: dict[str, Callable[[Store, Claim], Awaitable[None]]] = {
    "posted": lambda store, claim: store.posted(claim, "m-late", NOW),
    "done": lambda store, claim: store.done(claim),
    "later": lambda store, claim: store.later(claim, NOW, "late", NOW),
    "fail": lambda store, claim: store.fail(claim, "refused", "late"),
}


@pytest.mark.parametrize("step", LATE)
async def test_a_stale_worker_is_refused_by_its_lease_number(store: Store, step: str) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (stale,) = await take(store)
    (fresh,) = await take(store, NOW + MINUTE)
    with pytest.raises(LeaseLost):
        await LATE[step](store, stale)
    assert await store.delivery(fresh.delivery.row) == fresh.delivery
    await send(store, fresh, "m1")


@pytest.mark.parametrize("step", LATE)
async def test_a_finished_delivery_cannot_be_finished_again(store: Store, step: str) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    before = await store.deliveries()
    with pytest.raises(LeaseLost):
        await LATE[step](store, claim)
    assert await store.deliveries() == before


async def test_an_expired_lease_that_nobody_took_over_still_finishes(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1", NOW + 9 * MINUTE)
    assert [d.state for d in await store.deliveries()] == ["sent"]


async def test_a_sent_delivery_remembers_its_message_and_is_not_claimed_again(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1", NOW + SECOND)
    (sent,) = await store.deliveries()
    assert sent == replace(claim.delivery, state="sent", message="m1", posted_at=NOW + SECOND)
    assert await take(store, NOW + 9 * MINUTE) == []
    assert await store.due(PACE) is None


async def test_a_message_remembered_before_a_crash_comes_with_the_next_claim(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.posted(claim, "m1", NOW)
    await store.threaded(claim.delivery.row, "t1")
    (again,) = await take(store, NOW + MINUTE)
    assert (again.delivery.message, again.delivery.thread, again.delivery.posted_at) == ("m1", "t1", NOW)
    assert again.delivery.state == "pending"


async def test_the_first_thread_of_a_paper_in_a_channel_stays(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL, RANDOM]), NOW)
    first, _ = await take(store)
    await store.threaded(first.delivery.row, "t1")
    await store.threaded(first.delivery.row, "t2")
    assert [d.thread for d in await store.deliveries()] == [None, "t1"]
    with pytest.raises(StoreFailed, match="999"):
        await store.threaded(999, "t1")


async def test_a_delivery_given_back_is_tried_again_when_due_and_counts_its_attempts(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.later(claim, NOW + MINUTE, "asked to wait", NOW)
    assert await take(store, NOW + MINUTE - SECOND) == []
    (again,) = await take(store, NOW + MINUTE)
    assert (again.delivery.attempts, again.delivery.error, again.delivery.due) == (1, "asked to wait", NOW + MINUTE)
    assert again.lease == claim.lease + 1


async def test_a_delivery_remembers_when_it_was_first_tried_in_vain(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    for attempt in range(3):
        (claim,) = await take(store, NOW + attempt * MINUTE)
        assert claim.delivery.first_tried == (NOW if attempt else None)
        await store.later(claim, NOW + (attempt + 1) * MINUTE, "busy", NOW + attempt * MINUTE)


@pytest.mark.parametrize("state", ["refused", "given_up"])
async def test_a_failed_delivery_ends_with_its_reason(store: Store, state: str) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.fail(claim, state, "the channel is gone")
    (ended,) = await store.deliveries()
    assert (ended.state, ended.error) == (state, "the channel is gone")
    assert await take(store, NOW + 9 * MINUTE) == []


async def test_a_delivery_fails_only_as_refused_or_given_up(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    with pytest.raises(ValueError, match="sent"):
        await store.fail(claim, "sent", "no")


async def test_a_channel_gets_its_oldest_due_delivery_first_one_at_a_time(store: Store) -> None:
    await store.record(poll(paper("arxiv:tomorrow"), to=[GENERAL], due=NOW + 99 * MINUTE), NOW)
    await store.record(poll(paper("arxiv:a"), paper("arxiv:b"), paper("arxiv:c"), to=[GENERAL]), NOW)
    order = []
    while claims := await take(store):
        (claim,) = claims
        order.append(claim.paper.id)
        await send(store, claim, "m")
    assert order == ["arxiv:a", "arxiv:b", "arxiv:c"]
    assert [c.paper.id for c in await take(store, NOW + 99 * MINUTE)] == ["arxiv:tomorrow"]


async def test_an_older_delivery_given_back_goes_before_newer_ones_once_it_is_due(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), paper("arxiv:b"), paper("arxiv:c"), to=[GENERAL]), NOW)
    (first,) = await take(store)
    await store.later(first, NOW + MINUTE, "busy", NOW)
    (second,) = await take(store)
    await send(store, second, "m")
    assert [c.paper.id for c in await take(store, NOW + MINUTE)] == ["arxiv:a"]


async def test_a_crowded_platform_keeps_no_other_waiting_and_due_knows_its_limit(store: Store) -> None:
    """Its waiting channels take no place in a claim that they have no room for, however early they came."""
    crowded = [Channel("discord", f"1/{number}") for number in range(5)]
    await store.record(poll(paper(), to=[*crowded, TEAM]), NOW)
    pace, crowd = {"discord": SECOND, "slack": SECOND}, {"discord": SECOND}
    claims = await store.claim("w1", NOW, lease=MINUTE, limit=2, pace=pace, crowd=crowd)
    assert [c.delivery.channel for c in claims] == [crowded[0], TEAM]
    await send(store, claims[1], "m")
    due = await store.due(pace)
    assert due is not None
    assert NOW + SECOND / 2 < due <= NOW + SECOND
    assert await store.claim("w1", due - SECOND / 4, lease=MINUTE, limit=9, pace=pace, crowd=crowd) == []
    (next_one,) = await store.claim("w1", due, lease=MINUTE, limit=9, pace=pace, crowd=crowd)
    assert next_one.delivery.channel == crowded[1]


async def test_only_platforms_with_a_pace_are_served(store: Store) -> None:
    await store.record(poll(paper(), to=[GENERAL, TEAM]), NOW)
    claims = await store.claim("w1", NOW, lease=MINUTE, limit=9, pace={"slack": SECOND})
    assert [c.delivery.channel for c in claims] == [TEAM]
    assert await store.claim("w1", NOW, lease=MINUTE, limit=9, pace={}) == []


async def test_a_channel_waits_for_its_platforms_pace(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), paper("arxiv:b"), to=[TEAM]), NOW)
    (first,) = await take(store)
    await send(store, first, "m")
    assert await take(store, NOW + SECOND - timedelta(microseconds=1)) == []
    assert [c.paper.id for c in await take(store, NOW + SECOND)] == ["arxiv:b"]


async def test_two_workers_keep_to_one_pace_and_one_lease_a_channel(database: Callable[[], Awaitable[Store]]) -> None:
    one, other = await database(), await database()
    await one.record(poll(paper("arxiv:a"), paper("arxiv:b"), to=[GENERAL, TEAM]), NOW)
    first = await take(one, worker="w1")
    assert [c.paper.id for c in first] == ["arxiv:a", "arxiv:a"]
    assert await take(other, NOW + SECOND, worker="w2") == []  # both channels are in w1's hands
    for claim in first:
        await send(one, claim, "m")
    assert [c.delivery.channel for c in await take(other, NOW, worker="w2")] == [GENERAL]  # the other paces itself


async def test_one_channels_thousands_do_not_keep_others_waiting(store: Store) -> None:
    crowd = [paper(f"arxiv:{n}") for n in range(50)]
    channels = [Channel("local", name) for name in "abc"]
    await store.record(poll(*crowd, to=channels[:1]), NOW)
    await store.record(poll(paper("arxiv:last"), to=channels), NOW)
    served = []
    for second in range(6):
        (claim,) = await take(store, NOW + second * SECOND, limit=1)
        served.append(claim.delivery.channel.place)
        await send(store, claim, "m")
    assert served == ["a", "b", "c", "a", "a", "a"]


async def test_a_claim_takes_at_most_its_limit_of_channels(store: Store) -> None:
    await store.record(poll(paper(), to=[Channel("local", str(n)) for n in range(9)]), NOW)
    assert [len(await take(store, limit=4)) for _ in range(4)] == [4, 4, 1, 0]


async def test_due_is_when_the_next_claim_brings_something(store: Store) -> None:
    assert await store.due(PACE) is None
    await store.record(poll(paper("arxiv:a"), to=[TEAM], due=NOW + MINUTE), NOW)
    assert await store.due(PACE) == NOW + MINUTE
    assert (await store.due(["local"]), await store.due([])) == (None, None)
    await store.record(poll(paper("arxiv:b"), paper("arxiv:c"), to=[TEAM]), NOW)
    assert await store.due(PACE) == NOW
    (claim,) = await take(store)
    assert await store.due(PACE) == NOW + MINUTE  # when the lease ends
    await send(store, claim, "m")
    assert await store.due(PACE) == NOW + SECOND  # when the pace allows
    (claim,) = await take(store, NOW + SECOND)
    await store.later(claim, NOW + 5 * SECOND, "busy", NOW)
    assert await store.due(PACE) == NOW + 5 * SECOND


async def test_due_never_says_later_than_a_claim_would_succeed(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), to=[GENERAL, TEAM], due=NOW + 3 * SECOND), NOW)
    await store.record(poll(paper("arxiv:b"), to=[TEAM], due=NOW + 2 * SECOND), NOW)
    at, sent = NOW, 0
    while (due := await store.due(PACE)) is not None:
        assert due > at or sent == 0
        assert await take(store, due - timedelta(microseconds=1)) == []
        at = due
        for claim in await take(store, at):
            sent += 1
            await send(store, claim, "m")
    assert (sent, at) == (3, NOW + 3 * SECOND)


async def test_a_held_delivery_waits_for_somebody_to_release_it(store: Store) -> None:
    held = Delivery(paper().id, GENERAL, state="held")
    await store.record(Poll(Bookmark(FEED), (paper(),), (held,)), NOW)
    assert (await take(store), await store.due(PACE)) == ([], None)
    assert [d.state for d in await store.deliveries()] == ["held"]


async def test_a_delivery_may_be_recorded_as_already_sent(store: Store) -> None:
    sent = Delivery(paper().id, GENERAL, state="sent", message="m1", posted_at=NOW)
    await store.record(Poll(Bookmark(FEED), (paper(),), (sent,)), NOW)
    assert await take(store) == []
    assert [(d.message, d.posted_at) for d in await store.deliveries()] == [("m1", NOW)]


async def test_deliveries_are_listed_newest_first_and_found_by_their_row(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), paper("arxiv:b"), to=[GENERAL, TEAM]), NOW)
    everything = await store.deliveries()
    assert [(d.paper[-1], d.channel) for d in everything] == [("b", TEAM), ("b", GENERAL), ("a", TEAM), ("a", GENERAL)]
    assert await store.deliveries(TEAM) == everything[::2]
    assert await store.deliveries(limit=1) == everything[:1]
    assert [await store.delivery(d.row) for d in everything] == everything
    assert (await store.delivery(0), await store.delivery(10**30)) == (None, None)


async def test_whoever_leads_takes_back_the_leases_of_the_one_before(database: Callable[[], Awaitable[Store]]) -> None:
    before = await database()
    await before.lead()
    await before.record(poll(paper(), to=[GENERAL]), NOW)
    (stale,) = await take(before)
    await before.close()
    after = await database()
    await after.lead()
    (claim,) = await take(after)
    assert claim.lease > stale.lease
    with pytest.raises(LeaseLost):
        await after.done(stale)


async def test_one_store_leads_at_a_time_and_others_work_beside_it(database: Callable[[], Awaitable[Store]]) -> None:
    leader, other = await database(), await database()
    await leader.lead()
    await leader.lead()
    await leader.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(leader)
    with pytest.raises(StoreFailed, match="already running"):
        await other.lead()
    assert len(await other.deliveries()) == 1
    await send(leader, claim, "m1")  # its leases were not taken by the attempt
    await leader.close()
    await other.lead()


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreFailed, match="closed"):
        await store.version()


async def test_a_clock_that_is_set_back_silences_no_channel(store: Store) -> None:
    """Pace, lease and retry that a clock a month ahead wrote down count no more once it is right."""
    ahead = NOW + timedelta(days=30)
    await store.record(poll(paper("url:1"), paper("url:2"), to=[TEAM, GENERAL]), ahead)
    for claim in await take(store, ahead):
        if claim.delivery.channel == TEAM:
            await send(store, claim, "m1", ahead)  # the pace of the channel is spent
        else:
            await store.later(claim, ahead + MINUTE, "try later", ahead)
    (leased,) = await take(store, ahead + SECOND, limit=1)
    claims = await take(store)
    assert {claim.delivery.channel for claim in claims} == {TEAM, GENERAL}
    assert leased.delivery.row not in {c.delivery.row for c in claims if c.lease == leased.lease}
