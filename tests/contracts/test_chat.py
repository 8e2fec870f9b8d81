"""Every promise of the Chat port, kept by every page of bot/chat (found by its name) and by the fake."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

import bot.chat
from bot.errors import ChannelLost, MessageGone, Refused, TryLater
from bot.model import Button, Entry, Line, Post, Span
from bot.ports import Chat
from tests.contracts.rig import Rig, Shown

PAGES = [*(page.name for page in pkgutil.iter_modules(bot.chat.__path__)), "fake"]


@pytest.fixture(params=PAGES)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """A connected chat; a page without a rig of its own fails here by name."""
    module = importlib.import_module(f"tests.contracts.chats.{request.param}")
    async with module.rig() as rig:
        yield rig


@asynccontextmanager
async def another(rig: Rig) -> AsyncIterator[Chat]:
    """The bot's next process, after this one is gone."""
    chat = await rig.second()
    try:
        yield chat
    finally:
        await chat.close()


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
    """Whatever is said in a channel that cannot be posted to is `ChannelLost`, with a sentence for a person."""
    if rig.lost_channel is None:
        assert rig.chat.platform == "local"  # its channels cannot be lost: naming one makes it
        return
    lost = rig.lost_channel
    for said in (
        rig.chat.post(lost, post(), "k1"),
        rig.chat.thread(lost, "1", "A paper", post(), "k1"),
        *([] if rig.lasting else [rig.chat.reply(lost, "1", post(), "k1"), rig.chat.edit(lost, "1", post())]),
    ):
        with pytest.raises(ChannelLost) as refused:
            await said
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


# ── threads and edits ───────────────────────────────────────────────────────────────────────────────


async def test_a_reply_stands_in_the_thread_after_what_was_said_there(rig: Rig) -> None:
    """It is not a message of the channel's own, and its key says it once."""
    message = await rig.chat.post(rig.channel, post(), "k1")
    thread = await rig.chat.thread(rig.channel, message, "Quantized transformers", post("The abstract"), "k1|thread")
    replies = [await rig.chat.reply(rig.channel, thread, post("A second version"), "k1|version") for _ in range(2)]
    inside = [shown for shown in await rig.shown() if shown.thread == thread]
    assert replies == [inside[-1].id] * 2
    assert [word in shown.text for word, shown in zip(("The abstract", "A second version"), inside[-2:], strict=True)]
    assert sum("A second version" in shown.text for shown in await rig.shown()) == 1


async def test_an_edit_takes_the_place_of_what_was_said(rig: Rig) -> None:
    """The message keeps its place, its id and its thread; nothing is said anew."""
    ids = [await rig.chat.post(rig.channel, post(f"Paper {n}", "Old words."), f"k{n}") for n in range(2)]
    if rig.lasting:
        with pytest.raises(Refused) as refused:
            await rig.chat.edit(rig.channel, ids[0], post("New"))
        assert len(str(refused.value)) > 20
        return
    thread = await rig.chat.thread(rig.channel, ids[0], "Paper 0", post("The abstract"), "k0|thread")
    before = [(shown.id, shown.thread) for shown in await rig.shown()]
    struck = Post(Line((Span("Paper 0", "struck"), Span(" was withdrawn"))), buttons=(Button("Why", "why:7"),))
    await rig.chat.edit(rig.channel, ids[0], struck)
    after = await rig.shown()
    assert [(shown.id, shown.thread) for shown in after] == before
    first = next(shown for shown in after if shown.id == ids[0])
    assert "Paper 0 was withdrawn" in first.text.replace("~~", "")
    assert "Old words" not in first.text
    assert first.actions == ("why:7",)
    assert await rig.chat.reply(rig.channel, thread, post("Code"), "k0|code")


async def test_what_is_not_there_any_more_is_said_to_be_gone(rig: Rig) -> None:
    """A deleted message cannot be edited, nor a thread opened under it or answered in: only that, not the channel."""
    gone = await rig.chat.post(rig.channel, post(), "k1")
    if rig.lasting:
        return  # a mailbox is its owner's: nobody is told what becomes of a mail
    if rig.delete is None:
        assert rig.chat.platform == "local"  # nobody deletes anything there
        gone = "987654321"
    else:
        await rig.delete(gone)
    for said in (
        rig.chat.edit(rig.channel, gone, post("New")),
        rig.chat.thread(rig.channel, gone, "A paper", post("The abstract"), "k1|thread"),
        rig.chat.reply(rig.channel, gone, post("A second version"), "k1|version"),
    ):
        with pytest.raises(MessageGone) as refused:
            await said
        assert len(str(refused.value)) > 20
    assert await rig.chat.post(rig.channel, post("Another paper"), "k2")


# ── once ────────────────────────────────────────────────────────────────────────────────────────────


async def test_doubt_finds_what_an_earlier_process_said(rig: Rig) -> None:
    """A post, a thread's opener and a reply whose saying was not written down are found, not said again."""
    message = await rig.chat.post(rig.channel, post(), "k1")
    thread = await rig.chat.thread(rig.channel, message, "Quantized transformers", post("The abstract"), "k1|thread")
    reply = await rig.chat.reply(rig.channel, thread, post("A second version"), "k1|version")
    before = await rig.shown()
    async with another(rig) as chat:
        assert await chat.post(rig.channel, post(), "k1", doubt=True) == message
        again = await chat.thread(rig.channel, message, "Name", post("The abstract"), "k1|thread", doubt=True)
        assert again == thread
        assert await chat.reply(rig.channel, thread, post("A second version"), "k1|version", doubt=True) == reply
    assert await rig.shown() == before


