"""Commands typed and buttons pressed in Discord → `Ask` and `Press`; the `Reply` → what the person sees.

Every interaction is deferred at once: Discord forgets it after three seconds.
https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.chat.discord.commands import Interaction, Tree, offer
from bot.chat.discord.embeds import show
from bot.chat.discord.menus import unfolded
from bot.chat.discord.refusals import told
from bot.chat.discord.sdk import app_commands, discord
from bot.chat.discord.sending import Said, said
from bot.errors import PlatformFailed
from bot.model import Ask, Button, Channel, Line, Post, Press, Reply, Span
from bot.ports import Answer

log = logging.getLogger("paper-round")

OPEN_BUTTONS = frozenset({"cancel", "discuss", "vote", "why", "not", "save", "bibtex"})
"""Anyone may press these; every other button changes what a channel gets, and is for those who manage the channel."""

CHANGING_COMMANDS = frozenset({"subscribe", "unsubscribe"})
CHANGING_WORDS = ("feeds add", "feeds remove", "settings ", "pause", "resume")
"""Of /papers, which anyone may type."""

GONE = (10062, 10015, 40060)
"""The interaction's three seconds or fifteen minutes are over, or another process has answered it.
https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""

SELECT = 3
"""https://docs.discord.com/developers/components/reference#component-object-component-types"""

CHOOSE = "What would you like to do with this paper?"
LATE = "its time was over, or another process of this bot has answered it."
IN_A_SERVER = "This works in a server's channel: add the bot to your server and type the command there."
FOR_MANAGERS = "Changing what a channel gets takes the permission Manage Channel there: ask somebody who has it."

Speak = Callable[[Channel, Post, str], Awaitable[str]]
"""`Chat.post`: says it in a channel."""


class Client(discord.Client):
    """discord.py's client with our commands, which hears commands and presses as soon as it has an `answer`."""

    def __init__(self, speak: Speak, proxy: str | None = None) -> None:
        # Servers, channels and threads: all that the bot looks at. None of these is privileged, and without messages
        # and members nothing of what people write or who they are reaches the bot's memory.
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=30.0,
            proxy=proxy,
        )
        self.answer: Answer | None = None
        self.under_way: set[asyncio.Task[Any]] = set()
        self._speak = speak
        self.tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        offer(self.tree, self.ask)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Presses on messages of any age: what was pressed stands in the ids, so nothing is remembered about them."""
        data: dict[str, Any] = dict(interaction.data or {})
        if interaction.type is not discord.InteractionType.component:
            return
        pressed, picked = str(data.get("custom_id", "")), data.get("values") or []
        if data.get("component_type") == SELECT:
            await self.press(interaction, str(picked[0]) if picked else "")
        elif folded := unfolded(pressed):
            await _unfold(interaction, folded)
        else:
            await self.press(interaction, pressed)

    async def ask(self, interaction: Interaction, verb: str, words: str) -> None:
        """A command was typed."""
        with self._kept():
            if not await _taken(interaction):
                return
            place = where(interaction)
            changes = verb in CHANGING_COMMANDS or words.startswith(CHANGING_WORDS)
            reply = _not_here(interaction, place, changes=changes)
            if reply is None and place and self.answer:
                reply = await self.answer(Ask(place, _person(interaction), verb, words))
            await self._reply(interaction, place, reply, edit=True)

    async def press(self, interaction: Interaction, action: str) -> None:
        """A button was pressed."""
        with self._kept():
            if not await _taken(interaction):
                return
            place = where(interaction)
            reply = _not_here(interaction, place, changes=action.partition(":")[0] not in OPEN_BUTTONS)
            if reply is None and place and self.answer:
                reply = await self.answer(Press(place, _person(interaction), action))
            await self._reply(interaction, place, reply, edit=_may_replace(interaction, reply))

    async def _reply(self, interaction: Interaction, place: Channel | None, reply: Reply | None, *, edit: bool) -> None:
        """Show the answer to the person, and say its public part in the channel, whether or not the first arrived."""
        if reply is None:
            return
        message = said(show(_placed(reply.post, interaction)), thread=_address(place, reply.thread))
        await _shown(interaction, message, edit=edit)
        if reply.public and place:
            try:
                await self._speak(place, reply.public, f"interaction|{interaction.id}")
            except PlatformFailed as error:
                await _shown(interaction, said(show(_sentence(str(error)))), edit=False)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Known as under way, so that closing waits for it."""
        task = asyncio.current_task()
        assert task
        self.under_way.add(task)
        try:
            yield
        finally:
            self.under_way.discard(task)


