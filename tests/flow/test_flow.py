"""Stories of the flow over the fakes: what is polled, what is posted, what is answered."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import pytest

from bot import flow, matching
from bot.errors import Refused, SourceFailed, TryLater
from bot.flow import World, polling
from bot.matching import Matcher, Wishes
from bot.model import (
    Ask,
    Bookmark,
    Channel,
    Delivery,
    Feed,
    Match,
    Options,
    Paper,
    Poll,
    Post,
    Press,
    Reply,
    Rulebook,
    Signals,
    Subscription,
)
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import START, FakeFetch, Hands, paper

GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
FEED = Feed("https://feed.example/papers", "https://feed.example/papers")


class Stage:
    """A world of fakes, with hands to move it."""

    def __init__(self, *days: list[Paper]) -> None:
        self.fetch = FakeFetch([*days])
        self.hands, self.chat, self.store = Hands(self.fetch), FakeChat(), FakeStore()
        self.world = World(self.store, self.hands.clock, self.fetch, self.fetch.read, {"local": self.chat}, Matcher())

    async def subscribed(self, rule: str, channel: Channel = GENERAL, options: Options | None = None) -> Subscription:
        wish = Subscription(channel, rule, "local:ada", options or Options())
        return await self.store.subscribe(wish, self.hands.clock())

    async def day(self, number: int) -> flow.Polled:
        return await self.hands.day(FEED, number, self.world)

    async def typed(self, verb: str, words: str = "") -> Reply:
        return await flow.answer(Ask(GENERAL, "local:ada", verb, words), self.world)

    async def pressed(self, action: str, person: str = "local:ada", channel: Channel = GENERAL) -> Reply:
        return await flow.answer(Press(channel, person, action), self.world)

    def posts(self, channel: Channel = GENERAL) -> list[Post]:
        return [said.post for said in self.chat.said if said.channel == channel and said.thread is None]


# ── poll ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_first_sight_of_a_feed_posts_nothing() -> None:
    """A baseline is known, and posted nowhere."""
    stage = Stage([paper("1", "Transformers")])
    await stage.subscribed("transformers")
    polled = await stage.day(0)
    assert polled.baseline
    assert await stage.hands.deliver_all(stage.world) == 0
    assert len(await stage.store.papers()) == 1


async def test_an_empty_first_sight_is_a_complete_baseline() -> None:
    """A feed that was empty at first (a weekend) posts what comes on Monday."""
    stage = Stage([], [paper("1", "Transformers")])
    await stage.subscribed("transformers")
    await stage.day(0)
    await stage.day(1)
    assert await stage.hands.deliver_all(stage.world) == 1


async def test_a_new_paper_is_posted_once_with_every_reason() -> None:
    """Two rules of one channel make one post that names both."""
    stage = Stage([], [paper("1", "Quantized transformers")], [paper("1", "Quantized transformers")])
    await stage.subscribed("transformers")
    await stage.subscribed("quantized")
    for day in range(3):
        await stage.day(day)
        await stage.hands.deliver_all(stage.world)
    (post,) = stage.posts()
    assert "transformer" in post.plain
    assert "quantiz" in post.plain.split("matches")[1]


async def test_each_channel_hears_of_its_own_matches() -> None:
    """A rule counts for its channel alone."""
    stage = Stage([], [paper("1", "Quantized transformers"), paper("2", "Birds of the north")])
    await stage.subscribed("transformers")
    await stage.subscribed("birds", READING)
    await stage.day(0)
    await stage.day(1)
    await stage.hands.deliver_all(stage.world)
    assert [post.paper for post in stage.posts()] == ["url:1"]
    assert [post.paper for post in stage.posts(READING)] == ["url:2"]


async def test_many_matches_are_planned_beside_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same outcome; a channel that spoke for each of 20,000 rules would hold up the loop for half a second."""
    threads = list[threading.Thread]()

    def planned(matches: Iterable[Match], wishes: Wishes, now: datetime) -> tuple[Delivery, ...]:
        threads.append(threading.current_thread())
        return matching.plan(matches, wishes, now)

    monkeypatch.setattr(polling, "plan", planned)
    said = list[list[Post]]()
    for many in (2, 1):
        monkeypatch.setattr(polling, "MANY_MATCHES", many)
        stage = Stage([], [paper("1", "Sparse attention")])
        await stage.subscribed("sparse")
        await stage.subscribed("attention")
        await stage.day(0)
        await stage.day(1)
        await stage.hands.deliver_all(stage.world)
        said.append(stage.posts())
    assert said[0] == said[1] != []
    assert [one is threading.main_thread() for one in threads] == [True, False]


