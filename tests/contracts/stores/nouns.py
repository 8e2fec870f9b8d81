"""Nouns to fill a store with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Bookmark, Channel, Claim, Delivery, Line, Message, Paper, Poll, Post, Reason, Span, Subscription
from bot.ports import Store

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENT = timedelta(seconds=30)
"""How long a store of the tests waits for a lock: longer than any test holds one."""
PACE = {"local": timedelta(0), "slack": timedelta(seconds=1)}
FEED = "https://papers.example/feed"

GENERAL = Channel("local", "general")
RANDOM = Channel("local", "random")
TEAM = Channel("slack", "T1/C1")


def paper(id: str = "arxiv:2608.00001", **facts: object) -> Paper:
    return Paper(**{"id": id, "title": f"On {id}", "source": FEED, **facts})  # type: ignore[arg-type]  # any field


def why(term: str) -> Reason:
    return Reason(term, "title", 0, len(term), rule=term)


def poll(*papers: Paper, to: Sequence[Channel] = (), version: int | None = None, due: datetime | None = None) -> Poll:
    """A poll that brought `papers`, each for every channel of `to`."""
    deliveries = tuple(Delivery(p.id, channel, (why("on"),), due=due) for p in papers for channel in to)
    return Poll(Bookmark(FEED, due=NOW + MINUTE), papers, deliveries, version)


def subscription(rule: str = "attention", channel: Channel = GENERAL, creator: str = "local:you") -> Subscription:
    return Subscription(channel, rule, creator)


def message(text: str, key: str, channel: Channel = GENERAL, thread: int | None = None) -> Message:
    return Message(channel, "local:you", Post(Line((Span(text),))), NOW, key, thread)


async def take(
    store: Store, at: datetime = NOW, *, worker: str = "w1", limit: int = 10, lease: timedelta = MINUTE
) -> list[Claim]:
    """Claim with this file's pace."""
    return await store.claim(worker, at, lease=lease, limit=limit, pace=PACE)


async def send(store: Store, claim: Claim, message: str, at: datetime = NOW) -> None:
    """Take a claimed delivery through all its steps."""
    await store.posted(claim, message, at)
    await store.done(claim)


async def outcome(store: Store) -> dict[tuple[str, str], str]:
    """Each delivery's state, by paper and channel; `merged` ones apart from their winner."""
    found = await store.deliveries()
    return {(d.paper, str(d.channel)): d.state for d in found if d.state != "merged"}
