"""What happens in a workspace → Change, or a question of the person who did it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.slack import events, life, words
from bot.chat.slack.answering import Answers
from bot.chat.slack.api import Api
from bot.chat.slack.telling import SLACK
from bot.chat.slack.ways import Way
from bot.chat.slack.words import channel
from bot.model import Ask, Change, Channel

MOVES = 10
"""New ids in a row that are followed."""


class Happenings:
    """Events, each followed once, by its id."""

    def __init__(self, api: Api, answers: Answers) -> None:
        self._api = api
        self._answers = answers

    async def follow(self, body: Mapping[str, Any]) -> None:
        """One event."""
        me = await self._api.me()
        happened = events.read(body["event"], me.user)
        key = str(body.get("event_id") or "")
        match happened:
            case events.Turn():
                await self._turned(key, happened)
            case events.Moved(place, to):
                change = Change(channel(me.team, place), "moved", to=await self._at_last(channel(me.team, to)))
                await self._changed(_moved(change.channel), change)
            case events.Opened(user, place):
                here = channel(me.team, place or await self._api.inbox(user))
                await self._answers.take(key, Way("home", place, user), Ask(here, f"slack:{user}", "home"))
            case events.Shared():
                await self._shared(key, happened)
            case events.Mentioned(event):
                await self._mentioned(key, event)
            case events.Expelled():
                await self._answers.expelled()

    async def _turned(self, key: str, turn: events.Turn) -> None:
        me, rooms = await self._api.me(), self._answers.known.rooms
        rooms.forget(turn.place)
        change = life.change(turn, await rooms.look(turn.place), me.team, f"@{me.name}")
        if change is not None:
            await self._changed(key, change)

    async def _changed(self, key: str, change: Change) -> None:
        """Let the bot know, and tell a channel that it may speak in what was not told there."""
        self._answers.known.rooms.forget(change.channel.place.rpartition("/")[2])
        await self._answers.take(key, Way("life"), change)
        if change.kind != "lost":
            await self._answers.catch_up(change.channel, change.to)

    async def _at_last(self, to: Channel) -> Channel:
        """Where a channel is that got an id which it has already given up: that may have been told first."""
        for _ in range(MOVES):
            errand = await self._answers.errands.errand(SLACK, _moved(to))
            if errand is None or not isinstance(errand.heard, Change) or errand.heard.to is None:
                break
            to = errand.heard.to
        return to

    async def _shared(self, key: str, shared: events.Shared) -> None:
        where, person = channel((await self._api.me()).team, shared.place), f"slack:{shared.user}"
        for link in shared.links:
            way = Way("link", shared.place, shared.user, thread=shared.thread, message=shared.message, link=link)
            ask = Ask(where, person, "find", link)  # not what the thread is about: the card stands under this link
            await self._answers.take(f"{key}:{link}", way, ask)

    async def _mentioned(self, key: str, event: Mapping[str, Any]) -> None:
        team = str(event.get("user_team") or event.get("team") or "")
        thread = str(event.get("thread_ts") or "") or None
        way = Way("message", str(event["channel"]), str(event["user"]), thread=thread, team=team)
        await self._answers.take(key, way, words.mentioned(event, (await self._api.me()).team))


def _moved(before: Channel) -> str:
    """The key of an id's end: an id is given up once, however often that is told."""
    return f"moved:{before.place}"
