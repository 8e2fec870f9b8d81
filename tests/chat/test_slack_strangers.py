"""What strangers write, wherever it stands in Slack: messages, modals, the Home, under links, in notifications."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.chat.slack import forms
from bot.chat.slack.blocks import MESSAGE, VIEW, Sheet, _tidied, blocks, fallback
from bot.chat.slack.home import home
from bot.chat.slack.text import one_line
from bot.model import Button, Entry, Field, Form, Line, Post, Span
from tests.chat.slack_bot import GENERAL, slack
from tests.chat.test_slack_blocks import HOSTILE
from tests.standins.slack import StandIn, read, spans
from tests.standins.slack.blockkit import faults, view_faults

LONG = ("x" * 10_000, "Ω" * 10_000, "a b " * 2_500, "👩\u200d👩\u200d👧\u200d👦" * 1_500, "\u202e" * 10_000 + "end")
MARKED = {"user", "broadcast", "channel", "emoji", "usergroup", "date", "mrkdwn"}
"""Elements that would mean something that a stranger wrote."""


def titles(many: int) -> list[str]:
    """Mentions, markup, links, control characters, right-to-left, 10,000 characters, emoji sequences; mixed."""
    dice = random.Random(60)
    mixed = (" ".join(dice.choices(HOSTILE, k=dice.randint(1, 5))) for _ in range(many - len(LONG)))
    return [*mixed, *LONG]


def titled(title: str) -> Post:
    return Post(
        Line((Span(title, "strong", "https://arxiv.org/abs/2402.12345"),)),
        (Line((Span(title),)), Line((Span(title),), "quote"), Line((Span(title),), "small")),
        (Button("Discuss", "discuss:1"),),
        entries=(Entry(title, (Line((Span(title),)),), Button("Discuss", "discuss:2")),),
        more=(Button("Why is this here?", "why:1"), Button("Not for us", "not:1")),
    )


def kinds(thing: Any) -> set[str]:
    """The types of all that stands in it, however deep."""
    if isinstance(thing, list):
        return {kind for item in thing for kind in kinds(item)}
    if isinstance(thing, dict):
        return {str(thing.get("type"))} | {kind for item in thing.values() for kind in kinds(item)}
    return set()


def test_a_thousand_hostile_titles_are_plain_text_in_messages_modals_and_the_home() -> None:
    for title in titles(1000):
        post = titled(title)
        asked = Field("rule", title, title, title), Field("m", title, "x", choices=(("x", title),))
        modal = forms.modal(Form(title, "edited:1", asked), "key", post.lines)
        shown, tab = forms.showing(post, "key"), home(post)
        wrong = [fault for view in (modal, shown) for fault in view_faults(view, "modal")]
        assert [*faults(blocks(post)), *wrong, *view_faults(tab, "home")] == [], title[:100]
        assert kinds([blocks(post), modal["blocks"], shown["blocks"], tab["blocks"]]) & MARKED == set(), title[:100]
        said = one_line(title).strip()
        if said and len(said) < 500:
            assert read(blocks(post)).split("\n")[0].strip() == said


async def test_hostile_titles_are_posted_as_the_plain_text_they_are() -> None:
    async with slack(StandIn()) as (standin, chat):
        for number, title in enumerate(titles(120)):
            await chat.post(GENERAL, titled(title), f"k{number}")
        assert len(standin.public()) == 120
        for said, title in zip(standin.public(), titles(120), strict=True):
            assert {one["type"] for one in spans([block for block in said.blocks if block["type"] == "rich_text"])} <= {
                "text", "link",
            }, title[:100]  # fmt: skip
            assert "<" not in said.text
            assert (said.fields["mrkdwn"], said.fields["unfurl_links"]) == (False, False)


def test_a_menu_holds_five_and_shows_what_is_seldom_wanted() -> None:
    more = tuple(Button(f"More {n}", f"more:{n}") for n in range(11))
    laid = blocks(Post(Line((Span("A paper"),)), buttons=(Button("Discuss", "discuss:1"),), more=more))
    elements = [item for block in laid if block["type"] == "actions" for item in block["elements"]]
    assert [item["type"] for item in elements] == ["button", "overflow", "overflow", "button"]
    assert all(len(item["options"]) <= 5 for item in elements if item["type"] == "overflow")


@pytest.mark.parametrize("sheet", [MESSAGE, VIEW])
def test_of_a_very_long_post_only_what_can_fit_is_looked_at(sheet: Sheet) -> None:
    """5,000 lines are not cleaned, measured and cut to be left out; how many were left out is said."""
    words = "word " * 60
    post = Post(
        Line((Span("Head"),)),
        tuple(Line((Span(f"{n} {words}"),)) for n in range(5000)),
        entries=tuple(Entry(f"P{n}", (Line((Span(words),)),)) for n in range(5000)),
    )
    tidy = _tidied(post, sheet)
    assert len(tidy.post.lines) == len(tidy.post.entries) == sheet.lines
    assert (tidy.lines, tidy.entries) == (5000, 5000)
    shown = read(blocks(post, sheet)).split("\n")
    told = [line for line in shown if line.startswith("… and ")]
    assert [line.rpartition(" ")[2] for line in told] == ["lines.", "papers."]
    kept = len([line for line in shown if line.endswith(("word", "…"))])
    left = int(told[0].split()[2].replace(",", ""))
    assert kept + left == 5000
    assert len(fallback(post)) <= 4001


def test_a_channel_of_slacks_is_shown_by_slack_and_no_strangers_word_is_one() -> None:
    post = Post(Line((Span("In "), Span("slack:T1/C0GENERAL", "strong", channel="slack:T1/C0GENERAL"))))
    (_, shown) = spans([block["elements"] for block in blocks(post)])
    assert shown == {"type": "channel", "channel_id": "C0GENERAL", "style": {"bold": True}}
    for text in ("slack:T1/C0GENERAL", "<#C0GENERAL>"):
        assert kinds(blocks(Post(Line((Span(text),))))) & MARKED == set()
    other = Post(Line((Span("x", channel="discord:1/2"), Span("y", channel="slack:T1/D1"))))
    assert kinds(blocks(other)) & MARKED == set()
