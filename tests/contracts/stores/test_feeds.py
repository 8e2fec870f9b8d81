"""What a Store promises of channels' own feeds, and of papers that only those have brought."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import RulesChanged
from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Paper, Poll
from bot.ports import Store
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, RANDOM, TEAM, paper, poll

OWN = "https://lab.example/\udcff?token=hunter2"
ONE, TWO = paper("url:1"), paper("url:2")


def brought(*papers: Paper, to: Channel | None) -> Poll:
    """What a feed brought: a channel's own, or one that is read for all."""
    return Poll(Bookmark(OWN), papers, audience=None if to is None else frozenset({to}))


async def test_a_channels_feeds_are_kept_in_the_order_they_were_added(database: Open) -> None:
    store = await database()
    first, second = OwnFeed(GENERAL, OWN, "local:ada"), OwnFeed(GENERAL, "https://a.example/", "local:bob")
    other = OwnFeed(RANDOM, OWN, "local:bob")
    for minute, feed in enumerate((first, second, other, replace(first, creator="local:eve"))):
        await store.add_feed(feed, Poll(Bookmark(feed.address)), NOW + minute * MINUTE)
    again = await database()
    assert await again.feeds() == [first, second, other]
    assert await again.feeds(GENERAL) == [first, second]
    assert (await again.remove_feed(GENERAL, OWN), await again.remove_feed(GENERAL, OWN)) == (True, False)
    assert await again.feeds() == [second, other]


async def test_adding_a_feed_records_its_first_reading(store: Store) -> None:
    first = Poll(Bookmark(OWN, baseline_at=NOW), (ONE,), audience=frozenset({GENERAL}))
    await store.add_feed(OwnFeed(GENERAL, OWN, "local:ada"), first, NOW)
    assert await store.bookmark(OWN) == Bookmark(OWN, baseline_at=NOW)
    assert await store.owned([ONE, TWO]) == {"url:1": frozenset({GENERAL})}


async def test_adding_and_removing_a_feed_change_the_rulebook(store: Store) -> None:
    before = await store.version()
    await store.add_feed(OwnFeed(GENERAL, OWN, "local:ada"), Poll(Bookmark(OWN)), NOW)
    with pytest.raises(RulesChanged):
        await store.record(poll(ONE, version=before), NOW)
    before = await store.version()
    await store.remove_feed(GENERAL, OWN)
    with pytest.raises(RulesChanged):
        await store.record(poll(ONE, version=before), NOW)


async def test_a_paper_is_a_channels_own_until_a_feed_of_all_brings_it(store: Store) -> None:
    await store.record(brought(ONE, TWO, to=GENERAL), NOW)
    await store.record(brought(ONE, to=RANDOM), NOW)
    assert await store.owned([ONE, TWO]) == {"url:1": {GENERAL, RANDOM}, "url:2": {GENERAL}}
    await store.record(poll(ONE), NOW)
    assert await store.owned([ONE, TWO]) == {"url:2": {GENERAL}}


async def test_a_paper_that_becomes_everybodys_says_nothing_of_the_feed_it_was_of(store: Store) -> None:
    """Neither its address nor its link, which may hold a key."""
    private = replace(ONE, source="https://lab.example/feed", url="https://lab.example/1?key=hunter2")
    shared = replace(ONE, source="arxiv:cs.CL", url="https://arxiv.org/abs/1")
    await store.record(brought(private, to=GENERAL), NOW)
    await store.record(brought(replace(private, source="https://other.example/feed"), to=RANDOM), NOW)
    await store.record(poll(shared), NOW)
    (kept,) = await store.papers()
    assert (kept.source, kept.url) == (shared.source, shared.url)
    await store.record(brought(private, to=GENERAL), NOW)
    assert await store.papers() == [kept]


async def test_a_paper_that_all_know_stays_so(store: Store) -> None:
    await store.record(brought(ONE, to=None), NOW)
    await store.record(brought(ONE, to=GENERAL), NOW)
    assert await store.owned([ONE]) == {}


async def test_a_paper_is_known_by_any_of_its_ids(store: Store) -> None:
    await store.record(brought(paper("url:1", aliases=("doi:1",)), to=GENERAL), NOW)
    assert await store.owned([paper("arxiv:1", aliases=("doi:1",))]) == {"arxiv:1": {GENERAL}}


async def test_two_papers_found_to_be_one_belong_to_whoever_knew_either(store: Store) -> None:
    both = paper("url:1", aliases=("url:2",))
    await store.record(brought(ONE, to=GENERAL), NOW)
    await store.record(brought(TWO, to=RANDOM), NOW)
    await store.record(brought(both, to=TEAM), NOW)
    assert await store.owned([both]) == {"url:1": {GENERAL, RANDOM, TEAM}}


async def test_a_paper_that_becomes_everybodys_as_it_was_is_not_indexed_again(store: Store) -> None:
    await store.record(Poll(Bookmark(OWN), (ONE,), audience=frozenset({GENERAL})), NOW)
    assert await store.index(9) == 0
    await store.record(poll(ONE), NOW)
    assert await store.index(0) == 0


@pytest.mark.parametrize("first", [ONE, TWO])
async def test_two_papers_found_to_be_one_are_everybodys_if_one_was(first: Paper, store: Store) -> None:
    """By the word of a feed of all; a channel's own feed may say what it likes."""
    second, both = TWO if first is ONE else ONE, paper("url:1", aliases=("url:2",))
    await store.record(brought(first, to=None), NOW)
    await store.record(brought(second, to=RANDOM), NOW)
    await store.record(brought(both, to=RANDOM), NOW)
    assert await store.owned([ONE, TWO]) == {second.id: {RANDOM}}
    await store.record(brought(both, to=None), NOW)
    assert await store.owned([ONE, TWO]) == {}


async def test_a_channels_own_feed_changes_nothing_of_what_others_know(store: Store) -> None:
    """Anybody in a chat may add one: it forges no title, link, version or name, and makes no two papers one."""
    public, theirs = replace(ONE, url="https://arxiv.org/abs/1", version=1), replace(TWO, abstract="True words.")
    await store.record(brought(public, to=None), NOW)
    await store.record(brought(theirs, to=RANDOM), NOW)
    before = await store.papers()
    forged = paper("url:1", title="Buy this", url="https://evil.example/", version=9, aliases=("url:2", "url:3"))
    poll_of = Poll(Bookmark(OWN), (forged, replace(TWO, abstract="Lies.")), audience=frozenset({GENERAL}))
    await store.record(poll_of, NOW)
    assert await store.papers() == before
    assert await store.paper("url:3") is None
    assert await store.owned([TWO]) == {"url:2": {RANDOM, GENERAL}}


async def test_a_poll_of_a_channels_feed_keeps_the_rest_of_its_promises(store: Store) -> None:
    assert await store.record(replace(poll(ONE, to=[GENERAL]), audience=frozenset({GENERAL})), NOW) == 1
    assert [delivery.channel for delivery in await store.deliveries()] == [GENERAL]
    assert await store.bookmark(FEED) == Bookmark(FEED, due=NOW + MINUTE)
