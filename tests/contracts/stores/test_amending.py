"""What a Store promises of changed rules, and of what people save."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Amendment, Customs, Draft, Options
from bot.ports import Store
from tests.contracts.stores.nouns import GENERAL, NOW, RANDOM, paper, poll, subscription

ADA = "local:ada"


async def test_a_draft_keeps_where_it_was_made_and_its_persons_zone(store: Store) -> None:
    """A personal rule is confirmed where it was typed, and lands in the person's own channel."""
    wish = subscription(channel=RANDOM, creator=ADA)
    number = await store.draft(wish, NOW, where=GENERAL, zone="Europe/Berlin")
    assert await store.draft_of(number, RANDOM, ADA) is None
    assert await store.draft_of(number, GENERAL, ADA) == Draft(wish, "Europe/Berlin")
    made = await store.confirm(number, GENERAL, ADA, NOW)
    assert made == replace(wish, id=made.id if made else 0)
    assert (await store.customs([RANDOM]))[RANDOM].zone == "Europe/Berlin"


async def test_the_zone_that_was_found_first_stays(store: Store) -> None:
    await store.keep_customs(Customs(GENERAL, Options(max=3), zone="Asia/Tokyo"))
    number = await store.draft(subscription(creator=ADA), NOW, zone="Europe/Berlin")
    await store.confirm(number, GENERAL, ADA, NOW)
    assert (await store.customs([GENERAL]))[GENERAL] == Customs(GENERAL, Options(max=3), zone="Asia/Tokyo")


async def test_who_may_change_rules_is_kept(store: Store) -> None:
    await store.keep_customs(Customs(GENERAL, who=("creator", "slack:U1")))
    assert (await store.customs([GENERAL]))[GENERAL].who == ("creator", "slack:U1")


async def test_a_subscription_takes_another_rule_under_its_number(store: Store) -> None:
    kept, before = await store.subscribe(subscription("a"), NOW), await store.version()
    wish = replace(kept, rule="a -b", options=Options(max=3), creator="local:other")
    assert await store.amend(wish, NOW) == replace(wish, creator=kept.creator)
    assert await store.version() != before
    assert await store.amend(replace(wish, channel=RANDOM), NOW) is None
    assert await store.amend(replace(wish, id=10**30), NOW) is None


async def test_compiled_forms_do_not_outlive_the_rule(store: Store) -> None:
    kept = await store.subscribe(subscription("a"), NOW)
    await store.keep_compiled("f", {kept.id: (kept.rule, "A")})
    await store.amend(replace(kept, rule="b"), NOW)
    assert await store.compiled("f") == {}


async def test_a_rule_that_becomes_another_of_its_channel_ends(store: Store) -> None:
    one, other = [await store.subscribe(subscription(rule), NOW) for rule in "ab"]
    assert await store.amend(replace(one, rule="b", options=Options(max=3)), NOW) == replace(
        other, options=Options(max=3)
    )
    assert [s.id for s in await store.subscriptions(GENERAL)] == [other.id]


async def test_a_confirmed_draft_with_a_number_amends_that_subscription(store: Store) -> None:
    kept = await store.subscribe(subscription("a"), NOW)
    number = await store.draft(replace(kept, rule="a -b", creator=ADA), NOW)
    assert await store.confirm(number, GENERAL, ADA, NOW) == replace(kept, rule="a -b")
    gone = await store.draft(replace(kept, id=99, creator=ADA), NOW)
    assert await store.confirm(gone, GENERAL, ADA, NOW) is None
    assert len(await store.subscriptions()) == 1


async def test_a_new_subscription_is_taken_back_once(store: Store) -> None:
    made = await store.subscribe(subscription(), NOW)
    number = await store.remember(Amendment(GENERAL, ADA, None, made), NOW)
    assert await store.amendment(number) == Amendment(GENERAL, ADA, None, made)
    assert await store.take_back(number, RANDOM, NOW) is None
    before = await store.version()
    assert await store.take_back(number, GENERAL, NOW) == made
    assert (await store.subscriptions(), await store.amendment(number)) == ([], None)
    assert await store.version() != before
    assert await store.take_back(number, GENERAL, NOW) is None


async def test_an_update_goes_back_to_what_it_was(store: Store) -> None:
    before = await store.subscribe(subscription("a"), NOW)
    after = await store.amend(replace(before, rule="b", options=Options(mode="weekly")), NOW)
    number = await store.remember(Amendment(GENERAL, ADA, before, after), NOW)
    assert await store.take_back(number, GENERAL, NOW) == before
    assert await store.subscriptions() == [before]


