"""Stories of status, test, export, saved papers and the overview."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot import flow, store
from bot.feeds import OwnFeed
from bot.flow import World, notices
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Customs, Options, Poll, Press, Subscription
from bot.ports import Chat, Store
from bot.replies.standing import missed
from tests.fakes.chat import FakeChat
from tests.flow.stage import START, FakeFetch, Hands, paper
from tests.flow.team import ADA, BOB, EVE, FEED, GENERAL, Team, button, labels, shelf
from tests.flow.test_powercut import Mains, PowerCut, When

OTHER = Channel("local", "other")


# ── status ──────────────────────────────────────────────────────────────────────────────────────────


async def test_status_of_a_channel_without_rules_says_how_to_begin() -> None:
    text = (await Team().typed("/papers status")).post.plain
    assert "no rules, so nothing comes" in text
    assert "/subscribe transformers quantization" in text


async def test_status_tells_the_last_post_the_next_digest_and_each_source() -> None:
    team = Team()
    await team.subscribed("birds")
    await team.subscribed("bees", options=Options(mode="daily", at="18:00", days="mon-sun"))
    await team.brought(paper("1", "Birds"), paper("2", "Bees"), paper("3", "Ants"))
    text = (await team.typed("/papers status")).post.plain
    assert "This channel has 2 rules; 1 paper came in the last 7 days." in text
    assert "Last post: today at 09:00, Birds." in text
    assert "Next digest: today at 18:00 (UTC), with 1 paper so far." in text
    assert (
        "https://feed.example/papers is well (last new a minute ago). 3 papers in the last 7 days; 2 met a rule" in text
    )


async def test_status_says_why_nothing_came_and_what_was_nearest() -> None:
    team = Team()
    await team.subscribed("birds quantization")
    await team.brought(paper("1", "Birds"), paper("2", "Bees"))
    text = (await team.typed("/papers status")).post.plain
    assert "Why nothing came: None of the 2 papers in the last 7 days met a rule of this channel." in text
    assert "The nearest was Birds: for rule #1 it lacks quantization." in text


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (("votes:>=20",), "for rule #3 it lacks votes:>=20"),
        (("mamba", "retnet"), "for rule #3 it lacks mamba and retnet"),
        (("mamba", "-video"), "for rule #3 it lacks mamba and is kept out by -video"),
        (("on:new",), "rule #3 asks for new papers only, and it is none (on:cross and on:revised are the others)"),
    ],
)
def test_a_near_miss_is_told_in_a_clause(missing: tuple[str, ...], said: str) -> None:
    assert missed(3, missing) == said


async def test_a_paper_that_is_no_new_one_is_near_only_where_nothing_else_is_missing() -> None:
    team = Team()
    await team.subscribed("birds quantization")
    await team.brought(replace(paper("1", "Birds"), announce="cross"))
    assert "The nearest" not in (await team.typed("/papers status")).post.plain
    await team.brought(replace(paper("2", "Birds and quantization"), announce="cross"))
    assert "and quantization: rule #1 asks for new papers only" in (await team.typed("/papers status")).post.plain


async def test_status_of_a_crowded_channel_says_how_to_have_less() -> None:
    """A message a paper, a hundred and more a week; digests are as long as people made them."""
    team = Team()
    rule = await team.subscribed("birds")
    await team.brought(*(paper(str(number), f"Birds {number}") for number in range(101)))
    text = (await team.typed("/papers status")).post.plain
    assert "101 papers came in the last 7 days." in text
    assert "To have fewer messages: /papers settings mode:daily makes it one digest a day, max:10" in text
    await team.store.subscribe(replace(rule, options=Options(mode="daily")), START)
    assert "fewer messages" not in (await team.typed("/papers status")).post.plain


async def test_status_names_a_source_that_fails_and_since_when() -> None:
    team = Team()
    await team.subscribed("birds")
    why = "The server of feed.example cannot be found."
    failing = Bookmark(FEED.address, baseline_at=START, failures=3, failing_since=START, error=why)
    await team.store.record(Poll(failing), START)
    text = (await team.typed("/papers status")).post.plain
    assert "fails (first a minute ago): The server of feed.example cannot be found. Nothing new" in text
    assert "See what is wrong with them below." in text


async def test_status_tells_of_a_pause_and_of_a_channel_that_is_lost() -> None:
    team = Team()
    await team.subscribed("birds")
    await team.store.keep_customs(Customs(GENERAL, paused_until=START + timedelta(days=3)))
    text = (await team.typed("/papers status")).post.plain
    assert "It is paused and goes on on Thursday at 09:00. What matches waits." in text


async def test_without_sources_that_is_why_nothing_came() -> None:
    team = Team()
    await team.subscribed("birds")
    team.world = replace(team.world, shared=frozenset())
    text = (await team.typed("/papers status")).post.plain
    assert "Why nothing came: no sources are read, so nothing can." in text


async def test_status_shows_no_other_channels_feeds() -> None:
    team = Team()
    feed = OwnFeed(OTHER, "https://secret.example/feed", EVE)
    await team.store.add_feed(feed, Poll(Bookmark(feed.address), audience=frozenset({OTHER})), START)
    assert "secret" not in (await team.typed("/papers status")).post.plain


# ── test ────────────────────────────────────────────────────────────────────────────────────────────


async def test_test_shows_what_would_come_and_records_nothing() -> None:
    team = Team()
    await team.known(*shelf())
    made = await team.subscribed("quantization", options=Options(mode="daily"))
    before = await team.store.version()
    reply = await team.typed(f"/papers test {made.id}")
    assert "2 of the 8 papers of the last 7 days match, as they come here, as one digest:" in reply.post.plain
    assert [entry.button for entry in reply.post.entries] == [None, None]
    assert (await team.store.deliveries(GENERAL), await team.store.version()) == ([], before)
    assert "no subscription #99" in (await team.typed("/papers test 99")).post.plain
    ants = await team.subscribed("ants")
    assert "None of the 8 papers" in (await team.typed(f"/papers test {ants.id}")).post.plain


# ── export ──────────────────────────────────────────────────────────────────────────────────────────


async def test_export_is_toml_with_all_that_the_channel_said() -> None:
    """Keys of feeds' addresses stay here, nobody is named, and a pause that is over is none."""
    team = Team()
    await team.subscribed('title:"state space" -survey', options=Options(max=3))
    await team.store.keep_customs(Customs(GENERAL, Options(at="08:15"), who=("creator", BOB), paused_until=START))
    address = "https://a.example/feed?token=s3cr3tkey0123456789"
    await team.store.add_feed(OwnFeed(GENERAL, address, ADA), Poll(Bookmark(address)), START)
    reply = await team.typed("/papers export")
    text = "\n".join(line.text for line in reply.post.lines if line.kind == "pre")
    read = tomllib.loads(text)
    assert read["channel"] == [
        {
            "id": "local:general",
            "options": "at:08:15",
            "who": ["creator"],
            "rule": [{"rule": 'title:"state space" -survey', "options": "max:3"}],
        }
    ]
    assert "https://a.example/feed?token=…" in reply.post.plain
    assert not any(secret in reply.post.plain for secret in ("s3cr3t", ADA, BOB))


