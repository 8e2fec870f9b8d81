"""arXiv is asked once for the categories of all feeds, and each feed gets what it would have got by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

import bot.store
from bot import sources
from bot.cli import ticking
from bot.cli.parsing import Parser
from bot.errors import SourceFailed
from bot.feeds import OwnFeed
from bot.fetch import Joined, joined
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Feed, Paper, Poll, Subscription
from bot.sources import arxiv
from tests.fakes.chat import FakeChat
from tests.fetch.owner import Elsewhere, Moment, Owner, fetching, owner

CL, LG, BOTH = (sources.resolve(f"arxiv:{name}") for name in ("cs.CL", "cs.LG", "cs.LG+cs.AI"))
ALL = "/atom/cs.AI+cs.CL+cs.LG"
LAB = Feed("https://lab.example/feed", "https://lab.example/feed")
GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
HOUR = timedelta(hours=1)


def entry(number: str, *categories: str, title: str = "") -> str:
    tags = "".join(f'<category term="{name}"/>' for name in categories)
    return (
        f"<entry><id>oai:arXiv.org:{number}v1</id><title>{title or f'Paper {number}'}</title>{tags}"
        f'<link href="https://arxiv.org/abs/{number}"/><summary>Words.</summary>'
        "<published>2026-08-17T04:00:00Z</published></entry>"
    )


def atom(*entries: str) -> bytes:
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><title>updates on arXiv.org</title>'
    return f"{head}<id>http://rss.arxiv.org/atom/x</id>{''.join(entries)}</feed>".encode()


@dataclass
class Arxiv:
    """arXiv's feed service: joins categories, knows those of its papers, sends 304 to who has its ETag."""

    site: Owner
    papers: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    bad: frozenset[str] = frozenset()
    down: bool = False

    @property
    def asked(self) -> list[tuple[str, bytes | None]]:
        return [(asked.path, asked.get(b"If-None-Match")) for asked in self.site.asked]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        wanted = set(request.path.removeprefix("/atom/").split("+"))
        if self.down:
            return web.Response(status=503)
        if wanted & self.bad:
            return web.Response(status=400, body=atom())
        body = atom(*(entry(number, *of) for number, of in self.papers if wanted & set(of)))
        etag = f"{abs(hash(body)):x}"
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag, "Cache-Control": "max-age=7200"})


@dataclass
class Rig:
    arxiv: Arxiv
    clock: Moment
    fetch: Joined
    watched: list[Feed]


@asynccontextmanager
async def rig(*watched: Feed) -> AsyncIterator[Rig]:
    async with owner() as site, fetching() as fetch:
        press, clock, wanted = Arxiv(site), Moment(), [*watched]
        for path in ("cs.CL", "cs.LG", "cs.LG+cs.AI", "cs.CL+cs.LG", "cs.AI+cs.CL+cs.LG"):
            site.answers[f"/atom/{path}"] = press.answer

        async def watch() -> Sequence[Feed]:
            return wanted

        yield Rig(press, clock, Joined(Elsewhere(fetch, site.port), watch, clock), wanted)


async def test_categories_wanted_by_all_are_one_request() -> None:
    """Three feeds, one answer; whatever is not arXiv's is asked for as it is."""
    async with rig(CL, BOTH, LAB, LG) as it:
        it.arxiv.site.says()
        answers = await asyncio.gather(*(it.fetch(feed, Bookmark(feed.address)) for feed in (CL, BOTH, LG, LAB)))
        assert sorted(path for path, _ in it.arxiv.asked) == [ALL, "/feed"]
        assert answers[0].body == answers[1].body == answers[2].body != answers[3].body
        assert {answer.bookmark.moved_to for answer in answers[:3]} == {sources.joined([CL, BOTH, LG])}
        assert [answer.bookmark.address for answer in answers] == [CL.address, BOTH.address, LG.address, LAB.address]


async def test_the_etag_of_all_together_goes_back_for_all_together() -> None:
    """The next day's first asks with it, and who comes after hears that nothing has changed."""
    async with rig(CL, LG) as it:
        marks = [(await it.fetch(feed, Bookmark(feed.address))).bookmark for feed in (CL, LG)]
        it.clock.move(86_400)
        again = [await it.fetch(feed, mark) for feed, mark in zip((CL, LG), marks, strict=True)]
        assert [path for path, _ in it.arxiv.asked] == ["/atom/cs.CL+cs.LG"] * 2
        assert it.arxiv.asked[1][1] == (marks[0].etag or "").encode()
        assert [(answer.body, answer.bookmark) for answer in again] == [(None, mark) for mark in marks]


async def test_an_etag_is_never_sent_to_another_address() -> None:
    """When what is wanted changes, and when a feed is asked for by itself again."""
    async with rig(CL, LG) as it:
        mark = (await it.fetch(CL, Bookmark(CL.address))).bookmark
        it.clock.move(86_400)
        it.watched.append(BOTH)
        mark = (await it.fetch(CL, mark)).bookmark
        it.clock.move(86_400)
        it.watched[:] = [CL]
        mark = (await it.fetch(CL, mark)).bookmark
        assert it.arxiv.asked == [("/atom/cs.CL+cs.LG", None), (ALL, None), ("/atom/cs.CL", None)]
        assert (mark.moved_to, mark.etag is not None) == (None, True)
        await it.fetch(CL, mark)
        assert it.arxiv.asked[-1] == ("/atom/cs.CL", (mark.etag or "").encode())


async def test_who_has_nothing_yet_is_not_told_that_nothing_has_changed() -> None:
    """A feed that joins later needs the body."""
    async with rig(CL, LG) as it:
        mark = (await it.fetch(CL, Bookmark(CL.address))).bookmark
        it.clock.move(86_400)
        assert (await it.fetch(CL, mark)).body is None
        assert (await it.fetch(LG, Bookmark(LG.address))).body is not None
        assert [etag is not None for _, etag in it.arxiv.asked] == [False, True, False]


