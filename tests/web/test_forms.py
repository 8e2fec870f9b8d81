"""Forms, menus, threads and own messages on the local pages, without JavaScript and with the real flow behind them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot import flow
from bot.chat import local
from bot.flow import World
from bot.matching import Matcher
from bot.model import Channel, Heard, Reply
from bot.public import inbox
from bot.web import app
from tests.flow.stage import FakeFetch, Hands, paper
from tests.flow.team import FEED
from tests.web.browse import Client, look, send
from tests.web.memory import Memory

GENERAL = Channel("local", "general")


class House:
    """The pages, the local chat and the flow over one store."""

    def __init__(self) -> None:
        self.store, self.fetch = Memory(), FakeFetch([[], [paper("1", "Diffusion for video of zebrafish")]])
        self.hands = Hands(self.fetch)
        chat = local.connect(self.store, self.hands.clock)
        self.world = World(self.store, self.hands.clock, self.fetch, self.fetch.read, {"local": chat}, Matcher())
        self.app = app(self.store, self.answer, self.hands.clock)

    async def answer(self, heard: Heard) -> Reply:
        return await flow.answer(heard, self.world)

    def browser(self) -> Client:
        return TestClient(TestServer(app(self.store, self.answer, self.hands.clock)), cookie_jar=CookieJar(unsafe=True))

    async def bring(self) -> None:
        await self.hands.day(FEED, 0, self.world)
        await self.hands.day(FEED, 1, self.world)
        await self.hands.deliver_all(self.world)

    async def rules(self) -> list[str]:
        return [one.rule for one in await self.store.subscriptions(GENERAL)]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with house.browser() as made:
        yield made


async def say(client: Client, words: str, path: str = "/chat/general") -> str:
    _, fields = await look(client, path)
    status, html, _ = await send(client, path, fields | {"words": words})
    assert status == 200, html
    return html


async def press(client: Client, action: str, **fields: str) -> str:
    _, ours = await look(client)
    status, html, there = await send(client, "/chat/general/press", ours | {"action": action} | fields)
    assert status in (200, 303), html
    return there or html


def whisper(html: str) -> str:
    """What only the reader sees."""
    found = html.partition("data-whisper>")[2].partition("</li>\n  </ol>")[0]
    assert found, html
    return unescape(found)


def action(html: str, label: str) -> str:
    """The action of the button that is called so."""
    for value, bold in re.findall(r'name="action" value="([^"]+)"><bdi>([^<]+)</bdi>', html):
        if unescape(bold).startswith(label):
            return str(value)
    raise AssertionError(label)


async def test_the_edit_form_is_filled_in_corrected_and_previewed_without_javascript(
    house: House, client: Client
) -> None:
    """What is wrong stands at its field, and what was typed stays."""
    edit = action(await say(client, "/subscribe mamba max:5"), "Edit")
    form = whisper(await press(client, edit))
    assert 'name="f.rule" value="mamba"' in form
    assert 'name="f.more" value="max:5"' in form
    assert '<option value="channel" selected>' in form
    sent = action_of_form(form)
    fields = {"f.rule": 'mamba "open', "f.mode": "daily", "f.at": "noon", "f.tz": "", "f.more": "", "opened": edit}
    wrong = whisper(await press(client, sent, **fields))
    assert "This quote is not closed" in wrong
    assert "Takes a time of day in 24 hours" in wrong
    assert 'value="mamba "open"' in wrong
    assert 'value="noon"' in wrong
    assert '<option value="daily" selected>' in wrong
    preview = await press(client, sent, **(fields | {"f.rule": "mamba -vision", "f.at": "8:30"}))
    assert "at 08:30 (UTC)" in whisper(preview)
    await press(client, action(preview, "Subscribe"))
    assert await house.rules() == ["mamba -vision"]


def action_of_form(form: str) -> str:
    found = re.search(r'name="action" value="(edited:\d+)">Preview', form)
    assert found, form
    return found[1]


async def test_undo_stands_in_the_channel_and_works(house: House, client: Client) -> None:
    done = await press(client, action(await say(client, "/subscribe mamba"), "Subscribe"))
    undo = action(done, "Undo")
    assert "took that back" in await press(client, undo)
    assert await house.rules() == []


async def test_the_menu_below_a_post_sends_away_and_keeps(house: House, client: Client) -> None:
    await press(client, action(await say(client, "/subscribe diffusion"), "Subscribe"))
    await house.bring()
    html, _ = await look(client)
    offers = whisper(await press(client, action(html, "Not for us")))
    assert "Leave out zebrafish" in offers
    assert "Saved for later" in whisper(await press(client, action(html, "Save for later")))
    listed = await client.get("/chat")
    assert "Your own messages" in await listed.text()


async def test_own_messages_are_opened_by_their_owner_alone(house: House, client: Client) -> None:
    """A saved paper and personal rules go there; to everybody else there is no such channel."""
    done = await press(client, action(await say(client, "/subscribe me mamba"), "Subscribe"))
    assert "you are subscribed" in whisper(done)
    (wish,) = await house.store.subscriptions()
    mine = f"/chat/{wish.channel.place}"
    assert wish.channel == inbox(wish.creator)
    async with client.get(mine) as page:
        assert page.status == 200
        assert "Your own messages" in await page.text()
    async with house.browser() as other:
        await look(other)
        for path in (mine, f"{mine}/1", f"{mine}/events", f"/channels/{wish.channel}"):
            async with other.get(path) as page:
                assert page.status in (403, 404), path
                assert "mamba" not in await page.text()
        _, fields = await look(other)
        for path in (mine, f"{mine}/press"):
            status, html, _ = await send(other, path, fields | {"words": "/subscriptions", "action": "undo:1"})
            assert (status, "mamba" in html) == (404, False)
        for path in ("/chat", "/channels", "/status", "/search?q=mamba"):
            async with other.get(path) as page:
                assert wish.channel.place not in await page.text()
        assert "mamba" not in whisper(await say(other, "/papers overview"))


async def test_an_answer_that_has_a_thread_is_read_first_and_leads_there(house: House, client: Client) -> None:
    await press(client, action(await say(client, "/subscribe diffusion"), "Subscribe"))
    await house.bring()
    row = (await house.store.deliveries(GENERAL))[0].row
    assert (await press(client, f"discuss:{row}")).startswith("/chat/general/")
    told = whisper(await say(client, "/papers why zebrafish"))
    assert "hits: diffusion in the title" in told
    assert re.search(r'<a href="/chat/general/\d+">Go to the thread</a>', told)
