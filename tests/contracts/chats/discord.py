"""Discord's page over our stand-in, logged in to REST."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.discord import connect
from bot.chat.discord.menus import unfolded
from bot.model import Channel
from bot.ports import Chat
from tests.contracts.rig import Rig, Shown
from tests.standins.discord import Discord
from tests.standins.discord.world import Told


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
            return [_shown(told, str(place.id) if place.parent else None) for told, place in every]

        async def second() -> Chat:
            discord.forget_nonces()  # the next process comes minutes later: it has to look for itself
            return await connect(discord.env)

        async def delete(message: str) -> None:
            discord.delete(next(told for told in discord.general.messages if str(told.id) == message))
            if int(message) in discord.places:
                discord.delete(discord.places[int(message)])

        async def told() -> list[Shown]:
            return [_shown(told, None) for told in discord.private(discord.ann).messages]

        lost, ann = Channel("discord", f"{discord.guild}/404"), f"discord:{discord.ann.id}"
        try:
            yield Rig(chat, general, lost, shown, discord.slow_down, second, delete, ann, told)
        finally:
            await chat.close()


def _shown(told: Told, thread: str | None) -> Shown:
    pressed = [*told.buttons.values(), *told.options.values()]
    actions = [action for one in pressed for action in ([b.action for b in unfolded(one)] or [one])]
    return Shown(str(told.id), told.text, thread, tuple(actions))