def where(interaction: Interaction) -> Channel | None:
    """The channel that is meant: inside a thread, the one it hangs from. None in direct messages."""
    if interaction.guild_id is None or interaction.channel is None:
        return None
    parent = interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None
    return Channel("discord", f"{interaction.guild_id}/{parent or interaction.channel.id}")


def _person(interaction: Interaction) -> str:
    return f"discord:{interaction.user.id}"


def _not_here(interaction: Interaction, place: Channel | None, *, changes: bool) -> Reply | None:
    """Why this person cannot do this here; None if they can.

    A command's default permissions are only a default that servers override, so they are checked here again.
    """
    if place is None:
        return Reply(_sentence(IN_A_SERVER))
    if changes and not interaction.permissions.manage_channels:
        return Reply(_sentence(FOR_MANAGERS))
    return None


def _sentence(text: str) -> Post:
    return Post(Line((Span(text),)))


def _placed(post: Post, interaction: Interaction) -> Post:
    """Inside a thread a command means the thread's channel, and the answer says so."""
    if not isinstance(interaction.channel, discord.Thread) or interaction.type is discord.InteractionType.component:
        return post
    parent = interaction.channel.parent
    named = f"#{parent.name}, the channel" if parent else "the channel"
    note = Line((Span(f"You are in a thread: this is about {named} it hangs from."),), "small")
    return replace(post, closing=(*post.closing, note))


def _may_replace(interaction: Interaction, reply: Reply | None) -> bool:
    """A private answer may be replaced by anything; what a whole channel reads only by a post about its paper."""
    private = bool(interaction.message and interaction.message.flags.ephemeral)
    return reply is not None and reply.replaces and (private or reply.post.paper is not None)


def _address(place: Channel | None, thread: str | None) -> str | None:
    """https://docs.discord.com/developers/reference (message links): servers and threads are enough."""
    return f"https://discord.com/channels/{place.place.split('/')[0]}/{thread}" if place and thread else None


async def _unfold(interaction: Interaction, buttons: tuple[Button, ...]) -> None:
    """Show the buttons that stand behind one to whoever pressed it: no answer of ours is needed for that."""
    message = said(show(Post(Line((Span(CHOOSE),)), buttons=buttons)))
    try:
        async with told("show a menu"):
            await interaction.response.send_message(**message.fresh(), ephemeral=True)
    except PlatformFailed as error:
        log.warning("A menu in Discord could not be shown: %s", error)


async def _taken(interaction: Interaction) -> bool:
    """Tell Discord that an answer comes; False if it is too late or somebody else has."""
    try:
        async with told("answer a command"):
            await interaction.response.defer(ephemeral=True)
    except PlatformFailed as error:
        cause = error.__cause__
        late = isinstance(cause, discord.HTTPException) and cause.code in GONE
        log.warning("A command or press in Discord was left alone: %s", LATE if late else error)
        return False
    return True


async def _shown(interaction: Interaction, message: Said, *, edit: bool) -> None:
    """Show it to the person. If that fails, nobody is left to tell but the log."""
    try:
        async with told("show an answer"):
            if edit:
                await interaction.edit_original_response(
                    content=message.content, embeds=message.embeds, view=message.view, attachments=[]
                )
            else:
                await interaction.followup.send(**message.fresh(), ephemeral=True)
    except PlatformFailed as error:
        log.warning("A person in Discord got no answer: %s", error)
