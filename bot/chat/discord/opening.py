"""Which client: one connection, or several once Discord asks for them; when it may connect; how the bot is invited.

https://docs.discord.com/developers/events/gateway#get-gateway-bot, …/gateway#sharding
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import yarl

from bot.chat.discord.sdk import discord
from bot.chat.discord.seeing import LEAST
from bot.errors import SettingsError, TryLater


def address(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
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


def opened(shards: int, trace: aiohttp.TraceConfig | None = None, proxy: str | None = None) -> discord.Client:
    """A client that is not logged in yet.

    Servers, channels and threads are all that the bot looks at. None of these is privileged, and without messages and
    members nothing of what people write or who they are reaches the bot's memory.
    """
    options: dict[str, Any] = {
        "intents": discord.Intents(guilds=True),
        "allowed_mentions": discord.AllowedMentions.none(),
        "max_messages": None,
        "chunk_guilds_at_startup": False,
        "guild_ready_timeout": 0.5,  # after the last server of a session's start; one that comes later is taken in then
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "max_ratelimit_timeout": 30.0,
        "http_trace": trace,
        "proxy": proxy,
    }
    return discord.AutoShardedClient(shard_count=shards, **options) if shards > 1 else discord.Client(**options)


def settle(client: discord.Client) -> None:
    """Let go of what discord.py has begun for a session that is not complete yet: closed, it has no loop for that."""
    waiting = getattr(client._connection, "_ready_task", None)
    if waiting is not None:
        waiting.cancel()


async def shards(client: discord.Client) -> int:
    """How many connections Discord wants for the servers that the bot is in.

    `TryLater` when it may not connect so often any more today: trying all the same would end its token.
    """
    count, _, limit = await client.http.get_bot_gateway()
    if limit["remaining"] < count:
        after = limit["reset_after"] / 1000
        raise TryLater(f"Discord lets the bot connect {limit['total']:,} times a day, and they are used up.", after)
    return int(count)


def wanted(client: discord.Client) -> int:
    """How many connections the client makes."""
    return client.shard_count or 1


def invitation(application: int | None) -> str:
    """The address that adds the bot to a server, with the least permissions that it needs."""
    return discord.utils.oauth_url(application or 0, permissions=LEAST, scopes=("bot", "applications.commands"))
