"""What an earlier process owed to people and channels, given after a restart."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Protocol

from bot.chat.discord import answering, forms, where
from bot.chat.discord.owing import INTERRUPTED, Owing, Way, belated
from bot.chat.discord.places import is_number
from bot.chat.discord.sdk import discord
from bot.chat.discord.where import Where
from bot.errors import PlatformFailed
from bot.model import Ask, Channel, Errand, Post, Press, Reply
from bot.ports import Answer

log = logging.getLogger("paper-round")


class Voice(Protocol):
    """What the chat does for us."""

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """As `Chat.post`."""

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """As `Chat.tell`."""

    async def inbox(self, person: str) -> Channel:
        """As `Chat.inbox`."""

    async def there(self, channel: Channel, thread: str) -> bool:
        """Whether the thread is still there."""


class Resuming:
    """Takes up errands that are not over."""

    def __init__(self, client: discord.Client, voice: Voice, owing: Owing, kept: forms.Kept) -> None:
        self._client = client
        self._voice = voice
        self._owing = owing
        self._kept = kept

    async def all(self, answer: Answer, ours: Collection[str]) -> None:
        """Each of them but `ours`, which this process has in hand at this moment and may be done with at the next."""
        theirs = [errand for errand in await self._owing.left() if errand.key not in ours]
        for errand in theirs:
            try:
                await self._again(errand, answer)
            except PlatformFailed as error:
                log.warning("What %s is owed since the last start has to wait: %s", errand.heard.channel, error)
            except Exception:  # our own mistake with one of them: the others are answered all the same
                log.exception("What %s is owed since the last start was not given", errand.heard.channel)

    async def _again(self, errand: Errand, answer: Answer) -> None:
        """A press is not done twice, as nobody knows how far it came."""
        heard, reply = errand.heard, errand.reply
        if not isinstance(heard, Ask | Press):
            return
        if reply is None:
            known = self._owing.answerable(errand)
            reply = await answer(heard) if known else Reply(answering.sentence(INTERRUPTED))
            await self._owing.settle(errand.key, reply)
        if way := self._owing.way(errand):
            await self._owing.shown(errand.key)
            await belated(self._client, way, answering.message(self._post(heard, reply, way)))
        key = f"interaction|{errand.key}"
        if reply.public:
            await self._voice.post(heard.channel, reply.public, key, doubt=True)
        if reply.told:
            await self._voice.tell(heard.person, reply.told, f"{key}|told", doubt=True)
        await self._owing.finish(errand.key)

    def _post(self, heard: Ask | Press, reply: Reply, way: Way) -> Post:
        """The answer, with a way to its form."""
        place = Where(heard.channel, heard.standing, elsewhere=way.elsewhere)
        post, person = where.addressed(reply.post, place), heard.person.partition(":")[2]
        if reply.form is None or not is_number(person):
            return post
        form = where.form(reply.form, place)
        self._kept.keep(int(person), form)
        return answering.leading(post, form, again=bool(reply.wrong))
