"""Ask, Press or Change → the bot's Reply, once, whatever becomes of sockets and processes on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.chat.slack import forms
from bot.chat.slack.api import Api
from bot.chat.slack.people import People
from bot.chat.slack.rooms import Room, Rooms
from bot.chat.slack.telling import FRESH, SLACK, Say, Tell, Teller
from bot.chat.slack.ways import Way
from bot.chat.slack.words import channel
from bot.errors import NotWelcome, PlatformFailed, Refused, StoreFailed
from bot.model import Ask, Change, Channel, Errand, Heard, Line, Post, Press, Reply, Span
from bot.ports import Answer, Clock, Memory
from bot.ports.roster import out

log = logging.getLogger(__name__)

Job = Callable[[], Coroutine[Any, Any, None]]

AHEAD = 1.0
"""Seconds after which a form that is still being made gets an empty modal: its trigger lives for three."""
OPENING = frozenset({"edit"})
"""Words and presses that a form answers."""
PATIENT = 2.0
"""Seconds that the acknowledgement of a form waits for what is wrong with it, of the three it has."""
LATE = timedelta(days=1)
"""Words that nobody answered for so long are not answered any more: nobody remembers having said them."""


@dataclass(frozen=True, slots=True)
class Rooming:
    """Who and what is known about people and channels."""

    people: People
    rooms: Rooms


class Answers:
    """Answers under way. Each is a task of its own, so that nothing waits for a slow one."""

    def __init__(
        self, api: Api, answer: Answer, say: Say, tell: Tell, known: Rooming, errands: Memory, clock: Clock
    ) -> None:
        self._api = api
        self._answer = answer
        self.known = known
        self.errands = errands
        self.clock = clock
        self.teller = Teller(api, say, tell, errands, clock)
        self.over = asyncio.Event()
        self.verdict: PlatformFailed = Refused("Slack will not have the bot.")
        self._heard: list[Job] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ours: set[str] = set()
        """Errands that this process has in hand: no other had left them."""

    # ── life ──

    def hear(self, job: Job) -> None:
        """Keep it until what it is about is acknowledged."""
        self._heard.append(job)

    def begin(self) -> None:
        """Do what was heard; called once the acknowledgement is on its way."""
        while self._heard:
            self.start(self._heard.pop(0)())

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do it beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, grace: float) -> None:
        """Let what is under way end within `grace` seconds, then stop it; the next process takes it up."""
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=grace)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    def expel(self, verdict: PlatformFailed) -> None:
        """Slack will not have us any more."""
        self.verdict = verdict
        self.over.set()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("A person in Slack got no answer: %s: %s", type(error).__name__, error)

    # ── errands ──

    async def take(self, key: str, way: Way, heard: Heard) -> None:
        """Answer what was heard, once however often it comes."""
        errand = Errand(key, heard, self.clock(), way.packed())
        try:
            if not await self.errands.take_on(errand):
                return
        except StoreFailed as error:  # the person is told at least that it cannot be done
            await self.teller.answer(errand, way, Reply(_post(str(error))))
            return
        self._ours.add(key)
        try:
            await self._do(errand, way)
        finally:
            self._ours.discard(key)

    async def pressed(self, key: str, way: Way, action: str) -> None:
        """A press in a modal or in the Home: in the channel of the errand behind the modal, or in the person's own."""
        parent = await self.errands.errand(SLACK, way.parent) if way.parent else None
        ours = parent is not None and parent.heard.person == f"slack:{way.user}"
        where = parent.heard.channel if parent and ours else await self._inbox(way.user)
        await self.take(key, way, Press(where, f"slack:{way.user}", action))
        if not way.view:
            await self.take(f"{key}:home", Way("home", "", way.user), Ask(where, f"slack:{way.user}", "home"))

    async def return_home(self) -> None:
        """Slack has us: a workspace that had put the bot out lets it in again."""
        team = (await self._api.me()).team
        with suppress(StoreFailed):  # the next connection says it
            if team in await self.errands.enrolled(out(SLACK)):
                await self._answer(Change(channel(team, ""), "returned"))

    async def resume(self) -> bool:
        """Take up what the last process left: answers owed, and channels not told. False when that cannot be known."""
        try:
            left = await self.errands.unfinished(SLACK)
        except StoreFailed as error:
            log.warning("What people in Slack were not answered yet cannot be read: %s", error)
            return False
        for errand in left:
            if errand.key not in self._ours:
                self.start(self._again(errand))
        return True

    async def catch_up(self, where: Channel, now: Channel | None = None) -> None:
        """The bot may speak in a channel, which has the id `now` if that has changed: what was not told is told."""
        for errand in await self.errands.unfinished(SLACK):
            if errand.heard.channel == where and errand.uses and errand.reply and errand.reply.public:
                heard = replace(errand.heard, channel=now or where)
                await self._belated(replace(errand, heard=heard), errand.reply.public)

    async def think(self, heard: Heard, way: Way) -> Reply:
        """What the bot says, told who is asking and where."""
        if not isinstance(heard, Ask | Press):
            return await self._answer(heard)
        place = heard.channel.place.rpartition("/")[2]
        person, room = await asyncio.gather(self.known.people.look(way.user, way.team), self.known.rooms.look(place))
        own = person.standing == "member" and room is not None and room.direct
        asked = replace(heard, standing="manager" if own else person.standing, shared=bool(room and room.shared))
        if isinstance(asked, Ask):
            asked = replace(asked, zone=person.zone)
        return await self._inviting(await self._answer(asked), room)

    async def _do(self, errand: Errand, way: Way) -> None:
        thinking = self.start(self.think(errand.heard, way))
        view = await self._ahead(thinking, errand, way)
        reply = await thinking
        await self.errands.settle(SLACK, errand.key, reply)
        await self.teller.give(errand, way, reply, view)

    async def _ahead(self, thinking: asyncio.Task[Reply], errand: Errand, way: Way) -> str:
        """An empty modal for a form that takes its time; its id."""
        verb = errand.heard.verb if isinstance(errand.heard, Ask) else getattr(errand.heard, "action", "")
        if verb.partition(":")[0] not in OPENING or not way.trigger or way.view or getattr(errand.heard, "words", ""):
            return ""
        await asyncio.wait({thinking}, timeout=AHEAD)
        if thinking.done():
            return ""
        try:
            return await self._api.open(way.trigger, forms.loading(errand.key))
        except PlatformFailed:
            return ""

    async def _again(self, errand: Errand) -> None:
        """What the last process did not end. A press is not done twice, as nobody knows how far it came."""
        way, reply = Way.unpacked(errand.way), errand.reply
        if reply is None:
            late = self.clock() > errand.at + (FRESH if way.kind in ("home", "link", "view") else LATE)
            if late and way.kind != "life":
                await self.errands.finish(SLACK, errand.key)
                return
            reply = _interrupted() if isinstance(errand.heard, Press) else await self.think(errand.heard, way)
            await self.errands.settle(SLACK, errand.key, reply)
        if not errand.uses:
            await self.teller.answer(errand, replace(way, trigger=""), reply)
        if reply.public is None:
            await self.errands.finish(SLACK, errand.key)
        else:
            await self._belated(replace(errand, reply=reply), reply.public)

    async def _belated(self, errand: Errand, public: Post) -> None:
        """What a channel was not told, or may have been: a Change's words were begun only once their way was used."""
        change = isinstance(errand.heard, Change)
        doubt = not change or errand.uses > 0
        if await self.teller.announce(errand, Way.unpacked(errand.way), public, doubt=doubt, quiet=True) or change:
            await self.errands.finish(SLACK, errand.key)

    async def _inbox(self, user: str) -> Channel:
        return channel((await self._api.me()).team, await self._api.inbox(user))

    async def _inviting(self, reply: Reply, room: Room | None) -> Reply:
        """What offers to do something in a channel where the bot cannot speak says how it can."""
        if room is None or room.open or room.archived or not reply.post.buttons:
            return reply
        told = (
            f"The bot cannot post in this channel yet: type /invite @{(await self._api.me()).name} here. "
            "What you press below counts all the same, and goes on by itself once the bot is in."
        )
        return replace(reply, post=replace(reply.post, lines=(*reply.post.lines, Line((Span(told),)))))

    async def expelled(self) -> None:
        """The app was uninstalled or its token revoked; or it was, and is back: Slack is asked."""
        team = (await self._api.me()).team
        try:
            await self._api.me(anew=True)
        except NotWelcome as error:
            await self._answer(Change(channel(team, ""), "expelled", str(error)))
            self.expel(Refused(f"The Slack app was taken out of the workspace: install it again. {error}"))
        except PlatformFailed as error:
            log.info("Slack said that the app is out, and does not say now: %s", error)


def _interrupted() -> Reply:
    told = "The bot was started again just as you pressed that, and it may or may not have been done."
    return Reply(_post(told, "Have a look, and press it once more if it was not."))


def _post(headline: str, *lines: str) -> Post:
    return Post(Line((Span(headline),)), tuple(Line((Span(line),)) for line in lines))