async def test_one_that_is_added_is_asked_for_once_by_itself() -> None:
    """Adding a feed is one GET; it joins the others from then on."""
    async with rig(CL) as it:
        await it.fetch(LG, Bookmark(LG.address))
        assert it.arxiv.asked == [("/atom/cs.LG", None)]


async def test_a_wrong_category_takes_no_other_with_it() -> None:
    """arXiv refuses all of them for one that is none: then each is asked for by itself, and the wrong one fails."""
    async with rig(CL, LG, BOTH) as it:
        it.arxiv.bad = frozenset({"cs.AI"})
        assert (await it.fetch(CL, Bookmark(CL.address))).body
        with pytest.raises(SourceFailed, match="HTTP 400"):
            await it.fetch(BOTH, Bookmark(BOTH.address))
        assert (await it.fetch(LG, Bookmark(LG.address))).body
        assert [path for path, _ in it.arxiv.asked] == [ALL, "/atom/cs.CL", "/atom/cs.LG+cs.AI", "/atom/cs.LG"]
        it.watched.remove(BOTH)  # it fails, and is not among the sound ones
        it.clock.move(86_400)
        await it.fetch(CL, Bookmark(CL.address))
        assert it.arxiv.asked[-1][0] == "/atom/cs.CL+cs.LG"


async def test_an_outage_is_one_request_and_everybodys_failure() -> None:
    """A server in trouble is not asked again by the next in line."""
    async with rig(CL, LG) as it:
        it.arxiv.down = True
        for feed in (CL, LG):
            with pytest.raises(SourceFailed, match="HTTP 503"):
                await it.fetch(feed, Bookmark(feed.address))
        assert len(it.arxiv.asked) == 1


async def test_a_feed_that_failed_is_asked_for_by_itself() -> None:
    """Until it is sound again."""
    async with rig(CL, LG) as it:
        await it.fetch(LG, Bookmark(LG.address, failures=1))
        assert it.arxiv.asked == [("/atom/cs.LG", None)]


async def test_an_answer_that_is_full_is_asked_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """arXiv gives 2,000 entries at most: what is above would be lost."""
    assert arxiv.FULL == 2000
    monkeypatch.setattr("bot.fetch.joined.FULL", 3)
    async with rig(CL, LG) as it:
        it.arxiv.papers = [("2608.00001", ("cs.CL",)), ("2608.00002", ("cs.CL",)), ("2608.00003", ("cs.LG",))]
        bodies = [(await it.fetch(feed, Bookmark(feed.address))).body or b"" for feed in (CL, LG)]
        assert [joined.entries(body) for body in bodies] == [2, 1]
        assert [path for path, _ in it.arxiv.asked] == ["/atom/cs.CL+cs.LG", "/atom/cs.CL", "/atom/cs.LG"]


def test_a_feed_takes_its_own_part() -> None:
    """By category, archive, and a category's other name; a paper without any is everybody's."""

    def brought(address: str, *categories: str) -> bool:
        return bool(sources.part(sources.resolve(address), [Paper("arxiv:1", "x", "y", categories=categories)]))

    assert brought("arxiv:cs.CL", "cs.LG", "cs.CL")
    assert not brought("arxiv:cs.CL", "cs.LG", "cs.CLX")
    assert brought("arxiv:cs", "cs.LG")
    assert not brought("arxiv:cs", "math.CO")
    assert brought("arxiv:stat.TH", "math.ST")
    assert brought("arxiv:math-ph", "math.MP")
    assert brought("arxiv:cs.CL")


async def test_the_whole_bot_asks_once_and_divides_what_comes(tmp_path: Path) -> None:
    """An operator's feed and a channel's own: one request for both, and what the own one brings reaches its channel."""
    async with owner() as site, fetching(clock=(clock := Moment())) as fetch:
        press = Arxiv(site, [("2608.00001", ("cs.CL",)), ("2608.00002", ("cs.LG",))])
        for path in ("cs.CL", "cs.LG", "cs.CL+cs.LG"):
            site.answers[f"/atom/{path}"] = press.answer
        store, parser, chat = await bot.store.open(str(tmp_path / "a.db")), Parser(), FakeChat()
        plain = Elsewhere(fetch, site.port)
        shared = frozenset({CL.address})
        world = World(store, clock, plain, parser, {"local": chat}, Matcher(), shared=shared)
        world = replace(world, fetch=Joined(plain, lambda: ticking.sound([CL], world), clock))
        for channel in (GENERAL, READING):
            await store.subscribe(Subscription(channel, "paper", "local:ada"), clock.now)
        await store.add_feed(OwnFeed(READING, LG.address, "local:ada"), Poll(Bookmark(LG.address)), clock.now)
        await ticking.once([CL], world)
        assert chat.said == []
        press.papers = [("2608.00003", ("cs.CL",)), ("2608.00004", ("cs.LG",))]
        for _ in range(1, 25):
            clock.now += HOUR
            await ticking.once([CL], world)
        posted = {(str(said.channel), said.post.paper) for said in chat.said}
        assert posted == {
            ("local:general", "arxiv:2608.00003"),
            ("local:reading", "arxiv:2608.00003"),
            ("local:reading", "arxiv:2608.00004"),
        }
        assert {path for path, _ in press.asked} == {"/atom/cs.CL+cs.LG"}
        assert len(press.asked) <= 12  # max-age is two hours
        papers = {paper.id: paper.source for paper in await store.papers(own=[READING])}
        assert (papers["arxiv:2608.00003"], papers["arxiv:2608.00004"]) == (CL.address, LG.address)
        await store.close()
        await parser.close()
