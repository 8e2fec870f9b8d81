"""A week of silence and rules that rot, as people hear of them: once, with a button that mends, and one that stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

import bot.store
from bot import flow, rot
from bot.chat import local
from bot.flow import World, tending
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Customs, Delivery, Options, Paper, Poll, Press, Reason, Signals, Subscription
from bot.public import inbox
from bot.rules import parse, write
from tests.fakes.chat import FakeChat
from tests.flow.stage import START, FakeFetch

DAY = timedelta(days=1)
TEAM, ADA = Channel("slack", "T1/C1"), "slack:U0ADA"
RULE = write(parse("transformers quantization"))


@dataclass
class Stage:
    """A world whose clock one turns, with Slack in it."""

    world: World
    chat: FakeChat
    days: float = 0.0

    def clock(self) -> object:
        return START + self.days * DAY

    async def has(self, number: int, day: float, rule: str = RULE, channel: Channel = TEAM) -> None:
        """The channel got a paper on that day."""
        at = START + day * DAY
        found, why = Paper(f"arxiv:{number}", f"Title {number}", "x"), (Reason("q", "title", 0, 1, rule),)
        await self.world.store.record(Poll(Bookmark("x"), (found,), (Delivery(found.id, channel, why, due=at),)), at)
        pace = {"slack": timedelta(0)}
        (claim,) = await self.world.store.claim("w", at, lease=DAY, limit=9, pace=pace)
        await self.world.store.posted(claim, f"m{number}", at)
        await self.world.store.done(claim)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    store = await bot.store.open(str(tmp_path / "a.db"))
    chat, fetch = FakeChat("slack"), FakeFetch([[]])
    made = Stage(World(store, lambda: START, fetch, fetch.read, {"slack": chat}, Matcher()), chat)
    made.world = replace(made.world, clock=made.clock)  # type: ignore[arg-type]
    await store.subscribe(Subscription(TEAM, RULE, ADA), START)
    yield made
    await store.close()


async def test_a_silent_week_is_one_line_once_to_whoever_made_the_rules(stage: Stage) -> None:
    """Also over restarts, as the store remembers; the next silence is told again."""
    for number in range(14):
        await stage.has(number, number * 2)  # until day 26
    stage.days = 30
    assert await tending.tell_silence([], stage.world) == 0
    stage.days = 34
    assert await tending.tell_silence([], stage.world) == 1
    assert await tending.tell_silence([], stage.world) == 0
    ((person, post, _),) = stage.chat.told
    assert person == ADA
    assert len(post.plain.splitlines()) == 1
    assert "about 4 a week are usual" in post.plain
    for number in range(20, 34):
        await stage.has(number, 35 + (number - 20) * 2)
    stage.days = 62
    assert await tending.tell_silence([], stage.world) == 0  # papers came again
    stage.days = 69
    assert await tending.tell_silence([], stage.world) == 1
    assert len(stage.chat.told) == 2


async def test_silences_that_were_explained_are_not_told_again(stage: Stage) -> None:
    """A pause is somebody's wish."""
    for number in range(14):
        await stage.has(number, number * 2)
    stage.days = 34
    await stage.world.store.keep_customs(Customs(TEAM, paused_until=START + 60 * DAY))
    assert await tending.tell_silence([], stage.world) == 0
    assert stage.chat.told == []


async def test_a_channel_that_seldom_has_papers_may_be_silent(stage: Stage) -> None:
    for number in range(5):
        await stage.has(number, number * 5)
    stage.days = 34
    assert await tending.tell_silence([], stage.world) == 0


async def test_a_crowded_channel_is_told_of_once(stage: Stage) -> None:
    """Where papers come one by one; and not again when somebody has left it so."""
    options = Options(mode="instant")
    for number in range(rot.MANY + 1):
        await stage.has(number, number / 30)
    stage.days = 5
    assert await tending.tell_crowd(stage.world) == 0  # Slack begins with digests
    await stage.world.store.subscribe(Subscription(TEAM, RULE, ADA, options), START)
    assert await tending.tell_crowd(stage.world) == 1
    assert await tending.tell_crowd(stage.world) == 0
    ((person, post, _),) = stage.chat.told
    assert person == ADA
    assert post.plain == (
        "slack:T1/C1 had 101 papers in a week, most in a message of their own. To have fewer messages: "
        "/papers settings mode:daily there makes it one digest a day, max:10 ten a day and the rest in one; "
        "a rule with a word more brings fewer papers."
    )
    stage.days = 40
    assert await tending.tell_crowd(stage.world) == 0


