"""What a Store promises of growing old: it thins, forgets and purges, and exactly-once stays true."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from bot.feeds import OwnFeed
from bot.habits import Harvest, Tempo
from bot.model import (
    Amendment,
    Ask,
    Bookmark,
    Channel,
    Customs,
    Delivery,
    Errand,
    Line,
    Message,
    News,
    Notice,
    Options,
    Paper,
    Poll,
    Post,
    Reason,
    Reply,
    Signals,
    Span,
    Subscription,
)
from bot.ports import Store
from bot.ports.upkeep import NOBODY
from bot.public import inbox
from bot.store.sqlite import SqliteStore
from tests.contracts.stores.conftest import Open
from tests.contracts.stores.nouns import (
    FEED,
    GENERAL,
    MINUTE,
    NOW,
    RANDOM,
    TEAM,
    message,
    paper,
    poll,
    send,
    subscription,
    take,
    why,
)
from tests.fakes.store import FakeStore

DAY = timedelta(days=1)
ADA = "slack:U0ADA"
OLD = paper(abstract="Long words.", authors=("A", "B", "C", "D"), signals=Signals(upvotes=3, keywords=("k",)))


async def posted(store: Store, *papers: Paper, at: datetime = NOW) -> None:
    """Each recorded for #general and sent."""
    await store.record(poll(*papers, to=[GENERAL]), at)
    while claims := await take(store, at):
        for claim in claims:
            await send(store, claim, f"m{claim.delivery.row}", at)


async def test_old_papers_lose_their_abstract_and_keep_their_names(store: Store) -> None:
    await posted(store, OLD)
    await store.record(poll(paper("arxiv:2", abstract="Young.")), NOW + 9 * DAY)
    assert await store.thin(NOW + DAY, None, 10) == 1
    kept = await store.paper(OLD.id)
    assert kept is not None
    assert (kept.title, kept.abstract, kept.authors, kept.signals.upvotes) == (OLD.title, "", ("A", "B", "C"), 3)
    assert [one.abstract for one in await store.papers()] == ["Young.", ""]
    assert await store.thin(NOW + DAY, None, 10) == 0


async def test_a_thinned_paper_is_neither_new_nor_changed_again(store: Store) -> None:
    """Else it would be matched by what is left of it, and posted a second time."""
    await posted(store, OLD)
    await store.thin(NOW + DAY, NOW + DAY, 10)
    again = replace(OLD, version=2, announce="replace", abstract="Other words.")
    assert await store.unknown([again]) == []
    assert await store.changed([again]) == []
    assert await store.record(poll(again, to=[GENERAL]), NOW + DAY) == 0  # the delivery's key is still there
    assert [one.state for one in await store.deliveries(GENERAL)] == ["sent"]


async def test_old_deliveries_lose_their_reasons_and_stay_posted(store: Store) -> None:
    await posted(store, OLD)
    (before,) = await store.deliveries(GENERAL)
    await store.vote(before.row, ADA, NOW)
    assert await store.thin(None, NOW + DAY, 10) == 1
    (after,) = await store.deliveries(GENERAL)
    assert after.reasons == ()
    assert after.votes == 0
    assert (after.message, after.posted_at, after.state) == (before.message, before.posted_at, "sent")


async def test_the_rule_of_a_thinned_delivery_is_no_other_rule(store: Store) -> None:
    """However short `[keep] deliveries_days` is: its thread is not told again of what brought it."""
    await posted(store, OLD)
    await store.thin(None, NOW + DAY, 10)
    again = poll(OLD, to=[GENERAL])
    told = (News("rule", "Another rule found it."),)
    await store.record(replace(again, deliveries=(replace(again.deliveries[0], news=told),)), NOW + DAY)
    assert await store.claim_news("w", NOW + 2 * DAY, lease=MINUTE, limit=9, pace={"local": timedelta(0)}) == []


async def test_why_a_delivery_was_refused_is_kept(store: Store) -> None:
    """A silence can be explained however old it is."""
    await store.record(poll(OLD, to=[GENERAL]), NOW)
    (claim,) = await take(store)
    await store.fail(claim, "refused", "The channel was archived.")
    await store.thin(NOW + DAY, NOW + DAY, 10)
    (delivery,) = await store.deliveries(GENERAL)
    assert (delivery.state, delivery.error, delivery.reasons) == ("refused", "The channel was archived.", ())


async def test_what_waits_keeps_its_reasons_however_old(store: Store) -> None:
    await store.record(poll(OLD, to=[GENERAL]), NOW)
    await store.thin(NOW + DAY, NOW + DAY, 10)
    (delivery,) = await store.deliveries(GENERAL)
    assert delivery.reasons == (why("on"),)


