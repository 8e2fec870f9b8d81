"""A Reply → what the person and the channel see, by the way that their words came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from bot.chat.slack import forms
from bot.chat.slack.api import Api
from bot.chat.slack.blocks import blocks, fallback
from bot.chat.slack.home import home
from bot.chat.slack.ways import Way
from bot.errors import ChannelLost, PlatformFailed, Refused, TryLater, Unsure
from bot.model import Button, Change, Channel, Errand, Line, Post, Press, Reply, Span
from bot.ports import Clock, Errands

log = logging.getLogger(__name__)

SLACK = "slack"
USES = 5
FRESH = timedelta(minutes=30)
"""A `response_url` takes five answers within 30 minutes.
https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses"""
TRIES = 4
"""Times that a channel is told something while Slack asks for pauses."""
LONGEST = 30.0
"""Seconds of such a pause, at most."""


class Say(Protocol):
    """How the whole channel is told. `shy`: where it may have been said and nobody can look, it is left unsaid."""

    async def __call__(
        self, channel: Channel, post: Post, key: str, *, doubt: bool = False, shy: bool = False
    ) -> None: ...


class Tell(Protocol):
    """How a person is told in their own messages: `Slack.tell`."""

    async def __call__(self, person: str, post: Post, key: str) -> None: ...


def rendered(post: Post) -> dict[str, Any]:
    """The fields that every message has, wherever it goes."""
    laid = blocks(post)
    return {"text": fallback(post), "blocks": laid} if laid else {"text": fallback(post)}


class Teller:
    """Brings replies back."""

    def __init__(self, api: Api, say: Say, tell: Tell, errands: Errands, clock: Clock) -> None:
        self._api = api
        self._say = say
        self._tell = tell
        self._errands = errands
        self._clock = clock

    async def give(self, errand: Errand, way: Way, reply: Reply, view: str = "") -> None:
        """All of a reply; `view` is a modal that is open already and waits for it. The errand ends, unless the channel
        cannot be told yet."""
        await self.answer(errand, way, reply, view)
        told = reply.public is None or await self.announce(errand, way, reply.public)
        if told or isinstance(errand.heard, Change):  # a greeting is for this moment; the next invitation has its own
            await self._errands.finish(SLACK, errand.key)

    async def answer(self, errand: Errand, way: Way, reply: Reply, view: str = "") -> None:
        """What the person sees."""
        first = reply.form is None and await self._errands.spend(SLACK, errand.key, USES)
        if view:
            await self._put(view, errand, way, reply)
        elif reply.form is not None:
            await self._open(errand, way, reply)
        elif way.kind == "message":
            replaces = reply.replaces and way.pressed and isinstance(errand.heard, Press)
            await self._message(errand, way, await self._linked(reply, way), replaces=replaces, spent=first)
        else:
            await self._elsewhere(errand, way, reply)
        if reply.told is not None and not isinstance(errand.heard, Change):
            await self._privately(errand, way, reply.told)

    async def announce(self, errand: Errand, way: Way, post: Post, *, doubt: bool = False, quiet: bool = False) -> bool:
        """Tell the channel. False when it cannot be told before somebody lets the bot in: that is said, unless `quiet`,
        and it is told by itself then. A greeting that may have been said is left: better none than two."""
        shy, where = isinstance(errand.heard, Change), errand.heard.channel

        async def say(again: bool) -> None:
            await self._say(where, post, f"answer:{errand.key}", doubt=doubt or again, shy=shy)

        try:
            await _insisted(say, unsure=True)
        except ChannelLost as error:
            if not quiet:
                later = "That is done by itself, and papers come, as soon as the bot can post here."
                await self.complain(errand, way, "The channel is not told yet.", _here(error, way.place), later)
            return False
        except PlatformFailed as error:
            await self.complain(errand, way, "The channel was not told.", str(error))
        return True

    async def complain(self, errand: Errand, way: Way, *sentences: str) -> None:
        """Tell the person what could not be done; the log, where nobody waits."""
        first, *others = sentences
        if way.kind in ("life", "link", "home"):
            log.info("%s: %s", errand.heard.channel, " ".join(sentences))
            return
        post = Post(_said(first), tuple(map(_said, others)))
        spent = await self._errands.spend(SLACK, errand.key, USES)
        if way.kind == "view":
            await self._privately(errand, way, post)
        else:
            await self._message(errand, way, post, spent=spent)

    # ── messages that one person sees ──

    async def _message(self, errand: Errand, way: Way, post: Post, *, spent: bool, replaces: bool = False) -> None:
        """By the interaction's own address while that lasts, else by a message that only they see."""
        shown = rendered(await self._api.introduced(post))
        try:
            if not await self._lasts(errand, way, spent=spent):
                raise Refused("The address is used up.")
            await self._api.respond(way.url, shown | _manner(way, replaces))
        except PlatformFailed as first:
            try:
                await self._api.whisper(way.place, way.user, _threaded(shown, way))
            except PlatformFailed as second:
                log.warning("A person in Slack got no answer: %s Then: %s", first, second)

    async def _lasts(self, errand: Errand, way: Way, *, spent: bool) -> bool:
        """Whether the address takes one more answer: its own errand counted it, or that of the form's opening."""
        if not way.url:
            return False
        if not way.parent:
            return spent and self._clock() < errand.at + FRESH
        parent = await self._errands.errand(SLACK, way.parent)
        fresh = parent is not None and self._clock() < parent.at + FRESH
        return fresh and await self._errands.spend(SLACK, way.parent, USES)

    async def _privately(self, errand: Errand, way: Way, post: Post) -> None:
        """In their own messages. Nobody can look there whether it was said, so where that is not known it is left."""
        shown, key = await self._api.introduced(post), f"told:{errand.key}:{post.plain}"

        async def say(_: bool) -> None:
            await self._tell(f"slack:{way.user}", shown, key)

        try:
            await _insisted(say, unsure=False)
        except PlatformFailed as error:
            if way.kind == "message":
                told = "may not have reached you" if isinstance(error, Unsure) else "could not be sent to you"
                await self.complain(errand, way, f"That {told}.", str(error))
            else:
                log.warning("A person in Slack was not told: %s", error)

    async def _linked(self, reply: Reply, way: Way) -> Post:
        """The post with the address of the thread it points to: nothing opens a thread for a person in Slack."""
        if reply.thread is None:
            return reply.post
        try:
            url = await self._api.permalink(way.place, reply.thread)
        except PlatformFailed as error:
            return replace(reply.post, lines=(*reply.post.lines, _said(f"The thread cannot be linked: {error}")))
        return replace(reply.post, lines=(*reply.post.lines, Line((Span("Go to the thread", url=url),))))

    # ── modals and the Home ──

    async def _open(self, errand: Errand, way: Way, reply: Reply) -> None:
        """The form; where Slack's three seconds are over, a button that opens it."""
        assert reply.form is not None
        view = forms.modal(reply.form, errand.key)
        try:
            if way.view:
                await self._api.put(way.view, view)
            else:
                await self._api.open(way.trigger, view)
        except PlatformFailed as error:
            again = errand.heard.action if isinstance(errand.heard, Press) else ""
            buttons = (Button("Open it", again, "primary"),) if again else ()
            post = Post(_said("The form did not open."), (_said(str(error)),), buttons)
            if way.kind == "message":
                spent = await self._errands.spend(SLACK, errand.key, USES)
                await self._message(errand, way, post, spent=spent)
            else:
                await self._privately(errand, way, post)

    async def _put(self, view: str, errand: Errand, way: Way, reply: Reply) -> None:
        """In a modal that is open: a form, or what is to be said."""
        post = await self._api.introduced(await self._linked(reply, way))
        shown = forms.modal(reply.form, errand.key) if reply.form else forms.showing(post, errand.key)
        try:
            await self._api.put(view, shown)
        except PlatformFailed:  # the person closed it meanwhile
            if reply.form is None and way.kind == "message":
                await self._message(errand, way, post, spent=True)

    async def _elsewhere(self, errand: Errand, way: Way, reply: Reply) -> None:
        """In the Home, in a modal, under a message with a link, or nowhere."""
        try:
            if way.kind == "home":
                await self._api.publish(way.user, home(await self._api.introduced(reply.post)))
            elif way.kind == "view":
                await self._show(errand, way, reply)
            elif way.kind == "link" and reply.post.paper is not None:
                await self._under(errand, way, reply)
        except PlatformFailed as error:
            log.info("What was to be shown in Slack was not: %s", error)

    async def _show(self, errand: Errand, way: Way, reply: Reply) -> None:
        """In a modal: the one whose button was pressed, or a new one over the Home."""
        shown = forms.showing(await self._api.introduced(reply.post), errand.key)
        try:
            await (self._api.put(way.view, shown) if way.view else self._api.open(way.trigger, shown))
        except PlatformFailed:
            await self._privately(errand, way, reply.post)

    async def _under(self, errand: Errand, way: Way, reply: Reply) -> None:
        """The paper's card under the message with its link, or in its thread without the scope for that."""
        post = await self._api.introduced(await self._linked(reply, way))
        try:
            await self._api.unfurl(way.place, way.message, way.link, blocks(post))
        except Refused as error:
            log.info("A link in Slack is answered in its thread: %s", error)
            hung = {"thread_ts": way.thread or way.message, "unfurl_links": False, "unfurl_media": False}
            await self._api.say(way.place, rendered(post) | hung)


async def _insisted(say: Callable[[bool], Awaitable[None]], *, unsure: bool) -> None:
    """Say it, also where Slack asks for pauses first; and where its answer is lost, if one may be `unsure`."""
    again = False
    for attempt in range(TRIES):
        try:
            await say(again)
        except TryLater as error:
            again = again or isinstance(error, Unsure)
            if attempt + 1 == TRIES or (again and not unsure):
                raise
            await asyncio.sleep(min(LONGEST, error.after or 2**attempt))
        else:
            return


def _manner(way: Way, replaces: bool) -> dict[str, Any]:
    """https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses"""
    if replaces:
        return {"replace_original": True}
    return _threaded({"response_type": "ephemeral", "replace_original": False}, way)


def _here(error: ChannelLost, place: str) -> str:
    """What is wrong with a channel, for somebody who is in it."""
    return str(error).replace(f"the Slack channel {place}", "this channel").replace(" there.", " here.")


def _threaded(shown: dict[str, Any], way: Way) -> dict[str, Any]:
    return shown | {"thread_ts": way.thread} if way.thread else shown


def _said(text: str) -> Line:
    return Line((Span(text),))
