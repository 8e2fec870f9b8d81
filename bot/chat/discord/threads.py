"""Saying something once, in channels, threads and forums; a paper's thread, or the reply that stands for one."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from bot.chat.discord import forums
from bot.chat.discord.embeds import parted, show, thread_name
from bot.chat.discord.forums import AUTO_ARCHIVE, Kind
from bot.chat.discord.places import REPLY
from bot.chat.discord.recalling import said_before, spoke
from bot.chat.discord.sdk import discord
from bot.chat.discord.sending import said
from bot.errors import MessageGone
from bot.model import Line, Post, Span

log = logging.getLogger("paper-round")

THREAD_EXISTS, NO_THREADS_LEFT, UNKNOWN_CHANNEL, PUBLISHED = 160004, 160006, 10003, 40033
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""

FULL: Final = (
    "This server has as many active threads as Discord allows, so this paper is discussed here, in replies. "
    "Archive some threads, and the next ones open again."
)


Called = Callable[[Span], str]
"""A run of text where no mention is drawn, such as a thread's name."""


async def said_once(
    client: discord.Client, place: int, post: Post, key: str, *, doubt: bool = False, to: str | None = None
) -> str:
    """Say it, unless it is there already: Discord looks for the nonce, and in doubt we look at the place ourselves.

    `to` is the message that it replies to.
    """
    message, nonce = said(show(post)), hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:25]
    if doubt and (before := await said_before(client, place, message, nonce)):
        return str(before)
    about: dict[str, Any] = {}
    if to is not None:
        about["reference"] = discord.MessageReference(message_id=int(to), channel_id=place, fail_if_not_exists=False)
    sent = await client.get_partial_messageable(place).send(
        **message.fresh(), nonce=nonce, suppress_embeds=not message.embeds, **about
    )
    return str(sent.id)


async def forum_post(
    client: discord.Client, server: int, place: int, kind: Kind, post: Post, called: Called, *, doubt: bool = False
) -> str:
    """A forum's post, named by the headline, people and channels in it as they are `called`; its number."""
    message, name = said(show(post)), "".join(map(called, parted(post.headline)[0]))
    if doubt and (before := await forums.begun_before(client, server, place, name, message)):
        return str(before)
    return str(await forums.begin(client, place, kind, name, message, post))


async def opened(
    client: discord.Client, place: int, root: int, name: str, opener: Post, key: str, *, private: bool = False
) -> str:
    """The thread under a message, with its opener; or the reply that stands for it, where there can be none."""
    began: int | None = None
    try:
        if not private:
            began = await _started(client, place, root, name)
    except discord.HTTPException as error:
        if error.code != NO_THREADS_LEFT:
            raise
        log.warning("The server of channel %d has as many active threads as Discord allows.", place)
        opener = replace(opener, closing=(*opener.closing, Line((Span(FULL),), "small")))
        private = True
    if private:  # direct messages have no threads either
        return REPLY + await said_once(client, place, opener, f"thread|{key}", doubt=True, to=str(root))
    if began is not None:
        await _first_words(client, root, opener, key, began)
    elif not await spoke(client, root):
        await said_once(client, root, opener, f"thread|{key}")
    return str(root)


async def _first_words(client: discord.Client, root: int, opener: Post, key: str, began: int) -> None:
    """The opener of a thread that has just begun. A thread that was deleted before has its number, and its opener the
    same nonce: what Discord remembers of that one stands nowhere any more."""
    if int(await said_once(client, root, opener, f"thread|{key}")) < began:
        await said_once(client, root, opener, f"thread|{key}|{began}")


async def published(client: discord.Client, place: int, message: int) -> None:
    """Give an announcement to the servers that follow the channel. What hinders that hinders nothing else."""
    try:
        await client.http.publish_message(place, message)
    except discord.HTTPException as error:
        if error.code != PUBLISHED:
            log.warning("An announcement was posted and not published to followers: %s", error.text or error.status)
    except discord.RateLimited as error:
        log.warning("Ten announcements an hour are published to followers; the next in %.0f s.", error.retry_after)


async def is_there(client: discord.Client, thread: int) -> bool:
    """Ask Discord for it."""
    try:
        await client.http.get_channel(thread)
    except discord.NotFound as error:
        return error.code != UNKNOWN_CHANNEL
    return True


@asynccontextmanager
async def within(client: discord.Client, place: int, thread: int) -> AsyncIterator[None]:
    """An unknown channel is the thread, unless the channel that it hangs from is gone as well."""
    try:
        yield
    except discord.NotFound as error:
        if error.code != UNKNOWN_CHANNEL:
            raise
        await client.http.get_channel(place)
        raise MessageGone(f"The thread {thread} is not there any more: somebody deleted it.") from error


async def _started(client: discord.Client, place: int, message: int, name: str) -> int | None:
    """Start the message's thread; None if it has one, which Discord tells in the same one request.

    The least id of whatever is said in it, by the moment that Discord tells it began: its own id is its message's.
    """
    try:
        made = await client.http.start_thread_with_message(
            place, message, name=thread_name(name), auto_archive_duration=AUTO_ARCHIVE
        )
    except discord.HTTPException as error:
        if error.code != THREAD_EXISTS:
            raise
        return None
    at = discord.utils.parse_time(made["thread_metadata"].get("create_timestamp"))
    return discord.utils.time_snowflake(at) if at else 0