# ── saved ───────────────────────────────────────────────────────────────────────────────────────────


async def test_saved_papers_are_the_persons_alone() -> None:
    team = Team()
    await team.known(paper("1", "Birds"))
    await team.store.save(ADA, paper("1", "").id, START)
    assert "Birds" in (await team.typed("/papers saved")).post.plain
    assert "no papers yet" in (await team.typed("/papers saved", BOB)).post.plain


# ── overview ────────────────────────────────────────────────────────────────────────────────────────


async def elsewhere(team: Team, rule: str, person: str = BOB, channel: Channel = OTHER) -> Subscription:
    return await team.store.subscribe(Subscription(channel, rule, person), START)


async def test_the_overview_shows_channels_that_the_person_can_see() -> None:
    team = Team()
    await team.subscribed("birds")
    await elsewhere(team, "bees")
    await elsewhere(team, "ants", channel=Channel("local", "closed"))
    await elsewhere(team, "wasps", channel=Channel("slack", "T1/C1"))
    team.chat.hidden = frozenset({Channel("local", "closed")})
    reply = await team.typed("/papers overview")
    assert [entry.name for entry in reply.post.entries] == ["#general", "#other"]
    assert "2 rules in 2 channels that you can see" in reply.post.plain
    assert "#2 bees" in reply.post.plain
    assert "ants" not in reply.post.plain


