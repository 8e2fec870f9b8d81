"""The local channel over a real database, and the pages over the same one as its other side."""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot import store, web
from bot.chat import local
from bot.model import Channel, Heard, Line, Message, Post, Reply, Span
from bot.ports import Chat, Store
from bot.public import inbox
from tests.contracts.rig import Rig, Shown

NOW = datetime(2026, 8, 28, 12, tzinfo=UTC)
GENERAL = Channel("local", "general")


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The chat, what its channel and threads hold, and a browser's way of typing."""
    heard: list[Heard] = []

    async def answer(said: Heard) -> Reply:
        heard.append(said)
        return Reply(Post(Line((Span("Heard."),))))

    with tempfile.TemporaryDirectory() as folder:
        kept = await store.open(str(Path(folder) / "papers.db"), patience=timedelta(seconds=5))
        app = web.app(kept, answer, lambda: NOW)
        async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as browser:

            async def type_words(verb: str, words: str) -> Reply | None:
                async with browser.get("/chat/general") as page:
                    token = re.search(r'name="token" value="(\w+)"', await page.text())
                assert token
                form = {"token": token[1], "words": f"/{verb} {words}"}
                async with browser.post("/chat/general", data=form) as page:
                    told = "Heard." in await page.text()
                return Reply(Post(Line((Span("Heard."),)))) if told else None

            async def shown() -> list[Shown]:
                return [_shown(message) for message in await everything(kept)]

            async def second() -> Chat:
                return local.connect(kept, lambda: NOW)

            async def told() -> list[Shown]:
                return [_shown(message) for message in await kept.messages(inbox("local:you"))]

            chat = await second()
            yield Rig(
                chat, GENERAL, None, shown, None, second, None, "local:you", told, type_words=type_words, heard=heard
            )
        await kept.close()


async def everything(kept: Store) -> list[Message]:
    """The channel's messages and those of all their threads, oldest first."""
    tops = await kept.messages(GENERAL)
    inside = [message for top in tops for message in await kept.messages(GENERAL, thread=top.id)]
    return sorted(tops + inside, key=lambda message: message.id)


def _shown(message: Message) -> Shown:
    post, thread = message.post, str(message.thread) if message.thread else None
    beside = [entry.button for entry in post.entries if entry.button]
    actions = tuple(button.action for button in (*beside, *post.buttons, *post.more))
    return Shown(str(message.id), post.plain, thread, actions)