async def test_the_same_paper_from_a_second_feed_is_no_news() -> None:
    """An alias is enough to know it again."""
    twin = paper("1b", "Quantized transformers", aliases=("url:1",))
    stage = Stage([], [paper("1", "Quantized transformers")], [twin])
    await stage.subscribed("transformers")
    for day in range(3):
        await stage.day(day)
    assert await stage.hands.deliver_all(stage.world) == 1


async def test_a_rule_made_while_a_poll_matches_is_not_missed() -> None:
    """The poll's transaction is refused when the rulebook has moved on, and it matches again."""
    stage = Stage([], [paper("1", "Quantized transformers")])
    await stage.day(0)

    class Interrupted(FakeStore):
        """Somebody subscribes right after the rulebook was read."""

        async def rulebook(self) -> Rulebook:
            book = await stage.store.rulebook()
            if not book.subscriptions:
                await stage.subscribed("transformers")
            return book

        async def version(self) -> int:
            return await stage.store.version()

        async def record(self, poll: Poll, now: datetime) -> int:
            return await stage.store.record(poll, stage.hands.clock())

        async def bookmarks(self, addresses: Collection[str] | None = None) -> dict[str, Bookmark]:
            return dict(await stage.store.bookmarks(addresses))

        async def unknown(self, papers: Sequence[Paper]) -> list[Paper]:
            return await stage.store.unknown(papers)

    world = World(Interrupted(), stage.hands.clock, stage.fetch, stage.fetch.read, {"local": stage.chat}, Matcher())
    polled = await stage.hands.day(FEED, 1, world)
    assert polled.deliveries == 1


async def test_a_feed_that_fails_is_remembered_with_its_next_try() -> None:
    """The sentence, since when, and a time in the future are kept; success forgets them."""
    stage = Stage([paper("1", "Transformers")])
    stage.fetch.failing.append(SourceFailed("feed.example could not be reached (no such host)."))
    with pytest.raises(SourceFailed):
        await stage.day(0)
    mark = (await stage.store.bookmarks())[FEED.address]
    assert mark.error == "feed.example could not be reached (no such host)."
    assert mark.failing_since == START
    assert mark.due is not None
    assert mark.due > START
    await stage.day(0)
    mended = (await stage.store.bookmarks())[FEED.address]
    assert (mended.error, mended.failures, mended.failing_since) == (None, 0, None)


async def test_a_paper_from_the_far_future_is_dated_by_when_it_was_seen() -> None:
    """A feed cannot keep itself on top by its dates."""
    far = START.replace(year=9000)
    stage = Stage([paper("1", "Tomorrow's news", announced=far), paper("2", "Today's", announced=START)])
    await stage.day(0)
    assert [found.announced for found in await stage.store.papers()] in ([None, START], [START, None])


async def test_a_rule_that_becomes_true_posts_the_paper() -> None:
    """Votes come in after the first sight; then the rule that asks for them is met, once."""
    days = [[paper("1", "Transformers", signals=Signals(upvotes=votes))] for votes in (1, 5, 25, 30)]
    stage = Stage([], *days)
    await stage.subscribed("transformers votes:>=20")
    for day, posts in enumerate((0, 0, 0, 1, 1)):
        await stage.day(day)
        await stage.hands.deliver_all(stage.world)
        assert len(stage.posts()) == posts


async def test_a_rule_that_was_true_before_is_not_news_when_votes_change() -> None:
    """A paper of the baseline stays quiet however its votes grow."""
    stage = Stage(*([paper("1", "Transformers", signals=Signals(upvotes=votes))] for votes in (1, 5, 25)))
    await stage.subscribed("transformers")
    for day in range(3):
        await stage.day(day)
    assert await stage.hands.deliver_all(stage.world) == 0


