"""What a Store promises of bookmarks and papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.errors import RulesChanged, StoreFailed
from bot.habits import Habits
from bot.model import Bookmark, Delivery, Original, Poll, Reason, Signals
from bot.ports import Store
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, paper, poll, subscription, why


async def test_a_bookmark_comes_back_as_it_was_kept(store: Store) -> None:
    kept = Bookmark(FEED, '"a"', "Mon", "5e", NOW, 2, NOW, "not reached", "https://new.example/", NOW)
    await store.record(Poll(replace(kept, etag="old", failures=9)), NOW)
    await store.record(Poll(kept), NOW)
    assert await store.bookmarks() == {FEED: kept}
    assert (await store.bookmark(FEED), await store.bookmark("https://other.example/")) == (kept, None)


async def test_a_bookmark_keeps_how_its_feed_behaves(store: Store) -> None:
    habits = Habits(NOW, NOW, NOW, NOW, "5e", 7, 2, 0.25, 3600, "blocked", NOW.date(), 3, (1, 2))
    await store.record(Poll(Bookmark(FEED, habits=habits)), NOW)
    assert await store.bookmarks() == {FEED: Bookmark(FEED, habits=habits)}


async def test_when_each_feed_is_due_is_told_for_all_at_once(store: Store) -> None:
    assert await store.next_polls() == {}
    for address, due in ((FEED, NOW), ("/feeds/\udcff.xml", None)):
        await store.record(Poll(Bookmark(address, due=due)), NOW)
    assert await store.next_polls() == {FEED: NOW, "/feeds/\udcff.xml": None}


async def test_bookmarks_of_some_feeds_are_told_at_once(store: Store) -> None:
    for address in (FEED, "/feeds/\udcff.xml", "/other.xml"):
        await store.record(Poll(Bookmark(address, failures=1)), NOW)
    wanted = [FEED, "/feeds/\udcff.xml", "/unknown.xml"]
    assert await store.bookmarks(wanted) == {address: Bookmark(address, failures=1) for address in wanted[:2]}
    assert await store.bookmarks([]) == {}


async def test_one_bookmark_is_found_by_its_address(store: Store) -> None:
    for address in (FEED, "/feeds/\udcff.xml"):
        await store.record(Poll(Bookmark(address, failures=1)), NOW)
        assert await store.bookmark(address) == Bookmark(address, failures=1)
    assert await store.bookmark("https://elsewhere.example/") is None


async def test_a_bookmark_keeps_bytes_that_are_not_text(store: Store) -> None:
    kept = Bookmark("/feeds/\udcff.xml", etag='"\udce9\0"')
    await store.record(Poll(kept), NOW)
    assert await store.bookmarks() == {kept.address: kept}


async def test_a_paper_comes_back_as_it_was_found_and_says_when_it_was_seen(store: Store) -> None:
    found = paper(
        version=2,
        authors=("Ada L.", "José"),
        abstract="x" * 10_000,
        url="https://a.example/1",
        pdf_url="https://a.example/1.pdf",
        categories=("cs.CL", "cs.LG"),
        published=NOW - MINUTE,
        announced=NOW,
        announce="cross",
        aliases=("doi:10.1/1", "url:https://a.example/1"),
        signals=Signals(3, 1, "https://code.example", ("llm",), "ada", "lab", "In short."),
        original=Original("On $x^2$", "<p>\\emph{One}\n</p>"),
    )
    await store.record(poll(found), NOW + MINUTE)
    assert await store.paper(found.id) == replace(found, seen=NOW + MINUTE)


async def test_a_paper_answers_to_every_id_it_was_ever_known_by(store: Store) -> None:
    await store.record(poll(paper("url:a", aliases=("doi:a",))), NOW)
    await store.record(poll(paper("arxiv:a", aliases=("doi:a",))), NOW)
    found = [await store.paper(name) for name in ("url:a", "doi:a", "arxiv:a")]
    assert found[0] is not None
    assert found == [found[0]] * 3
    assert (found[0].id, found[0].aliases) == ("url:a", ("doi:a", "arxiv:a"))
    assert await store.paper("arxiv:b") is None


async def test_unknown_papers_are_those_of_which_no_id_was_seen_in_the_order_given(store: Store) -> None:
    await store.record(poll(paper("arxiv:a", aliases=("doi:a",))), NOW)
    asked = [paper("arxiv:d"), paper("doi:a"), paper("arxiv:c"), paper("url:a", aliases=("arxiv:a",)), paper("arxiv:b")]
    assert [p.id for p in await store.unknown(asked)] == ["arxiv:d", "arxiv:c", "arxiv:b"]
    assert await store.unknown([]) == []


async def test_meeting_a_paper_again_fills_gaps_and_takes_the_newer_version(store: Store) -> None:
    first = paper(version=1, title="Old", abstract="", announced=NOW, signals=Signals(upvotes=3, submitter="ada"))
    await store.record(poll(first), NOW)
    newer = replace(
        first, version=2, title="New", abstract="Now with words.", announce="replace", announced=NOW + MINUTE
    )
    await store.record(poll(replace(newer, signals=Signals(upvotes=5))), NOW + MINUTE)
    found = await store.paper(first.id)
    wanted = replace(newer, announce="new", announced=NOW, seen=NOW, signals=Signals(upvotes=5, submitter="ada"))
    assert found == wanted


async def test_an_older_version_met_later_changes_no_words(store: Store) -> None:
    newer = paper(version=2, title="New")
    await store.record(poll(newer), NOW)
    older, nameless = (
        replace(newer, version=1, title="Old", abstract="Filled."),
        replace(newer, version=None, title="Cut"),
    )
    await store.record(poll(older, nameless), NOW)
    assert await store.paper(newer.id) == replace(newer, abstract="Filled.", seen=NOW)


async def test_two_papers_of_one_poll_with_a_common_id_are_one(store: Store) -> None:
    await store.record(poll(paper("arxiv:a"), paper("url:a", aliases=("arxiv:a",))), NOW)
    assert [p.id for p in await store.papers()] == ["arxiv:a"]


async def test_papers_are_listed_newest_first_by_announcement_else_first_sight(store: Store) -> None:
    await store.record(poll(paper("arxiv:a", announced=NOW - 9 * MINUTE), paper("arxiv:b"), paper("arxiv:c")), NOW)
    await store.record(poll(paper("arxiv:d", announced=NOW + MINUTE), paper("arxiv:e", announced=NOW - MINUTE)), NOW)
    assert [p.id[-1] for p in await store.papers()] == list("dbcea")
    assert [p.id[-1] for p in await store.papers(since=NOW - MINUTE, limit=3)] == list("dbc")
    assert [p.id[-1] for p in await store.papers(since=NOW - MINUTE)] == list("dbce")


async def test_a_papers_day_is_the_utc_date_of_its_announcement_else_first_sight(store: Store) -> None:
    early_in_tokyo = datetime(2026, 8, 18, 1, tzinfo=timezone(timedelta(hours=9)))
    await store.record(poll(paper("arxiv:a", announced=early_in_tokyo), paper("arxiv:b")), NOW)
    await store.record(poll(paper("arxiv:c", announced=NOW - timedelta(days=2))), NOW)
    assert await store.days() == [(date(2026, 8, 17), 2), (date(2026, 8, 15), 1)]
    assert await store.days(limit=1) == [(date(2026, 8, 17), 2)]
    assert [p.id for p in await store.day(date(2026, 8, 15))] == ["arxiv:c"]
    assert await store.day(date(2026, 8, 16)) == []


async def test_a_day_lists_most_upvotes_first_then_as_first_seen(store: Store) -> None:
    votes = {"a": None, "b": 2, "c": 7, "d": 2}
    await store.record(poll(*(paper(f"arxiv:{name}", signals=Signals(upvotes=v)) for name, v in votes.items())), NOW)
    await store.record(poll(paper("arxiv:d", signals=Signals(upvotes=8))), NOW)
    assert [p.id[-1] for p in await store.day(NOW.date())] == list("dcba")


async def test_a_poll_is_recorded_whole_or_not_at_all(store: Store) -> None:
    broken = poll(paper("arxiv:a"), to=[GENERAL])
    broken = replace(broken, deliveries=(*broken.deliveries, Delivery("arxiv:nowhere", GENERAL)))
    with pytest.raises(StoreFailed, match="arxiv:nowhere"):
        await store.record(broken, NOW)
    assert (await store.bookmarks(), await store.papers(), await store.deliveries()) == ({}, [], [])
    assert await store.unknown(broken.papers) == list(broken.papers)


async def test_a_poll_matched_with_older_rules_saves_nothing(store: Store) -> None:
    before = await store.version()
    await store.subscribe(subscription(), NOW)
    with pytest.raises(RulesChanged):
        await store.record(poll(paper(), to=[GENERAL], version=before), NOW)
    assert (await store.bookmarks(), await store.papers(), await store.deliveries()) == ({}, [], [])
    assert await store.record(poll(paper(), to=[GENERAL], version=await store.version()), NOW) == 1


async def test_recording_counts_new_deliveries_and_known_ones_gain_reasons(store: Store) -> None:
    assert await store.record(poll(paper(), to=[GENERAL]), NOW) == 1
    again = Delivery(paper().id, GENERAL, (why("on"), why("more")))
    assert await store.record(Poll(Bookmark(FEED), (), (again, again)), NOW) == 0
    (kept,) = await store.deliveries()
    assert kept.reasons == (why("on"), why("more"))


async def test_a_delivery_may_name_its_paper_by_an_alias(store: Store) -> None:
    await store.record(poll(paper("arxiv:a", aliases=("doi:a",)), to=[GENERAL]), NOW)
    assert await store.record(Poll(Bookmark(FEED), (), (Delivery("doi:a", GENERAL),)), NOW) == 0
    assert [d.paper for d in await store.deliveries()] == ["arxiv:a"]


@pytest.mark.parametrize(
    "hostile", ["a\0b", "lone \ud800 half", "\u202eright to left", "'; DROP TABLE paper; --", "🧪" * 30_000, "\\u0000"]
)
async def test_strangers_text_is_kept_without_what_no_database_takes(store: Store, hostile: str) -> None:
    found = paper(
        f"guid:{hostile}",
        title=hostile,
        abstract=hostile,
        authors=(hostile,),
        aliases=(f"url:{hostile}",),
        source=hostile,
    )
    reason = Reason(hostile, "title", rule=hostile)
    await store.record(Poll(Bookmark(FEED, error=hostile), (found,), (Delivery(found.id, GENERAL, (reason,)),)), NOW)
    assert await store.unknown([found]) == []
    kept, (delivery,) = await store.paper(found.id), await store.deliveries()
    assert kept is not None
    assert kept.title == hostile.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert (kept.authors, delivery.reasons[0].term, delivery.paper) == ((kept.title,), kept.title, f"guid:{kept.title}")


async def test_numbers_and_moments_out_of_all_bounds_are_kept_within_them(store: Store) -> None:
    edge = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    found = paper(version=10**30, announced=edge, published=datetime(2026, 8, 1), signals=Signals(10**40, -(10**40)))  # noqa: DTZ001 — a feed's date without a zone
    await store.record(poll(found), NOW)
    (kept,) = await store.papers()
    assert (kept.version, kept.signals.upvotes, kept.signals.comments) == (2**63 - 1, 2**63 - 1, 1 - 2**63)
    assert kept.published == datetime(2026, 8, 1, tzinfo=UTC)
    assert await store.days() == [(date.min, 1)]


async def test_what_a_reading_would_change_is_told_before_it_is_recorded(store: Store) -> None:
    known = paper("a", signals=Signals(upvotes=3))
    await store.record(Poll(Bookmark(FEED), (known, paper("b"))), NOW)
    told = replace(known, signals=Signals(upvotes=30))
    ((before, after),) = await store.changed([told, paper("b"), paper("c")])
    assert (before.signals.upvotes, after.signals.upvotes) == (3, 30)
    assert (before.seen, after.seen) == (NOW, NOW)
    await store.record(Poll(Bookmark(FEED), (told,)), NOW)
    assert await store.paper("a") == after
    assert await store.changed([told]) == []


async def test_a_new_version_is_announced_as_one(store: Store) -> None:
    await store.record(Poll(Bookmark(FEED), (paper("a", version=1),)), NOW)
    ((before, after),) = await store.changed([paper("a", version=2, announce="replace")])
    assert (before.announce, after.announce, after.version) == ("new", "replace", 2)
