"""What the gallery of a Discord server shows is what the bot says there: each section is played, and drawn."""

from __future__ import annotations

import pytest

from bot.model import Paper
from tests.standins import answers, server

TITLES = ("LLM agents that plan, part {}", "Video diffusion at scale, part {}", "Mamba and state space models, part {}")


def papers() -> list[Paper]:
    """More than come in a day, of three kinds."""
    return [
        Paper(
            f"arxiv:2605.{n:05}", TITLES[n % 3].format(n), "x", abstract="We study it. It works.", categories=("cs.CL",)
        )
        for n in range(answers.TODAY + 30)
    ]


SAYS = {
    "completion": "cat:cs.CL ← Computation and Language",
    "forms": "Nothing was changed; this has to be mended first:",
    "rights": "Only those who manage this channel can change what comes here.",
    "threads": "as many active threads as Discord allows",
    "places": "published to followers: True",
    "overview": "post “ann paused this channel.”",
    "personal": "Subscribe yourself to",
    "life": "Hello! I bring new research papers",
    "refusals": "Privileged Gateway Intents",
}


def test_every_section_is_held() -> None:
    assert set(SAYS) == set(server.SECTIONS)


@pytest.mark.parametrize("name", list(SAYS))
async def test_a_section_shows_what_it_is_about(name: str) -> None:
    """And nothing of it is a mention that Discord would not draw."""
    async with server.opened(papers()) as day:
        await server.SECTIONS[name](day)
        drawn = day.taken()
    assert SAYS[name] in drawn
    assert "&lt;@" not in drawn
    assert "&lt;#" not in drawn
    assert "discord:1" not in drawn
