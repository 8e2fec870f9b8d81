"""What is said reaches every open page once, in order, also after the line was cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot import store, web
from bot.model import Channel, Message, Subscription
from bot.web.live import BACKLOG, Live, News
from tests.fakes.store import FakeStore
from tests.web.stage import GENERAL, NOON, Stage, text

Client = TestClient[Request, Application]
PATIENCE = 10  # seconds until a test that hears nothing gives up


@pytest.fixture
async def stage() -> Stage:
    return Stage()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with TestClient(TestServer(stage.app()), cookie_jar=CookieJar(unsafe=True)) as made:
        await made.get("/chat/general")
        yield made


async def say(stage: Stage, *words: str, thread: int | None = None, channel: Channel = GENERAL) -> None:
    """As another process would: into the store, past the pages."""
    for word in words:
        await FakeStore(stage.memory.tables).say(Message(channel, "paper-round", text(word), NOON, word, thread))


@asynccontextmanager
async def listening(client: Client, path: str, last: int | None = None) -> AsyncIterator[ClientResponse]:
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    async with client.get(path, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        yield answer


async def heard(answer: ClientResponse, count: int, kind: str = "message") -> list[dict[str, object]]:
    """The next events of a kind; what they carry."""
    found: list[dict[str, object]] = []
    event = ""
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            name, _, value = (await answer.content.readline()).decode().rstrip("\n").partition(": ")
            event = value if name == "event" else event
            if name == "data" and event == kind:
                found.append(json.loads(value))
    return found


async def ids(answer: ClientResponse, count: int) -> list[object]:
    return [event["id"] for event in await heard(answer, count)]


async def test_what_another_process_says_arrives_without_asking_again(stage: Stage, client: Client) -> None:
    async with listening(client, "/chat/general/events?after=0") as answer:
        await say(stage, "one", "two")
        (one, two) = await heard(answer, 2)
        assert "one" in str(one["html"])
        assert two["id"] == 2


async def test_a_cut_line_goes_on_where_it_ended(stage: Stage, client: Client) -> None:
    await say(stage, "one", "two", "three")
    async with listening(client, "/chat/general/events?after=0", last=1) as answer:
        assert await ids(answer, 2) == [2, 3]
        await say(stage, "four")
        assert await ids(answer, 1) == [4]
    await say(stage, "five")
    async with listening(client, "/chat/general/events?after=0", last=4) as answer:
        assert await ids(answer, 1) == [5]


async def test_a_new_server_on_the_same_store_goes_on_too(stage: Stage, client: Client) -> None:
    await say(stage, "one", "two")
    jar = client.session.cookie_jar
    async with (
        TestClient(TestServer(stage.app()), cookie_jar=jar) as reborn,
        listening(reborn, "/chat/general/events?after=0", last=1) as answer,
    ):
        assert await ids(answer, 1) == [2]


async def test_every_tab_hears_everything_once_and_one_reader_serves_them(stage: Stage, client: Client) -> None:
    await say(stage, "one")
    path = "/chat/general/events?after="
    async with listening(client, path + "0") as first, listening(client, path + "1") as second:
        await say(stage, "two", "three")
        assert await ids(first, 3) == [1, 2, 3]
        assert await ids(second, 2) == [2, 3]


async def test_a_thread_and_its_channel_do_not_mix(stage: Stage, client: Client) -> None:
    await say(stage, "top")
    async with (
        listening(client, "/chat/general/events?after=1") as channel,
        listening(client, "/chat/general/1/events?after=0") as thread,
    ):
        await say(stage, "elsewhere", channel=Channel("local", "other"))
        await say(stage, "inside", thread=1)
        await say(stage, "outside")
        assert await ids(thread, 1) == [3]
        assert await ids(channel, 1) == [4]


async def test_a_new_rule_shows_in_the_open_page(stage: Stage, client: Client) -> None:
    async with listening(client, "/chat/general/events?after=0") as answer:
        (before,) = await heard(answer, 1, "rules")
        assert "<code" not in str(before["html"])
        await asyncio.sleep(0.1)  # the reader has seen the rulebook as it was
        await stage.memory.subscribe(Subscription(GENERAL, "new rule", "local:x"), NOON)
        (after,) = await heard(answer, 1, "rules")
        assert "new rule" in str(after["html"])


async def test_a_database_in_trouble_is_read_again_when_it_is_back(stage: Stage, client: Client) -> None:
    async with listening(client, "/chat/general/events?after=0") as answer:
        stage.memory.down = True
        await asyncio.sleep(0.2)  # several rounds of the reader fail
        stage.memory.down = False
        await say(stage, "back")
        assert await ids(answer, 1) == [1]


async def test_a_quiet_line_is_kept_open(stage: Stage) -> None:
    server = TestServer(stage.app(beat=0.01))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        await client.get("/chat/general")
        async with listening(client, "/chat/general/events?after=0") as answer, asyncio.timeout(PATIENCE):
            while b"still here" not in await answer.content.readline():
                pass


async def test_only_a_page_we_gave_may_listen(stage: Stage, client: Client) -> None:
    async with TestClient(TestServer(stage.app())) as stranger, stranger.get("/chat/general/events") as answer:
        assert answer.status == 403
    async with client.get("/chat/a%20b/events") as answer:
        assert answer.status == 403


async def test_seats_are_counted_a_person_and_in_all() -> None:
    live = Live(Stage().memory, most=3, each=2)
    with live.seat("a") as one, live.seat("a") as two, live.seat("a") as too_many:
        assert [one, two, too_many] == [True, True, False]
        with live.seat("b") as other, live.seat("c") as full:
            assert [other, full] == [True, False]
    with live.seat("c") as free:
        assert free


async def test_nobody_listening_means_nobody_reading() -> None:
    stage = Stage()
    live = Live(stage.memory, every=0.01, beat=0.01)
    news = live.news((GENERAL, None), 0)
    assert await anext(news) is None
    await news.aclose()
    await asyncio.sleep(0.05)
    reads = stage.memory.reads
    await asyncio.sleep(0.05)
    assert stage.memory.reads == reads


async def test_words_said_here_need_no_round_of_waiting() -> None:
    stage = Stage()
    live = Live(stage.memory, every=3600, beat=0.01)
    news = live.news((GENERAL, None), 0)
    assert await anext(news) is None
    await say(stage, "at once")
    live.nudge((GENERAL, None))
    async with asyncio.timeout(PATIENCE):
        assert await spoken(news, 1)
    await news.aclose()


async def test_a_listener_that_lags_far_behind_is_let_go_and_loses_nothing() -> None:
    stage = Stage()
    live = Live(stage.memory, every=0.001, beat=0.01)
    place = (GENERAL, None)
    slow, quick = live.news(place, 0), live.news(place, 0)
    assert [await anext(slow), await anext(quick)] == [None, None]
    for batch in range(3):
        await say(stage, *(f"{batch} {n}" for n in range(BACKLOG)))
        async with asyncio.timeout(PATIENCE):
            await spoken(quick, BACKLOG)
    assert [item async for item in slow if item] == []
    again = live.news(place, 1498)
    assert [message.id for message in await spoken(again, 2)] == [1499, 1500]
    await again.aclose()
    await quick.aclose()


async def spoken(news: AsyncGenerator[News | None], count: int) -> list[Message]:
    """The next messages, past the quiet ticks."""
    found: list[Message] = []
    while len(found) < count:
        item = await anext(news)
        if isinstance(item, Message):
            found.append(item)
    return found


async def test_closing_ends_every_line_at_once(stage: Stage) -> None:
    server = TestServer(stage.app())
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        await client.get("/chat/general")
        async with listening(client, "/chat/general/events?after=0") as answer:
            await heard(answer, 1, "rules")
            async with asyncio.timeout(PATIENCE):
                await server.close()
                await answer.read()


async def test_two_processes_on_one_database_hear_each_other(tmp_path: Path) -> None:
    """The pages read one connection, the words come in by another."""
    file = str(tmp_path / "papers.db")
    ours, theirs = await store.open(file), await store.open(file)
    app = web.app(ours, Stage().answer, Stage().clock, every=0.05)
    try:
        async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as client:
            await client.get("/chat/general")
            async with listening(client, "/chat/general/events?after=0") as answer:
                said = await theirs.say(Message(GENERAL, "paper-round", text("from elsewhere"), NOON, "k"))
                assert await ids(answer, 1) == [said.id]
    finally:
        await ours.close()
        await theirs.close()


async def test_a_message_that_is_rewritten_changes_in_the_open_page(stage: Stage, client: Client) -> None:
    """In its channel, and as the top of its thread; a page that was away hears of it when it is back."""
    await say(stage, "one", "two")
    await say(stage, "below", thread=1)
    async with (
        listening(client, "/chat/general/events?after=2&turn=0") as channel,
        listening(client, "/chat/general/1/events?after=3&turn=0") as thread,
    ):
        await asyncio.sleep(0.2)
        other = FakeStore(stage.memory.tables)
        await other.rewrite(1, text("one, mended"))
        await other.rewrite(3, text("below, mended"))
        (told,) = await heard(channel, 1, "rewritten")
        assert (told["id"], "one, mended" in str(told["html"])) == (1, True)
        top, inside = await heard(thread, 2, "rewritten")
        assert (top["id"], inside["id"], "below, mended" in str(inside["html"])) == (1, 3, True)
    async with listening(client, "/chat/general/events?after=2&turn=0") as channel:
        (again,) = await heard(channel, 1, "rewritten")
        assert again["id"] == 1