async def near_miss(stage: Stage, day: float) -> None:
    """A paper that many voted for and that lacked one term."""
    liked = Paper("arxiv:liked", "Quantization of birds", "x", signals=Signals(upvotes=80))
    await stage.world.store.record(Poll(Bookmark("x"), (liked,)), START + day * DAY)


async def test_a_rule_that_found_nothing_is_told_monthly_at_most_and_mended_by_a_button(stage: Stage) -> None:
    await near_miss(stage, 80)
    stage.days = 89
    assert await tending.tell_rot(stage.world) == 0  # ninety days are not over
    stage.days = 91
    assert await tending.tell_rot(stage.world) == 1
    stage.days = 100
    assert await tending.tell_rot(stage.world) == 0
    ((person, post, _),) = stage.chat.told
    assert person == ADA
    button = post.entries[0].button
    assert button is not None
    inbox = Channel("slack", "inbox-U0ADA")
    stranger = await flow.answer(Press(inbox, "slack:U0BOB", button.action), stage.world)
    assert "Done" not in stranger.post.plain
    done = await flow.answer(Press(inbox, ADA, button.action), stage.world)
    assert "is now quantization" in done.post.plain
    assert [one.rule for one in await stage.world.store.subscriptions(TEAM)] == ["quantization"]
    again = await flow.answer(Press(inbox, ADA, button.action), stage.world)
    assert "has changed since" in again.post.plain


async def test_stop_means_stop(stage: Stage) -> None:
    stage.days = 91
    assert await tending.tell_rot(stage.world) == 1
    (stop,) = stage.chat.told[0][1].buttons
    await flow.answer(Press(Channel("slack", "inbox-U0ADA"), ADA, stop.action), stage.world)
    stage.days = 400
    assert await tending.tell_rot(stage.world) == 0


async def test_a_rule_that_works_is_nobodys_business(stage: Stage) -> None:
    await stage.has(1, 50)
    stage.days = 120
    assert await tending.tell_rot(stage.world) == 0
    assert stage.chat.told == []


async def test_a_word_in_vain_of_a_rule_that_works_is_told_and_taken_out(stage: Stage) -> None:
    """The others of the rule go on; and so it is once the word is out."""
    rule = write(parse("mamba OR retnet"))
    await stage.world.store.subscribe(Subscription(TEAM, rule, ADA), START)
    for number in range(rot.ENOUGH):
        await stage.has(number, 1 + 4 * number, rule)
        await stage.has(100 + number, 1 + 4 * number)  # the other rule, of which both words are needed
    stage.days = 91
    assert await tending.tell_rot(stage.world) == 1
    ((person, post, _),) = stage.chat.told
    assert person == ADA
    assert "mamba is in none" in post.plain  # the stage's papers were found by another word
    (button,) = (entry.button for entry in post.entries if entry.button)
    done = await flow.answer(Press(Channel("slack", "inbox-U0ADA"), ADA, button.action), stage.world)
    assert "is now retnet" in done.post.plain
    stage.days = 93
    assert await tending.tell_rot(stage.world) == 0


async def test_visitors_of_the_pages_are_told_in_the_channel_that_only_they_can_open(stage: Stage) -> None:
    """Whoever runs the bot and a mailbox have none, and are not tried."""
    room, store = Channel("local", "general"), stage.world.store
    mail, box = FakeChat("email"), Channel("email", "a@b.example")
    stage.world = replace(stage.world, chats={"local": local.connect(store, stage.world.clock), "email": mail})
    for person, channel in (("local:ada1", room), ("console:bob", room), (str(box), box)):
        await store.subscribe(Subscription(channel, write(parse(f"birds {len(person)}")), person), START)
    stage.days = 91
    assert await tending.tell_rot(stage.world) == 1
    (said,) = await store.messages(inbox("local:ada1"))
    assert said.post.buttons
    assert mail.told == []
