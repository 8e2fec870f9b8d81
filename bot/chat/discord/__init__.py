"""Discord: the gateway for commands and buttons, REST for posts and threads. Nothing of discord.py leaves this folder.

Limits and pace: https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

import yarl

from bot.chat.discord import forums, opening, threads
from bot.chat.discord.budget import Budget
from bot.chat.discord.commands import publish
from bot.chat.discord.embeds import show
from bot.chat.discord.forums import Kind
from bot.chat.discord.listening import Ears
from bot.chat.discord.living import Life
from bot.chat.discord.owing import Owing
from bot.chat.discord.places import OWN, REPLY, address, ids, is_number, number, within
from bot.chat.discord.quiet import quieten
from bot.chat.discord.refusals import TOKEN, explained, told
from bot.chat.discord.sdk import DiscordWebSocket, Route, discord
from bot.chat.discord.sending import said
from bot.errors import NotWelcome, Refused, SettingsError, TryLater
from bot.model import Change, Channel, Post, Span, Standing
from bot.ports import Answer, Chat, Clock, Memory
from bot.proxies import proxy_for

log = logging.getLogger("paper-round")

API = Route.BASE
GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY

PACE = timedelta(seconds=1)
"""A channel takes about 5 messages in 5 s; discord.py waits out what its own answers to people add to that.
https://docs.discord.com/developers/topics/rate-limits (per-channel limits come in headers and are not promised)"""

CROWD = timedelta(microseconds=20_250)
"""50 requests a second for the bot, in whichever second they are counted: what is caught up with leaves room for none.
 https://docs.discord.com/developers/topics/rate-limits#global-rate-limit"""

_TO_POST = "View Channel, Send Messages and Embed Links"
_TO_REPLY = "View Channel and Send Messages in Threads"
_TO_THREAD = "View Channel, Create Public Threads and Send Messages in Threads"
_SOON, _SELDOM = 2.0, 60.0
_LAST_ANSWERS = 5.0
"""Seconds that answers under way get when the bot stops."""


async def connect(
    env: Mapping[str, str], memory: Memory | None = None, clock: Clock | None = None, *, to_all: bool = False
) -> Chat:
    """Discord, by DISCORD_TOKEN. Nothing is sent before the first post, thread or `listen`.

    `memory` knows from one start to the next which servers the bot was in, and whom it owes an answer; without it all
    servers that are there are known, and a start owes nothing.
    `to_all`: what changes a channel's rules is shown to everybody, and not only to those who manage it.

    DISCORD_API_URL and DISCORD_GATEWAY_URL point discord.py elsewhere; the SDK knows one such place per process.
    `SettingsError` names what is missing or cannot be read.
    """
    token = env.get("DISCORD_TOKEN", "").strip().removeprefix("Bot ").strip()
    if not token:
        raise SettingsError(f"DISCORD_TOKEN is not set: {TOKEN.partition(': ')[2]}")
    Route.BASE = opening.address(env, "DISCORD_API_URL", ("http://", "https://")) or API
    gateway = opening.address(env, "DISCORD_GATEWAY_URL", ("ws://", "wss://"))
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway) if gateway else GATEWAY
    quieten()
    return Discord(token, proxy_for(Route.BASE, env), memory, clock, to_all=to_all)


