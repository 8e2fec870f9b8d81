"""What a Store promises of what platforms told the bot, and of who waits for its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Ask, Button, Change, Channel, Errand, Field, Form, Line, Post, Press, Reply, Span
from bot.ports import Store
from bot.ports.errands import PATIENCE, REMEMBERED
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import NOW

ROOM = Channel("slack", "T1/C1")
ASK = Errand("trigger.1", Ask(ROOM, "slack:U1", "subscribe", "a b", "manager", "Europe/Berlin", "1.5"), NOW, "way")
PRESS = Errand("trigger.2", Press(ROOM, "slack:U1", "edit:1", "member", (("rule", "x"), ("empty", ""))), NOW)
CHANGE = Errand("Ev3", Change(ROOM, "moved", "", Channel("slack", "T1/C2"), "slack:U2"), NOW)
REPLY = Reply(
    Post(Line((Span("A", "strong"),)), buttons=(Button("Go", "go:1"),)),
    public=Post(Line((Span("B", person="slack:U1"),))),
    form=Form("Edit", "edited:1", (Field("rule", "Rule", "x", choices=(("a", "A"),), needed=True),)),
    wrong=(("rule", "No."),),
)


async def test_an_errand_comes_back_as_it_was_taken_on(store: Store) -> None:
    for errand in (ASK, PRESS, CHANGE):
        assert await store.take_on(errand)
        assert await store.errand("slack", errand.key) == errand
    assert await store.errand("discord", ASK.key) is None
    assert await store.unfinished("slack") == [CHANGE, ASK, PRESS]  # of one moment, by key
    assert await store.unfinished("discord") == []


async def test_an_errand_is_taken_on_once_by_any_process(database: Open) -> None:
    first, second = await database(), await database()
    assert await first.take_on(ASK)
    assert not await second.take_on(replace(ASK, way="another"))
    assert await second.errand("slack", ASK.key) == ASK


async def test_a_reply_is_kept_whole_and_survives_the_process(database: Open) -> None:
    first = await database()
    await first.take_on(ASK)
    await first.settle("slack", ASK.key, REPLY)
    assert await (await database()).unfinished("slack") == [replace(ASK, reply=REPLY)]


async def test_a_way_is_used_so_often_and_no_more(database: Open) -> None:
    first, second = await database(), await database()
    await first.take_on(ASK)
    spent = [await store.spend("slack", ASK.key, 5) for store in (first, second) * 3]
    assert spent == [True] * 5 + [False]
    assert not await first.spend("slack", "unknown", 5)
    found = await second.errand("slack", ASK.key)
    assert found is not None
    assert found.uses == 5


async def test_an_errand_that_is_over_is_known_for_a_day(store: Store) -> None:
    await store.take_on(ASK)
    await store.finish("slack", ASK.key)
    assert await store.unfinished("slack") == []
    assert not await store.take_on(ASK)
    await store.take_on(replace(PRESS, at=NOW + REMEMBERED))
    assert await store.errand("slack", ASK.key) is not None
    await store.take_on(replace(CHANGE, at=NOW + REMEMBERED + timedelta(seconds=1)))
    assert await store.errand("slack", ASK.key) is None


async def test_an_errand_that_never_ends_is_given_up(store: Store) -> None:
    await store.take_on(ASK)
    await store.take_on(replace(PRESS, at=NOW + PATIENCE))
    assert await store.errand("slack", ASK.key) is not None
    await store.take_on(replace(CHANGE, at=NOW + PATIENCE + timedelta(seconds=1)))
    assert await store.errand("slack", ASK.key) is None


async def test_what_is_said_of_unknown_errands_changes_nothing(store: Store) -> None:
    await store.settle("slack", "unknown", REPLY)
    await store.finish("slack", "unknown")
    assert await store.errand("slack", "unknown") is None
