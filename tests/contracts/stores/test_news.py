"""What a Store promises of news about papers, people's votes, and messages that are to be edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import LeaseLost
from bot.model import Bookmark, Channel, Claim, Customs, Delivery, Edit, News, Poll
from bot.ports import Store
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, PACE, RANDOM, TEAM, paper, poll, send, take, why

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
REST = 10 * SECOND
CODE, VERSION = News("code", "Its code has been released."), News("version", "Version 2 is out.")


async def sent(store: Store, *channels: Channel, name: str = "a") -> list[int]:
    """A paper that these channels have had: the deliveries' rows."""
    await store.record(poll(paper(name), to=channels), NOW)
    claims = await take(store)
    for claim in claims:
        await send(store, claim, f"m-{name}")
    return [claim.delivery.row for claim in claims]


async def happens(store: Store, *told: News, name: str = "a") -> None:
    await store.record(Poll(Bookmark(FEED), news=tuple((name, one) for one in told)), NOW)


async def hear(store: Store, after: timedelta = MINUTE, limit: int = 10) -> list[Claim]:
    return await store.claim_news("w1", NOW + after, lease=MINUTE, limit=limit, pace=PACE)


async def due_edits(store: Store, after: timedelta) -> list[Edit]:
    return await store.edits(NOW + after, limit=10, pace=PACE)


async def test_news_comes_to_every_channel_that_had_the_paper_each_once(store: Store) -> None:
    await sent(store, GENERAL, RANDOM)
    await store.record(poll(paper("b"), to=[GENERAL]), NOW)
    await happens(store, CODE, VERSION)
    await happens(store, CODE)
    for claim in await take(store):
        await send(store, claim, "m-b")
    claims = await hear(store)
    assert {claim.delivery.channel for claim in claims} == {GENERAL, RANDOM}
    assert {claim.delivery.news for claim in claims} == {(CODE, VERSION)}
    for claim in claims:
        await store.told(claim, "thread", NOW + MINUTE)
    await happens(store, CODE)
    assert await hear(store, HOUR) == []


async def test_a_paper_that_nobody_had_or_that_waits_has_no_news(store: Store) -> None:
    await store.record(poll(paper("a"), to=[GENERAL]), NOW)
    await happens(store, CODE)
    await happens(store, CODE, name="unknown")
    (claim,) = await take(store)
    await send(store, claim, "m1")
    assert await hear(store) == []


