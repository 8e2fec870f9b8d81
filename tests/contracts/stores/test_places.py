"""What a Store promises of channels that stand together, and of threads that are gone."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Channel
from bot.ports import Store
from tests.contracts.stores.nouns import GENERAL, NOW, RANDOM, paper, poll, send, subscription, take

LAB = [Channel("discord", place) for place in ("1/10", "1/11", "12/13", "@me/1", "@me/2")]


async def test_near_are_the_channels_of_the_same_server(store: Store) -> None:
    """The newest first; a server whose number begins alike is another one, and people's own messages are alone."""
    made = [await store.subscribe(subscription("attention", channel), NOW) for channel in (*LAB, GENERAL, RANDOM)]
    assert await store.near(LAB[1], 10) == [made[1], made[0]]
    assert await store.near(LAB[0], 1) == [made[1]]
    assert await store.near(Channel("discord", "1/99"), 10) == [made[1], made[0]]
    assert await store.near(LAB[3], 10) == [made[3]]
    assert await store.near(GENERAL, 10) == [made[5]]


async def test_wanting_are_the_channels_with_subscriptions_and_how_many(store: Store) -> None:
    """Paused ones count too; a channel whose last one is gone does not."""
    assert await store.wanting() == {}
    for rule, channel in (("a", GENERAL), ("b", GENERAL), ("a", LAB[0])):
        await store.subscribe(subscription(rule, channel), NOW)
    gone = await store.subscribe(subscription("a", RANDOM), NOW)
    await store.subscribe(replace(subscription("b"), state="paused"), NOW)
    await store.unsubscribe(RANDOM, gone.id)
    assert await store.wanting() == {GENERAL: 2, LAB[0]: 1}


async def test_a_thread_that_is_gone_is_forgotten(store: Store) -> None:
    """On every delivery that had it, so that the next discussion opens a new one."""
    await store.record(poll(paper("arxiv:1"), paper("arxiv:2"), to=[GENERAL], version=await store.version()), NOW)
    for claim in await take(store):
        await send(store, claim, "5")
    one, other = sorted(await store.deliveries(GENERAL), key=lambda each: each.row)
    await store.threaded(one.row, "t1")
    await store.threaded(other.row, "t2")
    assert await store.unthreaded(GENERAL, "t1") == 1
    assert await store.unthreaded(GENERAL, "t1") == 0
    assert await store.unthreaded(RANDOM, "t2") == 0
    threads = {each.row: each.thread for each in await store.deliveries(GENERAL)}
    assert threads == {one.row: None, other.row: "t2"}
