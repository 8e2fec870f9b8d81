"""The gateway's line drops in the middle of each kind of work: the real bot over sockets, resumed or begun anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from bot.model import Options
from tests.chat.discord_running import channel
from tests.chat.test_discord_story import Lab, lab
from tests.standins.discord.world import Place, Told

INSTANT = Options("instant", start=0)


def place(it: Lab, name: str) -> Place:
    return next(one for one in it.discord.places.values() if one.name == name)


def said(of: Place) -> list[Told]:
    """What people read there, without Discord's own note that a thread began."""
    return [told for told in of.messages if told.kind == 0]


async def a_deferred_command(it: Lab) -> None:
    """What changes a channel is deferred before it is done; the line drops at the deferral."""
    await it.wants(it.discord.general, "quantized", INSTANT)
    it.discord.drop_at("POST /interactions")
    seen = await it.discord.command("unsubscribe", {"which": "1"})
    assert seen.text.startswith("Done")
    assert await it.world.store.subscriptions(channel(it.discord)) == []
    assert len(await it.discord.said()) == 1


async def a_preview(it: Lab) -> None:
    it.discord.drop_at("POST /interactions")
    seen = await it.discord.command("subscribe", {"rule": "quantized"})
    assert seen.text.startswith("Subscribe this channel to quantized?")
    assert it.discord.general.messages == []


async def a_form(it: Lab) -> None:
    """Opened on one line, sent and answered on the next. What is sent while there is none Discord keeps for a session
    that is resumed; a new one never hears of it, and the person is told to try again."""
    preview = await it.discord.command("subscribe", {"rule": "quantized"})
    opened = await it.discord.begin_press(preview, preview.buttons["Edit…"])
    await it.discord.form(opened)
    await it.discord.gateway.drop()
    await it.discord.listening(2)
    seen = await it.discord.seen(await it.discord.send_form(opened, {"rule": "pruning"}))
    assert seen.text.startswith("Subscribe this channel to pruning?")


async def a_form_in_hand(it: Lab) -> None:
    preview = await it.discord.command("subscribe", {"rule": "quantized"})
    opened = await it.discord.begin_press(preview, preview.buttons["Edit…"])
    await it.discord.form(opened)
    it.discord.drop_at("POST /interactions")
    seen = await it.discord.seen(await it.discord.send_form(opened, {"rule": "pruning"}))
    assert seen.text.startswith("Subscribe this channel to pruning?")


async def a_button(it: Lab) -> None:
    """Subscribed once, and the channel hears of it once."""
    preview = await it.discord.command("subscribe", {"rule": "quantized", "mode": "instant", "start": 0})
    it.discord.drop_at("POST /interactions")
    await it.discord.press(preview, preview.buttons["Subscribe"])
    assert len(await it.discord.said()) == 1
    assert len(await it.world.store.subscriptions(channel(it.discord))) == 1


async def a_single_post(it: Lab) -> None:
    await it.wants(it.discord.general, "quantized", INSTANT)
    it.discord.drop_at("POST /channels")
    await it.morning()
    assert [told.text.split("\n")[0] for told in said(it.discord.general)] == ["Quantized transformers"]


async def a_digest(it: Lab) -> None:
    await it.wants(it.discord.general, "quantized", Options("daily", "10:00", "UTC", "mon-sun", start=0))
    await it.morning()
    it.hands.time += timedelta(hours=2)
    it.discord.drop_at("POST /channels")
    await it.hands.deliver_all(it.world)
    (digest,) = said(it.discord.general)
    assert "1 paper" in digest.text


async def a_threads_opener(it: Lab) -> None:
    await it.wants(it.discord.general, "quantized", Options("instant", start=0, thread="ask"))
    await it.morning()
    (post,) = said(it.discord.general)
    it.discord.drop_at(f"POST /channels/{post.id}/messages")
    await it.discord.press(post, post.buttons["Discuss"])
    await it.discord.listening(2)
    await it.discord.press(post, post.buttons["Discuss"], it.discord.bob)
    assert ["We quantize." in told.text for told in said(it.discord.places[post.id])] == [True]


async def a_forums_post(it: Lab) -> None:
    forum = place(it, "papers")
    await it.wants(forum, "quantized", INSTANT)
    it.discord.drop_at(f"POST /channels/{forum.id}/threads")
    await it.morning()
    (post,) = [one for one in it.discord.places.values() if one.parent == forum.id]
    assert (post.name, len(said(post))) == ("Quantized transformers", 1)


async def a_greeting(it: Lab) -> None:
    """The bot is let in again elsewhere in its life; the first words come once."""
    await it.discord.throw_out()
    it.discord.drop_at("POST /channels")
    await it.discord.invite()
    (told,) = await it.discord.said()
    assert "/subscribe transformers quantization" in told.text


async def an_upvote(it: Lab) -> None:
    await it.wants(it.discord.general, "quantized", INSTANT)
    await it.morning()
    (post,) = said(it.discord.general)
    it.discord.drop_at("POST /interactions")
    await it.discord.press(post, post.buttons["▲ Upvote"], it.discord.bob)
    assert "▲ 1" in post.buttons


WORK: Mapping[str, Callable[[Lab], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        a_deferred_command, a_preview, a_form, a_form_in_hand, a_button, an_upvote, a_single_post, a_digest,
        a_threads_opener, a_forums_post, a_greeting,
    )
}  # fmt: skip


@pytest.mark.parametrize("resumed", [True, False], ids=["resumed", "begun anew"])
@pytest.mark.parametrize("work", list(WORK))
async def test_a_line_that_drops_in_the_middle_loses_and_doubles_nothing(work: str, resumed: bool) -> None:
    """Each is done once and its person sees it; then the bot hears the next command. A second drop changes nothing."""
    async with lab("papers") as it:
        it.discord.gateway.forgetful = not resumed
        await WORK[work](it)
        await it.discord.listening(2)
        assert (it.discord.gateway.resumed, len(it.discord.gateway.intents)) == ((1, 1) if resumed else (0, 2))
        before = {one.id: len(said(one)) for one in it.discord.places.values()}
        await it.discord.gateway.drop()
        await it.discord.listening(3)
        assert "Paper Round" in (await it.discord.command("papers help")).text
        assert {one.id: len(said(one)) for one in it.discord.places.values()} == before
