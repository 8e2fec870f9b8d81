"""Discord: the gateway for commands and buttons, REST for posts and threads. Nothing of discord.py leaves this folder.

Limits and pace: https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import yarl

from bot.chat.discord.commands import publish
from bot.chat.discord.embeds import show, thread_name
from bot.chat.discord.listening import Client
from bot.chat.discord.quiet import quieten
from bot.chat.discord.recalling import said_before, spoke
from bot.chat.discord.refusals import TOKEN, explained, told
from bot.chat.discord.sdk import DiscordWebSocket, Route, discord
from bot.chat.discord.sending import said
from bot.errors import MessageGone, NotWelcome, Refused, SettingsError, TryLater
from bot.model import Channel, Post
from bot.ports import Answer, Chat
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

AUTO_ARCHIVE: Final = 10_080
"""Minutes, a week: the longest there is. https://docs.discord.com/developers/resources/channel#channel-object"""

THREAD_EXISTS, UNKNOWN_CHANNEL = 160004, 10003
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""

_TO_POST = "View Channel, Send Messages and Embed Links"
_TO_REPLY = "View Channel and Send Messages in Threads"
_TO_THREAD = "View Channel, Create Public Threads and Send Messages in Threads"
OWN: Final = "@me"
"""Stands where a server's number does, for people's own messages, as in Discord's addresses."""
_SOON, _SELDOM = 2.0, 60.0
_LAST_ANSWERS = 5.0
"""Seconds that answers under way get when the bot stops."""


async def connect(env: Mapping[str, str]) -> Chat:
    """Discord, by DISCORD_TOKEN. Nothing is sent before the first post, thread or `listen`.

    DISCORD_API_URL and DISCORD_GATEWAY_URL point discord.py elsewhere; the SDK knows one such place per process.
    `SettingsError` names what is missing or cannot be read.
    """
    token = env.get("DISCORD_TOKEN", "").strip().removeprefix("Bot ").strip()
    if not token:
        raise SettingsError(f"DISCORD_TOKEN is not set: {TOKEN.partition(': ')[2]}")
    Route.BASE = _address(env, "DISCORD_API_URL", ("http://", "https://")) or API
    gateway = _address(env, "DISCORD_GATEWAY_URL", ("ws://", "wss://"))
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway) if gateway else GATEWAY
    quieten()
    return Discord(token, proxy_for(Route.BASE, env))


