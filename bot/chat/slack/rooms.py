"""What a channel is, as Slack tells it, and which ones a person can read; kept for some minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass

from bot.chat.slack.api import Api
from bot.chat.slack.people import AT_MOST, People
from bot.errors import ChannelLost, PlatformFailed
from bot.model import Channel

log = logging.getLogger(__name__)

KEPT = 300.0
"""Seconds for which what Slack said of a channel counts; what happens to it is told by events, and asked again."""
MANY = 10_000
ASKED = 10
"""Channels asked about one by one for one list; for more of them the workspace's public ones are listed. The one takes
some fifty questions a minute, the other twenty. https://docs.slack.dev/apis/web-api/rate-limits/"""
PAGES, PAGE = 10, 200
"""Pages of a person's channels, and channels on each."""
BOOK, LEAF = 20, 999
"""Pages of a workspace's public channels, and channels on each.
https://docs.slack.dev/reference/methods/conversations.list"""


@dataclass(frozen=True, slots=True)
class Room:
    """A channel. `gone`: Slack shows the bot none, because it was deleted or is private and the bot was not invited."""

    private: bool = False
    member: bool = False
    archived: bool = False
    shared: bool = False
    gone: bool = False
    direct: bool = False

    @property
    def open(self) -> bool:
        """Whether the bot may speak there (with the scope `chat:write.public`)."""
        return not self.gone and not self.archived and (self.member or self.direct or not self.private)


class Rooms:
    """Channels by their ids (scopes `channels:read` and `groups:read`)."""

    def __init__(self, api: Api, people: People) -> None:
        self._api = api
        self._people = people
        self._known: dict[str, tuple[float, Room]] = {}

    def forget(self, place: str) -> None:
        """Something became of it: ask again."""
        self._known.pop(place, None)

    async def look(self, place: str) -> Room | None:
        """What it is; None where Slack does not say."""
        if place.startswith("D"):
            return Room(private=True, member=True, direct=True)
        now = asyncio.get_running_loop().time()
        kept = self._known.get(place)
        if kept is None or kept[0] <= now:
            try:
                async with asyncio.timeout(AT_MOST):
                    room = await self._ask(place)
            except (PlatformFailed, TimeoutError):
                return None
            kept = self._known[place] = now + KEPT, room
            while len(self._known) > MANY:
                del self._known[next(iter(self._known))]
        return kept[1]

    async def _ask(self, place: str) -> Room:
        try:
            said = await self._api.call(self._api.client.conversations_info(channel=place), place=place)
        except ChannelLost:
            return Room(private=True, gone=True)
        told = said.get("channel") or {}
        return Room(
            private=bool(told.get("is_private") or told.get("is_mpim")),
            member=bool(told.get("is_member")),
            archived=bool(told.get("is_archived")),
            shared=bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared")),
            direct=bool(told.get("is_im")),
        )

    async def visible(self, user: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Those of the channels that a person can read: theirs, and to whoever is no guest all public ones.

        What Slack says now counts, never what it said before: that a channel was made private comes only with the
        stream of everybody's messages (`message.groups`), which this bot does not read. Without the scopes, or where
        Slack does not say in time, none: who may see what is not guessed.
        """
        asked = [one for one in channels if not _place(one).startswith("D")]
        seen = await self._mine(user)
        if not (await self._people.look(user)).guest:
            seen |= await self._public({_place(one) for one in asked} - seen)
        return frozenset(one for one in asked if _place(one) in seen)

    async def _public(self, places: set[str]) -> set[str]:
        """Those of them that everybody in the workspace can read."""
        found: set[str] = set()
        try:
            async with asyncio.timeout(AT_MOST):
                await (self._each(places, found) if len(places) <= ASKED else self._listed(places, found))
        except (PlatformFailed, TimeoutError) as error:
            log.info("Slack does not say which channels are public, so some are not listed: %s", error)
        return found

    async def _each(self, places: set[str], found: set[str]) -> None:
        said = await asyncio.gather(*map(self._ask, places), return_exceptions=True)
        for place, room in zip(places, said, strict=True):
            if isinstance(room, PlatformFailed):
                log.info("Slack does not say whether channel %s is public, so it is not listed: %s", place, room)
            elif isinstance(room, BaseException):
                raise room
            elif not (room.private or room.gone):
                found.add(place)

    async def _listed(self, places: set[str], found: set[str]) -> None:
        cursor: str | None = None
        for _ in range(BOOK):
            ask = self._api.client.conversations_list(types="public_channel", limit=LEAF, cursor=cursor)
            said = await self._api.call(ask)
            found |= places & {str(one["id"]) for one in said.get("channels") or [] if not one.get("is_private")}
            cursor = (said.get("response_metadata") or {}).get("next_cursor")
            if not cursor or found == places:
                return
        log.info("The workspace has more than %d public channels: some are not listed.", BOOK * LEAF)

    async def _mine(self, user: str) -> set[str]:
        """The channels a person is in; of private ones, those that the bot is in too."""
        found: set[str] = set()
        cursor: str | None = None
        kinds = "public_channel,private_channel"
        for _ in range(PAGES):
            ask = self._api.client.users_conversations(user=user, types=kinds, limit=PAGE, cursor=cursor)
            try:
                said = await self._api.call(ask)
            except PlatformFailed:
                break
            found |= {str(one["id"]) for one in said.get("channels") or []}
            cursor = (said.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found


def _place(channel: Channel) -> str:
    return channel.place.rpartition("/")[2]
