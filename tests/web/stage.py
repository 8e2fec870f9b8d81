"""A small installation to look at: papers of our own, and a bot that plays its part in a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.chat.local import Local, connect
from bot.model import Ask, Button, Channel, Feed, Heard, Line, Paper, Post, Press, Reply, Signals, Span, Subscription
from bot.web import app
from bot.web.desk import Platform
from tests.web.memory import Memory

GENERAL = Channel("local", "general")
NOON = datetime(2026, 8, 28, 12, 0, tzinfo=UTC)


def line(*spans: Span | str, kind: str = "text") -> Line:
    made = tuple(span if isinstance(span, Span) else Span(span) for span in spans)
    return Line(made, kind)  # type: ignore[arg-type]  # the tests name kinds as plain words


def text(words: str) -> Post:
    return Post(line(words))


def paper(number: int, title: str, *, votes: int | None = None, day: int = 28, **more: object) -> Paper:
    given: dict[str, object] = {"id": f"arxiv:2608.{number:05}"}
    given |= {
        "title": title,
        "source": "huggingface:daily",
        "authors": ("Ada Lindqvist", "Tomás Okafor", "Wei Hartmann", "Noor Reyes", "Jun Castellanos"),
        "abstract": f"We look at {title.lower()} from the side of memory. "
        + "Small steps add up to large savings. " * 9,
        "url": f"https://arxiv.org/abs/2608.{number:05}",
        "pdf_url": f"https://arxiv.org/pdf/2608.{number:05}",
        "categories": ("cs.CL", "cs.LG"),
        "announced": NOON.replace(day=day),
        "signals": Signals(upvotes=votes, comments=2, code_url="https://github.com/example/code"),
    } | more
    return Paper(**given)  # type: ignore[arg-type]  # the table above is as the noun wants it


def post_about(about: Paper, rule: str = "transformers quantization") -> Post:
    """A paper as the bot posts it."""
    return Post(
        line(Span(about.title, url=about.url)),
        (
            line(", ".join(about.authors[:3]) + " et al.", kind="small"),
            line(about.abstract[:240].rsplit(" ", 1)[0] + "…"),
            line("Matched ", Span(rule, "code"), kind="small"),
        ),
        buttons=(Button("Discuss", "thread:1"), Button("Not for us", "mute:1")),
        paper=about.id,
    )


def preview(rule: str) -> Post:
    return Post(
        line(Span("Subscribe #general to ", "strong"), Span(rule, "code"), Span("?", "strong")),
        (
            line("Papers that contain all of:"),
            line(Span("transformers", "code"), " — also transformer", kind="item"),
            line(Span("quantization", "code"), " — also quantize, quantized", kind="item"),
            line("In the last days it would have caught 2 of 73 papers:"),
            line("Eight-bit attention for small machines", kind="item"),
            line("What quantized transformers forget", kind="item"),
        ),
        buttons=(Button("Subscribe", "confirm:1", "primary"), Button("Cancel", "cancel:1")),
    )


@dataclass
class Stage:
    """The installation, and what its bot has heard."""

    memory: Memory = field(default_factory=Memory)
    heard: list[Heard] = field(default_factory=list)
    now: datetime = NOON
    feeds: Sequence[Feed] = ()
    platforms: Sequence[Platform] = ()

    @property
    def chat(self) -> Local:
        return connect(self.memory, self.clock)

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def sources(self) -> Sequence[Feed]:
        return self.feeds

    def app(self, **more: object) -> web.Application:
        given: dict[str, Any] = {"sources": self.sources, "platforms": lambda: self.platforms, "every": 0.05} | more
        return app(self.memory, self.answer, self.clock, **given)

    async def answer(self, said: Heard) -> Reply:
        """The bot's part, in a few words."""
        self.heard.append(said)
        if isinstance(said, Ask):
            return self._asked(said)
        assert isinstance(said, Press)
        if said.action == "confirm:1":
            wish = Subscription(said.channel, "transformers quantization", said.person)
            await self.memory.subscribe(wish, self.now)
            done = text("Subscribed. Papers are posted here as they come.")
            return Reply(done, public=text("This channel now follows transformers quantization."), replaces=True)
        if said.action.startswith("thread:"):
            return Reply(text("Here is the thread."), thread="1")
        return Reply(text("Nothing was changed."), replaces=True)

    def _asked(self, ask: Ask) -> Reply:
        if ask.verb == "subscribe" and ask.words.startswith("("):
            caret = line(f"{ask.words}\n^", kind="pre")
            return Reply(Post(line("The bracket at 1 is never closed."), (caret,)))
        if ask.verb == "subscribe":
            return Reply(preview(ask.words))
        return Reply(text(f"There is no /{ask.verb}. I know /subscribe, /unsubscribe and /subscriptions."))


def browsing() -> list[Paper]:
    """Three days of papers."""
    titles = [
        ("Eight-Bit Attention for Small Machines", 61),
        ("What Quantized Transformers Forget", 48),
        ("Reading Long Documents with Short Memories", 33),
        ("A Field Guide to Speculative Decoding", 21),
        ("Do Language Models Know When a Table Is Wrong?", 9),
        ("Sparse Gradients on Shared Graphics Cards", 4),
    ]
    newest = [paper(i, title, votes=votes) for i, (title, votes) in enumerate(titles, 1)]
    older = [paper(20 + i, f"{title}, Revisited", votes=votes, day=27) for i, (title, votes) in enumerate(titles[:4])]
    return newest + older + [paper(40, "An Early Note on Merging Experts", day=25)]
