"""What a person sees of an answer: told at once or after it was deferred, in a message or in a form.

https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from bot.chat.discord import forms, places
from bot.chat.discord.embeds import show as shown
from bot.chat.discord.markdown import place
from bot.chat.discord.refusals import told
from bot.chat.discord.sdk import Interaction, discord
from bot.chat.discord.sending import Said, said
from bot.errors import PlatformFailed
from bot.model import Button, Channel, Form, Line, Post, Reply, Span

log = logging.getLogger("paper-round")

GONE = (10062, 10015, 40060)
"""The interaction's three seconds or fifteen minutes are over, or another process has answered it.
https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""

LATE = "its time was over, or another process of this bot has answered it."
OPEN, AGAIN = "Open the form", "Correct it"


def sentence(text: str) -> Post:
    """One sentence."""
    return Post(Line((Span(text),)))


def message(post: Post) -> Said:
    """The post as discord.py sends it."""
    return said(shown(post))


def may_open(interaction: Interaction) -> bool:
    """Whether a form can be opened: as the first answer only, and never over another form."""
    return not interaction.response.is_done() and interaction.type is not discord.InteractionType.modal_submit


def edits(interaction: Interaction) -> bool:
    """Whether a deferred answer takes the place of what its person looks at: "thinking…", or a private message."""
    return _thinks(interaction) or bool(interaction.message and interaction.message.flags.ephemeral)


async def opened(interaction: Interaction, form: Form) -> None:
    """Open the form."""
    try:
        async with told("open a form"):
            await interaction.response.send_modal(forms.modal(form))
    except PlatformFailed as error:
        log.warning("A form in Discord could not be opened: %s", error)


def leading(post: Post, form: Form, *, again: bool) -> Post:
    """The post with a button that opens the form, `again` with what was typed in it."""
    button = Button(AGAIN if again else OPEN, f"{forms.OPENED}{form.action}", "primary")
    return replace(post, buttons=(button, *post.buttons))


async def taken(interaction: Interaction) -> bool:
    """Tell Discord that an answer comes; False if it is too late or somebody else has."""
    try:
        async with told("answer a command"):
            alone = interaction.type is discord.InteractionType.modal_submit and interaction.message is None
            await interaction.response.defer(ephemeral=True, thinking=alone)
    except PlatformFailed as error:
        _alone(error, "A command or press in Discord was left alone")
        return False
    return True


async def show(interaction: Interaction, post: Post, reply: Reply, channel: Channel | None) -> None:
    """The private answer; where it may, it takes the place of the message that was pressed."""
    thread = places.address(channel, reply.thread) if channel and reply.thread else None
    updated = reply.updated if _on_public_post(interaction) else None
    message = said(shown(_called(updated or post, interaction)), thread=thread)
    edit = updated is not None or _may_replace(interaction, reply)
    try:
        async with told("show an answer"):
            await _put(interaction, message, edit=edit)
    except PlatformFailed as error:
        _alone(error, "A person in Discord got no answer")


async def say(interaction: Interaction, text: str) -> None:
    """One sentence to whoever pressed."""
    await show(interaction, sentence(text), Reply(sentence(text)), None)


async def also(interaction: Interaction, text: str) -> None:
    """One more sentence, below the answer."""
    try:
        async with told("show an answer"):
            await interaction.followup.send(**said(shown(sentence(text))).fresh(), ephemeral=True)
    except PlatformFailed as error:
        _alone(error, "A person in Discord did not hear that something was refused")


async def unfold(interaction: Interaction, buttons: tuple[Button, ...], words: str) -> None:
    """Show the buttons that stand behind one to whoever pressed it: no answer of ours is needed for that."""
    message = said(shown(Post(Line((Span(words),)), buttons=buttons)))
    try:
        async with told("show a menu"):
            await interaction.response.send_message(**message.fresh(), ephemeral=True)
    except PlatformFailed as error:
        log.warning("A menu in Discord could not be shown: %s", error)


async def _put(interaction: Interaction, message: Said, *, edit: bool) -> None:
    """As the first answer, or in the place of "thinking…", or below."""
    fields: dict[str, Any] = {"content": message.content, "embeds": message.embeds, "view": message.view}
    fields["attachments"] = []
    if not interaction.response.is_done():
        if edit:
            await interaction.response.edit_message(**fields)
        else:
            await interaction.response.send_message(**message.fresh(), ephemeral=True)
    elif edit or _thinks(interaction):
        await interaction.edit_original_response(**fields)
    else:
        await interaction.followup.send(**message.fresh(), ephemeral=True)


def _called(post: Post, interaction: Interaction) -> Post:
    """Menus show no mention: channels that they offer are put there by the names that Discord told the bot."""
    entries = tuple(replace(entry, name=_name(entry.name, interaction)) for entry in post.entries)
    return replace(post, entries=entries) if entries else post


def _name(name: str, interaction: Interaction) -> str:
    number = place(name)
    found = getattr(interaction.client.get_channel(int(number)), "name", None) if number else None
    return f"#{found}" if found else name


def _thinks(interaction: Interaction) -> bool:
    """Whether the person sees "thinking…", whose place the answer takes."""
    return interaction.response.type is discord.InteractionResponseType.deferred_channel_message


def _may_replace(interaction: Interaction, reply: Reply) -> bool:
    """A private answer may be replaced by anything; what a whole channel reads only by a post about its paper."""
    if interaction.message is None or interaction.type is discord.InteractionType.application_command:
        return False
    return reply.replaces and (interaction.message.flags.ephemeral or reply.post.paper is not None)


def _on_public_post(interaction: Interaction) -> bool:
    pressed = interaction.type is discord.InteractionType.component and interaction.message
    return bool(pressed and not pressed.flags.ephemeral)


def _alone(error: PlatformFailed, what: str) -> None:
    cause = error.__cause__
    late = isinstance(cause, discord.HTTPException) and cause.code in GONE
    log.warning("%s: %s", what, LATE if late else error)
