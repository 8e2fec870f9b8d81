"""What a Store promises of channels' own feeds, and of papers that only those have brought."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import RulesChanged
from bot.feeds import OwnFeed
from bot.model import Bookmark, Channel, Delivery, News, Paper, Poll
from bot.ports import Store
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, RANDOM, TEAM, outcome, paper, poll, why

OWN = "https://lab.example/\udcff?token=hunter2"
ELSE = Channel("slack", "T1/C2")
ONE, TWO = paper("url:1"), paper("url:2")


def brought(*papers: Paper, to: Channel | None) -> Poll:
    """What a feed brought: a channel's own, or one that is read for all."""
    return Poll(Bookmark(OWN), papers, audience=None if to is None else frozenset({to}))


async def known(store: Store, *papers: Paper) -> dict[str, set[Channel]]:
    """Those that only channels' own feeds have brought, by id: who knows them."""
    return {name: set(copies) for name, copies in (await store.private(papers)).items()}


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
    assert await known(store, ONE, TWO) == {"url:1": frozenset({GENERAL})}


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
    assert await known(store, ONE, TWO) == {"url:1": {GENERAL, RANDOM}, "url:2": {GENERAL}}
    await store.record(poll(ONE), NOW)
    assert await known(store, ONE, TWO) == {"url:2": {GENERAL}}


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
    assert await known(store, ONE) == {}


async def test_a_paper_is_known_by_any_of_its_ids(store: Store) -> None:
    await store.record(brought(paper("url:1", aliases=("doi:1",)), to=GENERAL), NOW)
    assert await known(store, paper("arxiv:1", aliases=("doi:1",))) == {"arxiv:1": {GENERAL}}


async def test_two_papers_found_to_be_one_belong_to_whoever_knew_either(store: Store) -> None:
    both = paper("url:1", aliases=("url:2",))
    await store.record(brought(ONE, to=GENERAL), NOW)
    await store.record(brought(TWO, to=RANDOM), NOW)
    await store.record(brought(both, to=TEAM), NOW)
    assert await known(store, both) == {"url:1": {GENERAL, RANDOM, TEAM}}


async def test_a_paper_that_becomes_everybodys_is_found_by_all_in_the_words_of_the_feed_of_all(store: Store) -> None:
    await store.record(brought(replace(ONE, title="Secret words"), to=GENERAL), NOW)
    assert await store.index(9) == 0
    assert await store.narrowed(None) == []
    assert [found.title for _, found in await store.narrowed(None, own=[GENERAL])] == ["Secret words"]
    await store.record(poll(ONE), NOW)
    assert await store.index(9) == 0
    for own in ([], [GENERAL]):
        assert [found.title for _, found in await store.narrowed(None, own=own)] == [ONE.title]


@pytest.mark.parametrize("first", [ONE, TWO])
async def test_two_papers_found_to_be_one_are_everybodys_if_one_was(first: Paper, store: Store) -> None:
    """By the word of a feed of all; a channel's own feed may say what it likes."""
    second, both = TWO if first is ONE else ONE, paper("url:1", aliases=("url:2",))
    await store.record(brought(first, to=None), NOW)
    await store.record(brought(second, to=RANDOM), NOW)
    await store.record(brought(both, to=RANDOM), NOW)
    assert await known(store, ONE, TWO) == {second.id: {RANDOM}}
    await store.record(brought(both, to=None), NOW)
    assert await known(store, ONE, TWO) == {}


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
    assert await known(store, TWO) == {"url:2": {RANDOM, GENERAL}}


async def test_a_poll_of_a_channels_feed_keeps_the_rest_of_its_promises(store: Store) -> None:
    assert await store.record(replace(poll(ONE, to=[GENERAL]), audience=frozenset({GENERAL})), NOW) == 1
    assert [delivery.channel for delivery in await store.deliveries()] == [GENERAL]
    assert await store.bookmark(FEED) == Bookmark(FEED, due=NOW + MINUTE)


# ── whose word counts where ──


