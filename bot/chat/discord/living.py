"""The life of servers and channels → `Change`: where the bot may speak, where it may not any more, and why.

https://docs.discord.com/developers/events/gateway-events#guilds
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from bot.chat.discord.opening import invitation
from bot.chat.discord.sdk import discord
from bot.chat.discord.seeing import LEAST, may_post, missing, named
from bot.errors import StoreFailed
from bot.model import Change, Channel
from bot.ports import Roster

log = logging.getLogger("paper-round")

Told = Callable[[Change, str], Awaitable[None]]
"""What is done with a change; the key makes what is said about it single."""

REMOVED = "The bot was removed from the server {}: invite it again, or unsubscribe the channel."
DELETED = "The channel was deleted: subscribe another one."
CLOSED = "The bot may not post in #{} any more: in the channel's settings, Permissions, allow it {}."


class Life:
    """What the bot may do in each server, as far as it was told, and what changed."""

    def __init__(self, tell: Told, roster: Roster | None = None) -> None:
        self._tell = tell
        self._roster = roster
        self._open: dict[int, dict[int, bool]] = {}
        """Of each server's channels, whether the bot may post there."""
        self._known: dict[int, str] | None = None
        """The servers that let the bot in, with when; None until this is known."""
        self._in_turn = asyncio.Lock()
        self._arriving = asyncio.Lock()

    def watch(self, client: discord.Client) -> None:
        """Hear of all that happens to servers, channels and roles."""

        async def on_ready() -> None:
            await self.ready(client)

        async def on_guild_available(guild: discord.Guild) -> None:
            if self._known is not None:  # before that, it is `ready` who looks at all of them
                await self.arrived(guild)

        async def on_connect() -> None:
            await self._recall(client)
            for each in heard_too:
                await each()

        heard_too = [each] if (each := getattr(client, "on_connect", None)) else []

        async def changed(*about: Any) -> None:
            await self.look(_server(about[-1]))

        async def member(before: discord.Member, after: discord.Member) -> None:
            if after.id == after.guild.me.id:
                await self.look(after.guild)

        for name, heard in {
            "on_ready": on_ready,
            "on_connect": on_connect,
            "on_guild_available": on_guild_available,
            "on_guild_join": self.arrived,
            "on_guild_remove": self.removed,
            "on_guild_unavailable": self.unavailable,
            "on_guild_channel_create": changed,
            "on_guild_channel_update": changed,
            "on_guild_channel_delete": changed,
            "on_guild_role_update": changed,
            "on_guild_role_delete": changed,
            "on_member_update": member,
            "on_raw_thread_delete": self.unthreaded,
        }.items():
            setattr(client, name, heard)

    async def ready(self, client: discord.Client) -> None:
        """A session has begun: what became of servers while there was none, or while the bot was not running."""
        there = {guild.id for guild in client.guilds}
        known = self._known if self._known is not None else await self._recall(client)
        for number in (self._open.keys() | known.keys()) - there:
            await self._gone(number, "on Discord")
        for guild in client.guilds:
            await self.arrived(guild)
        if not there:
            log.warning("The bot is in no server yet. Invite it: %s", invitation(client.application_id))

    async def arrived(self, guild: discord.Guild) -> None:
        """The server is there: new to us, let in again meanwhile, or one that we know."""
        if guild.unavailable or guild.me is None:
            return
        async with self._arriving:
            known = self._known
            if known is None or known.get(guild.id) in ("", _since(guild)):  # not told which: rather not greeted
                await self.look(guild)
            else:
                await self.joined(guild)

    async def _recall(self, client: discord.Client) -> dict[int, str]:
        """The servers that the store knows. Without a store, those that a session begins with are known."""
        if self._roster is None:
            self._known = dict.fromkeys((guild.id for guild in client.guilds), "") | (self._known or {})
        elif self._known is None:
            try:
                known = await self._roster.enrolled("discord")
            except StoreFailed as error:
                log.warning("Which servers the bot was in before cannot be read: %s", error)
                return {}
            self._known = {int(server): since for server, since in known.items()}
        return self._known

    async def look(self, guild: discord.Guild) -> None:
        """Compare what the bot may do in the server with what it could."""
        if guild.unavailable or guild.me is None:
            return
        before, after = self._open.get(guild.id), _open(guild)
        self._open[guild.id] = after
        if before is not None:
            await self._say((change, "") for change in _differences(guild, before, after))

    async def joined(self, guild: discord.Guild) -> None:
        """Somebody invited the bot: greeted in one channel; what waited for the others goes on.

        Remembered once it is greeted: cut off between the two, the greeting is looked for before it is said again.
        """
        now = self._open[guild.id] = _open(guild)
        place, since = _first(guild, now), _since(guild)
        said = [(Change(_channel(guild.id, place), "joined"), f"joined|{guild.id}|{since}")] if place else []
        if place is None:
            log.warning("The bot may not speak anywhere in the server %s, which it has just joined.", guild.name)
            said = [(Change(_channel(guild.id, ""), "returned"), "")]
        rest = [(Change(_channel(guild.id, one), "back"), "") for one, is_open in now.items() if is_open]
        await self._say([*said, *((change, key) for change, key in rest if change.channel.place != _place(said))])
        if self._known is not None:
            self._known[guild.id] = since
        if self._roster is not None:
            await _kept(self._roster.enrol("discord", str(guild.id), since))

    async def removed(self, guild: discord.Guild) -> None:
        """Somebody removed the bot, or the server is no more."""
        await self._gone(guild.id, guild.name)

    async def unavailable(self, guild: discord.Guild) -> None:
        """An outage of Discord's: nothing has changed, and posts wait."""
        log.warning("Discord has an outage for the server %s; what is for it waits.", guild.name)

    async def unthreaded(self, event: discord.RawThreadDeleteEvent) -> None:
        """Somebody deleted a thread, or a forum's post."""
        change = Change(_channel(event.guild_id, event.parent_id), "unthreaded", thread=str(event.thread_id))
        await self._say([(change, "")])

    async def _gone(self, number: int, name: str) -> None:
        """Every channel of the server is lost, those that nobody has seen since the last start too."""
        self._open.pop(number, None)
        await self._say([(Change(_channel(number, ""), "left", REMOVED.format(name)), "")])
        if self._known is not None:
            self._known.pop(number, None)
        if self._roster is not None:
            await _kept(self._roster.strike("discord", str(number)))

    async def _say(self, changes: Iterable[tuple[Change, str]]) -> None:
        """One after the other, in the order they came."""
        told = list(changes)
        async with self._in_turn:
            for change, key in told:
                await self._tell(change, key)


