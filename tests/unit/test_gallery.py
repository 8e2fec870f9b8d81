"""What is drawn for people to judge: every answer, in both platforms' looks, and strangers' words stay words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import replies, rules
from bot.errors import RuleError
from bot.model import Paper, Post
from bot.replies.words import line
from tests.standins import answers, gallery, scenes
from tests.standins.slack import read

PAPERS = [
    Paper(
        f"arxiv:2605.{number:05}",
        f"{'Diffusion for video' if number % 2 else 'LLM agents'} <i onclick=x>number</i> {number}",
        "test",
        authors=("Ada Byron", "Grace Hopper"),
        abstract="We let agents of an LLM write rules; diffusion is a detail.",
        categories=("cs.CL",),
        published=datetime(2026, 5, 1, tzinfo=UTC),
    )
    for number in range(150)
]


@pytest.mark.parametrize("platform", sorted(answers.CHANNELS))
async def test_a_morning_of_commands_is_answered_and_drawn(platform: str) -> None:
    """No answer is a fault of ours, each is drawn, and markup in a title is read, not obeyed."""
    shown = await answers.talk(platform, PAPERS)
    assert list(shown) == ["help", "subscribe", "why", *answers.ASKED]
    turns = [turn for some in shown.values() for turn in some]
    assert not [turn.did for turn in turns if "went wrong" in turn.reply.post.plain]
    said = {turn.did: turn.reply for turn in turns}
    assert "Subscribe this channel to LLM agents?" in said["/subscribe LLM agents"].post.plain
    assert "This parenthesis is not closed" in said["/subscribe (diffusion OR video"].post.plain
    assert "has 2 rules" in said["/papers status"].post.plain
    assert said["[Why]"].post.plain.startswith("Why ")
    page = answers.page(platform, shown)
    assert page.count('class="did"') == len(turns)
    assert "<i onclick" not in page
    assert "&lt;i onclick=x&gt;number&lt;/i&gt;" in page


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_a_caret_stands_below_what_is_wrong(platform: str) -> None:
    """In a block of its own with letters of one width, also where the platform's markup makes that block."""
    with pytest.raises(RuleError) as wrong:
        rules.parse("agents votes:many")
    drawn = gallery.LOOKS[platform][0](replies.wrong(wrong.value).post)
    _, block = drawn.split("<pre>")
    assert block.split("</pre>")[0].replace("<br>", "\n") == "agents votes:many\n       ^^^^^^^^^^"


async def test_a_morning_in_a_workspace_is_drawn_and_no_id_is_said_to_anybody() -> None:
    """Over sockets, with modals, the Home, links and refusals; nothing went wrong, people and channels have names."""
    other = [replace(paper, abstract="Denoising, and no more.") for paper in PAPERS[1::2]]
    shown = await scenes.morning([*PAPERS[::2], *other])
    assert list(shown) == list(scenes.SCENES)
    seen = [part for shots in shown.values() for shot in shots for part in shot.shown]
    words = "\n".join(read([block for block in part.blocks if block["type"] != "input"]) for part in seen)
    assert "went wrong" not in words
    assert not re.findall(r"slack:\S+|(?<!#)\b[CDTU]0[A-Z]{3,}", words)
    places = [re.sub(r"[^a-z ]", "", part.where.split(":")[0].lower()) for part in seen]
    assert {"modal", "home", "your direct messages", "everybody sees it", "under the message with the link"} <= {
        *places
    }
    page = scenes.page(shown)
    assert page.count('class="did"') == sum(map(len, shown.values()))
    assert page.count('class="wrong"') == 3
    assert "<i onclick" not in page


def test_formats_are_drawn_on_every_platform() -> None:
    """Each format's section is there, whatever draws it."""
    shown = gallery.gallery(PAPERS[:10])
    for platform in gallery.LOOKS:
        page = gallery.page(platform, shown)
        assert page.count("<section") == len(shown)
        assert "<i onclick" not in page


def test_a_block_that_the_gallery_does_not_know_is_no_empty_picture() -> None:
    assert gallery.slack(Post(line("Said"))).count("Said") == 1
    with pytest.raises(ValueError, match="does not know: video"):
        gallery._block({"type": "video"})
