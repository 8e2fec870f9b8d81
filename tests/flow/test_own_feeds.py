"""Stories of a channel's own feeds: added with one GET, seen only by its rules, and gone when removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot import flow
from bot.cli import ticking
from bot.errors import SourceFailed, StoreFailed
from bot.feeds import OwnFeed
from bot.fetch import Fetcher
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Bookmark, Channel, Feed, Poll, Reply, Subscription
from bot.ports import Fetched
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import START, parsed

GENERAL, READING = Channel("local", "general"), Channel("local", "reading")
LAB, NEWS = "https://lab.example/feed?token=hunter2", "https://news.example/feed"
SHOWN = "https://lab.example/feed?token=…"


def rss(*names: str) -> bytes:
    """A feed with an entry about transformers for each name."""
    items = "".join(f"<item><title>Transformers {n}</title><link>https://p.example/{n}</link></item>" for n in names)
    return f"<rss version='2.0'><channel><title>The lab</title>{items}</channel></rss>".encode()


@dataclass
class Site:
    """The web as these stories need it, one world on it, and who asked for what."""

    web: dict[str, bytes] = field(default_factory=lambda: {LAB: rss("1"), NEWS: rss()})
    asked: list[str] = field(default_factory=list)
    store: FakeStore = field(default_factory=FakeStore)
    chat: FakeChat = field(default_factory=FakeChat)
    hours: int = 0

    async def fetch(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        self.asked.append(feed.url)
        body = self.web[feed.url]
        return Fetched(body, replace(bookmark, digest=str(hash(body))))

    @property
    def world(self) -> World:
        chats = {"local": self.chat}
        now = START + timedelta(hours=self.hours)
        shared = frozenset({NEWS})
        return World(self.store, lambda: now, self.fetch, parsed, chats, Matcher(), shared=shared)

    async def typed(self, words: str, channel: Channel = GENERAL) -> Reply:
        return await flow.answer(Ask(channel, "local:ada", "papers", words), self.world)

    async def subscribed(self, *channels: Channel) -> None:
        for channel in channels:
            await self.store.subscribe(Subscription(channel, "transformers", "local:ada"), START)

    async def polled(self, address: str, *names: str) -> None:
        self.hours += 1
        self.web[address] = rss(*names)
        await flow.poll(Feed(address, address), self.world)

    async def told(self) -> list[tuple[str, Channel]]:
        """Every delivery there is: which paper, to which channel."""
        return sorted((d.paper.removeprefix("url:"), d.channel) for d in await self.store.deliveries())


async def test_adding_a_feed_is_one_get_whose_papers_are_known() -> None:
    """Nothing of it is posted; the key of its address is shown nowhere."""
    site = Site()
    await site.subscribed(GENERAL)
    reply = await site.typed(f"feeds add {LAB}")
    assert site.asked == [LAB]
    assert reply.public is not None
    assert SHOWN in reply.post.plain
    assert "1 paper of it is known from now on" in reply.post.plain
    assert SHOWN in reply.public.plain
    listed = (await site.typed("feeds")).post.plain
    assert SHOWN in listed
    assert "hunter2" not in reply.post.plain + reply.public.plain + listed
    mark = await site.store.bookmark(LAB)
    assert mark is not None
    assert mark.due is not None
    assert mark.due > START
    await site.polled(LAB, "1")
    assert await site.told() == []


async def test_what_it_brings_reaches_only_its_channels_rules() -> None:
    """Another channel with the same rule hears nothing of it."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    await site.typed(f"feeds add {LAB}")
    await site.polled(LAB, "1", "2")
    assert [channel for _, channel in await site.told()] == [GENERAL]


async def test_the_others_hear_of_it_when_a_feed_of_all_brings_it() -> None:
    """A paper seen first in a channel's own feed is still news to them, and to that channel it is not."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    await flow.poll(Feed(NEWS, NEWS), site.world)
    await site.typed(f"feeds add {LAB}")
    await site.polled(LAB, "1", "2")
    await site.polled(NEWS, "1", "2")
    told = await site.told()
    assert [(name[-1], channel) for name, channel in told] == [("1", READING), ("2", GENERAL), ("2", READING)]
    await site.polled(NEWS, "1", "2", "3")
    assert len(await site.told()) == 5


async def test_a_second_channel_adds_the_same_feed_without_loss_to_the_first() -> None:
    """What it finds there is known to it, and still to come for the other."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    await site.typed(f"feeds add {LAB}")
    site.web[LAB] = rss("1", "2")
    await site.typed(f"feeds add {LAB}", READING)
    await site.polled(LAB, "1", "2")
    assert [(name[-1], channel) for name, channel in await site.told()] == [("2", GENERAL)]
    await site.polled(LAB, "1", "2", "3")
    assert [(n[-1], c) for n, c in await site.told()] == [("2", GENERAL), ("3", GENERAL), ("3", READING)]


async def test_its_papers_are_not_found_by_others() -> None:
    """Search and preview show a channel what it may see."""
    site = Site()
    await site.typed(f"feeds add {LAB}")
    assert "Transformers 1" in (await site.typed("search transformers")).post.plain
    assert "Transformers 1" not in (await site.typed("search transformers", READING)).post.plain


