"""The story of a paper's votes: days that are over are asked for again, and rules that become true are heard."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import bot.store
from bot import flow, sources
from bot.cli import ticking
from bot.errors import SourceFailed
from bot.flow import World, backfill, renewing
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Feed, Subscription
from bot.ports import Fetched, Store
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import START, parsed

DAILY = sources.resolve("huggingface:daily")
TRENDING = sources.resolve("huggingface:trending")
GENERAL = Channel("local", "general")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = START.date()


@dataclass
class Hub:
    """A site whose list holds only the day's papers, and whose days can be asked for; with ETags, unless it is old."""

    votes: dict[str, tuple[date, int]] = field(default_factory=dict)
    time: datetime = START
    etags: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    failing: list[SourceFailed] = field(default_factory=list)
    code: frozenset[str] = frozenset()
    trending: tuple[str, ...] = ()

    def clock(self) -> datetime:
        return self.time

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        _, _, day = feed.url.partition("?date=")
        self.asked.append((day, bookmark.etag))
        if self.failing:
            raise self.failing.pop(0)
        trends = [
            self.item(number, self.votes[number][0].isoformat(), self.votes[number][1]) for number in self.trending
        ]
        body = json.dumps(trends).encode() if feed == TRENDING else self.body(day or self.time.date().isoformat())
        digest = str(hash(body))
        if bookmark.etag == digest:
            return Fetched(None, bookmark)
        return Fetched(body, replace(bookmark, etag=digest if self.etags else None, digest=digest))

    def body(self, day: str) -> bytes:
        shown = [(number, n) for number, (of, n) in sorted(self.votes.items()) if of.isoformat() == day]
        return json.dumps([self.item(number, day, n) for number, n in shown]).encode()

    def item(self, number: str, day: str, votes: int) -> dict[str, object]:
        code = {"githubRepo": f"https://github.com/lab/{number}"} if number in self.code else {}
        paper = {"id": number, "title": f"Transformers {number}", "upvotes": votes, **code}
        return {"paper": {**paper, "submittedOnDailyAt": f"{day}T08:00:00Z"}, "numComments": votes // 10}


@dataclass
class Site:
    """A database and a hub that outlive the bots that use them."""

    hub: Hub = field(default_factory=Hub)
    store: Store = field(default_factory=FakeStore)
    chat: FakeChat = field(default_factory=FakeChat)
    feeds: tuple[Feed, ...] = (DAILY,)

    @property
    def world(self) -> World:
        return World(self.store, self.hub.clock, self.hub, parsed, {"local": self.chat}, Matcher())

    async def subscribed(self, rule: str) -> None:
        await self.store.subscribe(Subscription(GENERAL, rule, "local:ada"), self.hub.time)

    async def at(self, moment: datetime) -> list[str]:
        """What is asked of the hub by then, when all that is due is done; and all of it is posted."""
        self.hub.time = moment
        before = len(self.hub.asked)
        await ticking.once(list(self.feeds), self.world)
        return [day for day, _ in self.hub.asked[before:]]

    @property
    def posted(self) -> list[str | None]:
        return [said.post.paper for said in self.chat.said]


@pytest.fixture
async def site() -> Site:
    """A bot that read the hub on Sunday first, when it was empty, and then a paper of Monday's."""
    it = Site()
    await it.at(START - DAY)
    it.hub.votes["2608.00001"] = (MONDAY, 12)
    await it.at(START)
    return it


async def test_a_rule_fires_for_a_paper_that_its_list_holds_no_more(site: Site) -> None:
    """Twelve votes on Monday, twenty on Tuesday: the paper is posted then, and once."""
    await site.subscribed("votes:>=20")
    assert "2026-08-17" not in await site.at(START + 12 * HOUR)  # while it lasts, the list is enough
    site.hub.votes["2608.00001"] = (MONDAY, 20)
    assert site.posted == []
    assert "2026-08-17" in await site.at(START + DAY)
    assert site.posted == ["arxiv:2608.00001"]
    site.hub.votes["2608.00001"] = (MONDAY, 30)
    for hours in range(1, 48):
        await site.at(START + DAY + hours * HOUR)
    assert site.posted == ["arxiv:2608.00001"]
    paper = await site.store.paper("arxiv:2608.00001")
    assert paper is not None
    assert (paper.signals.upvotes, paper.signals.comments) == (30, 3)


async def test_code_that_comes_later_is_heard_of(site: Site) -> None:
    """As votes are: whatever the day's page tells."""
    await site.subscribed("has:code")
    site.hub.code = frozenset({"2608.00001"})
    await site.at(START + DAY)
    assert site.posted == ["arxiv:2608.00001"]


async def test_what_changed_is_handed_to_whoever_edits_posts(site: Site) -> None:
    """Each paper as it was and as it is; nothing where nothing has changed."""
    site.hub.votes["2608.00001"] = (MONDAY, 20)
    site.hub.time = START + DAY
    told = await flow.renew(DAILY, MONDAY, site.world)
    ((before, after),) = told.changes
    assert (before.signals.upvotes, after.signals.upvotes, after.id) == (12, 20, "arxiv:2608.00001")
    assert await site.store.paper(after.id) == after
    assert (await flow.renew(DAILY, MONDAY, site.world)).changes == ()
    site.hub.votes["2608.00002"] = (site.hub.time.date(), 1)
    polled = await flow.poll(DAILY, site.world)
    assert (polled.new, polled.changes) == (1, ())
    site.hub.votes["2608.00002"] = (site.hub.time.date(), 2)
    ((before, after),) = (await flow.poll(DAILY, site.world)).changes
    assert (before.signals.upvotes, after.signals.upvotes) == (1, 2)


async def test_a_day_is_asked_for_ever_less_often(site: Site) -> None:
    """Every two hours for a day, every six for two more, then daily; after a fortnight no more."""
    over, step = START + 15 * HOUR, HOUR / 2
    moments = [over + n * step for n in range(48 * 17)]
    asked = [moment for moment in moments if "2026-08-17" in await site.at(moment)]
    paces = [(day, 2 if day < 1 else 6 if day < 3 else 24) for day in ((m - over) / DAY for m in asked)]
    for (day, pace), gap in zip(paces, (b - a for a, b in pairwise(asked)), strict=False):
        assert pace * HOUR <= gap <= pace * 1.1 * HOUR + step, day
    assert over + 2 * HOUR <= asked[0] <= over + 3 * HOUR
    assert over + 13 * DAY < asked[-1] < over + 14 * DAY


async def test_a_day_is_asked_for_with_its_own_etag(site: Site) -> None:
    """And one that has not changed is not read again."""
    await site.at(START + DAY)
    await site.at(START + DAY + 3 * HOUR)
    etags = [etag for day, etag in site.hub.asked if day == "2026-08-17"]
    assert etags[0] is None
    assert etags[1] is not None
    assert etags[1] != [etag for day, etag in site.hub.asked if not day][-1]


async def test_without_an_etag_a_day_is_asked_for_once_a_day(site: Site) -> None:
    """Whole bodies at most daily, whatever the votes."""
    site.hub.etags = False
    await site.at(START + DAY)
    asked = [day for hours in range(1, 24) for day in await site.at(START + DAY + hours * HOUR)]
    assert asked.count("2026-08-17") == 0
    asked = [day for hours in range(24, 28) for day in await site.at(START + DAY + hours * HOUR)]
    assert asked.count("2026-08-17") == 1


async def test_a_restart_asks_nothing_early(tmp_path: Path) -> None:
    """When which day is due is in the database."""
    site = Site(store=await bot.store.open(str(tmp_path / "a.db")))
    await site.at(START - DAY)
    site.hub.votes["2608.00001"] = (MONDAY, 12)
    await site.at(START)
    await site.at(START + DAY)
    await site.store.close()
    site.store = await bot.store.open(str(tmp_path / "a.db"))
    assert await site.at(START + DAY + 0.9 * HOUR) == []
    assert {"", "2026-08-17"} <= {*await site.at(START + DAY + 2.5 * HOUR)}
    await site.store.close()


async def test_a_paper_put_on_a_day_that_is_over_is_news(site: Site) -> None:
    """Its list may never have shown it to us."""
    await site.subscribed("transformers")
    site.hub.votes["2608.00009"] = (MONDAY, 1)
    await site.at(START + DAY)
    assert site.posted == ["arxiv:2608.00009"]


async def test_what_came_by_the_past_is_renewed_and_never_posted() -> None:
    """Backfilled papers get their votes, for previews' sake; neither votes nor a late comer there is news."""
    site = Site()
    site.hub.votes = {"2608.00001": (MONDAY - DAY, 12), "2608.00002": (MONDAY, 12)}
    await site.at(START)
    site.hub.time += timedelta(minutes=1)
    for day in (MONDAY - DAY, MONDAY - 2 * DAY):
        await backfill.fetch(DAILY, day, site.world)
    await site.subscribed("votes:>=20")
    late = {"2608.00003": (MONDAY - 2 * DAY, 99)}
    site.hub.votes = {"2608.00001": (MONDAY - DAY, 50), "2608.00002": (MONDAY, 50), **late}
    for hours in range(1, 30):
        await site.at(START + hours * HOUR)
    papers = {paper.id: paper.signals.upvotes for paper in await site.store.papers()}
    assert papers == {"arxiv:2608.00001": 50, "arxiv:2608.00002": 50, "arxiv:2608.00003": 99}
    assert site.posted == ["arxiv:2608.00002"]


async def test_a_day_that_fails_is_put_off_and_the_others_with_it(site: Site) -> None:
    """One host, one trouble: nothing more is asked of it until the day that failed is due."""
    await site.at(START + DAY)
    for days in (2, 3):
        await site.at(START + days * DAY)
    site.hub.time = START + 4 * DAY
    assert len(await renewing.due(DAILY, site.world)) > 1
    await flow.poll(DAILY, site.world)
    site.hub.failing = [SourceFailed("The hub is busy.", after=1800.0)]
    before = len(site.hub.asked)
    await ticking.once([DAILY], site.world)
    assert len(site.hub.asked) == before + 1
    assert await renewing.due(DAILY, site.world) == []
    site.hub.time += timedelta(minutes=34)
    assert len(await renewing.due(DAILY, site.world)) > 1


@pytest.mark.parametrize(("gap", "asked"), [(0.0, 3), (3600.0, 1)])
async def test_days_are_asked_for_one_after_the_other_while_the_bot_runs(site: Site, gap: float, asked: int) -> None:
    """The running bot's loop does what `--once` does, with a pause after each request."""
    for days in (1, 2):
        await site.at(START + days * DAY)
    site.hub.time = START + 3 * DAY
    site.hub.asked.clear()
    running = asyncio.create_task(ticking.renew_all([DAILY], site.world, gap=gap))
    for _ in range(500):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [day for day, _ in site.hub.asked] == ["2026-08-19", "2026-08-18", "2026-08-17"][:asked]


async def test_other_sources_have_no_days_to_ask_for(site: Site) -> None:
    """What is trending has no yesterday, and a feed is what it is."""
    for address in ("huggingface:trending", "arxiv:cs.CL", "https://lab.example/feed"):
        assert await renewing.due(sources.resolve(address), site.world) == []


async def test_channels_that_had_the_paper_hear_what_became_of_it(site: Site) -> None:
    """Code that a day's page tells of is news of the post, as that of a poll is."""
    await site.subscribed("transformers")
    site.hub.votes["2608.00005"] = (MONDAY, 1)
    await site.at(START + 2 * HOUR)
    assert site.posted == ["arxiv:2608.00005"]
    site.hub.code = frozenset({"2608.00005"})
    await site.at(START + DAY)
    (delivery,) = await site.store.deliveries()
    assert [news.kind for news in delivery.news] == ["code"]


# ── papers of the trending list ─────────────────────────────────────────────────────────────────────


@pytest.fixture
async def trends() -> Site:
    """A bot that reads only the trending list: Monday's paper was there on Tuesday, and has fallen off by Wednesday."""
    it = Site(feeds=(TRENDING,))
    await it.at(START)
    it.hub.votes |= {"2608.00001": (MONDAY, 12), "2608.00002": (MONDAY, 50)}
    it.hub.trending = ("2608.00001",)
    await it.at(START + DAY)
    it.hub.trending = ()
    return it


async def test_a_paper_that_no_longer_trends_is_asked_for_by_its_day(trends: Site) -> None:
    """Its votes make a rule true; the day's other papers were never on the list, and stay unknown."""
    await trends.subscribed("votes:>=20")
    trends.hub.votes["2608.00001"] = (MONDAY, 20)
    assert "2026-08-17" in await trends.at(START + 2 * DAY)
    assert trends.posted == ["arxiv:2608.00001"]
    assert [paper.id for paper in await trends.store.papers()] == ["arxiv:2608.00001"]


async def test_days_of_the_trending_list_are_asked_for_ever_less_often_and_then_no_more(trends: Site) -> None:
    """For a fortnight after the list held a paper of theirs, and none before it was there."""
    asked = {hours: "2026-08-17" in await trends.at(START + DAY + hours * HOUR) for hours in range(24, 20 * 24)}
    hours = [hour for hour, there in asked.items() if there]
    assert 14 <= len(hours) <= 40
    assert hours[-1] <= 14 * 24
    assert not {day for day, _ in trends.hub.asked} - {"", "2026-08-17"}


async def test_a_day_that_is_asked_for_by_the_daily_list_is_not_asked_for_twice() -> None:
    """One request serves both lists."""
    both = Site(feeds=(DAILY, TRENDING))
    await both.at(START - DAY)
    both.hub.votes["2608.00001"] = (MONDAY, 12)
    both.hub.trending = ("2608.00001",)
    for hours in range(24, 96, 2):
        asked = await both.at(START + hours * HOUR)
        assert asked.count("2026-08-17") <= 1
