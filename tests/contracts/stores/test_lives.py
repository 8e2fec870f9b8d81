"""What a Store promises of platforms and channels that fail, move or stay silent, and of what is to be said of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import LeaseLost
from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Claim, Customs, Line, Notice, Options, Poll, Post, Reason, Span, Subscription
from bot.ports import Doubt, Round, Store
from bot.schedule import LOST_FOR
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import (
    FEED,
    GENERAL,
    MINUTE,
    NOW,
    RANDOM,
    TEAM,
    outcome,
    paper,
    poll,
    send,
    subscription,
    take,
)
from tests.contracts.stores.test_digests import bring, names, planned

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PACES = {"local": timedelta(0), "slack": SECOND}
ELSE = Channel("slack", "T1/C2")


def notice(key: str = "k", channel: Channel = GENERAL, person: str | None = None) -> Notice:
    return Notice(key, channel, Post(Line((Span(key),))), person)


async def ready(store: Store, now: datetime = NOW, lease: timedelta = MINUTE, **more: timedelta) -> list[Notice]:
    return await store.claim_notices(now, lease=lease, limit=9, pace=PACES, crowd=more)


async def shut(store: Store, now: datetime = NOW, claim: Claim | None = None, platform: str = "local") -> bool:
    return await store.shut(platform, "No token.", now, probe=now + HOUR, patience=LOST_FOR, claim=claim)


# ── platforms that are shut ──


async def test_what_a_platform_held_back_goes_out_as_one_digest_a_channel(store: Store) -> None:
    """One delivery tries the door, with all of its channel; once that is taken, the others follow, each channel's."""
    wanted = [planned(n, None, channel) for channel in (GENERAL, RANDOM) for n in ("a", "b", "c")]
    await bring(store, *wanted)
    for claim in await take(store):
        await shut(store, claim=claim)
    assert await take(store, NOW + MINUTE) == []
    assert await store.due(PACES) == NOW + HOUR
    (first,) = await take(store, NOW + HOUR)
    assert (names(first), first.delivery.bundle) == (["a", "b", "c"], "waited")
    assert await take(store, NOW + HOUR) == []  # nobody else tries
    rows = [item.delivery.row for item in first.items]
    await store.posted(first, "m", NOW + HOUR, rows)
    await store.done(first)
    assert await store.outages() == {}
    (other,) = await take(store, NOW + HOUR)
    assert (names(other), other.delivery.channel != first.delivery.channel) == (["a", "b", "c"], True)
    await store.done(other)
    await bring(store, planned("d", None))
    (later,) = await take(store, NOW + HOUR)
    assert (later.delivery.bundle, later.items) == (None, ())


async def test_a_shut_platform_is_known_with_its_reason_and_is_new_once(store: Store) -> None:
    await bring(store, planned("a", None))
    (claim,) = await take(store)
    assert await shut(store, claim=claim)
    assert not await shut(store, NOW + SECOND)
    (outage,) = (await store.outages()).values()
    assert (outage.platform, outage.since, outage.why) == ("local", NOW, "No token.")
    (waiting,) = await store.deliveries()
    assert (waiting.state, waiting.error, waiting.attempts) == ("pending", "No token.", 1)
    with pytest.raises(LeaseLost):
        await shut(store, claim=claim)


async def test_other_platforms_go_on_while_one_is_shut(store: Store) -> None:
    await bring(store, planned("a", None), planned("a", None, TEAM))
    await shut(store)
    assert [claim.delivery.channel for claim in await take(store)] == [TEAM]


async def test_a_new_leader_tries_a_shut_platform_at_once(database: Open) -> None:
    """Somebody may have mended the token and started it again."""
    store = await database()
    await store.lead()
    await bring(store, planned("a", None))
    await shut(store)
    await store.close()
    after = await database()
    await after.lead()
    (claim,) = await take(after, NOW + SECOND)
    assert names(claim) == ["a"]
    await shut(after, NOW + SECOND, claim)
    assert await take(after, NOW + MINUTE) == []