async def test_what_has_changed_since_is_not_taken_back(store: Store) -> None:
    made = await store.subscribe(subscription(), NOW)
    number = await store.remember(Amendment(GENERAL, ADA, None, made), NOW)
    changed = await store.subscribe(replace(made, options=Options(max=3)), NOW)
    assert await store.take_back(number, GENERAL, NOW) is None
    assert await store.subscriptions() == [changed]


async def test_an_ended_subscription_comes_back_under_its_number(store: Store) -> None:
    kept = await store.subscribe(subscription("a"), NOW)
    gone = await store.unsubscribe(GENERAL, kept.id)
    number = await store.remember(Amendment(GENERAL, ADA, gone, None), NOW)
    assert await store.take_back(number, GENERAL, NOW) == kept
    assert await store.subscriptions() == [kept]
    assert (await store.subscribe(subscription("b"), NOW)).id > kept.id


async def test_an_ended_rule_that_was_subscribed_anew_stays_as_it_is(store: Store) -> None:
    gone = await store.unsubscribe(GENERAL, (await store.subscribe(subscription("a"), NOW)).id)
    number = await store.remember(Amendment(GENERAL, ADA, gone, None), NOW)
    anew = await store.subscribe(subscription("a"), NOW)
    assert await store.take_back(number, GENERAL, NOW) is None
    assert await store.subscriptions() == [anew]


async def test_a_paper_is_saved_once_a_person(store: Store) -> None:
    await store.record(poll(paper("1"), paper("2")), NOW)
    one, two = paper("1").id, paper("2").id
    assert await store.save(ADA, one, NOW)
    assert not await store.save(ADA, one, NOW)
    assert not await store.save(ADA, "arxiv:none", NOW)
    assert await store.save(ADA, two, NOW + timedelta(seconds=1))
    assert [saved.id for saved in await store.saved(ADA)] == [two, one]
    assert [saved.id for saved in await store.saved(ADA, 1)] == [two]
    assert list(await store.saved("local:eve")) == []
    assert await store.unsave(ADA, two)
    assert not await store.unsave(ADA, two)
    assert [saved.id for saved in await store.saved(ADA)] == [one]


async def test_papers_found_to_be_one_are_saved_once(store: Store) -> None:
    one, two = paper("1"), paper("2")
    await store.record(poll(one, two), NOW)
    await store.save(ADA, one.id, NOW)
    await store.save(ADA, two.id, NOW)
    await store.save("local:eve", two.id, NOW)
    await store.record(poll(replace(one, aliases=(two.id,))), NOW)
    assert [saved.id for saved in await store.saved(ADA)] == [one.id]
    assert [saved.id for saved in await store.saved("local:eve")] == [one.id]


async def test_a_forgotten_person_is_in_no_change_no_list_and_saved_nothing(store: Store) -> None:
    """A channel that named only them is left to those who manage it."""
    await store.record(poll(paper("1")), NOW)
    await store.save(ADA, paper("1").id, NOW)
    made = await store.subscribe(subscription(), NOW)
    number = await store.remember(Amendment(GENERAL, ADA, None, made), NOW)
    await store.keep_customs(Customs(GENERAL, who=("creator", ADA)))
    await store.keep_customs(Customs(RANDOM, who=(ADA,)))
    taken = await store.forget(ADA)
    assert (taken["saved"], taken["amendment"], taken["custom"]) == (1, 1, 2)
    assert (list(await store.saved(ADA)), await store.amendment(number)) == ([], None)
    customs = await store.customs([GENERAL, RANDOM])
    assert (customs[GENERAL].who, customs[RANDOM].who) == (("creator",), ("managers",))


async def test_a_purged_channels_changes_are_gone(store: Store) -> None:
    made = await store.subscribe(subscription(), NOW)
    number = await store.remember(Amendment(GENERAL, ADA, None, made), NOW)
    await store.purge(GENERAL)
    assert await store.amendment(number) is None


async def test_a_subscription_knows_when_it_was_made(store: Store) -> None:
    """Changing it does not make it young; another channel's is not told."""
    made = await store.subscribe(subscription("a"), NOW)
    await store.subscribe(subscription("b", RANDOM), NOW)
    later = NOW + timedelta(days=1)
    await store.subscribe(replace(made, options=Options(max=3)), later)
    await store.amend(replace(made, rule="c"), later)
    assert await store.made(GENERAL) == {made.id: NOW}
