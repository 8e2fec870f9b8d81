"""Every promise of the Chat port, kept by every page of bot/chat (found by its name) and by the fake."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator

import pytest

import bot.chat
from bot.errors import Refused, TryLater
from bot.model import Button, Line, Post, Span
from tests.contracts.rig import Rig

PAGES = [*(page.name for page in pkgutil.iter_modules(bot.chat.__path__)), "fake"]


@pytest.fixture(params=PAGES)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """A connected chat; a page without a rig of its own fails here by name."""
    module = importlib.import_module(f"tests.contracts.chats.{request.param}")
    async with module.rig() as rig:
        yield rig


def post(title: str = "Quantized transformers", *lines: str) -> Post:
    told = tuple(Line((Span(line),)) for line in lines)
    return Post(
        Line((Span(title, "strong", "https://arxiv.org/abs/2310.16836"),)), told, (Button("Discuss", "discuss:1"),)
    )


async def test_a_post_is_shown_once_with_its_words(rig: Rig) -> None:
    """What is posted can be read in the channel, and its id is the platform's."""
    message = await rig.chat.post(rig.channel, post("Quantized transformers", "Four bits are enough."), "k1")
    (shown,) = await rig.shown()
    assert shown.id == message
    assert "Quantized transformers" in shown.text
    assert "Four bits are enough." in shown.text


async def test_posts_stand_in_the_order_they_were_made(rig: Rig) -> None:
    """The channel shows first what was said first."""
    ids = [await rig.chat.post(rig.channel, post(f"Paper {n}"), f"k{n}") for n in range(3)]
    assert [shown.id for shown in await rig.shown()] == ids


async def test_a_thread_opens_under_its_post(rig: Rig) -> None:
    """The opener stands in the thread, not in the channel, and the thread can be linked to."""
    message = await rig.chat.post(rig.channel, post(), "k1")
    thread = await rig.chat.thread(rig.channel, message, "Quantized transformers", post("The abstract"), "k1|thread")
    inside = [shown for shown in await rig.shown() if shown.thread == thread]
    assert any("The abstract" in shown.text for shown in inside)
    assert await rig.chat.link(rig.channel, thread)


@pytest.mark.parametrize(
    "title",
    [
        "<!channel> @everyone <@U0123>",
        "*bold* _it_ ~s~ `code` > quote",
        "[click](https://evil.example) <https://evil.example|arxiv.org>",
        "a\x00b\ud800c\u202egnp.exe",
        "# heading\n- list\n1. one ||spoiler|| :smile: <t:1:R> <#1> </x:1>",
        "&amp; &lt;b&gt; <script>alert(1)</script>",
    ],
)
async def test_a_strangers_title_is_taken_as_text(rig: Rig, title: str) -> None:
    """No title is refused, and none loses its words."""
    await rig.chat.post(rig.channel, post(title), "k1")
    (shown,) = await rig.shown()
    words = ("channel", "bold", "click", "gnp.exe", "heading", "script")
    assert any(word in shown.text for word in words if word in title)


async def test_a_very_long_post_is_cut_not_refused(rig: Rig) -> None:
    """Ten thousand characters in every place still make one message."""
    await rig.chat.post(rig.channel, post("w" * 10_000, "long words " * 1_000, *["line"] * 120), "k1")
    assert len(await rig.shown()) == 1


async def test_a_lost_channel_is_refused_with_a_reason(rig: Rig) -> None:
    """A permanent failure is `Refused`, with a sentence for a person."""
    if rig.lost_channel is None:
        assert rig.chat.platform == "local"  # its channels cannot be lost: naming one makes it
        return
    with pytest.raises(Refused) as refused:
        await rig.chat.post(rig.lost_channel, post(), "k1")
    assert len(str(refused.value)) > 20
    assert "Traceback" not in str(refused.value)


async def test_a_platform_that_asks_for_a_pause_gets_it(rig: Rig) -> None:
    """A rate limit is `TryLater` with the platform's own seconds, and nothing was posted."""
    if rig.slow_down is None:
        assert rig.chat.platform == "local"  # our own page never asks us to wait
        return
    rig.slow_down(120)
    with pytest.raises(TryLater) as later:
        await rig.chat.post(rig.channel, post(), "k1")
    assert later.value.after is not None
    assert later.value.after >= 100
    assert await rig.shown() == []