async def test_thinning_goes_on_where_it_stopped(store: Store) -> None:
    await posted(store, *(paper(f"arxiv:{n}", abstract="Words.") for n in range(5)))
    looked = [await store.thin(NOW + DAY, None, 2) for _ in range(4)]
    assert looked == [2, 2, 1, 0]
    assert [one.abstract for one in await store.papers()] == [""] * 5


async def test_a_forgotten_person_is_nowhere(store: Store) -> None:
    await store.subscribe(subscription(creator=ADA), NOW)
    await store.draft(subscription("draft", creator=ADA), NOW)
    await store.add_feed(OwnFeed(GENERAL, "https://lab.example/feed", ADA), poll(), NOW)
    await posted(store, OLD)
    (delivery,) = await store.deliveries(GENERAL)
    await store.vote(delivery.row, ADA, NOW)
    said = await store.say(replace(message("secret words", "k"), author=ADA))
    await store.tell_once(f"rot|{ADA}", NOW)
    before = await store.version()
    taken = await store.forget(ADA)
    assert taken == {"subscription": 1, "draft": 1, "channel_feed": 1, "vote": 1, "message": 1, "told": 1}
    assert [one.creator for one in await store.subscriptions()] == [NOBODY]
    assert [one.creator for one in await store.feeds()] == [NOBODY]
    kept = await store.message(said.id)
    assert kept is not None
    assert (kept.author, "secret" in kept.post.plain) == (NOBODY, False)
    assert [one.votes for one in await store.deliveries(GENERAL)] == [0]
    assert await store.heard(f"rot|{ADA}") is None
    assert await store.version() != before
    assert await store.forget(ADA) == {}


@pytest.mark.parametrize("place", [("discord", "@me/77"), ("slack", "T1/D0ADA")])
async def test_a_forgotten_persons_own_messages_go_with_them(place: tuple[str, str], store: Store) -> None:
    mine, person = Channel(*place), f"{place[0]}:U0ADA"
    await store.subscribe(subscription("a", mine, person), NOW)
    await store.subscribe(subscription("b", TEAM, person), NOW)
    await store.record(poll(OLD, to=[mine, TEAM]), NOW)
    await store.forget(person)
    assert [one.channel for one in await store.subscriptions()] == [TEAM]
    assert [one.channel for one in await store.deliveries()] == [TEAM]


PEOPLE = (
    ("slack:U0ADA", Channel("slack", "T1/D0QRS")),
    ("discord:1234567890", Channel("discord", "@me/77")),
    ("local:ada1", inbox("local:ada1")),
)


@pytest.mark.parametrize(("person", "own"), PEOPLE)
async def test_no_table_holds_a_forgotten_person(person: str, own: Channel, database: Open) -> None:
    """All tables are walked for the id: whatever is kept of anybody. What was made for a channel stays, by nobody."""
    store, platform = await database(), own.platform
    there = Channel(platform, "T1/C1")
    other = f"{platform}:U0BOB"
    made = await store.subscribe(subscription("a", there, person), NOW)
    await store.draft(subscription("d", there, person), NOW)
    await store.draft(Subscription(there, "d", person, id=made.id), NOW, where=own)
    await store.add_feed(OwnFeed(there, "https://lab.example/feed", person), poll(), NOW)
    await store.keep_customs(Customs(there, who=("creator", person, other)))
    await store.record(poll(OLD, to=[there, own]), NOW)
    for claim in await store.claim("w", NOW, lease=MINUTE, limit=9, pace={platform: timedelta()}):
        await send(store, claim, f"m{claim.delivery.row}")
        await store.vote(claim.delivery.row, person, NOW)
        await store.save(person, claim.paper.id, NOW)
    await store.remember(Amendment(there, other, replace(made, rule="b"), made), NOW)
    await store.remember(Amendment(there, person, None, made), NOW)
    named = Post(Line((Span("Ada", person=person), Span(" subscribed this channel."))))
    await store.say(Message(there, "paper-round", named, NOW, "k"))
    await store.say(Message(there, person, named, NOW, f"{person}:k"))
    for whose in (person, None):
        notice = Notice(f"afar|{whose}", there, named, person=whose)
        await store.set_from_afar(Customs(there, who=("creator", person)), notice, NOW)
    (one, _) = await store.claim_notices(NOW, lease=MINUTE, limit=9, pace={platform: MINUTE}, crowd={})
    await store.noticed(one)
    for about in (f"rot|{person}", f"stopped|{person}"):
        await store.tell_once(about, NOW)
    asked = Ask(there, person, "papers", "settings who:creator")
    await store.take_on(Errand("e1", asked, NOW, way=f"https://hooks.example/{person.partition(':')[2]}"))
    about_them = f"settings who:<@{person.partition(':')[2]}>"
    await store.take_on(Errand("e2", replace(asked, person=other, words=about_them), NOW))
    await store.settle(platform, "e2", Reply(named, public=named))
    await store.take_on(Errand("e3", replace(asked, channel=own), NOW))
    await store.forget(person)
    left = await walked(store)
    bare = person.partition(":")[2]
    assert [one for one in left if bare in one] == []
    assert [(one.rule, one.creator) for one in await store.subscriptions(there)] == [("a", NOBODY)]
    assert [one.creator for one in await store.feeds(there)] == [NOBODY]
    assert (await store.customs([there]))[there].who == ("creator",)
    if platform != "local":
        assert [one for one in left if own.place in one] == []


