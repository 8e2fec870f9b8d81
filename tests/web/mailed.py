"""Pages, flow and mail together: a browser without a screen, and mailboxes behind a real SMTP server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot import flow
from bot.chat.mail import Mail, connect
from bot.chat.mail.server import Server, server
from bot.flow import World
from bot.matching import Matcher
from bot.model import Heard, Reply
from bot.web import app
from bot.web.mailing import Mailing
from tests.flow.stage import FakeFetch
from tests.standins.mail import MailServer, mail_server, text_of
from tests.web.memory import Memory
from tests.web.stage import NOON, browsing

BASE = "http://papers.example.org"
NAMED = {"Host": "papers.example.org"}


@dataclass
class Post:
    """The installation; `slept` is what waiting for greylists would have taken, in seconds."""

    memory: Memory
    running: MailServer
    mail: Mail
    mailing: Mailing
    world: World
    browser: TestClient[Request, Application]
    now: list[datetime] = field(default_factory=lambda: [NOON])
    slept: list[float] = field(default_factory=list)

    async def sign_up(self, address: str, rule: str = "top:10", **more: str) -> tuple[int, str]:
        """Fill in the form as a newcomer does; status and page."""
        async with self.browser.get("/mail") as page:
            token = re.search(r'name="token" value="(\w+)"', await page.text())
        assert token
        fields = {"token": token[1], "q": rule, "address": address, "every": "daily", "tz": "Europe/Berlin"} | more
        async with self.browser.post("/mail", data=fields) as page:
            return page.status, await page.text()

    async def settled(self) -> None:
        """Let the mails under way go out."""
        for task in list(self.mailing.under_way):
            await task

    def letters(self, address: str = "ada@mail.example") -> list[EmailMessage]:
        return self.running.mails(address)

    def link(self, mail: EmailMessage) -> str:
        """The path of its button."""
        found = re.search(rf"{BASE}(/mail/\S+)", text_of(mail))
        assert found, text_of(mail)
        return found[1]

    async def deliver_all(self) -> None:
        while claims := await flow.claim(self.world, "test", 10):
            for claim in claims:
                await flow.deliver(claim, self.world)


@asynccontextmanager
async def installed() -> AsyncIterator[Post]:
    """Pages at a public address over a store with three days of papers, and mail on."""
    memory, now = Memory(), [NOON]
    memory.held = browsing()
    async with mail_server() as running:
        found = server(running.env, BASE)
        assert isinstance(found, Server)
        mail = await connect(found, BASE, memory, lambda: now[0], b"k" * 32)
        mail.domain_pace, mail.pace, mail.crowd = 0, timedelta(0), timedelta(0)
        fetch = FakeFetch([])
        world = World(memory, lambda: now[0], fetch, fetch.read, {"email": mail}, Matcher())
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        mailing = Mailing(mail.invite, mail.key, sleep=sleep)

        async def answer(said: Heard) -> Reply:
            return await flow.answer(said, world)

        pages = app(memory, answer, lambda: now[0], base=BASE, mail=mailing, every=0.05)
        async with TestClient(TestServer(pages), cookie_jar=CookieJar(unsafe=True), headers=NAMED) as browser:
            yield Post(memory, running, mail, mailing, world, browser, now, slept)