async def test_a_page_is_searched_for_its_feed() -> None:
    """The feed it names is what is added."""
    site = Site()
    site.web["https://lab.example/"] = (
        b"<!doctype html><link rel=alternate type=application/rss+xml href='/feed?token=hunter2'>"
    )
    reply = await site.typed("feeds add https://lab.example/")
    assert site.asked == ["https://lab.example/", LAB]
    assert SHOWN in reply.post.plain
    assert [feed.address for feed in await site.store.feeds(GENERAL)] == [LAB]


async def test_a_page_without_a_feed_says_so() -> None:
    """And nothing is added."""
    site = Site()
    site.web[LAB] = b"<!doctype html><title>The lab</title>"
    reply = await site.typed(f"feeds add {LAB}")
    assert "is an HTML page" in reply.post.plain
    assert "hunter2" not in reply.post.plain
    assert await site.store.feeds() == []


@pytest.mark.parametrize("address", ["/etc/passwd", "file:///etc/passwd", "-", "sample:"])
async def test_no_file_is_read_for_a_channel(address: str) -> None:
    """Whatever the name, nothing is asked for."""
    site = Site()
    assert "Done" not in (await site.typed(f"feeds add {address}")).post.plain
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/feed", "http://169.254.169.254/latest/meta-data", "http://[::1]/f", "http://10.0.0.1/f"],
)
async def test_a_private_address_is_refused(address: str) -> None:
    """In the fetch's own sentence, before anything is connected."""
    site = Site()
    fetch = Fetcher(allow_private=False, version="0", clock=lambda: START)
    world = replace(site.world, fetch=fetch)
    reply = await flow.answer(Ask(GENERAL, "local:ada", "papers", f"feeds add {address}"), world)
    await fetch.close()
    assert "private address" in reply.post.plain
    assert await site.store.feeds() == []


async def test_what_is_there_already_is_not_added_twice() -> None:
    """Neither the channel's own feed nor one that is read for all."""
    site = Site()
    await site.typed(f"feeds add {LAB}")
    assert "has that feed already" in (await site.typed(f"feeds add {LAB}")).post.plain
    assert "read for every channel already" in (await site.typed(f"feeds add {NEWS}")).post.plain
    assert site.asked == [LAB]


async def test_how_each_is_doing_is_told_in_the_list() -> None:
    """A feed that fails says since when and why, without its keys."""
    site = Site()
    await site.typed(f"feeds add {LAB}")
    assert "— fresh" in (await site.typed("feeds")).post.plain
    site.web[LAB] = b"<html><title>Log in</title></html>"
    site.hours += 30
    with pytest.raises(SourceFailed):
        await flow.poll(Feed(LAB, LAB), site.world)
    told = (await site.typed("feeds")).post.plain
    assert "— blocked since 18 August:" in told
    assert "is an HTML page ('Log in'), not a feed" in told
    assert "hunter2" not in told


async def test_whoever_added_it_is_told_once_that_it_has_ended() -> None:
    """HTTP 410: it is not asked again, and its silence is explained without its keys."""
    site = Site()
    await site.typed(f"feeds add {LAB}")

    async def gone(feed: Feed, bookmark: Bookmark) -> Fetched:
        raise SourceFailed("lab.example says that this feed is gone for good (HTTP 410).", gone=True, status=410)

    for feed in (Feed(LAB, LAB), Feed(LAB, LAB), Feed(NEWS, NEWS)):  # of the feeds of all, the log tells the operator
        with pytest.raises(SourceFailed):
            await flow.poll(feed, replace(site.world, fetch=gone))
    ((person, post, _),) = site.chat.told
    assert person == "local:ada"
    assert "gone for good (HTTP 410)" in post.plain
    assert f"/papers feeds remove {SHOWN}" in post.plain
    assert "hunter2" not in post.plain


async def test_a_removed_feed_is_not_read_any_more() -> None:
    """It is named as it is shown; another channel's is not touched."""
    site = Site()
    await site.typed(f"feeds add {LAB}")
    assert "no feed" in (await site.typed(f"feeds remove {SHOWN}", READING)).post.plain
    reply = await site.typed(f"feeds remove {SHOWN}")
    assert reply.public is not None
    assert "hunter2" not in reply.post.plain + reply.public.plain
    assert await site.store.feeds() == []
    await site.subscribed(GENERAL, READING)
    await site.polled(LAB, "1", "2")  # a poll that was under way
    assert await site.told() == []
    await flow.poll(Feed(NEWS, NEWS), site.world)
    await site.polled(NEWS, "2")
    assert len(await site.told()) == 2


class Locked(FakeStore):
    """A database that another program holds for a moment, each time it is asked what changed."""

    locked = 2

    async def version(self) -> int:
        if self.locked:
            self.locked -= 1
            raise StoreFailed("The database is locked by another program.")
        return await super().version()


