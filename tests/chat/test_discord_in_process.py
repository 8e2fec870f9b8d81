"""The same commands over simcord: a second opinion on permissions, deferral and who sees what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import simcord

from bot.chat.discord.commands import publish
from bot.chat.discord.listening import Ears
from bot.chat.discord.offering import FIND
from bot.chat.discord.opening import opened
from bot.chat.discord.owing import Owing
from bot.chat.discord.sdk import discord
from bot.model import Ask, Button, Channel, Field, Form, Heard, Post, Press, Reply, Typing
from tests.chat.discord_running import Answers, sentence

EDIT = Button("Edit", "edit:7")
FORM = Form("Edit", "edited:7", (Field("rule", "Rule", "transformers", needed=True), Field("note", "Note")))


def reply(heard: Heard) -> Reply:
    if isinstance(heard, Typing):
        return Reply(sentence(""), choices=(("mamba", "mamba ← a rule of this server"),))
    if isinstance(heard, Press) and heard.action == "edit:7":
        return Reply(sentence(""), form=FORM)
    if isinstance(heard, Press) and heard.fields:
        return Reply(sentence(f"Subscribe to {dict(heard.fields)['rule']}?"), replaces=True)
    if isinstance(heard, Press):
        return Reply(sentence("Done."), public=sentence("Somebody subscribed."), replaces=True)
    assert isinstance(heard, Ask)
    return Reply(sentence(f"{heard.verb} {heard.words}", Button("Subscribe", "confirm:7", "primary"), EDIT))


class Said:
    """What the chat is asked to say."""

    def __init__(self) -> None:
        self.public: list[tuple[Channel, Post, str]] = []

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        self.public.append((channel, post, key))
        return "1"

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        raise AssertionError(f"{person} is told {post}")

    async def inbox(self, person: str) -> Channel:
        return Channel("discord", f"@me/{person.partition(':')[2]}")

    async def there(self, channel: Channel, thread: str) -> bool:
        return True


class Room:
    """One server in process, with a manager and a member."""

    def __init__(self, env: Any, ears: Ears, answers: Answers, public: list[tuple[Channel, Post, str]]) -> None:
        self.client, self.answers, self.public = ears.client, answers, public
        self.server = env.create_guild()
        self.general = self.server.create_text_channel("general")
        role = self.server.create_role("Leads", permissions=discord.Permissions(manage_channels=True))
        self.ann = self.server.add_member(env.create_user("ann"), roles=[role])
        self.bob = self.server.add_member(env.create_user("bob"))


@asynccontextmanager
async def room() -> AsyncIterator[Room]:
    answers, said = Answers(reply), Said()
    ears = Ears(opened(1), said, Owing())
    ears.answer = answers
    async with simcord.run(ears.client) as env:
        await publish(ears.tree)
        yield Room(env, ears, answers, said.public)


async def test_a_command_is_answered_privately() -> None:
    """Acknowledged, and the channel stays quiet."""
    async with room() as lab:
        seen = await lab.ann.slash(lab.general, "subscribe", rule="transformers")
        assert (seen.acknowledged, seen.ephemeral, seen.response.content) == (True, True, "subscribe transformers")
        place = Channel("discord", f"{lab.server.id}/{lab.general.id}")
        assert lab.answers.heard == [Ask(place, f"discord:{lab.ann.id}", "subscribe", "transformers", "manager")]
        assert lab.general.last_message is None


async def test_a_button_replaces_the_private_answer() -> None:
    """The press edits what its person sees; the channel hears the public part."""
    async with room() as lab:
        seen = await lab.ann.slash(lab.general, "subscribe", rule="transformers")
        pressed = await lab.ann.click(seen.response, label="Subscribe")
        assert (pressed.acknowledged, seen.response.content) == (True, "Done.")
        assert [post.plain for _, post, _ in lab.public] == ["Somebody subscribed."]


async def test_a_member_without_the_permission_is_not_offered_the_command() -> None:
    """simcord resolves permissions as Discord does; what changes nothing is for everybody."""
    async with room() as lab:
        with pytest.raises(simcord.SetupError):
            await lab.bob.slash(lab.general, "unsubscribe", which="1")
        seen = await lab.bob.slash(lab.general, "subscriptions")
        assert seen.response.content == "subscriptions"


async def test_the_buttons_of_messages_are_not_kept_in_memory() -> None:
    """A button's id says all there is to know, so a bot that posts for years grows by nothing."""
    async with room() as lab:
        await lab.ann.slash(lab.general, "subscribe", rule="transformers")
        assert list(lab.client.persistent_views) == []


async def test_a_form_opens_and_is_sent() -> None:
    """simcord refuses a form that Discord would; what is sent comes back by name."""
    async with room() as lab:
        seen = await lab.ann.slash(lab.general, "subscribe", rule="transformers")
        shown = await lab.ann.click(seen.response, label="Edit")
        sent = await lab.ann.submit_modal(shown, {"rule": "mamba", "note": ""})
        assert (sent.acknowledged, seen.response.content) == (True, "Subscribe to mamba?")
        pressed = lab.answers.heard[-1]
        assert isinstance(pressed, Press)
        assert pressed.fields == (("rule", "mamba"), ("note", ""))


async def test_completion_and_a_messages_menu() -> None:
    """Choices as the flow has them; the message that was chosen is what is asked about."""
    async with room() as lab:
        offered = await lab.ann.autocomplete(lab.general, "subscribe", "rule", "mam")
        assert [(one["name"], one["value"]) for one in offered] == [("mamba ← a rule of this server", "mamba")]
        message = await lab.ann.send(lab.general, "A paper")
        seen = await lab.ann.context_menu(lab.general, FIND, message)
        assert seen.ephemeral
        asked = lab.answers.heard[-1]
        assert isinstance(asked, Ask)
        assert (asked.verb, asked.words, asked.message) == ("papers", "find", str(message.id))


async def test_another_channel_is_chosen_by_its_name() -> None:
    """With the rights that its person has there."""
    async with room() as lab:
        papers = lab.server.create_text_channel("papers")
        await lab.ann.slash(lab.general, "subscribe", rule="mamba", channel=papers)
        place = Channel("discord", f"{lab.server.id}/{papers.id}")
        assert lab.answers.heard == [Ask(place, f"discord:{lab.ann.id}", "subscribe", "mamba", "manager")]
