"""What people are owed: interactions that were deferred, kept until they are answered, so that a restart forgets none.

An interaction's token lives for fifteen minutes; what is said to a channel is owed for longer.
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.chat.discord.refusals import told
from bot.chat.discord.sdk import Interaction, discord
from bot.chat.discord.sending import Said
from bot.errors import PlatformFailed, StoreFailed
from bot.model import Ask, Errand, Heard, Reply
from bot.ports import Clock, Errands

log = logging.getLogger("paper-round")

DISCORD = "discord"
OPEN = timedelta(minutes=15)
"""For which an interaction takes answers."""
LATE = timedelta(days=1)
"""Words that nobody answered for so long are not answered any more."""

INTERRUPTED = (
    "The bot was started again just as you pressed that, and it may or may not have been done. Have a look, and press "
    "it once more if it was not."
)


@dataclass(frozen=True, slots=True)
class Way:
    """The way back to who did something.

    `edits`: the answer takes the place of what they look at. `elsewhere`: it is about another channel than that.
    """

    application: int
    token: str
    edits: bool
    elsewhere: bool


class Owing:
    """Errands of Discord, where a database keeps them; without one nothing is owed after a restart.

    What the database cannot keep is answered all the same.
    """

    def __init__(self, errands: Errands | None = None, clock: Clock | None = None) -> None:
        self._errands = errands
        self._clock = clock

    def time_of(self, errand: Errand) -> datetime:
        """What the clock says, for what is to become of it."""
        return self._clock() if self._clock else errand.at

    async def take(self, interaction: Interaction, heard: Heard, *, edits: bool, elsewhere: bool) -> bool:
        """It is owed from now on; False where it was heard before."""
        if self._errands is None or self._clock is None:
            return True
        way = Way(interaction.application_id, interaction.token, edits, elsewhere)
        errand = Errand(str(interaction.id), heard, self._clock(), msgspec.json.encode(way).decode())
        try:
            return await self._errands.take_on(errand)
        except StoreFailed as error:
            log.warning("What somebody asked for in Discord cannot be kept over a restart: %s", error)
            return True

    async def settle(self, key: str, reply: Reply) -> None:
        """The answer is known."""
        if self._errands is not None:
            await _tried(self._errands.settle(DISCORD, key, reply))

    async def shown(self, key: str) -> None:
        """The answer is on its way to the person; the channel is still to hear of it."""
        if self._errands is not None:
            await _tried(self._errands.spend(DISCORD, key, 1))

    async def finish(self, key: str) -> None:
        """Nothing is owed any more."""
        if self._errands is not None:
            await _tried(self._errands.finish(DISCORD, key))

    async def left(self) -> list[Errand]:
        """What an earlier process owed."""
        if self._errands is None:
            return []
        try:
            return await self._errands.unfinished(DISCORD)
        except StoreFailed as error:
            log.warning("What people in Discord were not answered yet cannot be read: %s", error)
            return []

    def answerable(self, errand: Errand) -> bool:
        """Whether it is to be asked again: words of today."""
        return isinstance(errand.heard, Ask) and self.time_of(errand) < errand.at + LATE

    def way(self, errand: Errand) -> Way | None:
        """The way to the person, while it is open and was not used."""
        way = msgspec.json.decode(errand.way, type=Way)
        return way if not errand.uses and self.time_of(errand) < errand.at + OPEN else None


async def belated(client: discord.Client, way: Way, message: Said) -> None:
    """Show the answer to an interaction that an earlier process had deferred; if it is too late, nothing."""
    hook = discord.Webhook.partial(way.application, way.token, client=client)
    original: Any = "@original"  # its name in place of its number
    try:
        async with told("show an answer"):
            if way.edits:
                said: Any = {"content": message.content, "embeds": message.embeds, "view": message.view}
                await hook.edit_message(original, **said, attachments=[])
            else:
                await hook.send(**message.fresh(), ephemeral=True)
    except PlatformFailed as error:
        log.warning("A person in Discord was not answered after the restart: %s", error)


async def _tried(step: Awaitable[object]) -> None:
    try:
        await step
    except StoreFailed as error:
        log.warning("How far an answer in Discord got cannot be kept: %s", error)
