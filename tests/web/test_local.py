"""What the local channel adds to the promises that every chat keeps."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import MessageGone, Refused, TryLater
from bot.model import Channel, Message
from tests.web.stage import GENERAL, Stage, text


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_the_same_key_is_said_once_and_a_thread_does_not_take_the_posts_key(stage: Stage) -> None:
    chat = stage.chat
    assert [await chat.post(GENERAL, text("once"), "k") for _ in range(2)] == ["1", "1"]
    assert [await chat.thread(GENERAL, "1", "name", text("opener"), "k") for _ in range(2)] == ["1", "1"]
    assert [(said.post.plain, said.thread) for said in stage.memory.said] == [("once", None), ("opener", 1)]


async def test_a_thread_is_linked_to_by_its_page(stage: Stage) -> None:
    assert await stage.chat.link(GENERAL, "7") == "/chat/general/7"


@pytest.mark.parametrize("message", ["2", "99", "x", "-1", "²", ""])
async def test_a_thread_under_no_message_is_refused(stage: Stage, message: str) -> None:
    await stage.chat.post(GENERAL, text("top"), "k")
    await stage.chat.thread(GENERAL, "1", "name", text("opener"), "k")
    with pytest.raises(Refused, match="no message"):
        await stage.chat.thread(GENERAL, message, "name", text("opener"), "k2")
    with pytest.raises(Refused, match="no message"):
        await stage.chat.thread(Channel("local", "other"), "1", "name", text("opener"), "k2")


async def test_only_what_the_bot_said_can_be_edited(stage: Stage) -> None:
    """A visitor's words, another channel's message and one that never was are as good as gone."""
    ours = await stage.chat.post(GENERAL, text("ours"), "k")
    theirs = await stage.memory.say(Message(GENERAL, "local:ada", text("theirs"), stage.clock(), "k2"))
    await stage.chat.edit(GENERAL, ours, text("edited"))
    for channel, message in ((GENERAL, str(theirs.id)), (Channel("local", "other"), ours), (GENERAL, "99")):
        with pytest.raises(MessageGone, match="said no message"):
            await stage.chat.edit(channel, message, text("forged"))
    assert [said.post.plain for said in stage.memory.said] == ["edited", "theirs"]


async def test_a_database_in_trouble_is_tried_again_later(stage: Stage) -> None:
    stage.memory.down = True
    with pytest.raises(TryLater, match="locked"):
        await stage.chat.post(GENERAL, text("top"), "k")
    with pytest.raises(TryLater, match="locked"):
        await stage.chat.thread(GENERAL, "1", "name", text("opener"), "k")


async def test_listening_lasts_until_it_is_cancelled(stage: Stage) -> None:
    listening = asyncio.create_task(stage.chat.listen(stage.answer))
    await asyncio.sleep(0)
    assert not listening.done()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await stage.chat.close()