async def test_doubt_without_cause_says_what_was_never_said(rig: Rig) -> None:
    """Looking first finds other papers, not this one."""
    other = await rig.chat.post(rig.channel, post("Another paper"), "k0")
    async with another(rig) as chat:
        message = await chat.post(rig.channel, post(), "k1", doubt=True)
        thread = await chat.thread(rig.channel, message, "Name", post("The abstract"), "k1|thread", doubt=True)
        await chat.reply(rig.channel, thread, post("A second version"), "k1|version", doubt=True)
    shown = await rig.shown()
    assert [one.id for one in shown if one.thread is None] == [other, message]
    inside = [one.text for one in shown if one.thread == thread]
    assert ["The abstract" in inside[-2], "A second version" in inside[-1]] == [True, True]


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────


def digest(papers: int, words: int = 12) -> Post:
    """A list of papers, two lines each, with a word of its own in each line."""
    entries = tuple(
        Entry(
            f"Paper {n}",
            (
                Line((Span(f"Title{n}x of a paper", "strong", f"https://arxiv.org/abs/2608.{n:05}"),)),
                Line((Span(f"Gist{n}x " + "word " * words),), "small"),
            ),
            Button("Discuss", f"discuss:{n}"),
            f"arxiv:2608.{n:05}",
        )
        for n in range(papers)
    )
    closing = (Line((Span("Closing words"),), "small"),)
    more = (Button("Why are these here?", "why:1"), Button("Settings", "settings:1"))
    return Post(Line((Span("Monday"),)), entries=entries, closing=closing, more=more, buttons=(Button("All", "all:1"),))


def whole(shown: Shown, papers: int, *, lasting: bool = False) -> bool:
    """Whether all of the digest is there, in its order, with all that can be pressed where anything can."""
    marks = [mark for n in range(papers) for mark in (f"Title{n}x", f"Gist{n}x")]
    places = [shown.text.find(mark) for mark in ("Monday", *marks, "Closing words")]
    pressed = {f"discuss:{n}" for n in range(papers)} | {"all:1", "why:1", "settings:1"}
    return -1 not in places and places == sorted(places) and (lasting or pressed == set(shown.actions))


async def test_a_list_keeps_its_papers_order_and_words(rig: Rig) -> None:
    """Five papers fit into one message everywhere, each with its two lines and its button."""
    assert rig.chat.fits(digest(5))
    await rig.chat.post(rig.channel, digest(5), "k1")
    (shown,) = await rig.shown()
    assert whole(shown, 5, lasting=rig.lasting), shown


@pytest.mark.parametrize("words", [3, 12, 40, 120])
async def test_what_fits_is_whole_and_what_does_not_fit_is_not(rig: Rig, words: int) -> None:
    """`fits` is measured on what is sent: where it says no, something would be missing; where it says yes, nothing."""
    sizes = sorted({1, 2, 3, 5, 8, 12, 20, 33, 60, 101, *edge(rig.chat, words)})
    for papers in sizes:
        await rig.chat.post(rig.channel, digest(papers, words), f"k{papers}")
    shown = [one for one in await rig.shown() if one.thread is None]
    for papers, one in zip(sizes, shown, strict=True):
        all_words = one.text.count("word ") + one.text.count("word\n") + one.text.endswith("word")
        complete = whole(one, papers, lasting=rig.lasting) and all_words >= papers * words
        assert rig.chat.fits(digest(papers, words)) == complete, f"{papers} papers of {words} words: {one}"


def edge(chat: Chat, words: int) -> set[int]:
    """The number of papers that just fits, and the next."""
    fitting = [papers for papers in range(1, 130) if chat.fits(digest(papers, words))]
    return {max(fitting, default=1), max(fitting, default=1) + 1}


# ── people ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_is_told_once_where_people_have_messages_of_their_own(rig: Rig) -> None:
    """It stands in no channel; a platform without such messages refuses with a sentence."""
    if rig.told is None:
        with pytest.raises(Refused) as refused:
            await rig.chat.tell(rig.person, post("Saved for you"), "k1")
        assert len(str(refused.value)) > 20
        return
    for _ in range(2):
        await rig.chat.tell(rig.person, post("Saved for you"), "k1")
    (told,) = await rig.told()
    assert "Saved for you" in told.text
    assert await rig.shown() == []


async def test_everybody_manages_their_own_messages(rig: Rig) -> None:
    """Whatever a bot's config says of who may change rules: nobody else is asked there."""
    if rig.told is not None:
        assert await rig.chat.standing(rig.person, await rig.chat.inbox(rig.person)) == "manager"
        assert await rig.chat.standing(rig.person, rig.channel) == "member"


async def test_a_platform_names_its_pace(rig: Rig) -> None:
    """How often it takes a message, to one channel and in all."""
    assert rig.chat.pace >= timedelta(0)
    assert rig.chat.crowd >= timedelta(0)
