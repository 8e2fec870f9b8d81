"""Papers found by their words: what every store promises to the search."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Delivery, Signals
from bot.ports import Store, Waiting
from bot.rules import parse
from bot.rules.narrow import needs
from tests.contracts.stores.nouns import GENERAL, NOW, RANDOM, TEAM, message, paper, poll, send, take

HOUR = timedelta(hours=1)


async def found(store: Store, rule: str, **more: object) -> list[str]:
    return [one.title for _, one in await store.narrowed(needs(parse(rule)), **more)]  # type: ignore[arg-type]


async def test_a_paper_is_found_once_it_is_indexed(store: Store) -> None:
    await store.record(poll(paper("url:a", title="On Mamba"), paper("url:b", title="On Attention")), NOW)
    assert await found(store, "mamba") == []
    assert await store.index(1) == 1
    assert await store.index(9) == 0
    assert await found(store, "mamba") == ["On Mamba"]
    assert await found(store, "mamba OR attention") == ["On Attention", "On Mamba"]
    assert await found(store, "mamba attention") == []


async def test_the_newest_come_first_and_a_place_leads_on(store: Store) -> None:
    papers = [paper(f"url:{n}", title=f"Mamba {n}", announced=NOW - n * HOUR) for n in (3, 1, 2, 5, 4)]
    await store.record(poll(*papers), NOW)
    await store.index(9)
    first = await store.narrowed(needs(parse("mamba")), limit=2)
    assert [one.title for _, one in first] == ["Mamba 1", "Mamba 2"]
    assert await found(store, "mamba", before=first[-1][0]) == ["Mamba 3", "Mamba 4", "Mamba 5"]
    assert await found(store, "mamba", since=NOW - 3 * HOUR) == ["Mamba 1", "Mamba 2", "Mamba 3"]
    assert [one.title for _, one in await store.narrowed(None, limit=1)] == ["Mamba 1"]


async def test_a_changed_paper_is_found_by_what_it_is_now(store: Store) -> None:
    before = paper("url:a", title="On Mamba", version=1)
    await store.record(poll(before), NOW)
    await store.index(9)
    await store.record(poll(replace(before, title="On Attention", version=2, signals=Signals(upvotes=9))), NOW)
    assert await store.index(9) == 0
    assert await found(store, "mamba") == []
    assert await found(store, "attention votes:>=8") == ["On Attention"]


async def test_papers_found_to_be_one_are_found_once(store: Store) -> None:
    await store.record(poll(paper("url:a", title="Mamba"), paper("url:b", title="Mamba too")), NOW)
    await store.index(9)
    await store.record(poll(paper("url:c", title="Mamba", aliases=("url:a", "url:b"))), NOW)
    await store.index(9)
    assert await found(store, "mamba") == ["Mamba"]
    assert await found(store, "too") == []


async def test_words_are_told_with_the_papers_that_have_them(store: Store) -> None:
    texts = ("Transformers", "Transformers", "Transport", "Trees")
    await store.record(poll(*(paper(f"url:{n}", title=text) for n, text in enumerate(texts))), NOW)
    await store.index(9)
    assert await store.vocabulary("trans", 1) == {"transformers": 2, "transport": 1}
    assert await store.vocabulary("tr", 2) == {"transformers": 2}


async def test_strange_words_are_only_words(store: Store) -> None:
    await store.record(poll(paper("url:a", title='"; DROP TABLE paper -- \x00 \ud800 NEAR(a b) *')), NOW)
    assert await store.index(9) == 0
    assert len(await found(store, '"drop table" near')) == 1


async def test_where_a_paper_went_is_told_by_any_of_its_ids(store: Store) -> None:
    await store.record(poll(paper("url:a", aliases=("doi:10.1/a",)), paper("url:b"), to=[GENERAL, TEAM]), NOW)
    assert [(d.paper, d.channel) for d in await store.reached("doi:10.1/a")] == [("url:a", GENERAL), ("url:a", TEAM)]
    assert await store.reached("url:nowhere") == []


async def test_what_was_posted_last_comes_first_whenever_it_was_found(store: Store) -> None:
    """A paper that waited for its time is newer to the channel than one found after it and posted at once."""
    later = NOW + timedelta(hours=1)
    planned = (Delivery("url:a", GENERAL, due=later), Delivery("url:b", GENERAL, due=NOW))
    await store.record(replace(poll(paper("url:a"), paper("url:b")), deliveries=planned), NOW)
    for at in (NOW, later):
        (claim,) = await take(store, at)
        await send(store, claim, f"m{claim.delivery.row}", at)
    assert [p.id for _, p in await store.sent(GENERAL, 9)] == ["url:a", "url:b"]


async def test_what_a_channel_was_sent_comes_newest_first(store: Store) -> None:
    await store.record(poll(paper("url:a"), paper("url:b"), to=[GENERAL, RANDOM]), NOW)
    for _ in range(2):
        for claim in await take(store):
            await send(store, claim, "m")
    assert [(d.row, p.id) for d, p in await store.sent(GENERAL, 9)] == [(3, "url:b"), (1, "url:a")]
    assert len(await store.sent(GENERAL, 1)) == 1
    assert await store.sent(TEAM, 9) == []


async def test_what_waits_is_counted_by_platform(store: Store) -> None:
    assert await store.waiting() == []
    await store.record(poll(paper("url:a"), paper("url:b"), to=[GENERAL, TEAM], due=NOW + HOUR), NOW)
    (claim, *_) = await take(store, NOW + HOUR)
    await send(store, claim, "m")
    assert await store.waiting() == [Waiting("local", 1, 0, NOW + HOUR), Waiting("slack", 2, 0, NOW + HOUR)]


async def test_a_channel_keeps_its_secret_until_it_is_ended(store: Store) -> None:
    assert await store.address(TEAM, "one") == "one"
    assert await store.address(TEAM, "two") == "one"
    assert await store.address(GENERAL, "three") == "three"
    assert await store.addressed("one") == TEAM
    assert await store.addressed("two") is None
    assert await store.end_address(TEAM)
    assert not await store.end_address(TEAM)
    assert await store.addressed("one") is None
    assert await store.address(TEAM, "four") == "four"


async def test_a_message_is_no_paper(store: Store) -> None:
    await store.say(message("mamba", "k"))
    await store.index(9)
    assert await found(store, "mamba") == []