class Discord:
    """The Chat port over one discord.py client, which is logged in when it is first needed."""

    platform = "discord"
    pace = PACE
    crowd = CROWD

    def __init__(
        self,
        token: str,
        proxy: str | None = None,
        memory: Memory | None = None,
        clock: Clock | None = None,
        *,
        to_all: bool = False,
    ) -> None:
        self._token = token
        self._proxy = proxy
        self._client: discord.Client | None = None
        self._ears: Ears | None = None
        self._answer: Answer | None = None
        self._to_all = to_all
        self._life = Life(self._changed, memory)
        self._owing = Owing(memory, clock) if memory and clock else Owing()
        self._logging_in = asyncio.Lock()
        self._closed = False
        self._kinds: dict[int, Kind] = {}
        self._shards = 1
        self.budget = Budget(asyncio.get_running_loop().time)

    def refusals(self) -> int:
        """How many of Discord's answers said no in the last ten minutes; at 10,000 it bars the address."""
        return self.budget.spent

    def hear_limits(self, limited: Callable[[], None]) -> None:
        """Count with `limited` what discord.py waits out by itself, too."""
        self.budget.limited = limited

    async def listen(self, answer: Answer) -> None:
        """Log in, tell Discord our commands, connect the gateway, and answer until cancelled or closed.

        discord.py resumes dropped connections by itself; what it gives up on is tried again from the start.
        """
        wait = _SOON
        self._answer = answer
        while not self._closed:
            try:
                client = await self._sharded()
                if self._ears:
                    self._ears.answer = answer
                    await self._publish(self._ears)
                    self._ears.take_up()
                await self._connected(client)
            except TryLater as error:
                pause = max(wait, error.after or 0.0)
                log.warning("%s Trying again in %.0f s.", error, pause)
                await asyncio.sleep(pause)
                wait = min(wait * 2, _SELDOM)

    def fits(self, post: Post) -> bool:
        """Whether Discord's limits leave the whole post standing, measured on what would be sent."""
        return show(post).whole

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the channel; the message's id. Discord remembers `key` for some minutes, the channel for good.

        In a forum it is a post of its own, or one message more of the post that it goes on from.
        """
        server, place = ids(channel)
        client = await self._ready()
        async with told("post in this channel", _TO_POST, said=True):
            kind = await self._kind(client, server, place)
            if kind.sort == "forum" and post.after is None:
                called = partial(self._called, int(server))
                return await threads.forum_post(client, int(server), place, kind, post, called, doubt=doubt)
            if kind.sort == "forum" and post.after is not None:
                home, _ = within(post.after, place, forum=True)
                return f"{home}/{await threads.said_once(client, home, post, key, doubt=doubt)}"
            message = await threads.said_once(client, place, post, key, doubt=doubt)
            if post.publish and kind.sort == "news":
                await threads.published(client, place, int(message))
            return message

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """The message's thread, made if it is not there, with `opener` said in it once; its id is the message's.

        Whether it is there, and has its opener, Discord tells at every call: `doubt` changes nothing. A forum's post
        is its own thread. Where no thread can be had, the opener is a reply to the message.
        """
        server, place = ids(channel)
        client = await self._ready()
        doing = "open a thread in this channel"
        async with told(doing, _TO_THREAD, said=True, lacking=Refused):
            forum = (await self._kind(client, server, place)).sort == "forum"
            home, root = within(message, place, forum=forum)
            async with threads.within(client, place, root):
                if forum:
                    await threads.said_once(client, home, opener, f"thread|{key}", doubt=True)
                    return str(home)
                return await threads.opened(client, place, root, name, opener, key, private=server == OWN)

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in a thread; an archived one wakes by that. Without the thread, `MessageGone`."""
        _, place = ids(channel)
        client = await self._ready()
        to = thread.removeprefix(REPLY) if thread.startswith(REPLY) else None
        root = place if to else number(thread.partition("/")[0])
        async with (
            told("write in this thread", _TO_REPLY, said=True, lacking=Refused),
            threads.within(client, place, root),
        ):
            return await threads.said_once(client, root, post, f"reply|{key}", doubt=doubt, to=to)

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """Put the post in the place of what the message said and offered."""
        server, place = ids(channel)
        client, shown = await self._ready(), said(show(post))
        async with told("edit its post in this channel", _TO_POST, lacking=Refused):
            forum = (await self._kind(client, server, place)).sort == "forum"
            home, told_as = within(message, place, forum=forum)
            async with threads.within(client, place, home):
                await shown.instead(client, home, told_as)

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """Say it in the person's direct messages with the bot."""
        place = await self._private(person)
        async with told("write to this person", "Direct Messages", said=True):
            await threads.said_once(await self._ready(), place, post, key, doubt=doubt)

    async def inbox(self, person: str) -> Channel:
        """The direct messages of a person and the bot (`discord:@me/NUMBER`)."""
        return Channel(self.platform, f"{OWN}/{await self._private(person)}")

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Their own messages, and what their roles let them read, as Discord tells them now."""
        inbox = None
        if any(channel.place.startswith(f"{OWN}/") for channel in channels):
            with suppress(Refused):
                inbox = await self.inbox(person)
        name = person.removeprefix(f"{self.platform}:")
        if self._client is None or self._ears is None or not is_number(name):
            return frozenset(channel for channel in channels if channel == inbox)
        await self._ears.people.ask(self._client, int(name), channels)
        return self._ears.people.visible(self._client, int(name), inbox, channels)

    async def standing(self, person: str, channel: Channel) -> Standing:
        """By their roles there, as Discord tells them now."""
        name = person.removeprefix(f"{self.platform}:")
        if channel.place.startswith(f"{OWN}/"):
            return "manager" if channel == await self.inbox(person) else "member"
        if self._client is None or self._ears is None or not is_number(name):
            return "member"
        await self._ears.people.ask(self._client, int(name), [channel])
        return self._ears.people.standing(self._client, int(name), channel)

    async def link(self, channel: Channel, thread: str) -> str | None:
        """Where a click leads to the thread."""
        ids(channel)
        return address(channel, thread)

    async def there(self, channel: Channel, thread: str) -> bool:
        """Whether the thread is still there, asked of Discord where the gateway has not told."""
        client = await self._ready()
        if thread.startswith(REPLY) or not is_number(thread) or client.get_channel(int(thread)) is not None:
            return True
        async with told("look for a thread"):
            return await threads.is_there(client, int(thread))

    async def close(self) -> None:
        """Let answers under way finish, close gateway and sessions, and give discord.py its own addresses back."""
        if self._ears and self._ears.under_way:
            await asyncio.wait(self._ears.under_way, timeout=_LAST_ANSWERS)
        self._closed = True
        if self._client:
            opening.settle(self._client)
            await self._client.close()
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = API, GATEWAY

    def _called(self, server: int, span: Span) -> str:
        """A person or channel by name, as far as Discord has told it."""
        person, place = (span.person or "").rpartition(":")[2], (span.channel or "").rpartition("/")[2]
        if is_number(person):
            return (self._ears and self._ears.people.called(server, int(person))) or "Somebody"
        found = self._client.get_channel(int(place)) if self._client and is_number(place) else None
        return f"#{found.name}" if isinstance(found, discord.abc.GuildChannel) else span.text

    async def _kind(self, client: discord.Client, server: str, place: int) -> Kind:
        """What sort of channel it is, as the gateway told; without one Discord is asked once."""
        if server == OWN:
            return Kind()
        if (channel := client.get_channel(place)) is not None:
            return forums.seen(channel)
        if place not in self._kinds:
            self._kinds[place] = forums.listed(dict(await client.http.get_channel(place)))
        return self._kinds[place]

    async def _private(self, person: str) -> int:
        """Where Discord keeps what a person and the bot say to each other."""
        platform, _, name = person.partition(":")
        if platform != self.platform or not is_number(name):
            raise Refused(f"{person} is nobody on Discord: people there read discord:NUMBER.")
        client = await self._ready()
        async with told("write to this person", "Direct Messages"):
            return int((await client.http.start_private_message(int(name)))["id"])

    async def _ready(self) -> discord.Client:
        """The client, logged in; a new one after the old one was closed by Discord."""
        if wait := self.budget.wait:
            raise TryLater(f"Discord has said no {self.budget.spent:,} times in ten minutes; the bot pauses.", wait)
        async with self._logging_in:
            if self._closed:
                raise TryLater("The bot is stopping.")
            if self._client is None or self._client.is_closed():
                self._client = await self._log_in()
            return self._client

    async def _sharded(self) -> discord.Client:
        """The client, with as many connections as Discord wants now; none of them is made yet."""
        client = await self._ready()
        async with told("ask where to connect"):
            self._shards = await opening.shards(client)
        if opening.wanted(client) != self._shards:
            log.info("Discord wants %d connections for the servers that the bot is in.", self._shards)
            await client.close()
            client = await self._ready()
        return client

    async def _log_in(self) -> discord.Client:
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise NotWelcome(TOKEN)  # a bad copy, which cannot even be sent
        client = opening.opened(self._shards, self.budget.trace(), self._proxy)
        try:
            async with told("log in"):
                await client.login(self._token)
        except BaseException:
            await client.close()
            raise
        self._ears = Ears(client, self, self._owing, to_all=self._to_all)
        self._ears.answer = self._answer
        self._life.watch(client)
        return client

    async def _changed(self, change: Change, key: str) -> None:
        if self._ears:
            await self._ears.changed(change, key)

    async def _publish(self, ears: Ears) -> None:
        """Commands that cannot be told to Discord now are no reason not to listen: the last ones still work."""
        try:
            async with told("register its commands", "the scope applications.commands (invite it again)"):
                if await publish(ears.tree):
                    log.info("Discord has been told the bot's commands.")
        except (TryLater, Refused) as error:
            log.warning("Discord keeps the commands it had: %s", error)

    async def _connected(self, client: discord.Client) -> None:
        """Stay connected; returns when closed, raises when Discord will not have us."""
        try:
            await client.connect()
        except (discord.ClientException, discord.GatewayNotFound) as error:
            await client.close()
            raise explained(error, "connect to Discord") from error
        except AttributeError as error:
            if getattr(client, "ws", None) is not None:
                raise
            await client.close()  # discord.py 2.7.1 looks for its socket's session when the very first one failed
            raise TryLater("Discord's gateway could not be reached.") from error
