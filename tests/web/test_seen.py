"""A local channel seen as Slack or as Discord: the very messages that would be sent there, read back for the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.chat.discord.embeds import show
from bot.chat.discord.sdk import discord, handle_message_parameters
from bot.chat.discord.sending import said
from bot.chat.slack.blocks import blocks
from bot.cli.looks import LOOKS
from bot.model import Button, Entry, Line, Message, Post, Span
from bot.web.seen import Piece, markdown, seen
from tests.web.browse import look, opened, send
from tests.web.stage import GENERAL, NOON, Stage, paper, post_about

TITLES = (
    "Eight-bit attention",
    "*bold* _it_ ~s~ `code` > quote **x** ~~y~~",
    "<!channel> @everyone <@U0123> <#C1> &amp; <b>",
    "[click](https://evil.example) <https://evil.example|arxiv.org>",
    "- item # heading 1. one ||spoiler|| :smile: <t:1:R>",
    "back\\slash `` two `` ticks",
)


def post(title: str) -> Post:
    head = Line((Span(title, "strong", "https://arxiv.org/abs/2608.00001"), Span(" — Noor Reyes")))
    told = Line((Span("It is small. "), Span("matches "), Span("attention", "strong")))
    entry = Entry("a", (Line((Span(title, "strong"),)), told), Button("Discuss", "discuss:2"), "arxiv:2")
    more = (Button("Why is this here?", "why:7"), Button("Copy BibTeX", "bibtex:7"))
    lines = (told, Line((Span("a quiet "), Span("word", "strong")), "small"), Line((Span("x = 1"),), "pre"))
    return Post(head, lines, (Button("Discuss", "discuss:7", "primary"),), "arxiv:1", (entry,), (), more)


def words(pieces: tuple[Piece, ...]) -> str:
    lines = [line for piece in pieces for line in (*([piece.title] if piece.title else []), *piece.lines)]
    return "\n".join(line.text for line in lines)


def actions(pieces: tuple[Piece, ...]) -> set[str]:
    acts = [act for piece in pieces for act in piece.acts]
    return {act.action for act in acts if not act.folds} - {""} | {value for act in acts for _, value in act.choices}


@pytest.mark.parametrize("platform", LOOKS)
@pytest.mark.parametrize("title", TITLES)
def test_what_is_shown_is_what_the_platform_would_show(platform: str, title: str) -> None:
    """Every word in its place, a stranger's marks as words, every button with its action, and links where they lead."""
    shown = seen(platform, LOOKS[platform], post(title))
    assert words(shown.pieces).count(title) == 2
    assert "It is small. matches attention" in words(shown.pieces)
    assert actions(shown.pieces) == {"discuss:7", "discuss:2", "why:7", "bibtex:7"}
    spans = [span for piece in shown.pieces for line in (piece.title, *piece.lines) if line for span in line.spans]
    assert {span.url for span in spans} - {None} == {"https://arxiv.org/abs/2608.00001"}
    assert any(span.style == "strong" and span.text == "attention" for span in spans)


async def test_discords_message_is_the_one_that_discord_is_sent() -> None:
    """Word for word what discord.py puts on the wire, but for what opens behind a button."""
    made = said(show(post("Eight-bit attention")))
    with handle_message_parameters(
        made.content, embeds=made.embeds, view=made.view, allowed_mentions=discord.AllowedMentions.none()
    ) as parameters:
        wire: dict[str, Any] = dict(parameters.payload or {})
    mine = LOOKS["discord"](post("Eight-bit attention"))
    assert [{k: one[k] for k in ("title", "url", "description", "color")} for one in wire["embeds"]] == mine["embeds"]
    assert [_pressed(row) for row in wire["components"]] == [_pressed(row) for row in mine["components"]]
    assert mine["allowed_mentions"] == wire["allowed_mentions"]


def _pressed(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            one["type"],
            one["custom_id"],
            one.get("label"),
            one.get("style"),
            one.get("placeholder"),
            len(one.get("options", ())),
        )
        for one in row["components"]
    ]


def test_slacks_message_is_the_one_that_slack_is_sent() -> None:
    """The same blocks."""
    assert LOOKS["slack"](post("Eight-bit attention"))["blocks"] == blocks(post("Eight-bit attention"))


def test_discords_markdown_is_read_as_discord_reads_it() -> None:
    """Marks, masked links, quiet lines, lists, quotes, code; a backslash takes a mark's meaning."""
    told = list(
        markdown(
            "**bold** and \\*not\\* *it* ~~gone~~ `c*d`\n\n-# s [**a**](<https://e.example>)\n- one\n> q\n```\nx\n```"
        )
    )
    assert [line.kind for line in told] == ["text", "text", "small", "item", "quote", "pre"]
    assert [(s.text, s.style) for s in told[0].spans] == [
        ("bold", "strong"), (" and *not* ", "plain"), ("it", "emphasis"), (" ", "plain"), ("gone", "struck"),
        (" ", "plain"), ("c*d", "code"),
    ]  # fmt: skip
    assert [(s.text, s.style, s.url) for s in told[2].spans] == [
        ("s ", "plain", None),
        ("a", "strong", "https://e.example"),
    ]


async def test_a_browser_keeps_the_look_it_chose() -> None:
    """The switch stands in the channel; messages, threads and answers follow it until it is chosen anew."""
    stage = Stage()
    about = paper(1, "Eight-Bit <b>Attention</b>", votes=3)
    stage.memory.held = [about]
    await stage.memory.say(Message(GENERAL, "paper-round", post_about(about), NOON, "k1"))
    async with opened(stage, looks=LOOKS) as browser:
        html, _ = await look(browser)
        assert "As Slack" in html
        assert 'class="as-' not in html
        html, _ = await look(browser, "/chat/general?as=slack")
        assert 'class="as-slack"' in html
        assert "Eight-Bit &lt;b&gt;Attention&lt;/b&gt;" in html
        html, hidden = await look(browser, "/chat/general")
        assert 'class="as-slack"' in html
        assert re.search(r'name="action" value="mute:1"', html)
        _, html, _ = await send(browser, "/chat/general", {"token": hidden["token"], "words": "/subscribe attention"})
        assert "Only visible to you" in html
        html, _ = await look(browser, "/chat/general/1?as=discord")
        assert 'class="as-discord"' in html
        assert 'class="embed"' in html
        for unknown in ("", "teams", "slack'><script>"):
            html, _ = await look(browser, f"/chat/general?as={unknown}")
            assert 'class="as-' not in html
            assert "<script>" not in html


async def test_a_message_that_comes_live_has_the_look_too() -> None:
    """The open page gets it as the platform shows it."""
    stage = Stage()
    about = paper(1, "Eight-Bit Attention", votes=3)
    async with opened(stage, looks=LOOKS) as browser:
        await look(browser, "/chat/general?as=discord")
        async with browser.get("/chat/general/events") as stream:
            await stage.memory.say(Message(GENERAL, "paper-round", post_about(about), NOON, "k1"))
            async for row in stream.content:
                if row.startswith(b"data:") and b"Eight-Bit" in row:
                    assert b"as-discord" in row
                    break
