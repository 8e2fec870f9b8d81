"""Whose roles are asked for, and where."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from bot.chat.discord.seeing import ASKED, People
from bot.model import Channel

ADA = 7


@dataclass
class Server:
    """One that tells how often it was asked about whom."""

    id: int
    asked: list[int] = field(default_factory=list)

    async def fetch_member(self, person: int) -> None:
        self.asked.append(person)


@dataclass
class Client:
    servers: dict[int, Server]

    def get_guild(self, number: int) -> Server | None:
        return self.servers.get(number)


async def test_of_many_servers_those_where_somebody_was_met_are_asked_first() -> None:
    """A bot of many servers asks a few of them; people's own messages are no server's."""
    client, people = Client({number: Server(number) for number in range(1, 61)}), People()
    met = (3, 31, 59)
    for number in met:
        people._met[number, ADA] = (asyncio.get_running_loop().time() - 3600, None)
    channels = [Channel("discord", f"{number}/1") for number in [*client.servers, 99]]
    await people.ask(cast("Any", client), ADA, [*channels, Channel("discord", "@me/1")])
    asked = {number for number, server in client.servers.items() if server.asked}
    assert set(met) <= asked
    assert len(asked) == ASKED
    assert all(server.asked in ([], [ADA]) for server in client.servers.values())