async def test_a_locked_database_does_not_end_the_polling() -> None:
    """It is asked again, and then the feeds are read."""
    site = Site(store=Locked())
    running = asyncio.create_task(ticking.poll_all([Feed(NEWS, NEWS)], site.world))
    async with asyncio.timeout(20):
        while not site.asked:  # noqa: ASYNC110 — the loop under test says nothing when it polls
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_feed_that_no_form_fits_any_more_is_left_alone() -> None:
    """The others are read all the same."""
    site = Site()
    for address in ("gone-preset:x", LAB):
        await site.store.add_feed(OwnFeed(GENERAL, address, "local:ada"), Poll(Bookmark(address)), START)
    assert await ticking.once([], site.world) == 0
    assert site.asked == [LAB]


async def test_the_running_bot_takes_up_a_feed_and_lets_it_go() -> None:
    """As soon as somebody has added or removed it, without a restart."""
    site = Site()
    running = asyncio.create_task(ticking.poll_all([], site.world))
    await site.typed(f"feeds add {LAB}")
    (mark,) = (await site.store.bookmarks()).values()
    site.store.tables.bookmarks[LAB] = replace(mark, due=START)
    site.store.tables.number("version")
    async with asyncio.timeout(20):
        while site.asked.count(LAB) < 2:  # noqa: ASYNC110 — the loop under test says nothing when it polls
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert set(site.asked) == {LAB}


async def test_a_channels_own_feed_forges_nothing_of_what_others_have_had() -> None:
    """Anybody may add a feed that names a paper which everybody knows: its words reach nobody, not even as news."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    await flow.poll(Feed(NEWS, NEWS), site.world)
    await site.polled(NEWS, "2")
    await site.typed(f"feeds add {LAB}", READING)
    before = await site.store.papers()
    site.hours += 1
    site.web[LAB] = rss("2").replace(b"Transformers 2", b"Transformers: buy this at once")
    polled = await flow.poll(Feed(LAB, LAB), site.world)
    assert polled.changes == ()
    assert await site.store.papers() == before
    assert await site.told() == [("https://p.example/2", GENERAL), ("https://p.example/2", READING)]


async def test_a_private_feed_that_claims_an_unseen_paper_keeps_it_from_nobody() -> None:
    """Nor does anybody else see its words: the paper is judged as new for all but the channel that had it."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    await flow.poll(Feed(NEWS, NEWS), site.world)
    await site.typed(f"feeds add {LAB}")
    site.hours += 1
    real = "https://arxiv.org/abs/2608.00001"
    site.web[LAB] = rss("9").replace(b"</title><link>https://p.example/9", f" hype</title><link>{real}".encode())
    await flow.poll(Feed(LAB, LAB), site.world)
    assert await site.told() == [("arxiv:2608.00001", GENERAL)]
    site.web[NEWS] = rss("1").replace(b"https://p.example/1", real.encode())
    await flow.poll(Feed(NEWS, NEWS), site.world)
    assert await site.told() == [("arxiv:2608.00001", GENERAL), ("arxiv:2608.00001", READING)]
    (shown,) = await site.store.papers(limit=1)
    assert shown.title == "Transformers 1"


async def test_a_claim_under_other_words_does_not_hide_the_real_paper_in_its_own_channel() -> None:
    """No rule wanted it as the private feed said it; as all read it one does."""
    site = Site()
    await site.subscribed(GENERAL)
    await flow.poll(Feed(NEWS, NEWS), site.world)
    site.web[LAB] = rss("1").replace(b"Transformers 1", b"Nothing of note")
    await site.typed(f"feeds add {LAB}")
    assert await site.told() == []
    await site.polled(NEWS, "1")
    assert await site.told() == [("https://p.example/1", GENERAL)]


async def test_a_guessed_id_shows_nothing_of_another_channels_paper() -> None:
    """Neither in its search, nor by why and find, nor in what it is sent; the owners see their own words."""
    site = Site(web={LAB: rss("1").replace(b"Transformers 1", b"Transformers: our patent"), NEWS: rss()})
    guess = "https://guess.example/feed"
    await site.subscribed(GENERAL, READING)
    await site.typed(f"feeds add {LAB}")
    site.web[guess] = rss()
    await site.typed(f"feeds add {guess}", READING)
    await site.polled(guess, "1")
    name = "https://p.example/1"
    for words in ("search transformers", f"why {name}", f"find {name}", "search patent", "find transformers patent"):
        told = (await site.typed(words, READING)).post.plain
        assert "our patent" not in told
        assert "our patent" in (await site.typed(words)).post.plain
    assert await site.told() == [(name, READING)]
    (delivery,) = await site.store.deliveries()
    posted = await site.store.paper(delivery.paper, own=[READING])
    assert posted is not None
    assert posted.title == "Transformers 1"


async def test_a_rule_that_becomes_true_by_a_private_feed_posts_in_its_channel() -> None:
    """As it does by a feed of all; in no other that has the paper from elsewhere."""
    site = Site()
    await site.subscribed(GENERAL, READING)
    site.web[LAB] = rss("1").replace(b"Transformers 1", b"Untitled")
    for channel in (GENERAL, READING):
        await site.typed(f"feeds add {LAB}", channel)
    await site.polled(LAB, "1")
    assert await site.told() == [("https://p.example/1", GENERAL), ("https://p.example/1", READING)]
