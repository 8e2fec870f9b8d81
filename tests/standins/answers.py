"""What commands are answered, as people see it: `python -m tests.standins.answers PAPERS OUT [--pictures]`.

PAPERS is `.jsonl` or `.jsonl.gz`, an object a line with `id`, `title`, `abstract`, `authors`, `categories`; the newest
come first. A person types in a channel of the real flow, with that month of papers stored and a day's papers posted;
OUT becomes a folder with a page a platform, drawn like `gallery` from the very blocks and embeds that are sent.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from bot import flow
from bot.flow import World
from bot.matching import Matcher
from bot.model import Ask, Channel, Feed, Form, Paper, Post, Press, Reply, Signals
from bot.sources.tex import detexed as plain_text
from tests.bench.papers import load
from tests.fakes.chat import FakeChat
from tests.fakes.store import FakeStore
from tests.flow.stage import FakeFetch, Hands
from tests.standins import gallery

MORNING = datetime(2026, 5, 29, 7, 0, tzinfo=UTC)
FEED = Feed("huggingface:daily", "huggingface:daily")
CHANNELS = {"slack": Channel("slack", "T1/C1"), "discord": Channel("discord", "1/2")}
PEOPLE = {"slack": "slack:U1", "discord": "discord:7"}
STORED = 3000
TODAY = 60
DAYS = 30


@dataclass(frozen=True)
class Turn:
    """What a person did, and what came of it."""

    did: str
    reply: Reply


def month(papers: Sequence[Paper]) -> list[Paper]:
    """The papers over the last days, the newest first, some with votes, as Hugging Face would have brought them."""
    return [
        replace(
            paper,
            title=plain_text(paper.title),
            abstract=plain_text(paper.abstract),
            source=FEED.address,
            url=f"https://arxiv.org/abs/{paper.id.partition(':')[2]}",
            announced=MORNING - timedelta(days=1 + DAYS * place / max(1, len(papers))),
            signals=Signals(upvotes=(place * 7919) % 89 if place % 3 == 0 else 0),
        )
        for place, paper in enumerate(papers)
    ]


class Conversation:
    """A person in one channel of a platform, and the bot."""

    def __init__(self, platform: str, papers: Sequence[Paper]) -> None:
        self.channel, self.person = CHANNELS[platform], PEOPLE[platform]
        stored = month(papers[TODAY:])
        today = [replace(paper, announced=MORNING) for paper in month(papers[:TODAY])]
        self.fetch = FakeFetch([stored, [*stored, *today]])
        self.hands, self.chat = Hands(self.fetch, MORNING - timedelta(days=1)), FakeChat(platform)
        self.world = World(
            FakeStore(), self.hands.clock, self.fetch, self.fetch.read, {platform: self.chat}, Matcher(),
            shared=frozenset({FEED.address}), zone="Europe/Berlin",
        )  # fmt: skip
        self.turns: list[Turn] = []

    async def typed(self, words: str) -> Reply:
        verb, _, rest = words.removeprefix("/").partition(" ")
        reply = await flow.answer(Ask(self.channel, self.person, verb, rest, "manager", "Europe/Berlin"), self.world)
        self.turns.append(Turn(words, reply))
        return reply

    async def pressed(self, shown: Reply | Post | None, label: str) -> Reply:
        post = shown.post if isinstance(shown, Reply) else shown
        assert post is not None
        below = [*post.buttons, *post.more, *(entry.button for entry in post.entries if entry.button)]
        found = next(one for one in below if one.label.startswith(label))
        reply = await flow.answer(Press(self.channel, self.person, found.action, "manager"), self.world)
        self.turns.append(Turn(f"[{label}]", reply))
        return reply

    async def polled(self, day: int) -> None:
        self.fetch.today = day
        await flow.poll(FEED, self.world)
        await self.hands.deliver_all(self.world)

    def taken(self) -> list[Turn]:
        """The turns since this was last asked."""
        turns, self.turns = self.turns, []
        return turns


async def talk(platform: str, papers: Sequence[Paper]) -> dict[str, list[Turn]]:
    """A morning's commands by what they are about, each with its answer."""
    at = Conversation(platform, papers)
    await at.polled(0)
    shown = {"help": await _typed(at, "/subscribe", "/papers help"), "subscribe": await _subscribed(at)}
    at.hands.time = MORNING
    await at.polled(1)
    at.hands.time += timedelta(hours=2)
    shown["why"] = await _asked_why(at)
    for name, words in ASKED.items():
        shown[name] = await _typed(at, *words)
    return shown