async def _kept(step: Awaitable[None]) -> None:
    """What the database cannot keep is no reason not to look at the other servers."""
    try:
        await step
    except StoreFailed as error:
        log.warning("Which servers the bot is in cannot be kept: %s", error)


def _open(guild: discord.Guild) -> dict[int, bool]:
    places: list[discord.TextChannel | discord.ForumChannel] = [*guild.text_channels, *guild.forums]
    return {place.id: may_post(place.permissions_for(guild.me)) for place in places}


def _differences(guild: discord.Guild, before: Mapping[int, bool], after: Mapping[int, bool]) -> list[Change]:
    gone = [Change(_channel(guild.id, one), "lost", DELETED) for one in before if one not in after]
    closed = [one for one in after if before.get(one) and not after[one]]
    again = [one for one in after if before.get(one) is False and after[one]]
    return [
        *gone,
        *(Change(_channel(guild.id, one), "lost", _why(guild, one)) for one in closed),
        *(Change(_channel(guild.id, one), "back") for one in again),
    ]


def _why(guild: discord.Guild, number: int) -> str:
    channel = guild.get_channel(number)
    assert channel is not None
    forum = isinstance(channel, discord.ForumChannel)
    may, post = channel.permissions_for(guild.me), discord.Permissions(view_channel=True, send_messages=True)
    lacks = missing(may | (LEAST & ~post), forum=forum)
    return CLOSED.format(channel.name, named(lacks))


def _first(guild: discord.Guild, open_: Mapping[int, bool]) -> int | None:
    """Where a greeting belongs: the channel for Discord's own messages, else the first that takes one."""
    own = guild.system_channel
    texts = [one.id for one in guild.text_channels if not one.is_news()]
    return next((one for one in ([own.id] if own else []) + texts if open_.get(one)), None)


def _server(about: Any) -> discord.Guild:
    guild: discord.Guild = about.guild
    return guild


def _since(guild: discord.Guild) -> str:
    """When the server let the bot in."""
    return guild.me.joined_at.isoformat() if guild.me and guild.me.joined_at else ""


def _channel(server: int, place: int | str) -> Channel:
    return Channel("discord", f"{server}/{place}")


def _place(said: list[tuple[Change, str]]) -> str:
    return said[0][0].channel.place if said else ""