async def test_from_the_overview_channels_are_paused_and_go_on() -> None:
    team = Team()
    await team.subscribed("birds")
    bees = await elsewhere(team, "bees")
    opened = await team.pressed(f"go:{bees.id}")
    assert labels(opened) == ["Pause this channel", "End all its rules"]
    await team.pressed(button(opened, "Pause"))
    assert (await team.store.customs([OTHER]))[OTHER].paused_until is not None
    everywhere = await team.pressed(button(await team.typed("/papers overview"), "Pause all 2"))
    assert "paused" in everywhere.post.plain
    await team.pressed(button(everywhere, "Resume all 2"))
    paused = await team.store.customs([GENERAL, OTHER])
    assert all(one.paused_until is None or one.paused_until <= team.hands.clock() for one in paused.values())


async def test_from_the_overview_one_ends_only_what_one_may() -> None:
    """What somebody manages here says nothing of another channel."""
    team = Team(who=("creator",))
    mine, theirs = await elsewhere(team, "mine", ADA), await elsewhere(team, "theirs", BOB)
    opened = await team.pressed(f"go:{mine.id}", standing="manager")
    assert labels(opened) == ["End 1 of its rules"]
    await team.pressed(button(opened, "End"))
    assert await team.rules(OTHER) == ["theirs"]
    refused = await team.pressed(f"drop:{theirs.id}", standing="manager")
    assert "Only whoever made a subscription" in refused.post.plain
    assert "Only whoever made" in (await team.pressed(f"hold:{theirs.id}")).post.plain
    assert await team.rules(OTHER) == ["theirs"]


async def test_from_the_overview_all_that_one_may_end_ends_once_it_was_asked() -> None:
    """Each channel is told, and takes it back there; what is somebody else's stays."""
    team = Team(who=("creator",))
    await team.subscribed("birds", ADA)
    await elsewhere(team, "bees", ADA)
    await elsewhere(team, "wasps", BOB)
    asked = await team.pressed(button(await team.typed("/papers overview", ADA), "End all rules"), ADA)
    assert asked.post.headline.text == "End 2 rules in 2 channels?"
    assert (await team.rules(), await team.rules(OTHER)) == (["birds"], ["bees", "wasps"])
    done = await team.pressed(button(asked, "End 2 rules"), ADA)
    assert done.post.headline.text.startswith("Done: 2 rules ended in 2 channels.")
    assert done.public is not None
    assert "unsubscribed this channel from #1 birds" in done.public.plain
    assert (await team.rules(), await team.rules(OTHER)) == ([], ["wasps"])
    await notified(team.world)
    (told,) = (said.post for said in team.chat.said if said.channel == OTHER)
    await team.pressed(button(told, "Undo"), ADA, channel=OTHER)
    assert sorted(await team.rules(OTHER)) == ["bees", "wasps"]
    await team.pressed("drop:0", ADA)
    assert (await team.pressed("drop:0", ADA)).post.headline.text.startswith("There is no rule here that you may end")


async def notified(world: World) -> None:
    for one in await notices.claim(world, 9):
        await notices.say(one, world)


