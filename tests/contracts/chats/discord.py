"""Discord's page over our stand-in, logged in to REST."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.discord import connect
from bot.model import Channel
from tests.contracts.rig import Rig, Shown
from tests.standins.discord import Discord


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """The real page and discord.py over sockets, with a channel that never was."""
    async with Discord() as discord:
        chat = await connect(discord.env)
        general = Channel("discord", f"{discord.guild}/{discord.general.id}")

        async def shown() -> list[Shown]:
            inside = [place for place in discord.places.values() if place.id == discord.general.id or place.parent]
            every = [(told, place) for place in inside for told in place.messages if told.kind == 0]
            every.sort(key=lambda pair: pair[0].id)
            return [Shown(str(told.id), told.text, str(place.id) if place.parent else None) for told, place in every]

        try:
            yield Rig(chat, general, Channel("discord", f"{discord.guild}/404"), shown, discord.slow_down)
        finally:
            await chat.close()
