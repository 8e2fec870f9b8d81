"""What becomes of platforms and channels, in any order: nothing is lost or said twice, whoever must know is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import cast

import pytest

from bot import flow, store, summary
from bot.errors import NotWelcome, TryLater
from bot.flow import World, keeping, later, notices, silence
from bot.matching import Matcher
from bot.model import Change, Channel, Customs, Post, Press, Subscription
from bot.ports import Chat, Store
from bot.replies.living import greeting
from tests.fakes.chat import FakeChat
from tests.flow.stage import FakeFetch, Hands, paper
from tests.flow.test_digests import DAILY, FEED, TEAM, Team, some, team
from tests.flow.test_powercut import Mains, PowerCut, When

__all__ = ["team"]

INSTANT = replace(DAILY, mode="instant")
MOVED = Channel("local", "moved")
NO_TOKEN = NotWelcome("Slack does not accept SLACK_BOT_TOKEN.")
HOUR = timedelta(hours=1)
CHANGES = {
    "lost": Change(TEAM, "lost", "It is archived."),
    "lost again": Change(TEAM, "lost", "It is archived."),
    "back": Change(TEAM, "back"),
    "moved": Change(TEAM, "moved", to=MOVED),
}


class Deaf(FakeChat):
    """Will not have the bot edit anything, and is too busy to let it write to people."""

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        raise NO_TOKEN

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        raise TryLater("busy")


async def happens(team: Team, *changes: Change) -> None:
    for change in changes:
        await flow.answer(change, team.world)


def papers_in(team: Team) -> list[str]:
    """Each paper that was said, as often as it was."""
    shown = [said.post.paper for said in team.chat.said if said.post.paper]
    listed = [entry.paper for said in team.chat.said for entry in said.post.entries]
    return sorted([*shown, *filter(None, listed)])


# ── a token that was revoked ──


async def test_what_a_revoked_token_held_back_comes_as_one_digest(team: Team) -> None:
    """However many papers of however many days; then each comes by itself again."""
    await team.wants("quantum", INSTANT)
    await team.reads(*some(2))
    team.chat.failing = [NO_TOKEN] * 50
    for day in range(17, 20):
        await team.at(day, "10:00")
    await team.reads(*some(4))
    assert await team.at(20, "10:00") == []
    assert (await team.states()) == dict.fromkeys("0123", "pending")
    team.chat.failing.clear()
    (digest,) = await team.at(20, "20:00")
    assert digest.post.headline.text == "What waited: 4 papers"
    assert "I could not post here" in digest.post.plain
    await team.reads(*some(5))
    (alone,) = await team.at(20, "20:01")
    assert alone.post.paper == "url:4"
    assert papers_in(team) == [f"url:{n}" for n in range(5)]


async def test_a_revoked_token_is_tried_now_and_then_with_one_post(team: Team) -> None:
    """Whatever number of channels waits, and never before its time: a platform bars whoever asks too often in vain."""
    places = [Channel("local", f"room-{n}") for n in range(20)]
    for place in places:
        await team.store.subscribe(Subscription(place, "quantum", "local:ada", INSTANT), team.hands.time)
    await team.reads(*some(1))
    team.chat.failing = [NO_TOKEN] * 1000
    await team.hands.deliver_all(team.world)
    first = 1000 - len(team.chat.failing)
    for _ in range(24 * 12):
        team.hands.time += timedelta(minutes=5)
        await team.hands.deliver_all(team.world)
    assert first <= len(places)
    assert 4 <= 1000 - len(team.chat.failing) - first <= 12
    team.chat.failing.clear()
    team.hands.time += 7 * HOUR
    await team.hands.deliver_all(team.world)
    assert sorted(said.channel for said in team.chat.said) == sorted(places)


async def test_an_edit_that_met_a_revoked_token_is_made_once_it_is_mended(team: Team) -> None:
    await team.wants("quantum", INSTANT)
    await team.reads(*some(1))
    await team.at(17, "10:00")
    await team.press("vote", "0")

    broken = Deaf()
    for edit in await later.edits(replace(team.world, chats={"local": broken}), 9):
        await later.edit(edit, replace(team.world, chats={"local": broken}))
    assert await later.edits(team.world, 9) == []
    team.hands.time += HOUR
    await team.reads(*some(2))
    await team.hands.deliver_all(team.world)
    await team.talks()
    assert "▲ 1" in [button.label for button in team.shown("1").buttons]


# ── a channel that is lost ──


async def test_the_platforms_word_is_as_good_as_a_refused_post(team: Team) -> None:
    """Told once, kept, tried again when it is back, one digest."""
    await team.wants("quantum", INSTANT)
    await team.reads(*some(2))
    await happens(team, CHANGES["lost"])
    assert await team.at(17, "06:01") == []
    assert [person for person, _, _ in team.chat.told] == ["local:ada"]
    assert "It is archived." in team.chat.told[0][1].plain
    await happens(team, CHANGES["lost again"])
    assert await team.at(17, "06:05") == []
    assert len(team.chat.told) == 1
    await happens(team, CHANGES["back"])
    (digest,) = await team.at(17, "06:06")
    assert digest.post.headline.text == "What waited: 2 papers"
    await happens(team, CHANGES["lost"])
    await team.at(17, "06:07")
    assert len(team.chat.told) == 2  # another loss, another word


async def test_a_channel_nobody_subscribed_is_nothing_to_us(team: Team) -> None:
    """A platform tells of all the channels it has."""
    await happens(team, Change(TEAM, "lost", "gone"))
    assert (await team.store.customs([TEAM]))[TEAM] == Customs(TEAM)
    assert await flow.answer(Change(TEAM, "joined"), team.world) == greeting()


async def test_a_server_that_is_left_loses_all_its_channels_and_no_other(team: Team) -> None:
    """Told once a person, as if each channel were told of; a server whose number begins alike is another one."""
    mine, other = Channel("discord", "1/10"), Channel("discord", "12/10")
    for channel in (mine, Channel("discord", "1/11"), other):
        await team.store.subscribe(Subscription(channel, "quantum", "discord:7", INSTANT), team.world.clock())
    await happens(team, Change(Channel("discord", "1/"), "left", "It was removed."))
    customs = await team.store.customs([mine, Channel("discord", "1/11"), other])
    assert [customs[one].lost_since is not None for one in customs] == [True, True, False]


async def test_what_a_server_had_goes_a_fortnight_after_it_put_the_bot_out(team: Team) -> None:
    """Slack's workspaces and Discord's servers; nothing of one that let the bot in again, and nothing of others."""
    back = Channel("discord", "1/10"), Channel("slack", "T1/C1")
    out = Channel("slack", "T2/C1"), Channel("discord", "2/10")
    for channel in (*back, *out, TEAM):
        await team.store.subscribe(Subscription(channel, "quantum", "slack:U7", INSTANT), team.world.clock())
    for server in ("1/", "2/"):
        await happens(team, Change(Channel("discord", server), "left", "It was removed."))
    for workspace in ("T1/", "T2/"):
        await happens(team, Change(Channel("slack", workspace), "expelled", "It was uninstalled."))
    team.hands.time += timedelta(days=3)
    await happens(team, Change(back[0], "joined"), Change(Channel("slack", "T1/"), "returned"))
    await happens(team, Change(Channel("slack", "T2/"), "expelled", "Told again, which does not begin the days anew."))
    team.hands.time += timedelta(days=11) - HOUR
    assert await keeping.purge(team.world) == []
    team.hands.time += HOUR
    assert await keeping.purge(team.world) == list(out)
    assert {one.channel for one in await team.store.subscriptions()} == {*back, TEAM}
    assert await keeping.purge(team.world) == []


async def test_a_lost_channel_keeps_its_rules_however_long_it_is_lost(team: Team) -> None:
    """Also where it is the only one of its workspace: an archive may be opened after a summer."""
    alone = Channel("slack", "T1/C1")
    await team.store.subscribe(Subscription(alone, "quantum", "slack:U7", INSTANT), team.world.clock())
    await happens(team, Change(alone, "lost", "It is archived."))
    team.hands.time += timedelta(days=100)
    assert await keeping.purge(team.world) == []
    await happens(team, Change(alone, "back"))
    assert [one.rule for one in await team.store.subscriptions(alone)] == ["quantum"]


async def test_a_channel_with_nothing_waiting_is_well_once_it_is_back(team: Team) -> None:
    await team.wants("quantum", INSTANT)
    await happens(team, CHANGES["lost"], CHANGES["back"])
    assert (await team.store.customs([TEAM]))[TEAM].lost_since is None


async def test_an_edit_or_news_that_finds_the_channel_gone_loses_nothing(team: Team) -> None:
    """The channel is lost as by a post; the edit is made once it is back."""
    await team.wants("quantum", INSTANT)
    await team.reads(*some(1))
    await team.at(17, "10:00")
    await team.press("vote", "0")
    team.chat.lost = frozenset({TEAM})
    await team.talks()
    assert (await team.store.customs([TEAM]))[TEAM].lost_since is not None
    team.chat.lost = frozenset()
    await happens(team, CHANGES["back"])
    await team.talks()
    await team.talks()
    assert "▲ 1" in [button.label for button in team.shown("1").buttons]


@pytest.mark.parametrize("order", list(permutations(CHANGES)))
async def test_events_in_any_order_lose_and_double_nothing(team: Team, order: tuple[str, ...]) -> None:
    """Papers before, between and after them: each is said once, where the channel is in the end; nobody hears twice."""
    await team.wants("quantum", INSTANT)
    for number, name in enumerate(order):
        await team.reads(*some(number + 1))
        await happens(team, CHANGES[name])
        if number % 2:
            team.hands.time += timedelta(seconds=1)
            await team.hands.deliver_all(team.world)
            await team.hears()
    await team.reads(*some(5))
    for _ in range(40):
        team.hands.time += HOUR
        await team.hands.deliver_all(team.world)
        await team.hears()
    assert papers_in(team) == [f"url:{n}" for n in range(5)]
    assert {d.state for d in await team.store.deliveries()} == {"sent"}
    assert {d.channel for d in await team.store.deliveries()} == {MOVED}
    assert [s.channel for s in await team.store.subscriptions()] == [MOVED]
    keys = [key for _, _, key in team.chat.told]
    assert len(keys) == len(set(keys)) <= 2
    assert (await team.store.customs([TEAM]))[TEAM].lost_since is None


async def test_a_delivery_on_its_way_while_its_channel_moves_is_not_said_twice(team: Team) -> None:
    """It was taken under the old id: whoever is in doubt looks for it by the name it was said under."""
    team.chat.remembers = False
    await team.wants("quantum", INSTANT)
    await team.reads(*some(1))
    (claim,) = await flow.claim(team.world, "w", 9)
    await team.chat.post(MOVED, summary.post(claim.delivery, claim.paper), claim.delivery.key)
    await happens(team, CHANGES["moved"])
    team.hands.time += timedelta(minutes=6)  # whoever had it is gone, its lease with them
    await team.hands.deliver_all(team.world)
    assert papers_in(team) == ["url:0"]
    (sent,) = await team.store.deliveries()
    assert (sent.state, sent.channel) == ("sent", MOVED)


# ── notices, whatever happens ──


async def test_a_notice_is_tried_until_it_is_said_and_no_longer_than_fourteen_days(team: Team) -> None:
    await team.wants("quantum", INSTANT)
    await happens(team, CHANGES["lost"])

    world, tried = replace(team.world, chats={"local": Deaf()}), 0
    for _ in range(15 * 24):
        for one in await notices.claim(world, 9):
            tried += 1
            await notices.say(one, world)
        team.hands.time += HOUR
    assert 40 < tried < 90
    assert await notices.claim(team.world, 9) == []


async def lost_story(world: World, hands: Hands) -> None:
    """A channel is found lost by a post; two people subscribed it."""
    for person, rule in (("local:ada", "quantum"), ("local:bob", "qubits")):
        await world.store.subscribe(Subscription(TEAM, rule, person, INSTANT), hands.clock())
    await hands.day(FEED, 0, world)
    await hands.day(FEED, 1, world)
    await hands.deliver_all(world)
    for one in await notices.claim(world, 9):
        await notices.say(one, world)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_whoever_subscribed_a_lost_channel_is_told_once_wherever_the_power_is_cut(
    tmp_path: Path, when: When
) -> None:
    """A cut between the loss and the telling leaves nobody untold, and nobody is told twice."""
    cut_at, calls = 0, 1
    while cut_at <= calls:
        cut_at += 1
        platform = FakeChat(lost=frozenset({TEAM}))
        mains, fetch = Mains(cut_at, when), FakeFetch([[paper("old", "Birds")], some(2)])
        for one in (mains, Mains(0, when)):
            opened = await store.open(str(tmp_path / f"{cut_at}.db"))
            try:
                await opened.lead()
                hands = Hands(fetch)
                plugged, chat = cast("Store", one.plug(opened)), cast("Chat", one.plug(platform))
                await lost_story(World(plugged, hands.clock, fetch, fetch.read, {"local": chat}, Matcher()), hands)
            except PowerCut:
                continue
            finally:
                await opened.close()
        calls = max(calls, mains.calls)
        told = sorted(person for person, _, _ in platform.told)
        assert told == ["local:ada", "local:bob"], f"cut {when} call {cut_at}, {mains.last}"
    assert cut_at > 15


# ── digests that say "no papers" ──

SAY = replace(DAILY, empty="say")


async def test_a_round_without_papers_says_so_once_where_somebody_asked_for_it(team: Team) -> None:
    """Berlin's nine o'clock, on weekdays; with papers there is a digest and nothing else."""
    await team.wants("quantum", replace(SAY, days="mon-fri"))
    await team.reads()
    await team.hears()
    said = [post.headline.text for day in range(17, 25) for post in [s.post for s in await team.at(day, "07:01")]]
    days = ["Monday 17", "Tuesday 18", "Wednesday 19", "Thursday 20", "Friday 21", "Monday 24"]
    assert said == [f"{day} August: no new papers" for day in days]
    assert "Nothing new was found by quantum." in team.chat.said[0].post.plain
    await team.reads(*some(1))
    (digest,) = await team.at(25, "07:01")
    assert digest.post.headline.text == "Tuesday 25 August: 1 paper"
    assert await team.at(25, "07:05") == []


async def test_a_quiet_channel_hears_nothing_of_empty_rounds(team: Team) -> None:
    await team.wants("quantum")
    await team.wants("qubits", replace(SAY, mode="instant"))
    await team.hears()
    assert [await team.at(day, "07:01") for day in range(17, 20)] == [[], [], []]


async def test_the_channels_own_settings_count_and_can_be_taken_back(team: Team) -> None:
    await team.wants("quantum")
    await team.types("papers", "settings empty:say")
    await team.hears()
    (said,) = await team.at(17, "07:01")
    assert "no new papers" in said.post.headline.text
    await team.types("papers", "settings empty:quiet")
    await team.hears()
    assert await team.at(18, "07:01") == []


async def test_an_empty_round_that_was_missed_is_told_once_and_late(team: Team) -> None:
    """Three days away: one line for the last of them; less than three hours before the next, none."""
    await team.wants("quantum", SAY)
    await team.hears()
    (said,) = await team.at(20, "12:00")
    assert said.post.headline.text == "Thursday 20 August: no new papers"
    assert "Late: it was due at 09:00 and goes out at 14:00" in said.post.plain
    assert await team.at(22, "05:30") == []
    (said,) = await team.at(22, "07:01")
    assert said.post.headline.text == "Saturday 22 August: no new papers"


async def test_a_paused_or_lost_channel_hears_nothing_of_empty_rounds(team: Team) -> None:
    await team.wants("quantum", SAY)
    await team.hears()
    await team.types("papers", "pause 2d")
    assert await team.at(17, "07:01") == []
    assert len(await team.at(19, "07:01")) == 1
    await happens(team, CHANGES["lost"])
    assert await team.at(20, "07:01") == []


async def test_a_weekly_round_is_a_weeks(team: Team) -> None:
    await team.wants("quantum", replace(SAY, mode="weekly", days="mon-fri"))
    await team.hears()
    said = [one for day in range(17, 26) for one in await team.at(day, "07:01")]
    assert [one.post.headline.text for one in said] == [
        f"The week to Monday {day} August: no new papers" for day in (17, 24)
    ]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("remembers", [True, False], ids=["by nonce", "by history"])
async def test_an_empty_round_is_said_once_wherever_the_power_is_cut(
    tmp_path: Path, when: When, remembers: bool
) -> None:
    cut_at, calls = 0, 1
    while cut_at <= calls:
        cut_at += 1
        platform, mains = FakeChat(remembers=remembers), Mains(cut_at, when)
        fetch = FakeFetch([[]])
        for one in (mains, Mains(0, when)):
            opened = await store.open(str(tmp_path / f"{cut_at}.db"))
            try:
                await opened.lead()
                await opened.subscribe(
                    Subscription(TEAM, "quantum", "local:ada", SAY), datetime(2026, 8, 17, tzinfo=UTC)
                )
                hands = Hands(fetch, datetime(2026, 8, 17, 6, tzinfo=UTC))
                plugged, chat = cast("Store", one.plug(opened)), cast("Chat", one.plug(platform))
                world = World(plugged, hands.clock, fetch, fetch.read, {"local": chat}, Matcher())
                await silence.arrange(world)
                hands.time += timedelta(minutes=61)
                await silence.arrange(world)
                await silence.close(world)
                for told in await notices.claim(world, 9):
                    await notices.say(told, world)
            except PowerCut:
                continue
            finally:
                await opened.close()
        calls = max(calls, mains.calls)
        assert len(platform.said) == 1, f"cut {when} call {cut_at}, {mains.last}"
    assert cut_at > 5


# ── what was merged ──


async def test_a_merged_line_stays_in_its_digest_and_leads_where_its_paper_is_discussed(team: Team) -> None:
    """A vote makes the digest be edited: the merged paper's line is still there, and its buttons are its winner's."""
    await team.wants("quantum")
    await team.reads(*some(2))
    (digest,) = await team.at(17, "07:00")
    await team.store.subscribe(Subscription(TEAM, "qubits", "local:ada", INSTANT), team.hands.time)
    other = paper("x", "Qubits in one paper", announced=team.hands.time)
    await team.reads(*some(2), other)
    (alone,) = await team.at(17, "09:00")
    both = replace(other, aliases=("url:0",))
    await team.reads(*some(2), both)
    found = await team.store.deliveries()
    merged = next(one for one in found if one.state == "merged")
    reply = await flow.answer(Press(TEAM, "local:bob", f"vote:{merged.row}"), team.world)
    assert "1 upvote now" in reply.post.plain
    await team.talks()
    assert len(team.shown(digest.id).entries) == 2
    assert alone.id != digest.id


def test_notices_of_a_loss_go_to_people_of_the_platform_once_each() -> None:
    mine = [
        Subscription(Channel("slack", "T/C"), str(n), who)
        for n, who in enumerate(("slack:U1", "slack:U1", "local:cli"))
    ]
    told = notices.of_loss(Channel("slack", "T/C"), "Archived.", mine, datetime(2026, 8, 17, tzinfo=UTC))
    assert [one.person for one in told] == ["slack:U1"]
    assert "0, 1" in told[0].post.plain
