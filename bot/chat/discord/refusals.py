"""Discord's and the network's errors → `TryLater`, `Refused` and their kinds, each a sentence that says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.chat.discord.sdk import discord
from bot.errors import ChannelLost, MessageGone, NotWelcome, PlatformFailed, Refused, TryLater, Unsure

DEADLINE = 60.0
"""Seconds for one call: discord.py itself waits up to 30 s for a bucket and 25 s over its five tries."""

PORTAL = "https://discord.com/developers/applications"

TOKEN = (
    f"Discord does not accept DISCORD_TOKEN: copy the token anew from {PORTAL} (your application, Bot, Reset Token)."
)
INTENTS = (
    "Discord misses an intent that is switched off for this bot, though it asks for none that is privileged: "
    f"open {PORTAL}, your application, Bot, Privileged Gateway Intents, switch on what stands there and save."
)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_PERMANENT: dict[int, tuple[type[Refused], str]] = {
    10003: (
        ChannelLost,
        "Discord knows no such channel any more: it was deleted, so unsubscribe it or subscribe another one.",
    ),
    10004: (ChannelLost, "The bot is no longer in that Discord server: invite it again, or unsubscribe the channel."),
    10008: (MessageGone, "The post is not there any more: somebody deleted it."),
    10013: (Refused, "Discord knows no such person any more."),
    50007: (
        Refused,
        "Discord does not let the bot write to this person: they have to allow Direct Messages in Privacy Settings.",
    ),
    50008: (
        ChannelLost,
        "Nothing can be posted in a channel of this kind: subscribe an ordinary text channel of the server.",
    ),
    50024: (
        ChannelLost,
        "That cannot be done in a channel of this kind: subscribe an ordinary text channel of the server.",
    ),
    50033: (Refused, "Discord knows no such person, or none that the bot may write to."),
    50083: (
        Refused,
        "The thread is archived and the bot may not wake it: un-archive it, or allow the bot Manage Threads.",
    ),
    40067: (
        ChannelLost,
        "This forum wants a tag on every post and has none: add one in its settings, or let posts do without.",
    ),
    50278: (Refused, "The bot shares no server with this person any more, so Discord does not let it write to them."),
    160005: (Refused, "The thread is locked: unlock it, or allow the bot Manage Threads."),
    200000: (Refused, "The server's AutoMod blocked the message: exempt the bot's role from that rule."),
    200001: (Refused, "The server's AutoMod blocked the thread's name: exempt the bot's role from that rule."),
    240000: (Refused, "Discord blocked the message because it takes one of its links for harmful."),
}
_TRANSIENT = {  # code → (sentence, seconds if Discord does not say)
    20016: ("The channel is in slow mode and the bot has to wait.", 60.0),
    40003: ("The bot has opened direct messages as fast as Discord lets it.", 60.0),
    20028: ("The channel has had as many messages as Discord lets through for now.", 10.0),
    130000: ("Discord is overloaded.", 60.0),
    160006: ("The server has as many active threads as Discord allows: archive some.", 3600.0),
}


@asynccontextmanager
async def told(
    doing: str, needs: str = "View Channel", *, said: bool = False, lacking: type[Refused] = ChannelLost
) -> AsyncIterator[None]:
    """Run calls to Discord; whatever goes wrong comes out as `TryLater` or `Refused`, or a kind of them.

    `doing` completes "could not …"; `needs` names the permissions that this takes, as Discord's settings write them.
    `lacking` is what a missing permission comes out as: a channel may allow posts and no threads.
    `said`: something is said by it, so that an answer that got lost leaves us `Unsure`.
    """
    try:
        async with asyncio.timeout(DEADLINE):
            yield
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        failed = explained(error, doing, needs, lacking)
        raise (Unsure(str(failed)) if said and _may_be_taken(error) else failed) from error


def _may_be_taken(error: Exception) -> bool:
    """Whether Discord may have done what was asked: its answer got lost, or it stumbled over it."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500
    unheard = isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
    return isinstance(error, (aiohttp.ClientError, OSError, TimeoutError)) and not unheard


def explained(
    error: Exception, doing: str, needs: str = "View Channel", lacking: type[Refused] = ChannelLost
) -> PlatformFailed:
    """The error as ours. Never quotes a token: discord.py keeps those out of its errors, and we quote no address."""
    match error:
        case discord.LoginFailure():
            return NotWelcome(TOKEN)
        case discord.PrivilegedIntentsRequired():
            return NotWelcome(INTENTS)
        case discord.RateLimited():
            return TryLater(f"Discord asks us to pause for {error.retry_after:.0f} s.", error.retry_after)
        case discord.ConnectionClosed():
            return _closed(error)
        case discord.GatewayNotFound():
            return TryLater("Discord's gateway could not be reached.")
        case discord.HTTPException():
            return _answered(error, doing, needs, lacking)
    if isinstance(error, (TimeoutError, aiohttp.ClientError, OSError)):
        return TryLater(f"Discord could not be reached ({type(error).__name__}); the bot could not {doing}.")
    return Refused(f"The bot could not {doing}: discord.py says {type(error).__name__}. Please report this.")


def _closed(error: discord.ConnectionClosed) -> PlatformFailed:
    """https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""
    if error.code == 4004:
        return NotWelcome(TOKEN)
    if error.code in (4013, 4014):
        return NotWelcome(INTENTS)
    if error.code in (4010, 4011):
        return TryLater("Discord wants more connections: the bot is in more servers than it has connections for.")
    return TryLater(f"Discord closed the connection (code {error.code}).")


def _answered(error: discord.HTTPException, doing: str, needs: str, lacking: type[Refused]) -> PlatformFailed:
    """Discord's own answer. A 403 without one of its codes comes from the shield before it, and passes."""
    if error.status == 401:
        return NotWelcome(TOKEN)
    if error.status == 429:
        return TryLater("Discord's shield asks us to slow down.", _seconds(error))
    if error.status >= 500:
        return TryLater(f"Discord has trouble of its own (HTTP {error.status}).")
    if error.code in _TRANSIENT:
        sentence, after = _TRANSIENT[error.code]
        return TryLater(sentence, _seconds(error) or after)
    if error.code in _PERMANENT:
        kind, sentence = _PERMANENT[error.code]
        return kind(sentence)
    if error.code in (50001, 50013):
        kind = lacking if error.code == 50013 else ChannelLost
        return kind(
            f"The bot may not {doing}: in the channel's settings, Permissions, allow it {needs} "
            f"(Discord's error {error.code})."
        )
    if error.code == 0 and error.status == 403:
        return TryLater("Discord's shield turned the bot's address away for now.", 300.0)
    return Refused(
        f"Discord refused to let the bot {doing} (HTTP {error.status}, error {error.code}). Please report this."
    )


def _seconds(error: discord.HTTPException) -> float | None:
    """`Retry-After` in seconds, if the answer has it."""
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return None