async def test_what_a_private_feed_claims_of_an_unseen_paper_is_its_channels_word_alone(store: Store) -> None:
    """Its link, its title and its further ids are gone once a feed of all brings the paper; those ids are free."""
    claimed = paper("arxiv:1", title="Buy this", url="https://evil.example/", aliases=("doi:1", "arxiv:2"))
    await store.record(replace(brought(claimed, to=GENERAL), deliveries=(Delivery("arxiv:1", GENERAL, ()),)), NOW)
    real = paper("arxiv:1", url="https://arxiv.org/abs/1")
    assert await store.unknown([real]) == [real]
    assert await store.changed([real]) == []
    assert await store.paper("arxiv:1") is None
    await store.record(brought(real, to=None), NOW + MINUTE)
    kept = replace(real, seen=NOW + MINUTE)
    assert await store.papers() == await store.papers(own=[GENERAL]) == [kept]
    other = paper("arxiv:2")
    assert await store.unknown([other, paper("doi:1")]) == [other, paper("doi:1")]
    await store.record(brought(other, to=None), NOW + 2 * MINUTE)
    assert [found.id for found in await store.papers()] == ["arxiv:2", "arxiv:1"]
    assert [(d.paper, d.channel) for d in await store.deliveries()] == [("arxiv:1", GENERAL)]


async def test_a_channel_that_had_a_paper_by_its_own_feed_is_not_sent_it_again(store: Store) -> None:
    """Its delivery, its thread and who saved it go over to the paper that all know."""
    await store.record(replace(brought(ONE, to=TEAM), deliveries=(Delivery("url:1", TEAM, (why("on"),)),)), NOW)
    await store.save("slack:U1", "url:1", NOW, own=[TEAM])
    shared = replace(TWO, aliases=("url:1",))
    await store.record(poll(shared, to=[TEAM, GENERAL]), NOW)
    assert await outcome(store) == {("url:2", "slack:T1/C1"): "pending", ("url:2", "local:general"): "pending"}
    assert [found.id for found in await store.saved("slack:U1")] == ["url:2"]


async def test_a_guessed_id_shows_nothing_of_another_channels_paper(store: Store) -> None:
    """Each channel has its own copy, of its own feeds' words."""
    secret = replace(ONE, title="Our patent", abstract="Secret.", aliases=("doi:secret",))
    await store.record(brought(secret, to=TEAM), NOW)
    await store.record(brought(replace(ONE, title="A guess"), to=RANDOM), NOW)
    await store.record(brought(replace(ONE, version=2), to=RANDOM), NOW)
    (theirs,), (mine,) = await store.papers(own=[TEAM]), await store.papers(own=[RANDOM])
    assert (theirs.title, theirs.abstract, theirs.version) == ("Our patent", "Secret.", None)
    assert (mine.title, mine.abstract, mine.aliases) == (ONE.title, "", ())
    assert await store.paper("doi:secret", own=[RANDOM]) is None
    assert await store.papers() == await store.day(NOW.date()) == []
    assert await store.days() == []
    assert await store.changed_own([replace(ONE, version=3)], [GENERAL]) == []
    assert sorted(await store.owners()) == [RANDOM, TEAM]


async def test_a_feed_of_two_channels_says_nothing_to_one_of_what_the_others_feeds_said(store: Store) -> None:
    """One reading for both; each adds it to what it had."""
    await store.record(brought(replace(ONE, abstract="From elsewhere."), to=TEAM), NOW)
    both = Poll(Bookmark(OWN), (replace(ONE, pdf_url="https://lab.example/1.pdf"),), audience=frozenset({TEAM, RANDOM}))
    await store.record(both, NOW)
    assert [found.abstract for found in await store.papers(own=[TEAM])] == ["From elsewhere."]
    assert [found.abstract for found in await store.papers(own=[RANDOM])] == [""]


async def test_two_papers_joined_by_a_private_feeds_word_are_one_for_its_channel_alone(store: Store) -> None:
    """Both are read by all, and stay two; what the feed calls them by beside leads its channel to the first."""
    await store.record(brought(ONE, TWO, to=None), NOW)
    await store.record(brought(paper("guid:x", aliases=("url:1", "url:2")), to=TEAM), NOW)
    assert len(await store.papers(own=[TEAM])) == 2
    found = await store.paper("guid:x", own=[TEAM])
    assert found is not None
    assert found.id == "url:1"
    assert await store.paper("guid:x", own=[GENERAL]) is None
    assert await store.private([paper("guid:x")]) == {"guid:x": {TEAM: None}}