async def test_news_of_a_paper_that_was_said_and_is_not_done_is_told_after(store: Store) -> None:
    await store.record(poll(paper("a"), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.posted(claim, "m1", NOW)
    await happens(store, CODE)
    assert await hear(store) == []
    await store.done(claim)
    assert [claim.delivery.news for claim in await hear(store)] == [(CODE,)]


async def test_another_rule_is_news_only_where_the_paper_was_posted(store: Store) -> None:
    await sent(store, GENERAL)
    await store.record(poll(paper("b"), to=[RANDOM]), NOW)
    rule = News("rule", "It now also matches: of")
    again = [Delivery(name, channel, (why("of"),), news=(rule,)) for name, channel in (("a", GENERAL), ("b", RANDOM))]
    for _ in range(2):
        await store.record(Poll(Bookmark(FEED), (), tuple(again)), NOW)
    (waiting,) = await take(store)
    assert (waiting.delivery.reasons, waiting.delivery.news) == ((why("on"), why("of")), ())
    await send(store, waiting, "m-b")
    (claim,) = await hear(store)
    assert (claim.delivery.paper, claim.delivery.news) == ("a", (rule,))


async def test_a_reason_found_again_by_a_known_rule_is_no_news(store: Store) -> None:
    await sent(store, GENERAL)
    other = replace(why("on"), field="abstract")
    told = Delivery("a", GENERAL, (other,), news=(News("rule", "It now also matches: on"),))
    await store.record(Poll(Bookmark(FEED), (), (told,)), NOW)
    assert await hear(store) == []


async def test_posts_go_before_news(store: Store) -> None:
    await sent(store, GENERAL, RANDOM)
    await happens(store, CODE)
    await store.record(poll(paper("b"), to=[GENERAL]), NOW)
    (post,) = await take(store, NOW + SECOND)
    assert [claim.delivery.channel for claim in await hear(store, SECOND)] == [RANDOM]
    await store.later(post, NOW + HOUR, "busy", NOW)
    assert [claim.delivery.channel for claim in await hear(store, 2 * SECOND)] == [GENERAL]


async def test_news_waits_for_pace_pause_and_loss(store: Store) -> None:
    await sent(store, TEAM)
    await happens(store, CODE)
    assert await hear(store, SECOND / 2) == []
    await store.keep_customs(Customs(TEAM, paused_until=NOW + HOUR))
    assert await hear(store) == []
    await store.keep_customs(Customs(TEAM))
    assert len(await hear(store)) == 1
    assert await store.claim_news("w", NOW + HOUR, lease=MINUTE, limit=9, pace={"local": timedelta()}) == []


async def test_a_channel_hears_one_thing_at_a_time_the_oldest_first(store: Store) -> None:
    await sent(store, GENERAL)
    await sent(store, GENERAL, name="b")
    await happens(store, CODE, name="b")
    await store.record(Poll(Bookmark(FEED), news=(("a", CODE),)), NOW + SECOND)
    heard = []
    for second in range(2):
        (claim,) = await hear(store, MINUTE + second * SECOND)
        assert await hear(store, MINUTE + second * SECOND) == []
        heard.append(claim.delivery.paper)
        await store.told(claim, "thread", NOW + MINUTE)
    assert heard == ["b", "a"]


async def test_news_whose_teller_crashed_is_told_again_in_doubt(store: Store) -> None:
    await sent(store, GENERAL)
    await happens(store, CODE)
    (first,) = await hear(store)
    assert not first.delivery.doubt
    assert await hear(store, MINUTE + SECOND) == []
    (again,) = await hear(store, 2 * MINUTE)
    assert again.delivery.doubt
    with pytest.raises(LeaseLost):
        await store.told(first, "thread", NOW)
    await store.told(again, "thread", NOW)
    assert [(one.state, one.doubt) for one in await store.deliveries()] == [("sent", False)]


async def test_news_in_hand_when_the_process_ended_is_in_doubt_for_the_next(database: Open) -> None:
    store = await database()
    await store.lead()
    await sent(store, GENERAL)
    await happens(store, CODE)
    await hear(store)
    await store.close()
    after = await database()
    await after.lead()
    assert [claim.delivery.doubt for claim in await hear(after, MINUTE + SECOND)] == [True]


async def test_news_let_go_comes_again_in_doubt_after_its_time(store: Store) -> None:
    await sent(store, GENERAL)
    await happens(store, CODE)
    (claim,) = await hear(store)
    await store.let_go(claim, NOW + HOUR)
    assert await hear(store, HOUR - SECOND) == []
    assert [claim.delivery.doubt for claim in await hear(store, HOUR)] == [True]


async def test_news_told_in_the_post_marks_it_for_an_edit(store: Store) -> None:
    await sent(store, GENERAL, RANDOM)
    await happens(store, CODE)
    for claim in await hear(store):
        await store.told(claim, "post" if claim.delivery.channel == GENERAL else "thread", NOW + MINUTE)
    assert {one.news for one in await store.deliveries()} == {(replace(CODE, said=s),) for s in ("post", "thread")}
    assert await due_edits(store, MINUTE) == [Edit(GENERAL, "m-a", 1)]


async def test_a_vote_toggles_and_marks_all_that_shows_it(store: Store) -> None:
    (row,) = await sent(store, GENERAL)
    await store.carded(row, "card")
    assert [await store.vote(row, person, NOW) for person in ("ada", "bob", "ada", "ada")] == [1, 2, 1, 2]
    assert [one.votes for one in await store.deliveries()] == [2]
    assert await store.vote(999, "ada", NOW) is None
    shown = {edit.message for second in range(2) for edit in await _edited(store, second * SECOND)}
    assert shown == {"m-a", "card"}


async def _edited(store: Store, after: timedelta) -> list[Edit]:
    found = await due_edits(store, after)
    for one in found:
        await store.edited(one, NOW + after)
    return found


async def test_edits_come_at_most_every_ten_seconds_and_the_last_state_wins(store: Store) -> None:
    (row,) = await sent(store, GENERAL)
    turns = []
    for second in range(31):
        await store.vote(row, f"person {second}", NOW + second * SECOND)
        turns += [(second, edit.turn) for edit in await _edited(store, second * SECOND)]
    assert turns == [(0, 1), (10, 11), (20, 21), (30, 31)]
    assert await _edited(store, HOUR) == []


async def test_what_changes_during_an_edit_is_edited_again(store: Store) -> None:
    await store.mark(GENERAL, "m1", NOW)
    (edit,) = await due_edits(store, timedelta())
    await store.mark(GENERAL, "m1", NOW)
    await store.edited(edit, NOW)
    assert await due_edits(store, REST - SECOND) == []
    assert await due_edits(store, REST) == [Edit(GENERAL, "m1", 2)]


async def test_an_edit_that_failed_is_tried_again_when_it_may(store: Store) -> None:
    await store.mark(GENERAL, "m1", NOW)
    (edit,) = await due_edits(store, timedelta())
    await store.edited(edit, NOW, again=NOW + HOUR)
    assert await due_edits(store, HOUR - SECOND) == []
    assert await due_edits(store, HOUR) == [edit]
    await store.edited(edit, NOW + HOUR, again=NOW)
    assert await due_edits(store, HOUR + REST - SECOND) == []
    assert await due_edits(store, HOUR + REST) == [edit]


async def test_one_message_a_channel_is_edited_at_a_time_the_longest_waiting_first(store: Store) -> None:
    for second, message in enumerate(("m2", "m1", "m3")):
        await store.mark(GENERAL, message, NOW + second * SECOND)
    await store.mark(TEAM, "m1", NOW + SECOND)
    assert await due_edits(store, MINUTE) == [Edit(GENERAL, "m2", 1), Edit(TEAM, "m1", 1)]
    assert await due_edits(store, MINUTE + SECOND / 2) == [Edit(GENERAL, "m2", 1)]
    assert await store.edits(NOW + HOUR, limit=10, pace={"slack": SECOND}) == [Edit(TEAM, "m1", 1)]


async def test_posts_go_before_edits(store: Store) -> None:
    await store.mark(GENERAL, "m1", NOW)
    await store.record(poll(paper("b"), to=[GENERAL]), NOW)
    assert await due_edits(store, timedelta()) == []
    (claim,) = await take(store)
    await send(store, claim, "m2")
    assert await due_edits(store, timedelta()) == [Edit(GENERAL, "m1", 1)]


async def test_a_lost_channel_is_not_edited(store: Store) -> None:
    await store.mark(GENERAL, "m1", NOW)
    await store.record(poll(paper("b"), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.lost(claim, "archived", NOW, probe=NOW + SECOND, patience=HOUR)
    assert await due_edits(store, HOUR) == []


async def test_a_thread_under_a_digest_marks_its_line_in_the_same_step(store: Store) -> None:
    planned = Delivery("a", GENERAL, (why("on"),), bundle="digest")
    await store.record(Poll(Bookmark(FEED), (paper("a"),), (planned,)), NOW)
    (claim,) = await take(store)
    await send(store, claim, "m1")
    await store.threaded(claim.delivery.row, "t1")
    assert await due_edits(store, timedelta()) == []
    await store.threaded(claim.delivery.row, "t1", NOW)
    assert await due_edits(store, timedelta()) == [Edit(GENERAL, "m1", 1)]


async def test_votes_and_news_of_a_merged_delivery_are_its_winners(store: Store) -> None:
    (one,), (other,) = await sent(store, GENERAL), await sent(store, GENERAL, name="b")
    await store.vote(one, "ada", NOW)
    await store.vote(other, "ada", NOW)
    await store.vote(other, "bob", NOW)
    await happens(store, CODE)
    await happens(store, CODE, VERSION, name="b")
    await store.record(Poll(Bookmark(FEED), (paper("a", aliases=frozenset({"b"})),)), NOW)
    (kept,) = [d for d in await store.deliveries() if d.state != "merged"]
    assert (kept.row, kept.votes, {news.kind for news in kept.news}) == (one, 2, {"code", "version"})
