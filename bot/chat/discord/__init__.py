"""Discord: the gateway for commands and buttons, REST for posts and threads. Nothing of discord.py leaves this folder.

Limits and pace: https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import yarl

from bot.chat.discord.commands import publish
from bot.chat.discord.embeds import show, thread_name
from bot.chat.discord.listening import Client
from bot.chat.discord.quiet import quieten
from bot.chat.discord.refusals import TOKEN, explained, told
from bot.chat.discord.sdk import DiscordWebSocket, Route, discord
from bot.chat.discord.sending import said
from bot.errors import NotWelcome, Refused, SettingsError, TryLater
from bot.model import Channel, Post
from bot.ports import Answer, Chat

log = logging.getLogger("paper-round")

API = Route.BASE
GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY

PACE = timedelta(seconds=1.2)
"""A channel takes about 5 messages in 5 s; a little slower leaves room for answers and threads.
https://docs.discord.com/developers/topics/rate-limits (per-channel limits come in headers and are not promised)"""

AUTO_ARCHIVE: Final = 10_080
"""Minutes, a week: the longest there is. https://docs.discord.com/developers/resources/channel#channel-object"""

THREAD_EXISTS = 160004
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""

_TO_POST = "View Channel, Send Messages and Embed Links"
_TO_THREAD = "View Channel, Create Public Threads and Send Messages in Threads"
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
    return Discord(token)


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

    def __init__(self, token: str) -> None:
        self._token = token
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

    async def post(self, channel: Channel, post: Post, key: str) -> str:
        """Say it in the channel; the message's id. Discord remembers `key` for some minutes."""
        _, place = _ids(channel)
        client = await self._ready()
        async with told("post in this channel", _TO_POST):
            return await self._send(client, place, post, key)

    async def thread(self, channel: Channel, message: str, name: str, opener: Post, key: str) -> str:
        """The message's thread, made if it is not there, with `opener` said in it once; its id is the message's."""
        _, place = _ids(channel)
        client = await self._ready()
        async with told("open a thread in this channel", _TO_THREAD):
            new = await _started(client, place, int(message), name)
            if new or not await _spoke(client, int(message)):
                await self._send(client, int(message), opener, f"thread|{key}")
        return message

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
        client = Client(self.post)
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

    async def _send(self, client: Client, place: int, post: Post, key: str) -> str:
        message = said(show(post))
        nonce = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:25]
        sent = await client.get_partial_messageable(place).send(
            **message.fresh(), nonce=nonce, suppress_embeds=not message.embeds
        )
        return str(sent.id)


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


async def _spoke(client: Client, thread: int) -> bool:
    """Whether we have said something in the thread; a nonce is forgotten in minutes, the thread is not.

    Without the permission to read the history the nonce has to do.
    """
    try:
        first = await client.http.logs_from(thread, 10, after=thread)
    except discord.Forbidden:
        return False
    us = str(client.user and client.user.id)
    return any(each["type"] == 0 and each["author"]["id"] == us for each in first)  # 21 is the post it hangs from


def _ids(channel: Channel) -> tuple[str, int]:
    """Server and channel. `Refused` for what cannot be one, such as a name in place of the id."""
    server, _, place = channel.place.partition("/")
    if not (server.isascii() and server.isdigit() and place.isascii() and place.isdigit()):
        raise Refused(f"{channel} is no Discord channel: it reads discord:SERVER/CHANNEL, both as numbers.")
    return server, int(place)
