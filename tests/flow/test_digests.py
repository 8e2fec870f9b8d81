"""From a subscription to a digest and what people do with it: the stories of a channel, with a clock one can turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import flow
from bot.cli import ticking
from bot.errors import Refused
from bot.flow import World, later, notices, silence
from bot.matching import Matcher
from bot.model import Ask, Channel, Feed, Options, Paper, Post, Press, Reply, Subscription
from bot.model.papers import Signals
from bot.ports.tally import Outcome, Uncounted
from tests.fakes.chat import FakeChat, Said
from tests.fakes.store import FakeStore
from tests.flow.stage import FakeFetch, Hands, paper

TEAM = Channel("local", "team")
FEED = Feed("https://feed.example/papers", "https://feed.example/papers")
DAILY = Options("daily", "09:00", "Europe/Berlin", "mon-sun", thread="ask")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Team:
    """A channel, the people in it, and the time of day."""

    def __init__(self) -> None:
        self.chat, self.store = FakeChat(), FakeStore()
        self.hands = Hands(FakeFetch([[]]), datetime(2026, 8, 17, 6, 0, tzinfo=UTC))
        fetch = self.hands.fetch
        self.world = World(self.store, self.hands.clock, fetch, fetch.read, {"local": self.chat}, Matcher())

    async def wants(self, rule: str, options: Options = DAILY) -> Subscription:
        return await self.store.subscribe(Subscription(TEAM, rule, "local:ada", options), self.hands.time)

    async def reads(self, *papers: Paper) -> None:
        """The feed holds these papers; the first reading is the baseline."""
        self.hands.fetch.days.append(list(papers))
        self.hands.fetch.today = len(self.hands.fetch.days) - 1
        await flow.poll(FEED, self.world)

    async def at(self, day: int, time: str) -> list[Said]:
        """Turn the clock to a day of August, in UTC; what is said in the channel then."""
        self.hands.time = datetime.fromisoformat(f"2026-08-{day} {time}").replace(tzinfo=UTC)
        before = len(self.chat.said)
        await self.hands.deliver_all(self.world)
        await self.hears()
        return self.chat.said[before:]

    async def hears(self) -> None:
        """What the bot itself has to say, as the loops do it."""
        await silence.close(self.world)
        await silence.arrange(self.world)
        for one in await notices.claim(self.world, 9):
            await notices.say(one, self.world)

    async def talks(self) -> None:
        """News are told and messages edited, as the loops do it."""
        for _ in range(9):
            self.hands.time += timedelta(seconds=11)
            for claim in await later.claim_news(self.world, "stage", 9):
                await later.tell(claim, self.world)
            for edit in await later.edits(self.world, 9):
                await later.edit(edit, self.world)

    async def press(self, verb: str, name: str, person: str = "local:bob") -> Reply:
        row = next(d.row for d in await self.store.deliveries() if d.paper == f"url:{name}")
        return await flow.answer(Press(TEAM, person, f"{verb}:{row}"), self.world)

    async def types(self, command: str, words: str = "") -> Reply:
        return await flow.answer(Ask(TEAM, "local:ada", command, words), self.world)

    def shown(self, message: str) -> Post:
        return next(said.post for said in self.chat.said if said.id == message)

    async def states(self) -> dict[str, str]:
        return {d.paper.removeprefix("url:"): d.state for d in await self.store.deliveries()}


@pytest.fixture
async def team() -> Team:
    made = Team()
    await made.store.lead()
    await made.reads()
    return made


def papers(post: Post) -> list[str]:
    return [(entry.paper or "").removeprefix("url:") for entry in post.entries]


def some(count: int, **more: object) -> list[Paper]:
    """Papers with ever fewer votes."""
    return [
        paper(str(n), f"Quantum paper {n}", "On qubits.", signals=Signals(upvotes=50 - n), **more) for n in range(count)
    ]


async def test_a_days_papers_come_in_one_digest_at_nine_ranked_with_the_reasons_of_every_rule(team: Team) -> None:
    await team.wants("quantum")
    await team.wants("qubits")
    await team.at(17, "08:00")
    await team.reads(paper("few", "Quantum one", "On qubits.", signals=Signals(upvotes=1)))
    await team.at(17, "12:00")
    await team.reads(
        paper("many", "Quantum two", signals=Signals(upvotes=9)),
        paper("both", "Quantum three", "On qubits."),
        paper("one", "Quantum four"),
    )
    assert await team.at(18, "06:59") == []
    (said,) = await team.at(18, "07:00")
    assert papers(said.post) == ["many", "few", "both", "one"]
    assert "4 papers" in said.post.headline.text
    assert all(rule in said.post.plain for rule in ("quantum", "qubits"))
    assert "Late" not in said.post.plain
    both = next(d for d in await team.store.deliveries() if d.paper == "url:both")
    assert {reason.rule for reason in both.reasons} == {"quantum", "qubits"}
    assert await team.at(19, "07:00") == []


async def test_a_subscription_begins_with_three_papers_at_once_and_never_says_them_again(team: Team) -> None:
    await team.reads(*some(5))
    asked = await team.types("subscribe", "quantum mode:daily")
    await flow.answer(Press(TEAM, "local:ada", asked.post.buttons[0].action), team.world)
    (first,) = await team.at(17, "06:01")
    assert first.post.headline.text == "To begin with: 3 papers"
    had = papers(first.post)
    assert len(had) == 3
    await team.reads(*some(5), paper("new", "Quantum news"))
    (digest,) = await team.at(18, "09:00")
    assert papers(digest.post) == ["new"]
    assert await team.at(20, "09:00") == []


async def test_what_is_above_the_days_max_comes_in_one_digest_at_midnight(team: Team) -> None:
    await team.wants("quantum", replace(DAILY, mode="instant", max=2))
    await team.reads(*some(5))
    posts = await team.at(17, "07:00")
    assert [said.post.paper for said in posts] == ["url:0", "url:1"]
    assert await team.at(17, "21:59") == []
    (over,) = await team.at(17, "22:00")
    assert sorted(papers(over.post)) == ["2", "3", "4"]
    assert "max of 2" in over.post.plain
    await team.reads(*some(5), paper("next", "Quantum next day"))
    assert [said.post.paper for said in await team.at(18, "06:00")] == ["url:next"]


async def test_a_digest_shows_the_best_and_the_rest_one_a_line_in_its_thread(team: Team) -> None:
    await team.wants("quantum", replace(DAILY, max=2))
    await team.reads(*some(5))
    head, rest = await team.at(17, "07:00")
    assert (papers(head.post), papers(rest.post)) == (["0", "1"], ["2", "3", "4"])
    assert (head.thread, rest.thread) == (None, head.id)
    assert "5 papers" in head.post.headline.text
    assert set((await team.states()).values()) == {"sent"}


async def test_a_long_digest_is_split_between_papers(team: Team) -> None:
    team.chat.room = 400
    await team.wants("quantum")
    await team.reads(*some(9))
    parts = await team.at(17, "07:00")
    assert len(parts) > 1
    assert [name for said in parts for name in papers(said.post)] == [str(n) for n in range(9)]
    assert all(team.chat.fits(said.post) for said in parts)
    assert [said.post.after for said in parts] == [None, *[parts[0].id] * (len(parts) - 1)]
    assert all(f"({n} of {len(parts)})" in said.post.headline.text for n, said in enumerate(parts, 1))


async def test_discuss_on_a_line_makes_one_card_and_one_thread_to_which_the_line_leads(team: Team) -> None:
    await team.wants("quantum")
    await team.reads(*some(2))
    (digest,) = await team.at(17, "07:00")
    first, second = await team.press("discuss", "0"), await team.press("discuss", "0", "local:eve")
    card, opener = team.chat.said[1:]
    assert (card.post.paper, card.thread, opener.thread) == ("url:0", None, card.id)
    assert first.thread == second.thread == card.id
    await team.talks()
    (edited,) = team.chat.edits
    assert edited[0] == digest.id
    linked = [
        entry.paper
        for entry in team.shown(digest.id).entries
        for line in entry.lines
        if any(span.url == f"https://chat.example/team/{card.id}" for span in line.spans)
    ]
    assert linked == ["url:0"]


async def test_rules_that_were_unsubscribed_drop_out_of_a_digest(team: Team) -> None:
    gone = await team.wants("qubits")
    await team.wants("gravity")
    await team.reads(*some(2), paper("g", "On gravity"))
    await team.store.unsubscribe(TEAM, gone.id)
    (said,) = await team.at(17, "07:00")
    assert papers(said.post) == ["g"]
    assert "qubits" not in said.post.plain
    assert await team.states() == {"0": "refused", "1": "refused", "g": "sent"}
    await team.press("vote", "g")
    await team.talks()
    assert papers(team.shown(said.id)) == ["g"]
    assert "1 paper" in team.shown(said.id).headline.text


async def test_settings_move_what_waits_but_not_a_digest_that_is_due(team: Team) -> None:
    await team.wants("quantum", Options(mode="daily", tz="Europe/Berlin"))
    await team.reads(*some(2))
    await team.types("papers", "settings at:11:00")
    assert await team.at(17, "08:59") == []
    team.hands.time += timedelta(minutes=1)
    await team.types("papers", "settings mode:daily at:18:00")
    (said,) = await team.at(17, "09:01")
    assert papers(said.post) == ["0", "1"]
    assert "18:00" in (await team.types("papers", "settings")).post.plain


async def test_a_pause_keeps_everything_for_one_digest_that_says_so(team: Team) -> None:
    await team.wants("quantum", replace(DAILY, mode="instant"))
    await team.types("papers", "pause 2d")
    await team.reads(*some(2))
    assert await team.at(18, "12:00") == []
    await team.types("papers", "resume")
    (said,) = await team.at(18, "12:01")
    assert sorted(papers(said.post)) == ["0", "1"]
    assert "paused" in said.post.plain
    assert "could not" not in said.post.plain


async def test_people_see_the_best_and_vote_and_cite_and_ask_why(team: Team) -> None:
    await team.wants("quantum")
    await team.reads(*some(3))
    (digest,) = await team.at(17, "07:00")
    top = (await team.types("papers", "top 14d")).post.plain
    assert top.index("Quantum paper 0") < top.index("Quantum paper 2")
    await team.press("vote", "2")
    assert "2 upvotes now" in (await team.press("vote", "2", "local:eve")).post.plain
    assert "quantum" in (await team.press("why", "2")).post.plain.casefold()
    assert "Quantum paper 2" in (await team.press("bibtex", "2")).post.plain
    await team.talks()
    assert papers(team.shown(digest.id)) == ["0", "1", "2"]
    assert "2 votes here" in team.shown(digest.id).plain
    assert [message for message, _ in team.chat.edits] == [digest.id]


async def test_news_is_a_quiet_reply_in_a_thread_and_else_an_edit(team: Team) -> None:
    await team.wants("quantum", replace(DAILY, mode="instant"))
    await team.reads(*some(2))
    one, other = await team.at(17, "07:00")
    await team.press("discuss", "0")
    before = len(team.chat.said)
    coded = [replace(p, signals=Signals(upvotes=40, code_url="https://code.example/x")) for p in some(2)]
    await team.reads(*coded)
    await team.talks()
    (reply,) = team.chat.said[before:]
    assert (reply.thread, "code" in reply.post.plain) == (one.id, True)
    assert [message for message, _ in team.chat.edits] == [other.id]
    assert "Its code has been released." in team.shown(other.id).plain
    await team.reads(*coded)
    await team.talks()
    assert len(team.chat.said) == before + 1
    assert len(team.chat.edits) == 1


async def test_news_of_a_thread_that_takes_no_words_is_shown_in_the_post(team: Team) -> None:
    """Somebody locked it, and Discord says so each time: the news is not tried for ever."""
    await team.wants("quantum", replace(DAILY, mode="instant"))
    await team.reads(*some(1))
    (post,) = await team.at(17, "07:00")
    await team.press("discuss", "0")
    team.chat.locked = True
    await team.reads(replace(some(1)[0], signals=Signals(upvotes=50, code_url="https://code.example/x")))
    await team.talks()
    assert "Its code has been released." in team.shown(post.id).plain


async def test_a_single_run_tells_what_became_of_papers_too(team: Team) -> None:
    """Whoever runs the bot by a timer gets replies and edits like everybody."""
    await team.wants("quantum", replace(DAILY, mode="instant"))
    await team.reads(*some(1))
    (post,) = await team.at(17, "07:00")
    await team.reads(replace(some(1)[0], signals=Signals(upvotes=50, code_url="https://code.example/x")))
    assert await ticking.once([], team.world) == 0
    assert "Its code has been released." in team.shown(post.id).plain


async def test_a_withdrawn_paper_is_struck_where_it_stands(team: Team) -> None:
    await team.wants("quantum")
    await team.reads(*some(2))
    (digest,) = await team.at(17, "07:00")
    await team.reads(replace(some(2)[0], abstract="This paper has been withdrawn by its authors."))
    await team.talks()
    struck = [e.paper for e in team.shown(digest.id).entries if any(s.style == "struck" for s in e.lines[0].spans)]
    assert struck == ["url:0"]


async def test_a_lost_channels_creator_is_told_once_and_mending_it_brings_one_digest(team: Team) -> None:
    await team.wants("quantum", replace(DAILY, mode="instant"))
    team.chat.lost = frozenset({TEAM})
    await team.reads(*some(2))
    for day in range(17, 23):
        assert await team.at(day, "07:00") == []
    assert [person for person, _, _ in team.chat.told] == ["local:ada"]
    assert "/papers" in team.chat.told[0][1].plain or "quantum" in team.chat.told[0][1].plain
    await team.reads(*some(2), paper("late", "Quantum later"))
    team.chat.lost = frozenset()
    await team.store.mended(TEAM, team.hands.time)
    (said,) = await team.at(22, "07:05")
    assert sorted(papers(said.post)) == ["0", "1", "late"]
    assert "could not post" in said.post.plain
    await team.reads(*some(2), paper("then", "Quantum then"))
    assert [said.post.paper for said in await team.at(22, "07:10")] == ["url:then"]


# ── what is counted ──


class Counts(Uncounted):
    """How papers ended."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, int]] = []

    def ended(self, platform: str, outcome: Outcome, papers: int) -> None:
        self.seen.append((platform, outcome, papers))