async def test_own_messages_are_found_though_no_rule_was_ever_made_there(store: Store) -> None:
    """Whoever typed a command there is known to be alone there; a group's messages are nobody's own."""
    mine, team = Channel("slack", "T1/D0ADA"), Channel("slack", "T1/C1")
    for key, channel in (("1", mine), ("2", team)):
        await store.take_on(Errand(key, Ask(channel, "slack:U1", "papers", "settings max:3"), NOW))
        await store.keep_customs(Customs(channel, Options(max=3)))
    await store.forget("slack:U1")
    customs = await store.customs([mine, team])
    assert (customs[mine].options, customs[team].options) == (Options(), Options(max=3))


async def walked(store: Store) -> list[str]:
    """Every row of every table, as text."""
    if isinstance(store, FakeStore):
        tables = [getattr(store.tables, one.name) for one in fields(store.tables) if one.name != "leader"]
        return [repr(row) for table in tables for row in (table.items() if isinstance(table, dict) else table)]
    assert isinstance(store, SqliteStore)

    def rows(db: Database) -> list[str]:
        return [str(tuple(row)) for name in db.table_names() for row in db.execute(f"SELECT * FROM [{name}]")]

    return await store._do(rows)


@pytest.mark.parametrize("person", ["email:ada@lab.example", "local:ada1"])
async def test_a_forgotten_persons_own_messages_go_also_when_no_rule_is_left(person: str, store: Store) -> None:
    """A mail address is a person's name, and would stay in what went there."""
    mine = Channel.parse(person) if person.startswith("email:") else inbox(person)
    await store.record(poll(OLD, to=[mine, TEAM]), NOW)
    await store.say(message("Saved for you", "k", mine))
    assert (await store.forget(person))["own messages"] == 2
    assert [one.channel for one in await store.deliveries()] == [TEAM]
    assert await store.messages(mine) == []


async def test_a_purged_channel_is_nowhere(store: Store) -> None:
    """The others keep all of theirs."""
    for channel in (GENERAL, RANDOM):
        await store.subscribe(subscription(channel=channel), NOW)
        await store.keep_customs(Customs(channel, zone="Europe/Berlin"))
        await store.address(channel, f"secret-{channel.place}")
        await store.add_feed(OwnFeed(channel, "https://lab.example/feed", ADA), poll(), NOW)
        root = await store.say(message("root", "r", channel))
        await store.say(message("under it", "u", channel, thread=root.id))
        await store.tell_once(f"silence|{channel}", NOW)
    await store.record(poll(OLD, to=[GENERAL, RANDOM]), NOW)
    assert await store.purge(GENERAL) > 5
    assert await store.subscriptions(GENERAL) == []
    assert await store.deliveries(GENERAL) == []
    assert await store.messages(GENERAL) == []
    assert await store.feeds(GENERAL) == []
    assert (await store.customs([GENERAL]))[GENERAL] == Customs(GENERAL)
    assert await store.heard(f"silence|{GENERAL}") is None
    assert len(await store.subscriptions(RANDOM)) == 1
    assert len(await store.deliveries(RANDOM)) == 1
    assert len(await store.messages(RANDOM)) == 1
    assert await store.heard(f"silence|{RANDOM}") == NOW


