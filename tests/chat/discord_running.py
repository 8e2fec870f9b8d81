"""The bot's Discord page, connected to the stand-in, with answers that a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from bot.chat.discord import connect
from bot.model import Button, Channel, Entry, Heard, Line, Post, Reply, Span
from bot.ports import Answer, Chat, Clock, Memory
from tests.standins.discord import Discord
from tests.standins.discord.world import Place

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)


def sentence(text: str, *buttons: Button) -> Post:
    return Post(Line((Span(text),)), buttons=buttons)


def paper(title: str = "Quantized transformers", *lines: str) -> Post:
    told = tuple(Line((Span(line),)) for line in lines)
    headline = Line((Span(title, "strong", "https://arxiv.org/abs/2310.16836"),))
    return Post(headline, told, (Button("Discuss", "discuss:1"),), "arxiv:2310.16836")


def digest(count: int, about: str = "Monday") -> Post:
    """A list of papers with one button each."""
    entries = (
        Entry(
            f"Paper {n}: a name",
            (Line((Span(f"Paper {n}", "strong", f"https://arxiv.org/abs/{n}"),)), Line((Span(f"Gist {n}."),), "small")),
            Button("Discuss", f"discuss:{n}"),
            f"arxiv:{n}",
        )
        for n in range(1, count + 1)
    )
    return Post(Line((Span(about),)), (Line((Span("The best first"),)),), entries=tuple(entries))


def channel(discord: Discord, place: Place | None = None) -> Channel:
    return Channel("discord", f"{discord.guild}/{(place or discord.general).id}")


class Answers:
    """Remembers what it heard and answers by a function; waits while `held`."""

    def __init__(self, reply: Callable[[Heard], Reply] | Reply) -> None:
        self.heard: list[Heard] = []
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()
        self._reply = reply

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        self.asked.set()
        await self.go.wait()
        return self._reply if isinstance(self._reply, Reply) else self._reply(heard)


@asynccontextmanager
async def running(
    discord: Discord,
    answers: Answer,
    memory: Memory | None = None,
    *,
    to_all: bool = False,
    clock: Clock = lambda: NOW,
) -> AsyncIterator[Chat]:
    """The bot listening; closed with everything it opened."""
    chat, before = await connect(discord.env, memory, clock, to_all=to_all), discord.gateway.connections
    listening = asyncio.create_task(chat.listen(answers))
    try:
        await discord.listening(before + 1)
        yield chat
    finally:
        listening.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await listening
        finally:
            await chat.close()


@asynccontextmanager
async def logged_in(discord: Discord) -> AsyncIterator[Chat]:
    """The bot without a gateway, as `run --once` uses it."""
    chat = await connect(discord.env)
    try:
        yield chat
    finally:
        await chat.close()