async def test_a_rule_that_becomes_true_later_than_a_fortnight_stays_quiet() -> None:
    """Old papers do not come back for a vote."""
    stage = Stage(*([paper("1", "Transformers", signals=Signals(upvotes=votes))] for votes in [1] * 16 + [25]))
    await stage.subscribed("transformers votes:>=20")
    for day in (0, 16):
        await stage.day(day)
    assert await stage.hands.deliver_all(stage.world) == 0


async def test_a_second_rule_that_becomes_true_is_a_reason_not_a_second_post() -> None:
    """The channel has the paper; what it asked for besides is added to why."""
    days = [[paper("1", "Transformers", signals=Signals(upvotes=votes))] for votes in (1, 25)]
    stage = Stage([], *days)
    await stage.subscribed("transformers")
    await stage.subscribed("votes:>=20")
    for day in range(3):
        await stage.day(day)
        await stage.hands.deliver_all(stage.world)
    assert len(stage.posts()) == 1
    (delivery,) = await stage.store.deliveries()
    assert {reason.rule for reason in delivery.reasons} == {"transformers", "votes:>=20"}


async def test_a_cross_listing_becomes_news_when_its_own_category_announces_it() -> None:
    """Seen as a cross-listing it is no news; announced as new it is."""
    stage = Stage([], [paper("1", "Transformers", announce="cross")], [paper("1", "Transformers")])
    await stage.subscribed("transformers")
    for day, posts in enumerate((0, 0, 1)):
        await stage.day(day)
        await stage.hands.deliver_all(stage.world)
        assert len(stage.posts()) == posts


async def test_revisions_come_to_those_who_ask_for_them() -> None:
    """A new version of a known paper, weeks later, is posted where the rule says on:revised."""
    first, second = paper("1", "Transformers", version=1), paper("1", "Transformers", version=2, announce="replace")
    stage = Stage(*[[first]] * 20, [second])
    await stage.subscribed("transformers on:revised")
    await stage.subscribed("transformers", READING)
    for day in (0, 20):
        await stage.day(day)
    await stage.hands.deliver_all(stage.world)
    assert (len(stage.posts()), len(stage.posts(READING))) == (1, 0)


async def test_the_days_highest_are_posted_as_they_rise() -> None:
    """`top:2` brings the papers that stand among the day's two highest when they are read."""
    day = [paper(str(n), f"Paper {n}", announced=START, signals=Signals(upvotes=n)) for n in range(1, 6)]
    risen = [paper("1", "Paper 1", announced=START, signals=Signals(upvotes=99)), *day[1:]]
    stage = Stage([], day, risen)
    await stage.subscribed("top:2")
    for number in range(3):
        await stage.day(number)
        await stage.hands.deliver_all(stage.world)
    assert sorted(post.paper or "" for post in stage.posts()) == ["url:1", "url:4", "url:5"]


# ── deliver ─────────────────────────────────────────────────────────────────────────────────────────


async def matched(options: Options | None = None) -> Stage:
    stage = Stage([], [paper("1", "Quantized transformers", "We show that four bits are enough.")])
    await stage.subscribed("transformers", options=options)
    await stage.day(0)
    await stage.day(1)
    return stage


async def test_a_transient_failure_is_tried_again_later() -> None:
    """Nothing is posted, the delivery waits with its reason, and comes later."""
    stage = await matched()
    stage.chat.failing.append(TryLater("Slack asks for a pause.", 30))
    assert await stage.hands.deliver_all(stage.world) == 0
    (waiting,) = await stage.store.deliveries()
    assert (waiting.state, waiting.attempts, waiting.error) == ("pending", 1, "Slack asks for a pause.")
    stage.hands.time += timedelta(hours=7)
    assert await stage.hands.deliver_all(stage.world) == 1


async def test_a_delivery_is_given_up_after_three_days() -> None:
    """It ends with its reason, and is not tried for ever."""
    stage = await matched()
    for _ in range(200):
        stage.chat.failing = [TryLater("Slack does not answer.")]
        await stage.hands.deliver_all(stage.world)
        stage.hands.time += timedelta(hours=1)
    (ended,) = await stage.store.deliveries()
    assert (ended.state, ended.error) == ("given_up", "Slack does not answer.")


