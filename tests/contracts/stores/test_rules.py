"""What a Store promises of subscriptions and drafts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.model import Options, Rulebook
from bot.ports import Store
from tests.contracts.stores.nouns import GENERAL, NOW, RANDOM, TEAM, subscription

DAY = timedelta(days=1)


async def test_a_subscription_comes_back_with_its_id(store: Store) -> None:
    asked = replace(subscription(), options=Options("daily", "09:00", "Europe/Berlin", "mon-fri", "card", 5, "auto"))
    kept = await store.subscribe(asked, NOW)
    assert kept == replace(asked, id=kept.id)
    assert kept.id > 0
    assert await store.subscriptions() == [kept]


async def test_the_same_rule_in_the_same_channel_is_updated_and_stays_its_makers(store: Store) -> None:
    first = await store.subscribe(subscription(), NOW)
    again = replace(subscription(creator="local:other"), options=Options(max=3), state="paused")
    assert await store.subscribe(again, NOW) == replace(first, options=Options(max=3), state="paused")
    assert len(await store.subscriptions()) == 1
    assert (await store.subscribe(subscription(channel=RANDOM), NOW)).id != first.id


async def test_subscriptions_are_listed_by_id_for_one_channel_or_all(store: Store) -> None:
    kept = [await store.subscribe(subscription(rule, channel), NOW) for rule in "ba" for channel in (GENERAL, TEAM)]
    assert await store.subscriptions() == kept
    assert await store.subscriptions(TEAM) == kept[1::2]
    assert await store.subscriptions(RANDOM) == []


async def test_a_subscription_is_removed_only_by_its_own_channel(store: Store) -> None:
    kept = await store.subscribe(subscription(), NOW)
    assert await store.unsubscribe(RANDOM, kept.id) is None
    assert await store.unsubscribe(GENERAL, 10**30) is None
    assert await store.unsubscribe(GENERAL, kept.id) == kept
    assert await store.unsubscribe(GENERAL, kept.id) is None
    assert await store.subscriptions() == []


async def test_a_subscriptions_id_is_never_given_out_again(store: Store) -> None:
    gone = await store.subscribe(subscription(), NOW)
    await store.unsubscribe(GENERAL, gone.id)
    assert (await store.subscribe(subscription(), NOW)).id > gone.id


async def test_the_rulebook_holds_the_active_subscriptions_and_their_version(store: Store) -> None:
    active = await store.subscribe(subscription("a"), NOW)
    await store.subscribe(replace(subscription("b"), state="paused"), NOW)
    assert await store.rulebook() == Rulebook(await store.version(), (active,))


async def test_compiled_rules_are_kept_beside_their_words_for_one_folding(store: Store) -> None:
    """Those of another folding, of paused subscriptions and of those that are gone are not given."""
    first, second, paused = [await store.subscribe(subscription(rule), NOW) for rule in "abc"]
    version = await store.version()
    forms = {first.id: ("a", "A"), second.id: ("b", "B"), paused.id: ("c", "C"), 10**30: ("d", "gone")}
    await store.keep_compiled("old", forms)
    await store.keep_compiled("new", {second.id: ("b", "B\x1fb")})
    assert await store.version() == version
    assert await store.compiled("new") == {second.id: "B\x1fb"}
    assert await store.compiled("old") == {first.id: "A", paused.id: "C"}
    assert await store.compiled("old", first.id) == {paused.id: "C"}
    await store.subscribe(replace(paused, state="paused"), NOW)
    await store.unsubscribe(GENERAL, second.id)
    assert await store.compiled("new") == {}
    assert await store.compiled("old") == {first.id: "A"}


async def test_what_was_compiled_of_an_older_rulebook_is_not_kept(store: Store) -> None:
    """A rule that was changed meanwhile would else match as it was, from the next start on."""
    one = await store.subscribe(subscription("a"), NOW)
    await store.amend(replace(one, rule="b"), NOW)
    await store.keep_compiled("f", {one.id: ("a", "A")})
    assert await store.compiled("f") == {}


async def test_every_change_of_a_subscription_by_any_process_changes_the_version(
    database: Callable[[], Awaitable[Store]],
) -> None:
    one, other = await database(), await database()
    versions = [await other.version()]
    kept = await one.subscribe(subscription(), NOW)
    versions.append(await other.version())
    await other.subscribe(replace(subscription(), state="paused"), NOW)
    versions.append(await one.version())
    await one.unsubscribe(GENERAL, kept.id)
    versions.append(await other.version())
    assert len(set(versions)) == 4
    await one.unsubscribe(GENERAL, kept.id)
    assert await other.version() == versions[-1]  # nothing was removed


async def test_a_draft_is_taken_once_by_its_person_in_its_channel(store: Store) -> None:
    asked = replace(subscription(), options=Options(mode="daily"))
    number = await store.draft(asked, NOW)
    assert await store.take_draft(number, RANDOM, asked.creator) is None
    assert await store.take_draft(number, GENERAL, "local:other") is None
    assert await store.take_draft(10**30, GENERAL, asked.creator) is None
    assert await store.take_draft(number, GENERAL, asked.creator) == asked
    assert await store.take_draft(number, GENERAL, asked.creator) is None


async def test_a_draft_changes_no_rules(store: Store) -> None:
    before = await store.version()
    await store.draft(subscription(), NOW)
    assert (await store.version(), await store.subscriptions()) == (before, [])


async def test_a_draft_older_than_a_day_goes_when_the_next_is_made(store: Store) -> None:
    old, young = await store.draft(subscription("a"), NOW), await store.draft(subscription("b"), NOW + DAY / 2)
    await store.draft(subscription("c"), NOW + DAY * 1.1)
    assert await store.take_draft(old, GENERAL, "local:you") is None
    assert await store.take_draft(young, GENERAL, "local:you") == subscription("b")


async def test_a_persons_drafts_push_out_only_that_persons_oldest(store: Store) -> None:
    mine = await store.draft(subscription("mine"), NOW)
    theirs = [await store.draft(subscription(str(n), creator="local:busy"), NOW) for n in range(30)]
    taken = [await store.take_draft(number, GENERAL, "local:busy") for number in theirs]
    assert [draft is not None for draft in taken] == [False] * 10 + [True] * 20
    assert await store.take_draft(mine, GENERAL, "local:you") is not None


async def test_what_a_person_types_may_be_hostile(store: Store) -> None:
    hostile = subscription("a\0b \ud800", creator="local:\ud800")
    number = await store.draft(hostile, NOW)
    taken = await store.take_draft(number, GENERAL, hostile.creator)
    assert taken is not None
    assert taken.rule == "a\ufffdb \ufffd"
    kept = await store.subscribe(hostile, NOW)
    assert await store.subscribe(taken, NOW) == kept


async def test_a_confirmed_draft_is_a_subscription_and_gone(store: Store) -> None:
    asked = subscription()
    number = await store.draft(asked, NOW)
    before = await store.version()
    made = await store.confirm(number, GENERAL, asked.creator, NOW)
    assert made is not None
    assert made == replace(asked, id=made.id)
    assert await store.version() != before
    assert await store.confirm(number, GENERAL, asked.creator, NOW) is None


async def test_only_its_person_in_its_channel_confirms_a_draft(store: Store) -> None:
    asked = subscription()
    number, before = await store.draft(asked, NOW), await store.version()
    assert await store.confirm(number, RANDOM, asked.creator, NOW) is None
    assert await store.confirm(number, GENERAL, "local:other", NOW) is None
    assert (await store.subscriptions(), await store.version()) == ([], before)
    assert await store.take_draft(number, GENERAL, asked.creator) == asked
