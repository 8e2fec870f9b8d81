"""A thousand hostile titles come out as the plain text they are, wherever a title can stand; limits by measuring."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot import completing, rules, summary
from bot.chat.discord import forms, forums
from bot.chat.discord.embeds import show, thread_name
from bot.chat.discord.markdown import clean, size
from bot.chat.discord.sending import said
from bot.model import Channel, Delivery, Field, Form, Item, Options, Paper, Post, Reason, Subscription
from tests.chat.discord_running import channel, logged_in
from tests.chat.test_discord_markdown import FORGED
from tests.standins.discord import Discord, limits
from tests.standins.discord.reading import Read, read, read_inline
from tests.standins.discord.world import FORUM

HERE = Channel("discord", "1/2")
RTL = "\u202eexe.fdp\u202c \u2066hidden\u2069 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u200f(\u05d0\u05d1)"
WORDS = (
    "A survey",
    "of attention",
    "in 3.5B models",
    "100% open",
    "C# & F#",
    "x_i",
    "(LLMs)",
    "— again",
    "😀👩‍👧",
    "ß",
)


def titles(count: int) -> list[str]:
    """Each forgery alone, between words, twice, next to another, turned around, and endlessly long."""
    chance, forged = random.Random(7), list(FORGED.values())
    made = [
        *forged,
        RTL,
        "x" * 10_000,
        "*" * 10_000,
        "[" * 10_000,
        "@everyone " * 1_000,
        "😀" * 5_000,
        "\n# a\n> b\n- c",
    ]
    while len(made) < count:
        parts = [*chance.sample(forged, chance.choice((1, 1, 2, 3))), *chance.sample(WORDS, chance.choice((1, 2, 4)))]
        if chance.random() < 0.2:
            parts.append(RTL)
        if chance.random() < 0.05:
            parts *= 200
        chance.shuffle(parts)
        made.append(chance.choice((" ", "\n", "", ": ")).join(parts))
    return made


HOSTILE = titles(1_000)


def paper(title: str, number: int = 1) -> Paper:
    return Paper(
        f"arxiv:2608.{number:05}", title, "https://feed.example", authors=("Ada Lovelace", title[:300]), abstract=title,
        url=f"https://arxiv.org/abs/2608.{number:05}", categories=("cs.CL",),
    )  # fmt: skip


def item(title: str, number: int = 1, shape: str = "compact") -> Item:
    reason = Reason(title[:50], "title", 0, 5, rule=title[:80])
    options = Options(format=shape, tz="UTC")  # type: ignore[arg-type]
    found = Delivery(f"arxiv:2608.{number:05}", HERE, (reason,), row=number, options=options)
    return Item(found, paper(title, number))


def payload(post: Post) -> dict[str, Any]:
    """As discord.py would send it."""
    message = said(show(post))
    return {
        "content": message.content or "",
        "embeds": [embed.to_dict() for embed in message.embeds],
        "components": message.view.to_components() if message.view else [],
        "allowed_mentions": {"parse": []},
    }


def seen(post: Post) -> tuple[Read, Read]:
    """Title and the rest, as an app shows them; nothing in it is more than Discord takes."""
    sent = payload(post)
    assert limits.message(sent) == []
    embed = sent["embeds"][0] if sent["embeds"] else {}
    return read_inline(embed.get("title", "")), read(embed.get("description", "") or sent["content"])


def kinds(marks: tuple[str, ...]) -> set[str]:
    return set(marks)


@pytest.mark.parametrize("shape", ["compact", "card", "full"])
def test_a_card_reads_as_its_papers_words(shape: str) -> None:
    """The title is itself to the letter; below it nothing takes effect but what the bot meant."""
    meant = kinds(seen(_card("Plain words", shape))[1].marks)
    for title in HOSTILE if shape == "compact" else HOSTILE[::4]:
        headline, body = seen(_card(title, shape))
        assert _is(headline.text, _shown(title)), title
        assert headline.marks == (), title
        assert kinds(body.marks) <= meant, (title, body.marks)


def _card(title: str, shape: str) -> Post:
    one = item(title, shape=shape)
    return summary.filed(summary.post(one.delivery, one.paper), [one])


def _is(text: str, title: str) -> bool:
    """The title, with what may follow it, or as much of it as there is room for once it is escaped."""
    return text.startswith(title) or (text.endswith("…") and title.startswith(text[:-1]))


def _shown(title: str) -> str:
    return clean(summary.shown_title(paper(title))).strip()


def test_a_digest_reads_as_its_papers_words() -> None:
    """Each title is itself, linked to its own paper and to nothing else."""
    benign = [item("Plain words", n) for n in range(1, 6)]
    meant = kinds(seen(_digest(benign))[1].marks)
    for start in range(0, len(HOSTILE), 5):
        items = [item(title, n) for n, title in enumerate(HOSTILE[start : start + 5], 1)]
        _, body = seen(_digest(items))
        assert kinds(body.marks) <= meant, body.marks
        assert set(body.links) <= {one.paper.url for one in items}
        if show(_digest(items)).whole:
            told = body.text.replace("\u200b", "")
            assert all(_shown(one.paper.title) in told for one in items)


def _digest(items: list[Item]) -> Post:
    return summary.filed(summary.digest(items, day=date(2026, 8, 18), rules=[i.paper.title[:80] for i in items]), items)


def test_an_opener_and_why_read_as_their_words() -> None:
    """The thread's first message, and what only one person sees."""
    one = item("Plain words")
    meant = {kind for post in (summary.opener(one.paper), summary.why_here(one.delivery, one.paper))
             for part in seen(post) for kind in part.marks} | {"code", "emphasis"}  # fmt: skip
    for title in HOSTILE[::3]:
        one = item(title)
        for post in (summary.opener(one.paper), summary.why_here(one.delivery, one.paper)):
            marks = [kind for part in seen(post) for kind in part.marks]
            assert set(marks) <= meant, (title, marks)


def test_names_choices_and_forms_stay_within_their_limits() -> None:
    """Threads, forum posts, completion, modals: measured as Discord measures."""
    for title in HOSTILE:
        name = thread_name(title)
        message = payload(_card(title, "compact"))
        assert limits.post({"name": name, "auto_archive_duration": forums.AUTO_ARCHIVE, "message": message}) == []
        known = [Subscription(HERE, title, "discord:1", id=1)]
        for offered in (completing.rule(title, HOSTILE[:50], rules.KNOWN), completing.subscription("", known)):
            assert limits.choices([{"name": label, "value": value} for value, label in offered]) == []
        shown = forms.modal(Form(title, "edited:7", (Field("rule", title, title, title, needed=True),)))
        assert limits.modal(dict(shown.to_dict())) == []
        assert size(name) <= 100


async def test_what_is_sent_over_the_wire_is_taken() -> None:
    """Every fiftieth of them, as a post, a thread and a forum's post; the stand-in refuses what Discord would."""
    async with Discord() as discord:
        forum = discord.add_channel("papers", FORUM)
        async with logged_in(discord) as chat:
            for number, title in enumerate(HOSTILE[::50]):
                post = replace(_card(title, "full"), publish=True)
                message = await chat.post(channel(discord), post, f"k{number}")
                await chat.thread(channel(discord), message, title, summary.opener(paper(title)), f"t{number}")
                await chat.post(channel(discord, forum), post, f"f{number}")
        assert len(discord.general.messages) == 20
        assert not any({"mention", "channel", "invite"} & set(told.read.marks) for told in discord.general.messages)