async def test_what_becomes_of_a_copy_is_told_in_its_channel_alone(store: Store) -> None:
    poll_of = Poll(Bookmark(OWN), (ONE,), audience=frozenset({TEAM, RANDOM}))
    sent = tuple(Delivery("url:1", channel, (why("on"),), "sent", message="m") for channel in (TEAM, RANDOM))
    await store.record(replace(poll_of, deliveries=sent), NOW)
    await store.record(replace(poll_of, own_news=((TEAM, "url:1", News("version", "v2")),)), NOW)
    told = {one.channel: one.news for one in await store.deliveries()}
    assert [len(told[TEAM]), len(told[RANDOM])] == [1, 0]


async def test_a_purged_channel_takes_its_copies_along(store: Store) -> None:
    await store.record(brought(ONE, to=TEAM), NOW)
    await store.record(brought(ONE, to=RANDOM), NOW)
    await store.save("slack:U1", "url:1", NOW, own=[TEAM])
    await store.purge(TEAM)
    assert await store.papers(own=[TEAM]) == await store.saved("slack:U1") == []
    assert await store.private([ONE]) == {"url:1": {RANDOM: (await store.papers(own=[RANDOM]))[0]}}


async def test_copies_follow_their_channel_to_its_new_id(store: Store) -> None:
    """Where the new id has its own copy of a paper, they become one."""
    for channel in (TEAM, ELSE):
        await store.record(replace(brought(ONE, to=channel), deliveries=(Delivery("url:1", channel, ()),)), NOW)
    await store.record(brought(TWO, to=TEAM), NOW)
    assert await store.move(TEAM, ELSE, NOW)
    assert {found.id for found in await store.papers(own=[ELSE])} == {"url:1", "url:2"}
    assert await store.owners() == [ELSE]
    assert await outcome(store) == {("url:1", str(ELSE)): "pending"}


@pytest.mark.parametrize(("old", "new"), [(TEAM, ELSE), (ELSE, TEAM)])
async def test_a_copy_of_what_the_other_id_knows_as_everybodys_goes_up_in_that(
    store: Store, old: Channel, new: Channel
) -> None:
    """Else the channel would be told of one paper twice."""
    there = replace(TWO, aliases=("url:1",))
    sent = Delivery("url:1", TEAM, (), "sent", message="m", posted_at=NOW)
    await store.record(replace(brought(ONE, to=TEAM), deliveries=(sent,)), NOW)
    await store.record(brought(TWO, to=None), NOW)
    await store.record(replace(brought(there, to=ELSE), deliveries=(Delivery("url:2", ELSE, ()),)), NOW)
    assert await store.move(old, new, NOW)
    assert [found.id for found in await store.papers(own=[TEAM, ELSE])] == ["url:2"]
    assert {(one.channel, one.state) for one in await store.deliveries() if one.state != "merged"} == {(new, "sent")}


async def test_the_past_of_a_channels_own_feed_is_its_own(store: Store) -> None:
    await store.backfill(OWN, NOW.date(), [ONE], NOW, audience=frozenset({GENERAL}))
    assert await store.papers() == []
    assert [found.id for found in await store.papers(own=[GENERAL])] == ["url:1"]


async def test_papers_that_one_reading_joins_step_by_step_are_one(store: Store) -> None:
    a, b, c, d = (paper(f"url:{name}") for name in "abcd")
    await store.record(brought(a, b, c, d, to=GENERAL), NOW)
    joined = (replace(c, aliases=("url:b",)), replace(b, aliases=("url:a",)), replace(a, aliases=("url:c",)), d)
    planned = tuple(Delivery(one.id, GENERAL, (why("x"),)) for one in (c, b, a, d))
    made = await store.record(replace(brought(*joined, to=GENERAL), deliveries=planned), NOW)
    assert made == 2
    assert {one.id for one in await store.papers(own=(GENERAL,))} == {"url:a", "url:d"}


async def test_a_copy_that_a_reading_first_joins_and_then_finds_to_be_everybodys_goes_up_in_that(store: Store) -> None:
    a, b, shared = paper("url:a"), paper("url:b"), paper("url:all")
    await store.record(brought(a, b, to=GENERAL), NOW)
    await store.record(brought(shared, to=None), NOW)
    joined = (replace(a, aliases=("url:b",)), replace(b, aliases=("url:all",)), replace(a, aliases=("url:new",)))
    planned = tuple(Delivery(name, GENERAL, (why("x"),)) for name in ("url:a", "url:b", "url:all", "url:new"))
    assert await store.record(replace(brought(*joined, to=GENERAL), deliveries=planned), NOW) == 1
    assert [one.id for one in await store.papers(own=(GENERAL,))] == ["url:all"]
