"""Ask or Press → the bot's Reply → what the person and the channel see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.slack.api import Api
from bot.chat.slack.blocks import blocks, fallback
from bot.errors import PlatformFailed
from bot.model import Channel, Heard, Line, Post, Press, Reply, Span
from bot.ports import Answer

log = logging.getLogger(__name__)

Announce = Callable[[Channel, Post, str], Awaitable[str]]
"""How the whole channel is told: `Slack.post`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where words came from: what an answer needs to find its way back. `url` takes five answers in 30 minutes."""

    url: str
    place: str
    user: str
    trigger: str
    thread: str | None = None

    @staticmethod
    def of(body: Mapping[str, Any]) -> Origin:
        """Read a slash command's or a button's payload."""
        container = body.get("container") or {}
        return Origin(
            url=str(body.get("response_url") or ""),
            place=str(body.get("channel_id") or container.get("channel_id") or (body.get("channel") or {}).get("id")),
            user=str(body.get("user_id") or (body.get("user") or {}).get("id")),
            trigger=str(body.get("trigger_id") or ""),
            thread=container.get("thread_ts"),
        )


def rendered(post: Post) -> dict[str, Any]:
    """The fields that every message has, wherever it goes."""
    laid = blocks(post)
    return {"text": fallback(post), "blocks": laid} if laid else {"text": fallback(post)}


class Answers:
    """Answers under way. Each is a task of its own, so that nothing waits for a slow one."""

    def __init__(self, api: Api, answer: Answer, announce: Announce) -> None:
        self._api = api
        self._answer = answer
        self._announce = announce
        self._heard: list[tuple[Heard, Origin]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, heard: Heard, origin: Origin) -> None:
        """Keep it until it is acknowledged."""
        self._heard.append((heard, origin))

    def begin(self) -> None:
        """Answer what was heard; called once the acknowledgement is on its way."""
        while self._heard:
            task = asyncio.create_task(self._reply(*self._heard.pop(0)))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def finish(self, grace: float) -> None:
        """Let what is under way end within `grace` seconds, then stop it."""
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=grace)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("A person in Slack got no answer: %s: %s", type(error).__name__, error)

    async def _reply(self, heard: Heard, origin: Origin) -> None:
        reply = await self._answer(heard)
        post = await self._linked(reply, origin)
        await self._tell(origin, post, replaces=reply.replaces and isinstance(heard, Press))
        if reply.public is not None:
            await self._say(heard.channel, reply.public, origin)

    async def _linked(self, reply: Reply, origin: Origin) -> Post:
        """The post with the address of the thread it points to: nothing opens a thread for a person in Slack."""
        if reply.thread is None:
            return reply.post
        try:
            url = await self._api.permalink(origin.place, reply.thread)
        except PlatformFailed as error:
            return replace(reply.post, lines=(*reply.post.lines, _said(f"The thread cannot be linked: {error}")))
        return replace(reply.post, lines=(*reply.post.lines, Line((Span("Go to the thread", url=url),))))

    async def _say(self, channel: Channel, post: Post, origin: Origin) -> None:
        try:
            await self._announce(channel, post, f"answer:{origin.trigger}")
        except PlatformFailed as error:
            await self._tell(origin, Post(_said("The channel was not told."), (_said(str(error)),)))

    async def _tell(self, origin: Origin, post: Post, *, replaces: bool = False) -> None:
        """Tell the person alone, by the interaction's own address, else by a message that only they see."""
        shown = rendered(await self._api.introduced(post))
        try:
            await self._api.respond(origin.url, shown | _manner(origin, replaces))
        except PlatformFailed as first:
            try:
                await self._api.whisper(origin.place, origin.user, _threaded(shown, origin))
            except PlatformFailed as second:
                log.warning("A person in Slack got no answer: %s Then: %s", first, second)


def _manner(origin: Origin, replaces: bool) -> dict[str, Any]:
    """https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses"""
    if replaces:
        return {"replace_original": True}
    return _threaded({"response_type": "ephemeral", "replace_original": False}, origin)


def _threaded(shown: dict[str, Any], origin: Origin) -> dict[str, Any]:
    return shown | {"thread_ts": origin.thread} if origin.thread else shown


def _said(text: str) -> Line:
    return Line((Span(text),))
