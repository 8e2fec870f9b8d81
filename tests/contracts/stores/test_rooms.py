"""What a Store promises of local channels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import StoreFailed
from bot.model import Button, Channel, Entry, Line, Post, Span
from bot.ports import Store
from tests.contracts.stores.nouns import GENERAL, NOW, RANDOM, TEAM, message, subscription


async def test_a_message_comes_back_with_its_id(store: Store) -> None:
    post = Post(
        Line((Span("Head", "strong", "https://a.example"), Span(" \0\ud800"))),
        (Line((Span("small"),), "small"),),
        (Button("Discuss", "discuss:1", "primary"),),
        "arxiv:1",
    )
    said = await store.say(replace(message("", "k"), post=post))
    assert said.id > 0
    assert (said.post.headline.text, said.post.lines, said.post.buttons) == (
        "Head \ufffd\ufffd",
        post.lines,
        post.buttons,
    )
    assert (await store.message(said.id), await store.messages(GENERAL)) == (said, [said])
    assert (await store.message(0), await store.message(10**30)) == (None, None)


async def test_saying_a_known_key_again_returns_the_first_message_unchanged(store: Store) -> None:
    first = await store.say(message("first", "k"))
    assert await store.say(message("second", "k")) == first
    assert await store.messages(GENERAL) == [first]
    assert (await store.say(message("elsewhere", "k", RANDOM))).id != first.id


async def test_messages_are_the_newest_above_a_number_oldest_first(store: Store) -> None:
    said = [await store.say(message(str(n), str(n))) for n in range(5)]
    await store.say(message("elsewhere", "x", RANDOM))
    assert await store.messages(GENERAL) == said
    assert await store.messages(GENERAL, limit=2) == said[3:]
    assert await store.messages(GENERAL, after=said[1].id) == said[2:]
    assert await store.messages(GENERAL, after=10**30) == []


async def test_a_threads_messages_are_apart_from_the_channels(store: Store) -> None:
    root, other = await store.say(message("root", "a")), await store.say(message("other", "b"))
    said = [await store.say(message(str(n), f"t{n}", thread=root.id)) for n in range(3)]
    assert await store.messages(GENERAL) == [root, other]
    assert await store.messages(GENERAL, thread=root.id) == said
    assert await store.messages(GENERAL, thread=root.id, after=said[0].id, limit=1) == said[2:]
    assert await store.messages(GENERAL, thread=other.id) == await store.messages(RANDOM, thread=root.id) == []


async def test_a_thread_hangs_from_a_message_of_its_own_channel_only(store: Store) -> None:
    root = await store.say(message("root", "a"))
    reply = await store.say(message("reply", "b", thread=root.id))
    for stray in (
        message("x", "x", RANDOM, root.id),
        message("y", "y", thread=reply.id),
        message("z", "z", thread=999),
    ):
        with pytest.raises(StoreFailed, match="thread"):
            await store.say(stray)
    assert await store.messages(RANDOM) == []


async def test_channels_of_a_platform_are_those_with_subscriptions_or_messages(store: Store) -> None:
    await store.say(message("hello", "k", RANDOM))
    await store.subscribe(subscription(channel=GENERAL), NOW)
    await store.subscribe(subscription(channel=RANDOM), NOW)
    await store.subscribe(subscription(channel=TEAM), NOW)
    await store.subscribe(subscription(channel=Channel("localhost", "general")), NOW)
    assert await store.channels("local") == [GENERAL, RANDOM]
    assert (await store.channels("slack"), await store.channels("discord")) == ([TEAM], [])


async def test_a_message_is_rewritten_where_it_stands(store: Store) -> None:
    said = [await store.say(message(word, word)) for word in ("first", "second")]
    reply = await store.say(message("reply", "r", thread=said[0].id))
    struck = Post(Line((Span("first \0", "struck"),)))
    assert await store.rewrite(said[0].id, struck)
    kept = Post(Line((Span("first \ufffd", "struck"),)))
    assert await store.messages(GENERAL) == [replace(said[0], post=kept), said[1]]
    assert await store.messages(GENERAL, thread=said[0].id) == [reply]
    assert (await store.say(message("again", "first"))).post == kept
    assert [await store.rewrite(number, struck) for number in (0, 10**30)] == [False, False]


async def test_what_was_rewritten_is_told_once_a_turn_and_in_its_order(store: Store) -> None:
    """In this channel and its threads, whoever asks with the turn they know; who knows none is told the turn."""
    first, second = [await store.say(message(word, word)) for word in ("first", "second")]
    elsewhere = await store.say(message("there", "t", RANDOM))
    reply = await store.say(message("reply", "r", thread=first.id))
    assert await store.rewritten(GENERAL, None) == (0, [])
    for number in (second.id, first.id, elsewhere.id, reply.id, second.id):
        await store.rewrite(number, Post(Line((Span(f"now {number}"),))))
    turn, told = await store.rewritten(GENERAL, 0)
    assert [one.id for one in told] == [first.id, reply.id, second.id]
    assert told[0].post.plain == f"now {first.id}"
    assert await store.rewritten(GENERAL, turn) == (turn, [])
    assert await store.rewritten(RANDOM, None) == (turn, [])
    assert [one.id for one in (await store.rewritten(RANDOM, 0))[1]] == [elsewhere.id]


async def test_a_list_of_papers_comes_back_as_it_was_said(store: Store) -> None:
    line = Line((Span("A paper"),))
    entry = Entry("A paper", (line, line), Button("Discuss", "discuss:1"), "arxiv:1")
    post = Post(line, entries=(entry, entry), closing=(line,), more=(Button("Why is this here?", "why:1"),))
    said = await store.say(replace(message("", "k"), post=post))
    assert (await store.message(said.id), said.post) == (said, post)
