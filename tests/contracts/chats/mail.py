"""Mail over a real SMTP server on loopback, with a mailbox that knows a Message-ID again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.chat.mail import Mail, connect
from bot.chat.mail.server import Server, server
from bot.model import Channel
from tests.contracts.rig import Rig, Shown
from tests.fakes.store import FakeStore
from tests.standins.mail import mail_server, text_of

BASE = "https://papers.example.org"
NOW = datetime(2026, 8, 28, 12, tzinfo=UTC)
ADA, NOBODY = Channel("email", "ada@mail.example"), Channel("email", "nobody@mail.example")


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    async with mail_server() as running:
        running.refused[NOBODY.place] = "550 5.1.1 No such mailbox"
        store = FakeStore()
        found = server(running.env, BASE)
        assert isinstance(found, Server)

        async def second() -> Mail:
            made = await connect(found, BASE, store, lambda: NOW, b"k" * 32)
            made.domain_pace = 0
            return made

        async def shown() -> list[Shown]:
            return [
                Shown(str(mail["Message-ID"]).strip("<>"), text_of(mail), _above(str(mail["In-Reply-To"] or "")))
                for mail in running.mails(ADA.place)
            ]

        def slow_down(seconds: float) -> None:
            running.next_rcpt.append("450 4.7.1 Greylisted, come back later")

        yield Rig(await second(), ADA, NOBODY, shown, slow_down, second, None, f"email:{ADA.place}", None, lasting=True)


def _above(id: str) -> str | None:
    return id.strip("<>") or None
