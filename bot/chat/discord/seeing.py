"""Who may do what in Discord: people by the permissions they came with, the bot by its own, each named as Discord does.

https://docs.discord.com/developers/topics/permissions
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable
from typing import Any

from bot.chat.discord.places import OWN, is_number
from bot.chat.discord.refusals import told
from bot.chat.discord.sdk import discord
from bot.errors import PlatformFailed
from bot.model import Channel, Standing

FRESH = 30.0
"""Seconds for which a person's roles count as Discord told them; whatever they type or press tells them anew. After
that Discord is asked: so it is in a conversation with the bot, where it tells no roles by itself."""
ASKED = 20
"""Servers that are asked about a person for one answer, five at a time; those where they were met come first."""

MET = 5_000
"""People whose roles are remembered."""

LEAST = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    read_message_history=True,
)
"""All that the bot asks for when it is invited."""

_NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
_IN_FORUMS = {"send_messages": "Create Posts", "send_messages_in_threads": "Send Messages in Posts"}
"""Discord calls these two so in a forum's settings, where a post is its own thread."""


def standing(permissions: discord.Permissions) -> Standing:
    """What these permissions make of a person in the channel they are for."""
    manages = permissions.manage_channels or permissions.manage_guild or permissions.administrator
    return "manager" if manages else "member"


def missing(permissions: discord.Permissions, *, forum: bool = False) -> tuple[str, ...]:
    """What the bot lacks in a channel where it has these permissions, by the names in Discord's settings."""
    if permissions.administrator:
        return ()
    names = {name: _IN_FORUMS.get(name, said) if forum else said for name, said in _NAMES.items()}
    if forum:
        del names["create_public_threads"]
    return tuple(said for name, said in names.items() if not getattr(permissions, name))


def named(names: Collection[str]) -> str:
    """Names in a sentence: `A, B and C`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def may_post(permissions: discord.Permissions) -> bool:
    """Whether the bot can say anything there."""
    return permissions.administrator or (permissions.view_channel and permissions.send_messages)


class People:
    """Whoever typed or pressed something of late, with the roles that Discord told of them then."""

    def __init__(self) -> None:
        self._met: OrderedDict[tuple[int, int], tuple[float, Any]] = OrderedDict()

    def meet(self, member: Any) -> None:
        """Remember a server's member."""
        if isinstance(member, discord.Member):
            key = (member.guild.id, member.id)
            self._met[key] = asyncio.get_running_loop().time(), member
            self._met.move_to_end(key)
            while len(self._met) > MET:
                self._met.popitem(last=False)

    def called(self, server: int, person: int) -> str | None:
        """What somebody is called in the server, as it was told last."""
        met = self._met.get((server, person))
        return str(met[1].display_name) if met else None

    def permissions(self, channel: Any, person: int) -> discord.Permissions | None:
        """What the person may in a channel that discord.py holds; None when that is not known."""
        guild = getattr(channel, "guild", None)
        if guild is None or not self._fresh(guild.id, person):
            return None
        permissions: discord.Permissions = channel.permissions_for(self._met[guild.id, person][1])
        return permissions

    async def ask(self, client: discord.Client, person: int, channels: Iterable[Channel]) -> None:
        """Ask for the person's roles in these channels' servers, where it has been a while; they may not be in them.

        https://docs.discord.com/developers/resources/guild#get-guild-member (no intent is needed for one member)
        """
        servers = {one.place.partition("/")[0] for one in channels}
        guilds = [client.get_guild(int(server)) for server in servers if is_number(server)]
        stale = [guild for guild in guilds if guild is not None and not self._fresh(guild.id, person)]
        stale.sort(key=lambda guild: (guild.id, person) not in self._met)
        at_once = asyncio.Semaphore(5)

        async def one(guild: discord.Guild) -> None:
            async with at_once, told("ask for a person's roles"):
                self.meet(await guild.fetch_member(person))

        for failed in await asyncio.gather(*map(one, stale[:ASKED]), return_exceptions=True):
            if isinstance(failed, BaseException) and not isinstance(failed, PlatformFailed):
                raise failed

    def _fresh(self, server: int, person: int) -> bool:
        met = self._met.get((server, person))
        return met is not None and asyncio.get_running_loop().time() <= met[0] + FRESH

    def standing(self, client: discord.Client, person: int, channel: Channel) -> Standing:
        """What the person is in a server's channel; a plain member where that is not known."""
        place = channel.place.partition("/")[2]
        permissions = self.permissions(client.get_channel(int(place)), person) if is_number(place) else None
        return standing(permissions) if permissions is not None else "member"

    def visible(
        self, client: discord.Client, person: int, inbox: Channel | None, channels: Collection[Channel]
    ) -> frozenset[Channel]:
        """Those channels that the person can read: their own messages, and what their roles let them see."""
        return frozenset(one for one in channels if one == inbox or self._sees(client, person, one))

    def _sees(self, client: discord.Client, person: int, channel: Channel) -> bool:
        server, _, place = channel.place.partition("/")
        if server == OWN or not is_number(place):
            return False
        permissions = self.permissions(client.get_channel(int(place)), person)
        return permissions is not None and permissions.view_channel
