"""What a Store promises of deliveries that travel together, and of channels that are paused or lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import LeaseLost
from bot.model import Bookmark, Bundle, Channel, Claim, Customs, Delivery, Options, Poll
from bot.ports import Store
from bot.schedule import NEVER
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, PACE, RANDOM, TEAM, paper, take, why

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PATIENCE = timedelta(days=14)


def planned(name: str, bundle: Bundle | None = "digest", channel: Channel = GENERAL, **more: object) -> Delivery:
    return replace(Delivery(name, channel, (why("on"),), due=NOW, bundle=bundle), **more)  # type: ignore[arg-type]


async def bring(store: Store, *wanted: Delivery, **facts: object) -> None:
    """Record the deliveries and their papers; `aka` makes the last paper known by another name as well."""
    papers = [paper(one.paper, **facts) for one in wanted]
    await store.record(Poll(Bookmark(FEED), tuple(papers), wanted), NOW)


async def digest(store: Store, *names: str) -> Claim:
    """Record these papers for one digest, and claim it."""
    await bring(store, *(planned(name) for name in names))
    (claim,) = await take(store)
    return claim


def names(claim: Claim) -> list[str]:
    return [item.delivery.paper for item in claim.items]


def rows(claim: Claim, *wanted: str) -> list[int]:
    return [item.delivery.row for item in claim.items if item.delivery.paper in wanted]


async def states(store: Store) -> dict[str, str]:
    return {one.paper: one.state for one in await store.deliveries() if one.state != "merged"}


async def lose(store: Store, claim: Claim, now: datetime = NOW) -> bool:
    return await store.lost(claim, "It is archived.", now, probe=now + HOUR, patience=PATIENCE)


# ── forming ──


async def test_all_that_is_due_together_is_claimed_as_one_digest(store: Store) -> None:
    claim = await digest(store, "a", "b", "c")
    assert names(claim) == ["a", "b", "c"]
    assert {item.delivery.digest for item in claim.items} == {claim.delivery.row}
    assert await take(store, NOW + SECOND) == []


async def test_only_what_is_due_for_the_same_reason_in_the_same_channel_travels_together(store: Store) -> None:
    tomorrow = planned("d", due=NOW + DAY)
    others = [planned("a", None), planned("b", "start"), planned("e", channel=RANDOM)]
    await bring(store, planned("c"), tomorrow, *others)
    general = []
    for _ in range(3):
        for claim in await take(store):
            general += [(claim.delivery.channel, claim.delivery.paper, names(claim))]
            await store.done(claim)
    wanted = [(GENERAL, "c", ["c"]), (GENERAL, "a", []), (GENERAL, "b", ["b"]), (RANDOM, "e", ["e"])]
    assert sorted(general) == sorted(wanted)
    assert await store.due(PACE) == NOW + DAY


async def test_what_becomes_due_later_does_not_join_a_digest_that_has_begun(store: Store) -> None:
    first = await digest(store, "a", "b")
    await bring(store, planned("c"))
    await store.later(first, NOW + MINUTE, "busy", NOW)
    (own,) = await take(store, NOW + SECOND)
    assert names(own) == ["c"]
    await store.done(own)
    (again,) = await take(store, NOW + MINUTE)
    assert (names(again), again.delivery.digest, again.delivery.attempts) == (["a", "b"], first.delivery.digest, 1)


async def test_a_digest_survives_the_end_of_its_lease_in_doubt(store: Store) -> None:
    first = await digest(store, "a", "b")
    await bring(store, planned("c"))
    (again,) = await take(store, NOW + MINUTE, worker="w2")
    assert (names(again), again.delivery.digest, again.delivery.doubt) == (["a", "b"], first.delivery.digest, True)
    with pytest.raises(LeaseLost):
        await store.parted(first, {first.delivery.row: 1}, {})
    with pytest.raises(LeaseLost):
        await store.put_off(first, NOW + HOUR, "digest")
    with pytest.raises(LeaseLost):
        await lose(store, first)


async def test_a_digest_survives_the_next_leader_in_doubt(database: Open) -> None:
    store = await database()
    await store.lead()
    first = await digest(store, "a", "b")
    await store.close()
    after = await database()
    await after.lead()
    (again,) = await take(after, NOW + SECOND)
    assert (names(again), again.delivery.digest, again.delivery.doubt) == (["a", "b"], first.delivery.digest, True)


async def test_doubt_is_kept_once_it_is_said_and_over_when_all_is_done(store: Store) -> None:
    claim = await digest(store, "a")
    assert not claim.delivery.doubt
    await store.later(claim, NOW, "perhaps", NOW, doubt=True)
    (again,) = await take(store)
    assert again.delivery.doubt
    await store.later(again, NOW, "surely not", NOW)
    (third,) = await take(store)
    assert third.delivery.doubt
    await store.done(third)
    assert [one.doubt for one in await store.deliveries()] == [False]


# ── its steps ──


async def test_parts_and_messages_are_remembered_one_by_one(store: Store) -> None:
    claim = await digest(store, "a", "b", "c")
    a, b, c = rows(claim, "a", "b", "c")
    await store.parted(claim, {a: 1, b: 2, c: -1}, {})
    await store.posted(claim, "m1", NOW + SECOND, [a])
    (again,) = await take(store, NOW + MINUTE)
    found = [(i.delivery.part, i.delivery.message, i.delivery.posted_at) for i in again.items]
    assert found == [(1, "m1", NOW + SECOND), (2, None, None), (-1, None, None)]
    assert [i.delivery.row for i in await store.passengers(a)] == [a, b, c]
    assert [i.delivery.row for i in await store.in_message(GENERAL, "m1")] == [a]


async def test_done_ends_all_that_travels(store: Store) -> None:
    claim = await digest(store, "a", "b")
    await store.posted(claim, "m1", NOW, rows(claim, "a", "b"))
    await store.done(claim)
    assert await states(store) == {"a": "sent", "b": "sent"}
    assert await store.due(PACE) is None


async def test_a_failure_ends_what_was_not_said_and_keeps_what_was(store: Store) -> None:
    claim = await digest(store, "a", "b")
    await store.posted(claim, "m1", NOW, rows(claim, "a"))
    await store.fail(claim, "refused", "too long")
    assert await states(store) == {"a": "sent", "b": "refused"}
    assert await take(store, NOW + DAY) == []


async def test_what_is_dropped_is_refused_and_no_passenger(store: Store) -> None:
    claim = await digest(store, "a", "b")
    a, b = rows(claim, "a", "b")
    await store.parted(claim, {a: 1}, {b: "unsubscribed"})
    await store.posted(claim, "m1", NOW, [a])
    await store.done(claim)
    assert await states(store) == {"a": "sent", "b": "refused"}
    assert [item.delivery.paper for item in await store.passengers(a)] == ["a"]


async def test_why_a_whole_digest_was_dropped_is_still_known_when_it_is_done(store: Store) -> None:
    """Its leader, too: a year of accidents found reasons that were gone."""
    claim = await digest(store, "a", "b")
    a, b = rows(claim, "a", "b")
    await store.parted(claim, {}, {a: "unsubscribed", b: "unsubscribed"})
    await store.done(claim)
    assert {one.paper: (one.state, one.error) for one in await store.deliveries()} == {
        "a": ("refused", "unsubscribed"),
        "b": ("refused", "unsubscribed"),
    }


@pytest.mark.parametrize("how", ["crash", "later"])
async def test_a_digest_whose_leader_is_dropped_goes_on_under_its_name(store: Store, how: str) -> None:
    claim = await digest(store, "a", "b", "c")
    a, b, c = rows(claim, "a", "b", "c")
    await store.parted(claim, {b: 1, c: 1}, {a: "unsubscribed"})
    assert await take(store, NOW + SECOND) == []
    if how == "later":
        await store.later(claim, NOW + MINUTE, "busy", NOW)
        assert await take(store, NOW + MINUTE - SECOND) == []
    (again,) = await take(store, NOW + MINUTE)
    assert (names(again), again.delivery.digest, again.delivery.doubt) == (["b", "c"], a, True)
    await store.done(again)
    assert await states(store) == {"a": "refused", "b": "sent", "c": "sent"}


async def test_put_off_frees_all_that_travels(store: Store) -> None:
    claim = await digest(store, "a", "b")
    await store.put_off(claim, NOW + HOUR, "digest")
    assert await take(store, NOW + HOUR - SECOND) == []
    await bring(store, planned("c", due=NOW + HOUR))
    (merged,) = await take(store, NOW + HOUR)
    assert (names(merged), merged.delivery.attempts) == (["a", "b", "c"], 0)


async def test_a_post_put_off_overflows_into_a_bundle(store: Store) -> None:
    await bring(store, planned("a", None))
    (claim,) = await take(store)
    await store.put_off(claim, NOW + HOUR, "overflow")
    (over,) = await take(store, NOW + HOUR)
    assert (names(over), over.delivery.bundle) == (["a"], "overflow")


# ── merging ──


@pytest.mark.parametrize("gone", ["a", "b"])
@pytest.mark.parametrize("held", ["in hand", "given back", "finished"])
async def test_merging_one_of_a_formed_digest_loses_nobody(store: Store, gone: str, held: str) -> None:
    await bring(store, planned("x", None, message="m0", state="sent"))
    claim = await digest(store, "a", "b", "c")
    if held == "given back":
        await store.later(claim, NOW, "busy", NOW)
    await store.record(Poll(Bookmark(FEED), (paper("x", aliases=frozenset({gone})),)), NOW)
    if held == "finished":
        await store.posted(claim, "m1", NOW, rows(claim, "a", "b", "c"))
        await store.done(claim)
    else:
        (again,) = await take(store, NOW + MINUTE)
        assert names(again) == sorted({"a", "b", "c"} - {gone})
        assert again.delivery.digest == claim.delivery.digest
        assert again.delivery.doubt == (held == "in hand")
        await store.done(again)
    assert await states(store) == {"x": "sent"} | dict.fromkeys({"a", "b", "c"} - {gone}, "sent")
    assert await take(store, NOW + DAY) == []


async def test_a_leader_merged_in_hand_and_then_given_back_waits_as_long_as_was_asked(store: Store) -> None:
    await bring(store, planned("x", None, message="m0", state="sent"))
    claim = await digest(store, "a", "b")
    await store.record(Poll(Bookmark(FEED), (paper("x", aliases=frozenset({"a"})),)), NOW)
    await store.later(claim, NOW + HOUR, "busy", NOW)
    assert await take(store, NOW + HOUR - SECOND) == []
    (again,) = await take(store, NOW + HOUR)
    assert (names(again), again.delivery.attempts) == (["b"], 1)


# ── pace ──


async def test_later_may_hold_the_whole_channel(store: Store) -> None:
    await bring(store, planned("a", None), planned("b", None), planned("c", None, RANDOM))
    first = next(c for c in await take(store) if c.delivery.channel == GENERAL)
    await store.later(first, NOW + MINUTE, "slow down", NOW, wait=True)
    assert await take(store, NOW + MINUTE - SECOND) == []
    assert await store.due(["local"]) is not None
    assert len(await take(store, NOW + MINUTE)) >= 1


async def test_a_platforms_own_pace_holds_over_all_its_channels(store: Store) -> None:
    channels = [Channel("slack", f"T1/C{number}") for number in range(9)]
    await bring(store, *(planned(str(n), None, one) for n, one in enumerate(channels)), planned("x", None))
    taken = 0
    for half in range(20):
        now = NOW + half * SECOND / 2
        claims = await store.claim("w", now, lease=HOUR, limit=20, pace=PACE, crowd={"slack": SECOND})
        taken += sum(claim.delivery.channel.platform == "slack" for claim in claims)
        assert taken <= half / 2 + 1.5
    assert taken == 9
    assert await states(store) == {str(n): "pending" for n in range(9)} | {"x": "pending"}


# ── lost and paused ──


async def test_what_is_due_in_a_lost_channel_waits_together_and_is_new_once(store: Store) -> None:
    claim = await digest(store, "a", "b")
    await bring(store, planned("c", None), planned("d", due=NOW + DAY))
    assert await lose(store, claim) is True
    customs = (await store.customs([GENERAL]))[GENERAL]
    assert (customs.lost_since, customs.lost_why) == (NOW, "It is archived.")
    assert {one.error for one in await store.deliveries() if one.paper != "d"} == {"It is archived."}
    assert await take(store, NOW + HOUR - SECOND) == []
    (probe,) = await take(store, NOW + HOUR)
    assert (names(probe), probe.delivery.bundle) == (["a", "b", "c"], "waited")
    assert await lose(store, probe, now=NOW + HOUR) is False
    assert (await store.customs([GENERAL]))[GENERAL].lost_since == NOW


async def test_a_lost_channel_that_takes_a_message_is_lost_no_more(store: Store) -> None:
    await lose(store, await digest(store, "a", "b"))
    assert await store.mended(GENERAL, NOW + MINUTE) is True
    (probe,) = await take(store, NOW + MINUTE)
    assert names(probe) == ["a", "b"]
    await store.done(probe)
    assert (await store.customs([GENERAL]))[GENERAL] == Customs(GENERAL)
    assert await store.mended(GENERAL, NOW + MINUTE) is False


async def test_what_came_while_a_channel_was_lost_goes_out_with_what_waited(store: Store) -> None:
    await lose(store, await digest(store, "a"))
    await bring(store, planned("b", None), planned("c", "start"))
    await store.mended(GENERAL, NOW + MINUTE)
    (probe,) = await take(store, NOW + MINUTE)
    assert names(probe) == ["a", "b", "c"]


async def test_what_waits_longer_than_patience_is_refused_for_the_reason(store: Store) -> None:
    await lose(store, await digest(store, "a", "b"))
    await bring(store, planned("later", due=NOW + 2 * PATIENCE))
    (probe,) = await take(store, NOW + PATIENCE)
    await lose(store, probe, now=NOW + PATIENCE)
    assert await states(store) == {"a": "refused", "b": "refused", "later": "pending"}


async def test_a_digest_half_said_when_its_channel_is_lost_says_only_the_other_half(store: Store) -> None:
    claim = await digest(store, "a", "b")
    a, b = rows(claim, "a", "b")
    await store.parted(claim, {a: 1, b: 2}, {})
    await store.posted(claim, "m1", NOW, [a])
    await lose(store, claim)
    await bring(store, planned("c"))
    taken = {}
    for minute in range(2):
        for again in await take(store, NOW + HOUR + minute * MINUTE):
            taken[again.delivery.digest] = [(i.delivery.paper, i.delivery.message) for i in again.items]
            await store.done(again)
    assert taken.pop(claim.delivery.digest) == [("a", "m1"), ("b", None)]
    assert list(taken.values()) == [[("c", None)]]
    assert set((await states(store)).values()) == {"sent"}


async def test_what_may_have_been_said_keeps_its_name_while_its_channel_is_lost(store: Store) -> None:
    await bring(store, planned("a", None))
    (claim,) = await take(store)
    await store.later(claim, NOW, "perhaps", NOW, doubt=True)
    (again,) = await take(store)
    await lose(store, again)
    (probe,) = await take(store, NOW + HOUR)
    assert (probe.items, probe.delivery.bundle, probe.delivery.doubt) == ((), None, True)


async def test_a_paused_channel_waits_and_gets_one_digest_when_resumed(store: Store) -> None:
    await store.keep_customs(Customs(GENERAL, paused_until=NEVER))
    await bring(store, planned("a", None), planned("b"), planned("c", channel=RANDOM))
    await bring(store, planned("d", due=NOW + 9 * DAY))
    assert [claim.delivery.channel for claim in await take(store)] == [RANDOM]
    await store.keep_customs(Customs(GENERAL, paused_until=NOW + DAY))
    (resumed,) = [c for c in await take(store, NOW + DAY) if c.delivery.channel == GENERAL]
    assert (names(resumed), resumed.delivery.bundle) == (["a", "b"], "paused")
    assert (await store.customs([GENERAL]))[GENERAL].paused_until is None


async def test_a_pause_says_when_it_is_over(store: Store) -> None:
    await store.keep_customs(Customs(GENERAL, paused_until=NOW + HOUR))
    await bring(store, planned("a", None))
    assert await take(store, NOW + HOUR - SECOND) == []
    assert await store.due(["local"]) == NOW + HOUR
    assert len(await take(store, NOW + HOUR)) == 1


async def test_options_of_a_channel_leave_its_loss_alone(store: Store) -> None:
    await lose(store, await digest(store, "a"))
    before = await store.version()
    await store.keep_customs(Customs(GENERAL, Options(mode="weekly"), "Asia/Tokyo"))
    wanted = Customs(GENERAL, Options(mode="weekly"), "Asia/Tokyo", None, NOW, "It is archived.")
    assert await store.customs([GENERAL, TEAM]) == {GENERAL: wanted, TEAM: Customs(TEAM)}
    assert await store.version() > before


# ── planning anew, and looking back ──


async def test_only_what_nobody_has_begun_is_planned_anew(store: Store) -> None:
    claim = await digest(store, "formed")
    await bring(store, planned("waits", due=NOW + HOUR), planned("perhaps", None, RANDOM))
    (doubted,) = await take(store)
    await store.later(doubted, NOW, "perhaps", NOW, doubt=True)
    wish = Options(mode="weekly")
    pending = await store.deliveries()
    await store.replan([replace(one, due=NOW + DAY, bundle="digest", options=wish) for one in pending])
    after = {one.paper: (one.due, one.bundle, one.options) for one in await store.deliveries()}
    assert after["waits"] == (NOW + DAY, "digest", wish)
    assert after["formed"] == (NOW, "digest", Options())
    assert after["perhaps"] == (NOW, None, Options())
    await store.done(claim)


async def test_posts_of_their_own_are_counted_and_all_are_looked_back_on(store: Store) -> None:
    await bring(store, planned("a", None), planned("b"), planned("c"))
    for minute in range(2):
        (claim,) = await take(store, NOW + minute * MINUTE)
        await store.posted(claim, f"m{minute}", NOW + minute * MINUTE, [i.delivery.row for i in claim.items])
        await store.done(claim)
    assert await store.posted_since(GENERAL, NOW) == 1
    assert await store.posted_since(GENERAL, NOW + SECOND) == 0
    assert await store.posted_since(RANDOM, NOW) == 0
    assert {i.delivery.paper for i in await store.lately(GENERAL, NOW + SECOND)} == {"b", "c"}
    assert (await store.lately(GENERAL, NOW))[-1].delivery.paper == "a"
    assert len(await store.lately(GENERAL, NOW, limit=1)) == 1


async def test_the_first_card_stays_and_leads_back_to_its_paper(store: Store) -> None:
    claim = await digest(store, "a", "b")
    (a,) = rows(claim, "a")
    await store.posted(claim, "m1", NOW, rows(claim, "a", "b"))
    await store.done(claim)
    await store.carded(a, "card1")
    await store.carded(a, "card2")
    (found,) = await store.in_message(GENERAL, "card1")
    assert (found.delivery.row, found.delivery.card, found.delivery.home) == (a, "card1", "card1")
    assert await store.in_message(GENERAL, "card2") == []
    assert len(await store.in_message(GENERAL, "m1")) == 2
    assert await store.in_message(RANDOM, "m1") == []