async def test_a_refusal_ends_with_its_reason() -> None:
    """A channel that is gone is not asked again."""
    stage = await matched()
    stage.chat.failing.append(Refused("The channel does not exist any more."))
    await stage.hands.deliver_all(stage.world)
    (ended,) = await stage.store.deliveries()
    assert (ended.state, ended.error) == ("refused", "The channel does not exist any more.")


async def test_nothing_more_is_posted_after_unsubscribing() -> None:
    """What still waited is ended with its reason, unless another rule of the channel wants it too."""
    for other, posts in ((None, 0), ("quantized", 1)):
        stage = Stage([], [paper("1", "Quantized transformers")])
        made = await stage.subscribed("transformers")
        if other:
            await stage.subscribed(other)
        for day in range(2):
            await stage.day(day)
        await stage.typed("unsubscribe", str(made.id))
        assert await stage.hands.deliver_all(stage.world) == posts
        (ended,) = await stage.store.deliveries()
        assert (ended.state, "unsubscribed" in (ended.error or "")) == (("sent", False) if posts else ("refused", True))


async def test_thread_auto_opens_the_thread_with_the_post() -> None:
    """The abstract stands in the thread without anyone asking."""
    stage = await matched(Options(thread="auto"))
    await stage.hands.deliver_all(stage.world)
    (post, opener) = stage.chat.said
    assert opener.thread == post.id
    assert "four bits" in opener.post.plain


# ── answer ──────────────────────────────────────────────────────────────────────────────────────────


async def test_subscribing_shows_first_and_asks() -> None:
    """A preview says what the rule means and what it would have caught; nothing is changed by it."""
    stage = Stage([paper("1", "Quantized transformers"), paper("2", "Birds")])
    await stage.day(0)
    reply = await stage.typed("subscribe", "transformers quantization")
    assert "Quantized transformers" in reply.post.plain
    assert "1 of 2 papers" in reply.post.plain
    assert reply.public is None
    assert await stage.store.subscriptions() == []


async def test_confirming_subscribes_and_tells_the_channel() -> None:
    """The answer replaces the preview, and the channel hears who and what."""
    stage = Stage([])
    confirm = (await stage.typed("subscribe", "Transformers  quantization thread:auto")).post.buttons[0].action
    reply = await stage.pressed(confirm)
    assert reply.replaces
    assert reply.public is not None
    (made,) = await stage.store.subscriptions(GENERAL)
    assert made.options.thread == "auto"
    assert made.creator == "local:ada"
    assert made.rule in reply.public.plain


async def test_a_confirmation_counts_once_and_for_its_person_only() -> None:
    """A second press, another person, another channel: nothing happens, and it is said."""
    stage = Stage([])
    confirm = (await stage.typed("subscribe", "transformers")).post.buttons[0].action
    assert "used up" in (await stage.pressed(confirm, person="local:eve")).post.plain
    assert "used up" in (await stage.pressed(confirm, channel=READING)).post.plain
    await stage.pressed(confirm)
    assert "used up" in (await stage.pressed(confirm)).post.plain
    assert len(await stage.store.subscriptions()) == 1


async def test_the_same_rule_in_other_words_is_updated() -> None:
    """Order, case and options do not make a second subscription."""
    stage = Stage([])
    for words in ("transformers quantization", "Quantization Transformers thread:off"):
        await stage.pressed((await stage.typed("subscribe", words)).post.buttons[0].action)
    (made,) = await stage.store.subscriptions()
    assert made.options.thread == "off"


async def test_a_wrong_rule_is_answered_with_its_place() -> None:
    """The caret stands under what is wrong, and nothing is changed."""
    stage = Stage([])
    reply = await stage.typed("subscribe", 'transformers "quantiz')
    assert "^" in reply.post.plain
    assert reply.public is None


@pytest.mark.parametrize("by", ["number", "rule", "all"])
async def test_unsubscribing_by_number_rule_or_all(by: str) -> None:
    """Each way ends it, and the channel hears of it."""
    stage = Stage([])
    made = await stage.subscribed("transformers")
    reply = await stage.typed("unsubscribe", {"number": str(made.id), "rule": "Transformers", "all": "all"}[by])
    assert reply.public is not None
    assert await stage.store.subscriptions() == []