def _address(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """The setting without a trailing slash; None if it is not set."""
    text = env.get(name, "").strip().rstrip("/")
    if not text:
        return None
    try:
        url = yarl.URL(text)
    except ValueError:
        url = yarl.URL()
    if not text.startswith(schemes) or not url.host:
        raise SettingsError(f"{name} is {text!r}; it has to be an address that begins with {' or '.join(schemes)}")
    return text


class Discord:
    """The Chat port over one discord.py client, which is logged in when it is first needed."""

    platform = "discord"
    pace = PACE
    crowd = CROWD

    def __init__(self, token: str, proxy: str | None = None) -> None:
        self._token = token
        self._proxy = proxy
        self._client: Client | None = None
        self._logging_in = asyncio.Lock()
        self._closed = False

    async def listen(self, answer: Answer) -> None:
        """Log in, tell Discord our commands, connect the gateway, and answer until cancelled or closed.

        discord.py resumes dropped connections by itself; what it gives up on is tried again from the start.
        """
        wait = _SOON
        while not self._closed:
            try:
                client = await self._ready()
                client.answer = answer
                await self._publish(client)
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
        """Say it in the channel; the message's id. Discord remembers `key` for some minutes, the channel for good."""
        _, place = _ids(channel)
        client = await self._ready()
        async with told("post in this channel", _TO_POST, said=True):
            return await _said(client, place, post, key, doubt=doubt)

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """The message's thread, made if it is not there, with `opener` said in it once; its id is the message's.

        Whether it is there, and has its opener, Discord tells at every call: `doubt` changes nothing.
        """
        _, place = _ids(channel)
        client, root = await self._ready(), _number(message)
        async with (
            told("open a thread in this channel", _TO_THREAD, said=True, lacking=Refused),
            _within(client, place, root),
        ):
            new = await _started(client, place, root, name)
            if new or not await spoke(client, root):
                await _said(client, root, opener, f"thread|{key}")
        return message

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in a thread; an archived one wakes by that. Without the thread, `MessageGone`."""
        _, place = _ids(channel)
        client, root = await self._ready(), _number(thread)
        async with told("write in this thread", _TO_REPLY, said=True, lacking=Refused), _within(client, place, root):
            return await _said(client, root, post, f"reply|{key}", doubt=doubt)

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """Put the post in the place of what the message said and offered."""
        _, place = _ids(channel)
        client, shown = await self._ready(), said(show(post))
        async with told("edit its post in this channel", _TO_POST, lacking=Refused):
            await shown.instead(client, place, _number(message))

    async def tell(self, person: str, post: Post, key: str) -> None:
        """Say it in the person's direct messages with the bot."""
        place = await self._private(person)
        async with told("write to this person", "Direct Messages", said=True):
            await _said(await self._ready(), place, post, key)

    async def inbox(self, person: str) -> Channel:
        """The direct messages of a person and the bot (`discord:@me/NUMBER`)."""
        return Channel(self.platform, f"{OWN}/{await self._private(person)}")

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Their own messages; what else they can read is not known."""
        mine = await self.inbox(person)
        return frozenset(channel for channel in channels if channel == mine)

    async def link(self, channel: Channel, thread: str) -> str | None:
        """Where a click leads to the thread."""
        return f"https://discord.com/channels/{_ids(channel)[0]}/{thread}"

    async def close(self) -> None:
        """Let answers under way finish, close gateway and sessions, and give discord.py its own addresses back."""
        if self._client and self._client.under_way:
            await asyncio.wait(self._client.under_way, timeout=_LAST_ANSWERS)
        self._closed = True
        if self._client:
            await self._client.close()
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = API, GATEWAY

    async def _private(self, person: str) -> int:
        """Where Discord keeps what a person and the bot say to each other."""
        platform, _, number = person.partition(":")
        if platform != self.platform or not (number.isascii() and number.isdigit()):
            raise Refused(f"{person} is nobody on Discord: people there read discord:NUMBER.")
        client = await self._ready()
        async with told("write to this person", "Direct Messages"):
            return int((await client.http.start_private_message(int(number)))["id"])

    async def _ready(self) -> Client:
        """The client, logged in; a new one after the old one was closed by Discord."""
        async with self._logging_in:
            if self._closed:
                raise TryLater("The bot is stopping.")
            if self._client is None or self._client.is_closed():
                self._client = await self._log_in()
            return self._client

    async def _log_in(self) -> Client:
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise NotWelcome(TOKEN)  # a bad copy, which cannot even be sent
        client = Client(self.post, self._proxy)
        try:
            async with told("log in"):
                await client.login(self._token)
        except BaseException:
            await client.close()
            raise
        return client

    async def _publish(self, client: Client) -> None:
        """Commands that cannot be told to Discord now are no reason not to listen: the last ones still work."""
        try:
            async with told("register its commands", "the scope applications.commands (invite it again)"):
                if await publish(client.tree):
                    log.info("Discord has been told the bot's commands.")
        except (TryLater, Refused) as error:
            log.warning("Discord keeps the commands it had: %s", error)

    async def _connected(self, client: Client) -> None:
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


async def _said(client: Client, place: int, post: Post, key: str, *, doubt: bool = False) -> str:
    """Say it, unless it is there already: Discord looks for the nonce, and in doubt we look at the place ourselves."""
    message, nonce = said(show(post)), hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:25]
    if doubt and (before := await said_before(client, place, message, nonce)):
        return str(before)
    sent = await client.get_partial_messageable(place).send(
        **message.fresh(), nonce=nonce, suppress_embeds=not message.embeds
    )
    return str(sent.id)


@asynccontextmanager
async def _within(client: Client, place: int, thread: int) -> AsyncIterator[None]:
    """An unknown channel is the thread, unless the channel that it hangs from is gone as well."""
    try:
        yield
    except discord.NotFound as error:
        if error.code != UNKNOWN_CHANNEL:
            raise
        await client.http.get_channel(place)
        raise MessageGone(f"The thread {thread} is not there any more: somebody deleted it.") from error


async def _started(client: Client, place: int, message: int, name: str) -> bool:
    """Start the message's thread; False if it has one, which Discord tells in the same one request."""
    try:
        await client.http.start_thread_with_message(
            place, message, name=thread_name(name), auto_archive_duration=AUTO_ARCHIVE
        )
    except discord.HTTPException as error:
        if error.code != THREAD_EXISTS:
            raise
        return False
    return True


def _ids(channel: Channel) -> tuple[str, int]:
    """Server and channel. `Refused` for what cannot be one, such as a name in place of the id."""
    server, _, place = channel.place.partition("/")
    if not ((server == OWN or (server.isascii() and server.isdigit())) and place.isascii() and place.isdigit()):
        raise Refused(f"{channel} is no Discord channel: it reads discord:SERVER/CHANNEL, both as numbers.")
    return server, int(place)


def _number(message: str) -> int:
    """A message's or thread's id; `MessageGone` for what cannot be one."""
    if not (message.isascii() and message.isdigit()):
        raise MessageGone(f"Discord has no message {message!r}: its ids are numbers.")
    return int(message)