ASKED: Mapping[str, tuple[str, ...]] = {
    "lists": ("/subscriptions", "/papers overview", "/papers test #1", "/papers top 3d", "/papers saved"),
    "status": ("/papers status",),
    "search": ("/papers search diffusion video", "/papers search zebrafish cats", "/papers find agents"),
    "settings": ("/papers settings", "/papers settings mode:weekly at:08:30", "/papers pause 2d", "/papers resume"),
    "export": ("/papers export", "/papers feeds"),
    "errors": (
        "/subscribe (diffusion OR video",
        "/subscribe agents votes:many",
        "/subscribe -survey",
        "/subscribe agents daily 9:00",
        "/unsubscribe #9",
        "/papers why zebrafish",
        "/papers statsu",
        "/papers settings tz:Narnia",
    ),
    "end": ("/unsubscribe #1",),
}


async def _typed(at: Conversation, *words: str) -> list[Turn]:
    for one in words:
        await at.typed(one)
        await at.hands.deliver_all(at.world)
    return at.taken()


async def _subscribed(at: Conversation) -> list[Turn]:
    """A good rule, one that is a slip of the pen, one that is starved, one with options, the form."""
    await at.pressed(await at.typed("/subscribe LLM agents"), "Subscribe")
    await at.typed("/subscribe transfomers quantization")
    await at.typed("/subscribe federated privacy medical")
    offered = await at.typed('/subscribe (diffusion OR "video generation") -survey mode:instant')
    await at.pressed(offered, "Edit")
    await at.pressed(offered, "Subscribe")
    await at.typed("/papers change #1 LLM agents -survey")
    return at.taken()


async def _asked_why(at: Conversation) -> list[Turn]:
    """Of a paper that came, of one that a rule missed, of one never seen; and what can be pressed below a post."""
    post = next((said.post for said in at.chat.said if said.thread is None and said.post.paper), None)
    if post is not None:
        await at.typed(f"/papers why {post.paper}")
        for label in ("Why", "Not for us", "Copy BibTeX", "Save"):
            await at.pressed(post, label)
    missed = at.fetch.days[1][-1]
    await at.typed(f"/papers why {missed.url}")
    await at.typed("/papers why 2605.99999")
    return at.taken()


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────

ALONE = '<p class="by"><span>Only visible to you</span></p>'


def drawn(platform: str, turn: Turn) -> str:
    """What the person did, what they alone see, what the channel sees."""
    draw, reply = gallery.LOOKS[platform][0], turn.reply
    said = [f'<p class="did">{escape(turn.did)}</p>']
    if reply.form is not None:
        said.append(_form(reply.form))
    else:
        said.append(f'<div class="shown">{gallery.APP}{ALONE}{draw(reply.post)}</div>')
    for beside in (reply.public, reply.told):
        if beside is not None:
            told = '<p class="by"><span>In your own messages</span></p>' if beside is reply.told else ""
            said.append(f'<div class="shown">{gallery.APP}{told}{draw(beside)}</div>')
    return "".join(said)


def _form(form: Form) -> str:
    """A modal's fields; neither platform lets us choose how they look."""
    rows = "".join(
        f"<p><b>{escape(one.label)}</b><br>{escape(dict(one.choices).get(one.value, one.value)) or '–'}"
        f'<br><span class="small">{escape(one.hint)}</span></p>'
        for one in form.fields
    )
    return f'<div class="shown form"><p class="title">{escape(form.title)}</p>{rows}[{escape(form.send)}]</div>'


STYLE = """
    .did { font-family: monospace; opacity: .75; margin: 14px 0 4px } .form { border: 1px solid #888; padding: 12px }
    .by span { margin-right: 6px }
"""


def page(platform: str, shown: Mapping[str, Sequence[Turn]]) -> str:
    """A platform's page: a section for what the commands are about."""
    sections = "".join(
        f'<section id="{name}"><h2>{name}</h2>{"".join(drawn(platform, turn) for turn in turns)}</section>'
        for name, turns in shown.items()
    )
    return gallery.page(platform, {}).replace("</style>", f"{STYLE}</style>") + sections


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.answers")
    asked.add_argument("papers", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--pictures", action="store_true")
    given = asked.parse_args()
    papers = load(given.papers)[:STORED]
    given.out.mkdir(parents=True, exist_ok=True)
    for platform in CHANNELS:
        made = page(platform, asyncio.run(talk(platform, papers)))
        (given.out / f"{platform}.html").write_text(made, encoding="utf-8")
    if given.pictures:
        asyncio.run(gallery.pictures(given.out, tuple(CHANNELS)))


if __name__ == "__main__":
    main()