async def test_another_channels_subscription_is_out_of_reach() -> None:
    """A number is looked for in this channel only."""
    stage = Stage([])
    made = await stage.subscribed("transformers", READING)
    reply = await stage.typed("unsubscribe", str(made.id))
    assert "no subscription" in reply.post.plain
    assert len(await stage.store.subscriptions()) == 1


async def test_discuss_opens_one_thread_however_often_it_is_pressed() -> None:
    """The first press opens it, the others lead to it."""
    stage = await matched()
    await stage.hands.deliver_all(stage.world)
    (button, *_) = stage.posts()[0].buttons
    first, again = await stage.pressed(button.action), await stage.pressed(button.action)
    assert first.thread == again.thread is not None
    assert len([said for said in stage.chat.said if said.thread]) == 1


async def test_a_button_from_elsewhere_changes_nothing() -> None:
    """A delivery of another channel, a number out of thin air, a forged verb."""
    stage = await matched()
    await stage.hands.deliver_all(stage.world)
    for action in ("discuss:999", "discuss:x", "explode:1", "", "discuss:1:2"):
        assert (await stage.pressed(action)).thread is None
    (button, *_) = stage.posts()[0].buttons
    assert (await stage.pressed(button.action, channel=READING)).thread is None


async def test_searching_is_for_one_persons_eyes() -> None:
    """Stored papers that match, and nothing public."""
    stage = Stage([paper("1", "Quantized transformers"), paper("2", "Birds")])
    await stage.day(0)
    reply = await stage.typed("papers", "search birds")
    assert "Birds" in reply.post.plain
    assert reply.public is None


@pytest.mark.parametrize(("verb", "words"), [("subscribe", ""), ("papers", ""), ("help", ""), ("papers", "help")])
async def test_help_names_the_first_command(verb: str, words: str) -> None:
    """Whoever types too little reads what to type."""
    assert "/subscribe transformers" in (await Stage([]).typed(verb, words)).post.plain


@pytest.mark.parametrize("words", ["\x00", "\ud800", "(" * 600, '"', "-x", "/re.*/", "mode:never x", "a" * 100_000])
async def test_no_words_make_a_traceback(words: str) -> None:
    """Whatever is typed, a sentence comes back."""
    reply = await Stage([]).typed("subscribe", words)
    assert "wrong on our side" not in reply.post.plain


async def test_our_own_fault_is_said_without_its_innards() -> None:
    """A bug gives a sentence, not a traceback."""
    stage = Stage([])

    class Broken(FakeStore):
        async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
            raise ZeroDivisionError("secret innards")

    world = World(Broken(), stage.hands.clock, stage.fetch, stage.fetch.read, {}, Matcher())
    reply = await flow.answer(Ask(GENERAL, "local:ada", "subscriptions"), world)
    assert "on our side" in reply.post.plain
    assert "innards" not in reply.post.plain


async def test_cancelling_what_is_already_subscribed_does_not_claim_to_have() -> None:
    """A Cancel pressed after Subscribe, in another window, has nothing left to cancel."""
    stage = Stage([])
    subscribe, *_, cancel = (await stage.typed("subscribe", "transformers")).post.buttons
    await stage.pressed(subscribe.action)
    assert "Cancelled" not in (await stage.pressed(cancel.action)).post.plain
    assert len(await stage.store.subscriptions()) == 1


async def test_an_empty_subscribe_shows_what_there_is() -> None:
    """What can be typed, and what this channel gets already."""
    stage = Stage([])
    await stage.subscribed("transformers")
    plain = (await stage.typed("subscribe")).post.plain
    assert "/papers search" in plain
    assert "#1 transformers" in plain


async def test_unsubscribing_all_of_nothing_says_what_to_type_instead() -> None:
    """There is no list to send people to."""
    plain = (await Stage([]).typed("unsubscribe", "all")).post.plain
    assert "no subscriptions yet" in plain
    assert "/subscribe" in plain