async def test_what_the_overview_changes_is_said_in_the_channel_with_a_way_back() -> None:
    """Elsewhere as a notice, here with the answer; a channel that takes none is changed all the same."""
    team = Team()
    await team.subscribed("birds")
    bees = await elsewhere(team, "bees")
    assert (await team.pressed(f"hold:{bees.id}")).public is None
    await notified(team.world)  # paused or not: this very thing is told there
    here = await team.pressed("hold:1")
    assert here.public is not None
    assert "paused this channel" in here.public.plain
    await team.pressed(f"drop:{bees.id}")
    await notified(team.world)
    first, last = (said.post for said in team.chat.said if said.channel == OTHER)
    assert "paused this channel" in first.plain
    assert "unsubscribed this channel from #2 bees" in last.plain
    await team.pressed(button(last, "Undo"), channel=OTHER)
    assert await team.rules(OTHER) == ["bees"]
    team.chat.lost = frozenset({OTHER})
    (again,) = await team.store.subscriptions(OTHER)
    await team.pressed(f"drop:{again.id}")
    await notified(team.world)
    assert await team.rules(OTHER) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("action", ["hold:0", "drop:2"])
async def test_what_the_overview_changes_elsewhere_is_said_there_once_wherever_the_power_is_cut(
    tmp_path: Path, action: str, when: When
) -> None:
    """Either nothing was changed, and the person presses again, or the line comes: never the one without the other."""
    cut_at, calls, fetch = 0, 1, FakeFetch([])
    while cut_at <= calls:
        cut_at += 1
        platform, mains = FakeChat(), Mains(cut_at, when)
        for one in (mains, Mains(0, when)):
            opened = await store.open(str(tmp_path / f"{cut_at}.db"))
            try:
                await opened.lead()
                for channel, rule in ((GENERAL, "birds"), (OTHER, "bees")):
                    if one is mains:
                        await opened.subscribe(Subscription(channel, rule, ADA), START)
                plugged, chat = cast("Store", one.plug(opened)), cast("Chat", one.plug(platform))
                world = World(plugged, Hands(fetch).clock, fetch, fetch.read, {"local": chat}, Matcher())
                changed = not await opened.subscriptions(OTHER)
                changed |= (await opened.customs([OTHER]))[OTHER].paused_until is not None
                if not changed:
                    await flow.answer(Press(GENERAL, ADA, action), world)
                await notified(world)
            except PowerCut:
                continue
            finally:
                await opened.close()
        calls = max(calls, mains.calls)
        (said,) = [said.post.plain for said in platform.said if said.channel == OTHER]
        assert ("paused" if action == "hold:0" else "unsubscribed") in said, f"cut {when} call {cut_at}, {mains.last}"
    assert cut_at > 6


async def test_who_manages_another_channel_may_change_it_from_here() -> None:
    """Asked of the platform, channel by channel; people's own messages are theirs to change."""
    team = Team(who=("managers",))
    theirs = await elsewhere(team, "theirs", BOB)
    own = await elsewhere(team, "own", ADA, await team.chat.inbox(ADA))
    assert labels(await team.pressed(f"go:{theirs.id}", standing="manager")) == []
    assert labels(await team.pressed(f"go:{own.id}")) == ["Pause this channel", "End all its rules"]
    team.chat.managing = frozenset({(ADA, OTHER)})
    opened = await team.pressed(f"go:{theirs.id}")
    await team.pressed(button(opened, "End"))
    assert await team.rules(OTHER) == []


async def test_an_outsider_ends_nothing_anywhere() -> None:
    team = Team()
    bees = await elsewhere(team, "bees", EVE)
    for verb in ("drop", "hold"):
        await team.pressed(f"{verb}:{bees.id}", EVE, standing="outsider")
    await team.pressed("hold:0", EVE, standing="outsider")
    assert await team.rules(OTHER) == ["bees"]
    assert (await team.store.customs([OTHER]))[OTHER].paused_until is None


async def test_a_channel_one_cannot_see_has_no_buttons() -> None:
    team = Team()
    bees = await elsewhere(team, "bees")
    team.chat.hidden = frozenset({OTHER})
    for verb in ("go", "hold", "drop"):
        assert "no such rule" in (await team.pressed(f"{verb}:{bees.id}")).post.plain
    assert await team.rules(OTHER) == ["bees"]