async def test_papers_are_counted_by_what_became_of_them_however_many_a_message_holds(team: Team) -> None:
    """A digest, what is above its `max` in its thread, one alone, and one that is refused."""
    counts = Counts()
    team.world = replace(team.world, tally=counts)
    wanted = await team.wants("quantum", replace(DAILY, max=2))
    await team.reads()
    await team.reads(*some(3))
    await team.at(17, "07:00")
    assert counts.seen == [("local", "posted", 2), ("local", "posted", 1)]
    await team.store.unsubscribe(TEAM, wanted.id)
    await team.wants("quantum", replace(DAILY, mode="instant"))
    await team.reads(paper("alone", "Quantum alone"))
    await team.at(17, "12:00")
    await team.reads(paper("not", "Quantum not"))
    team.chat.failing = [Refused("no")]
    await team.at(17, "13:00")
    assert counts.seen[2:] == [("local", "posted", 1), ("local", "refused", 1)]


# ── the first subscriber's zone ──


async def asks(team: Team, zone: str | None, words: str = "quantum") -> Reply:
    return await flow.answer(Ask(TEAM, "local:ada", "subscribe", words, zone=zone), team.world)


async def test_the_first_subscribers_zone_is_the_channels_until_somebody_sets_one(team: Team) -> None:
    """The preview shows it with the way to change it; a later subscriber, or a made-up zone, changes nothing."""
    preview = await asks(team, "Asia/Tokyo", "quantum mode:daily")
    assert "at 09:00 (Asia/Tokyo)" in preview.post.plain
    assert "For another time zone: /papers settings tz:" in preview.post.plain
    await flow.answer(Press(TEAM, "local:ada", preview.post.buttons[0].action), team.world)
    assert "(Asia/Tokyo)" in (await asks(team, "Europe/Paris", "qubits mode:daily")).post.plain
    assert "(Asia/Tokyo)" in (await asks(team, "Mars/Olympus", "qubits mode:daily")).post.plain
    await team.types("papers", "settings tz:America/Lima")
    assert "(America/Lima)" in (await asks(team, "Asia/Tokyo", "qubits mode:daily")).post.plain
    assert "Times are" not in (await asks(team, None, "qubits mode:daily tz:Asia/Seoul")).post.plain
    assert "Times are" not in (await asks(team, None, "qubits mode:instant")).post.plain


async def test_a_preview_that_nobody_confirmed_binds_nobody(team: Team) -> None:
    """Whoever subscribes first in earnest brings the zone."""
    await asks(team, "Asia/Tokyo")
    assert "(Europe/Paris)" in (await asks(team, "Europe/Paris", "quantum mode:daily")).post.plain
    assert "(UTC)" in (await asks(team, None, "quantum mode:daily")).post.plain
    assert (await team.store.customs([TEAM]))[TEAM].zone is None