async def test_what_waits_longer_than_the_patience_is_refused(store: Store) -> None:
    await bring(store, planned("a", None))
    await shut(store)
    (claim,) = await take(store, NOW + LOST_FOR - HOUR)
    await shut(store, NOW + LOST_FOR - HOUR, claim)
    assert await outcome(store) == {("a", "local:general"): "pending"}
    (claim,) = await take(store, NOW + LOST_FOR)
    await shut(store, NOW + LOST_FOR, claim)
    assert await outcome(store) == {("a", "local:general"): "refused"}


async def test_what_may_have_been_said_is_looked_for_under_its_own_name_after_an_outage(store: Store) -> None:
    """A digest in doubt stays that digest; what was never tried joins another."""
    await bring(store, planned("a"), planned("b"))
    (claim,) = await take(store)
    await store.later(claim, NOW, "perhaps", NOW, doubt=True)
    await bring(store, planned("c"))
    (again,) = await take(store)
    await shut(store, claim=again)
    (tried,) = await take(store, NOW + HOUR)
    assert (names(tried), tried.delivery.digest, tried.delivery.bundle) == (["a", "b"], claim.delivery.row, "digest")


async def test_news_edits_and_notices_wait_while_their_platform_is_shut(store: Store) -> None:
    await store.record(poll(paper("a"), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    await store.mark(GENERAL, "m1", NOW)
    await store.cut_off(RANDOM, "gone", NOW, probe=NOW, notices=[notice(person="local:ada")])
    await shut(store)
    assert await store.edits(NOW, limit=9, pace=PACES) == []
    assert await ready(store) == []


async def test_requests_that_no_claim_paid_for_count(store: Store) -> None:
    await bring(store, *(planned("a", None, Channel("slack", f"T/{n}")) for n in range(8)))
    await store.spent("slack", 10, NOW, gap=SECOND)
    taken = await store.claim("w", NOW, lease=MINUTE, limit=9, pace=PACES, crowd={"slack": SECOND})
    assert taken == []
    assert await store.due(PACES) == NOW + 10 * SECOND - timedelta(milliseconds=10)


async def test_a_thread_to_be_opened_and_a_look_are_paid_for(store: Store) -> None:
    """Three requests for a post with its thread: one, then two; one more for each that is in doubt."""
    await bring(store, planned("a", None, TEAM))
    crowd = {"slack": SECOND}
    (claim,) = await store.claim("w", NOW, lease=MINUTE, limit=9, pace=PACES, crowd=crowd)
    await store.posted(claim, "m", NOW)
    await store.let_go(claim, NOW + SECOND, doubt=False)
    (again,) = await store.claim("w", NOW + SECOND, lease=MINUTE, limit=9, pace=PACES, crowd=crowd)
    assert not again.delivery.doubt
    await store.let_go(again, NOW + SECOND)
    assert await store.due(PACES) == NOW + 3 * SECOND - timedelta(milliseconds=10)
    (third,) = await store.claim("w", NOW + 3 * SECOND, lease=MINUTE, limit=9, pace=PACES, crowd=crowd)
    assert third.delivery.doubt
    await store.let_go(third, NOW + 3 * SECOND)
    assert await store.due(PACES) == NOW + 6 * SECOND - timedelta(milliseconds=10)


# ── channels that are lost, by what the platform tells ──


async def test_a_channel_that_the_platform_calls_lost_waits_and_is_told_of_once(store: Store) -> None:
    await bring(store, planned("a", None), planned("b", None))
    told = [notice("lost", person="local:ada")]
    assert await store.cut_off(GENERAL, "It is archived.", NOW, probe=NOW + HOUR, notices=told)
    assert not await store.cut_off(GENERAL, "Gone.", NOW + SECOND, probe=NOW + HOUR, notices=[notice("again")])
    assert await take(store, NOW + MINUTE) == []
    customs = (await store.customs([GENERAL]))[GENERAL]
    assert (customs.lost_since, customs.lost_why) == (NOW, "Gone.")
    assert [one.key for one in await ready(store)] == ["lost"]
    (claim,) = await take(store, NOW + HOUR)
    assert (names(claim), claim.delivery.bundle) == (["a", "b"], "waited")


async def test_a_channel_lost_by_a_post_keeps_its_notices_with_the_loss(store: Store) -> None:
    """Whatever happens to the process then, somebody will be told."""
    await bring(store, planned("a", None))
    (claim,) = await take(store)
    lose = {"probe": NOW + HOUR, "patience": LOST_FOR}
    told = (notice("lost", person="local:ada"), notice("lost too", person="local:bob"))
    assert await store.lost(claim, "gone", NOW, notices=told, **lose)  # type: ignore[arg-type]
    (claim,) = await take(store, NOW + HOUR)
    assert not await store.lost(claim, "gone", NOW + HOUR, notices=[notice("more")], **lose)  # type: ignore[arg-type]
    assert [one.key for one in await ready(store)] == ["lost", "lost too"]


# ── notices ──


async def tell(store: Store, *told: Notice) -> None:
    """Keep them, by a round that nothing came of."""
    for number, one in enumerate(told):
        place = Channel("local", f"round-{number}-{one.key}")
        await store.arrange([Round(place, NOW)], NOW - HOUR)
        assert await store.close_round(Round(place, NOW), None, one, NOW)


async def test_a_notice_is_said_once_and_its_key_never_again(store: Store) -> None:
    await tell(store, notice())
    (one,) = await ready(store)
    assert (one.key, one.post, one.doubt) == ("k", notice().post, False)
    assert await ready(store) == []
    await store.noticed(one)
    await tell(store, notice())
    assert await ready(store, NOW + DAY) == []
    with pytest.raises(LeaseLost):
        await store.noticed(one)


async def test_a_notice_that_nobody_gave_back_is_in_doubt(database: Open) -> None:
    store = await database()
    await store.lead()
    await tell(store, notice("a", person="local:ada"), notice("b", person="local:bob"))
    first, _ = await ready(store, lease=MINUTE)
    (_, again) = sorted(await ready(store, NOW + MINUTE), key=lambda one: one.key == "a")
    assert (again.key, again.doubt, again.lease) == ("a", True, first.lease + 1)
    with pytest.raises(LeaseLost):
        await store.noticed(first)
    await store.close()
    after = await database()
    await after.lead()
    assert [(one.key, one.doubt) for one in await ready(after, NOW + MINUTE)] == [("a", True), ("b", True)]


async def test_a_notice_that_failed_is_tried_again_when_it_is_due(store: Store) -> None:
    await tell(store, notice())
    (one,) = await ready(store)
    await store.notice_later(one, NOW + HOUR, "busy", NOW, doubt=True)
    assert await ready(store, NOW + MINUTE) == []
    (again,) = await ready(store, NOW + HOUR)
    assert (again.attempts, again.first_tried, again.doubt) == (1, NOW, True)


async def test_one_person_hears_one_thing_at_a_time(store: Store) -> None:
    """Within a platform's pace; another person does not wait for it."""
    mine = [Notice(key, TEAM, notice().post, "slack:U1") for key in "ab"]
    await tell(store, *mine, Notice("c", TEAM, notice().post, "slack:U2"))
    first = await ready(store)
    assert [one.key for one in first] == ["a", "c"]
    for one in first:
        await store.noticed(one)
    assert await ready(store) == []
    assert [one.key for one in await ready(store, NOW + SECOND)] == ["b"]


async def test_what_is_said_in_a_channel_waits_for_its_posts_its_pace_and_its_health(store: Store) -> None:
    await tell(store, notice("here"))
    await bring(store, planned("a", None))
    (claim,) = await take(store)
    assert await ready(store) == []
    await send(store, claim, "m")
    await store.keep_customs(Customs(GENERAL, paused_until=NOW + HOUR))
    assert await ready(store) == []
    assert [one.key for one in await ready(store, NOW + HOUR)] == ["here"]


async def test_notices_keep_to_the_crowds_pace(store: Store) -> None:
    """A person's own messages are opened first: two requests each."""
    await tell(store, *(Notice(str(n), TEAM, notice().post, f"slack:U{n}") for n in range(9)))
    gap = SECOND / 50
    assert len(await ready(store, slack=gap)) == 5
    assert await ready(store, NOW + 9 * gap, slack=gap) == []
    assert len(await ready(store, NOW + 10 * gap, slack=gap)) == 4


# ── moving ──


async def test_all_that_is_a_channels_own_follows_to_its_new_id(store: Store) -> None:
    kept = await store.subscribe(subscription(channel=TEAM), NOW)
    await store.subscribe(Subscription(TEAM, "b", "slack:U1", Options(mode="instant")), NOW)
    draft = await store.draft(Subscription(TEAM, "c", "slack:U1"), NOW)
    await store.add_feed(OwnFeed(TEAM, "https://own.example/", "slack:U1"), Poll(Bookmark("own")), NOW)
    await store.keep_customs(Customs(TEAM, Options(at="08:00"), "Europe/Berlin"))
    await store.address(TEAM, "secret")
    await store.record(Poll(Bookmark(FEED), (paper("own"),), audience=frozenset({TEAM})), NOW)
    await store.record(poll(paper("a"), paper("b"), to=[TEAM]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    await store.threaded(claim.delivery.row, "t1")
    await store.vote(claim.delivery.row, "slack:U1", NOW)
    version = await store.version()
    assert await store.move(TEAM, ELSE, NOW)
    assert await store.version() > version
    assert [(s.id, s.rule, s.channel) for s in await store.subscriptions()] == [
        (kept.id, "attention", ELSE),
        (2, "b", ELSE),
    ]
    assert (await store.take_draft(draft, ELSE, "slack:U1")) == Subscription(ELSE, "c", "slack:U1")
    assert [feed.channel for feed in await store.feeds()] == [ELSE]
    assert (await store.customs([ELSE]))[ELSE] == Customs(ELSE, Options(at="08:00"), "Europe/Berlin")
    assert await store.addressed("secret") == ELSE
    assert set((await store.private([paper("own")]))["own"]) == {ELSE}
    assert await store.deliveries(TEAM) == []
    waiting, sent = await store.deliveries(ELSE)
    assert (sent.message, sent.thread, sent.votes, sent.state, sent.named) == ("m1", "t1", 1, "sent", TEAM)
    assert (waiting.state, waiting.named) == ("pending", None)
    assert [edit.channel for edit in await store.edits(NOW + MINUTE, limit=9, pace=PACES)] == []  # a post waits
    (again,) = await take(store, NOW + MINUTE)
    assert again.delivery.key == f"{ELSE}|b"
    await send(store, again, "m2")
    assert {e.message for e in await store.edits(NOW + HOUR, limit=9, pace=PACES)} == {"m1"}
    assert not await store.move(TEAM, ELSE, NOW)


async def test_nothing_moves_to_itself_to_another_platform_or_from_nowhere(store: Store) -> None:
    await store.subscribe(subscription(channel=TEAM), NOW)
    assert not await store.move(TEAM, TEAM, NOW)
    assert not await store.move(TEAM, GENERAL, NOW)
    assert not await store.move(ELSE, TEAM, NOW)
    assert [s.channel for s in await store.subscriptions()] == [TEAM]


async def test_what_both_ids_had_becomes_one(store: Store) -> None:
    """The delivery that got further stays, a rule is there once, and what the new id said of itself goes before."""
    await store.subscribe(Subscription(TEAM, "a", "slack:U1", Options(mode="weekly")), NOW)
    there = await store.subscribe(Subscription(ELSE, "a", "slack:U2", Options(mode="daily")), NOW)
    await store.keep_customs(Customs(TEAM, Options(at="08:00", format="card"), "Europe/Berlin"))
    await store.keep_customs(Customs(ELSE, Options(at="10:00"), None))
    await store.address(TEAM, "old")
    await store.address(ELSE, "new")
    await store.record(poll(paper("a"), to=[TEAM]), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    more = Reason("more", "title", 0, 2, rule="more")
    await store.record(Poll(Bookmark(FEED), (), (planned("a", None, ELSE, reasons=(more,)),)), NOW)
    assert await store.move(TEAM, ELSE, NOW)
    assert await store.subscriptions() == [there]
    options = Options(at="10:00", format="card")
    assert (await store.customs([ELSE]))[ELSE] == Customs(ELSE, options, "Europe/Berlin")
    assert (await store.addressed("new"), await store.addressed("old")) == (ELSE, None)
    (one,) = await store.reached("a")
    assert (one.state, one.message, one.channel, {r.rule for r in one.reasons}) == ("sent", "m1", ELSE, {"on", "more"})
    assert await take(store, NOW + HOUR) == []


async def test_a_delivery_in_hand_while_its_channel_moves_is_finished_there(store: Store) -> None:
    """Its lease is good, its message is remembered, and it keeps the name it is looked for by."""
    await store.record(poll(paper("a"), to=[TEAM]), NOW)
    (claim,) = await take(store)
    await store.move(TEAM, ELSE, NOW)
    await store.posted(claim, "m1", NOW)
    await store.done(claim)
    (one,) = await store.deliveries(ELSE)
    assert (one.state, one.message, one.key) == ("sent", "m1", claim.delivery.key)


async def test_a_channel_that_moved_is_not_lost_by_what_was_on_its_way(store: Store) -> None:
    """Its old id is refused: that is no loss, and the delivery goes where the channel is."""
    await store.record(poll(paper("a"), to=[TEAM]), NOW)
    (claim,) = await take(store)
    await store.move(TEAM, ELSE, NOW)
    lost = await store.lost(claim, "gone", NOW, probe=NOW + DAY, patience=LOST_FOR, notices=[notice()])
    assert not lost
    assert await ready(store) == []
    (again,) = await take(store, NOW + SECOND)
    assert (again.delivery.channel, again.delivery.key) == (ELSE, claim.delivery.key)
    assert (await store.customs([TEAM]))[TEAM].lost_since is None


async def test_what_waited_for_a_lost_channel_comes_as_one_digest_where_it_moved(store: Store) -> None:
    await bring(store, planned("a", None, TEAM), planned("b", None, TEAM))
    await store.cut_off(TEAM, "archived", NOW, probe=NOW + DAY)
    await store.move(TEAM, ELSE, NOW + MINUTE)
    assert (await store.customs([ELSE]))[ELSE].lost_since is None
    (claim,) = await take(store, NOW + MINUTE)
    assert (names(claim), claim.delivery.bundle, claim.delivery.channel) == (["a", "b"], "waited", ELSE)


# ── what waits in one channel, merged lines, doubt ──


async def test_all_that_waits_in_a_channel_is_there_however_old(store: Store) -> None:
    old = planned("old", None, due=NOW + DAY)
    await bring(store, old)
    await store.record(Poll(Bookmark(FEED), (paper("x"),), (planned("x", None, RANDOM),)), NOW)
    await bring(store, *(planned(str(n), None, state="sent") for n in range(20)), planned("new", None, due=NOW + DAY))
    assert [one.paper for one in await store.pending(GENERAL)] == ["old", "new"]


async def test_a_merged_paper_stays_in_the_digest_that_showed_it(store: Store) -> None:
    """With the votes, thread and news of the delivery it became; once, where that one stands in the same message."""
    await bring(store, planned("url:a"), planned("url:b"))
    (claim,) = await take(store)
    rows = [item.delivery.row for item in claim.items]
    await store.parted(claim, dict.fromkeys(rows, 1), {})
    await bring(store, planned("url:c", None))
    await store.posted(claim, "digest", NOW, rows)
    await store.done(claim)
    (alone,) = await take(store)
    await send(store, alone, "alone", NOW - HOUR)
    await store.threaded(alone.delivery.row, "thread")
    both = paper("url:a", aliases=("url:c",))
    await store.record(Poll(Bookmark(FEED), (both,)), NOW)
    shown = await store.in_message(GENERAL, "digest")
    assert [(item.paper.id, item.delivery.thread) for item in shown] == [("url:a", "thread"), ("url:b", None)]
    assert [item.paper.id for item in await store.passengers(claim.delivery.row)] == ["url:a", "url:b"]
    winner = next(one for one in await store.deliveries() if one.paper == "url:a" and one.state == "sent")
    await store.vote(winner.row, "local:ada", NOW)
    assert [item.delivery.votes for item in await store.in_message(GENERAL, "digest")] == [1, 0]
    marked = []
    for _ in range(2):
        (edit,) = await store.edits(NOW + HOUR, limit=9, pace=PACES)
        await store.edited(edit, NOW + HOUR)
        marked.append(edit.message)
    assert sorted(marked) == ["alone", "digest"]
    await store.record(Poll(Bookmark(FEED), (paper("url:a", aliases=("url:b",)),)), NOW)
    assert len(await store.in_message(GENERAL, "digest")) == 1


async def test_what_is_in_doubt_is_counted_now_and_ever(store: Store) -> None:
    assert await store.doubtful() == []
    await bring(store, planned("a", None), planned("b", None, TEAM))
    await take(store)
    assert await store.doubtful() == []
    again = await take(store, NOW + MINUTE)
    assert await store.doubtful() == [Doubt("local", 1, 1), Doubt("slack", 1, 1)]
    for claim in again:
        await send(store, claim, "m")
    assert await store.doubtful() == [Doubt("local", 0, 1), Doubt("slack", 0, 1)]


# ── rounds without papers ──


async def test_who_wants_to_hear_of_empty_rounds(store: Store) -> None:
    say = Options(empty="say")
    await store.subscribe(Subscription(GENERAL, "a", "local:ada", say), NOW)
    await store.subscribe(subscription("b"), NOW)
    await store.subscribe(subscription(channel=RANDOM), NOW)
    await store.keep_customs(Customs(TEAM, say))
    found = await store.wishing()
    assert {channel: [s.rule for s in rules] for channel, (_, rules) in found.items()} == {
        GENERAL: ["a", "b"],
        TEAM: [],
    }
    assert found[TEAM][0].options == say


async def test_a_round_that_has_come_stays_until_it_is_closed(store: Store) -> None:
    await store.arrange([Round(GENERAL, NOW + HOUR), Round(TEAM, NOW + DAY)], NOW)
    await store.arrange([Round(GENERAL, NOW + DAY), Round(TEAM, NOW + HOUR)], NOW + HOUR)
    come = await store.rounds(NOW + HOUR)
    assert come == [Round(GENERAL, NOW + HOUR), Round(TEAM, NOW + HOUR)]
    assert await store.close_round(come[0], Round(GENERAL, NOW + DAY), notice(), NOW + HOUR)
    assert not await store.close_round(come[0], Round(GENERAL, NOW + DAY), notice("twice"), NOW + HOUR)
    assert [one.key for one in await ready(store, NOW + HOUR)] == ["k"]
    await store.arrange([], NOW + HOUR)
    assert await store.rounds(NOW + 9 * DAY) == []


@pytest.mark.parametrize("state", ["waits", "sent", "late"])
async def test_a_round_that_brings_papers_is_not_called_empty(store: Store, state: str) -> None:
    await bring(store, planned("a"))
    if state != "waits":
        (claim,) = await take(store)
        await send(store, claim, "m", NOW + HOUR if state == "late" else NOW)
    await store.arrange([Round(GENERAL, NOW)], NOW - HOUR)
    assert not await store.close_round(Round(GENERAL, NOW), None, notice(), NOW)
    assert await ready(store) == []


async def test_what_is_said_of_an_empty_round_counts_toward_nothing(store: Store) -> None:
    await store.arrange([Round(GENERAL, NOW)], NOW - HOUR)
    assert await store.close_round(Round(GENERAL, NOW), None, notice(), NOW)
    (one,) = await ready(store)
    await store.noticed(one)
    assert await store.posted_since(GENERAL, NOW - DAY) == 0
    assert await store.lately(GENERAL, NOW - DAY) == []
    assert await store.deliveries() == []