async def test_the_channels_of_a_workspace_are_all_of_which_something_is_kept(store: Store) -> None:
    """Rules or no more than a setting; another workspace's, whose id begins alike, and people's own are not."""
    one, bare = Channel("slack", "T1/C1"), Channel("slack", "T1/C2")
    for channel in (one, Channel("slack", "T12/C1"), Channel("discord", "T1/C1"), Channel("discord", "@me/7"), GENERAL):
        await store.subscribe(subscription(channel=channel), NOW)
    await store.keep_customs(Customs(bare, zone="Europe/Berlin"))
    assert await store.housed(["slack:T1"]) == [one, bare]
    assert await store.housed(["slack:T12", "slack:T9", "local:general"]) == [Channel("slack", "T12/C1")]
    assert await store.housed([]) == []


async def test_the_tempo_of_a_channel_is_what_it_had(store: Store) -> None:
    await posted(store, *(paper(f"arxiv:{n}") for n in range(3)))
    await posted(store, paper("arxiv:9"), at=NOW + 8 * DAY)
    await store.record(poll(paper("arxiv:10"), to=[GENERAL], due=NOW + 30 * DAY), NOW)
    assert await store.tempo(GENERAL, NOW - DAY, NOW + DAY) == Tempo(3, 1, 1)
    assert await store.tempo(RANDOM, NOW - DAY, NOW + DAY) == Tempo(0, 0, 0)


async def test_idle_rules_are_old_ones_that_brought_nothing_since(store: Store) -> None:
    for rule in ("busy", "idle", "waits"):
        await store.subscribe(subscription(rule), NOW)
    young = await store.subscribe(subscription("young"), NOW + 90 * DAY)
    for number, rule in enumerate(("busy", "idle")):
        found, when = paper(f"arxiv:{number}"), NOW + (60 * DAY if rule == "busy" else timedelta(0))
        delivery = Delivery(found.id, GENERAL, (Reason(rule, "title", 0, 1, rule),), due=when)
        await store.record(Poll(Bookmark(FEED), (found,), (delivery,)), when)
        for claim in await take(store, when):
            await send(store, claim, f"m{number}", when)
    waits = Delivery("arxiv:0", GENERAL, (Reason("waits", "title", 0, 1, "waits"),), due=NOW)
    await store.record(Poll(Bookmark(FEED), (paper("arxiv:w"),), (replace(waits, paper="arxiv:w"),)), NOW)
    rules = await store.idle(GENERAL, NOW + 30 * DAY)
    assert [one.rule for one in rules] == ["idle"]
    assert young.id not in {one.id for one in rules}
    assert await store.idle(RANDOM, NOW + 30 * DAY) == []


async def test_a_harvest_is_what_old_rules_brought_and_by_which_terms(store: Store) -> None:
    """Of those that brought something since; what waits has not come yet, and other channels' papers are theirs."""
    both = await store.subscribe(subscription("mamba OR retnet"), NOW)
    for rule, when in (("idle", NOW), ("young", NOW + 5 * DAY)):
        await store.subscribe(subscription(rule), when)
    terms = (("mamba",), ("mamba", "ssm"), ("early",), ("waits",))
    for number, (named, day) in enumerate(zip(terms, (3, 4, 0, 9), strict=True)):
        found, when = paper(f"arxiv:{number}"), NOW + day * DAY
        reasons = (*(Reason(term, "title", 0, 1, both.rule) for term in named), Reason("young", "title", 0, 1, "young"))
        each = tuple(Delivery(found.id, one, reasons, due=when) for one in (GENERAL, RANDOM))
        await store.record(Poll(Bookmark(FEED), (found,), each), when)
        for claim in await take(store, when) if day < 9 else ():
            await send(store, claim, f"m{number}{claim.delivery.channel}", when)
    assert await store.harvest(GENERAL, NOW + DAY) == [
        (both, Harvest(2, NOW + 3 * DAY, frozenset({"mamba", "ssm"}))),
    ]
    assert await store.harvest(TEAM, NOW + DAY) == []
    assert await store.harvest(RANDOM, NOW + DAY) == []


async def test_what_was_told_once_is_remembered_until_it_is_hushed(store: Store) -> None:
    assert await store.heard("silence|slack:T1/C1") is None
    await store.tell_once("silence|slack:T1/C1", NOW)
    await store.tell_once("silence|slack:T1/C1", NOW + DAY)
    assert await store.heard("silence|slack:T1/C1") == NOW + DAY
    await store.hush("silence|slack:T1/C1")
    assert await store.heard("silence|slack:T1/C1") is None


async def test_a_subscription_is_found_by_its_number(store: Store) -> None:
    for channel in (GENERAL, TEAM):
        await store.subscribe(subscription(channel=channel), NOW)
    (one,) = await store.subscriptions(TEAM)
    assert await store.subscription(one.id) == one
    assert await store.subscription(999) is None
