"""Figures of delivering: `uv run python -m tests.bench.deliver [posts] [channels]`. Prints; never passes or fails.

The real flow and the real store, in virtual time: the clock stands still while something can be claimed, then jumps to
when the store says the next is due. The chat keeps the platform's limits over *any* span of their length, stricter than
a window that opens with its first message, and answers 429 to what is above them:

- Slack: one message a second a channel, none at once beside it, no cap for the workspace.
  https://docs.slack.dev/apis/web-api/rate-limits/#posting-messages
- Discord: 5 messages in 5 seconds a channel, 50 a second for the bot.
  https://docs.discord.com/developers/topics/rate-limits

The lower bound is what these limits let anybody do, whatever the order: the longest channel's own, and that of all
together. `quietest`: when the channel with the fewest posts had its last; `any first`: when the last channel had its
first, beside the soonest that all of them can have one. The last table is in real time: the loop of `paper-round run`
against a chat that answers after 80 ms, beside the same bound.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.store
from bot import flow
from bot.chat import discord, slack
from bot.cli import posting
from bot.cli.progress import steps
from bot.errors import TryLater
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Channel, Delivery, Options, Paper, Poll, Post, Reason, Subscription
from bot.ports import Store
from tests.fakes.chat import FakeChat
from tests.flow.stage import FakeFetch

START = datetime(2026, 8, 17, 9, tzinfo=UTC)
RULE = "quantization"
SECOND = timedelta(seconds=1)
LIMITS = {"slack": ((1, SECOND), None), "discord": ((5, 5 * SECOND), (50, SECOND))}
"""By platform: messages in a span, for a channel and for the bot."""
PACES = {"slack": (slack.PACE, slack.CROWD), "discord": (discord.PACE, discord.CROWD)}


@dataclass(slots=True)
class Limit:
    """At most so many in any such span."""

    most: int
    span: timedelta
    taken: deque[datetime] = field(default_factory=deque)

    def wait(self, now: datetime) -> float:
        """Seconds to stay away; 0 when there is room."""
        full = len(self.taken) == self.most and self.taken[0] + self.span > now
        return (self.taken[0] + self.span - now).total_seconds() if full else 0.0

    def take(self, now: datetime) -> None:
        self.taken.append(now)
        if len(self.taken) > self.most:
            self.taken.popleft()


@dataclass(slots=True)
class Strict(FakeChat):
    """Keeps a platform's limits, and notes when each channel was first and last told something."""

    clock: Callable[[], datetime] = lambda: START
    latency: float = 0.0
    limited: int = 0
    taken: int = 0
    last: datetime = START
    firsts: dict[Channel, datetime] = field(default_factory=dict)
    lasts: dict[Channel, datetime] = field(default_factory=dict)
    rooms: dict[Channel, Limit] = field(default_factory=dict)
    whole: Limit | None = None

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        now = self.clock()
        room = self.rooms.setdefault(channel, Limit(*LIMITS[self.platform][0]))
        asked = [room, self.whole] if self.whole else [room]
        if wait := max(limit.wait(now) for limit in asked):
            self.limited += 1
            raise TryLater("429", wait)
        for limit in asked:
            limit.take(now)
        if self.latency:
            await asyncio.sleep(self.latency)
        self.taken, self.last = self.taken + 1, max(now, self.last)
        self.firsts.setdefault(channel, now)
        self.lasts[channel] = now
        return str(self.taken)


@dataclass
class Virtual:
    """A clock that somebody turns."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time


def now() -> datetime:
    return datetime.now(UTC)


def evenly(posts: int, channels: int) -> list[int]:
    return [posts // channels + (number < posts % channels) for number in range(channels)]


def zipf(posts: int, channels: int) -> list[int]:
    """The n-th channel has a share of 1/n; every one has something."""
    whole = sum(1 / n for n in range(1, channels + 1))
    shares = [max(1, round(posts / whole / n)) for n in range(1, channels + 1)]
    return [shares[0] + posts - sum(shares), *shares[1:]]


def bound(platform: str, shares: Sequence[int]) -> float:
    """Seconds before which no sender that keeps the limits can have said all of it."""
    room, whole = LIMITS[platform]
    spans = [_spans(max(shares), room), *([_spans(sum(shares), whole)] if whole else [])]
    return max(spans)


def first_bound(platform: str, channels: int) -> float:
    """Seconds before which not every channel can have had one message."""
    whole = LIMITS[platform][1]
    return _spans(channels, whole) if whole else 0.0


def _spans(messages: int, limit: tuple[int, timedelta]) -> float:
    return (messages - 1) // limit[0] * limit[1].total_seconds()


async def fill(store: Store, platform: str, shares: Sequence[int], at: datetime) -> list[Channel]:
    """Everything is due at once, each in a message of its own."""
    places = [Channel(platform, f"1/{number + 10**6}") for number in range(len(shares))]
    papers = tuple(
        Paper(
            f"url:{number}",
            f"Quantization of network {number}: a title of usual length",
            "bench",
            authors=("Ada Lovelace", "Emmy Noether"),
            abstract="What the paper says in its abstract, at some length. " * 20,
            url=f"https://papers.example/{number}",
        )
        for number in range(max(shares))
    )
    wish, why = (
        Options("instant", "09:00", "UTC", "mon-sun", "compact", None, "off", 0),
        Reason("q", "title", 0, 12, RULE),
    )
    for place in places:
        await store.subscribe(Subscription(place, RULE, "local:bench", wish), at)
    rows = [
        Delivery(papers[paper].id, place, (why,), due=at, options=wish)
        for place, share in zip(places, shares, strict=True)
        for paper in range(share)
    ]
    await store.record(Poll(Bookmark("bench"), papers, tuple(rows)), at)
    return places


@asynccontextmanager
async def rig(
    platform: str, shares: Sequence[int], clock: Callable[[], datetime], latency: float = 0.0
) -> AsyncIterator[tuple[World, Strict, list[Channel]]]:
    """A store with all of it waiting, and the chat it goes to."""
    with tempfile.TemporaryDirectory() as folder:
        store = await bot.store.open(str(Path(folder) / "round.db"))
        places = await fill(store, platform, shares, clock())
        whole = LIMITS[platform][1]
        pace, crowd = PACES[platform]
        chat = Strict(platform, pace, crowd, clock=clock, latency=latency, whole=Limit(*whole) if whole else None)
        fetch = FakeFetch([])
        yield World(store, clock, fetch, fetch.read, {platform: chat}, Matcher()), chat, places
        await store.close()


async def virtual(platform: str, shares: Sequence[int]) -> str:
    """All of it in virtual time; a line of the table."""
    clock = Virtual()
    async with rig(platform, shares, clock) as (world, chat, places):
        cpu, began = time.process_time(), time.perf_counter()
        while True:
            claims = await flow.claim(world, "bench", posting.CHANNELS_AT_ONCE)
            await asyncio.gather(*(flow.deliver(claim, world) for claim in claims))
            if not claims:
                due = await world.store.due([platform])
                if due is None:
                    break
                clock.time = max(due, clock.time + timedelta(microseconds=1))
        cpu, real = time.process_time() - cpu, time.perf_counter() - began
        quietest = min(range(len(shares)), key=lambda number: (shares[number], -number))
        waited = (chat.lasts[places[quietest]] - START).total_seconds()
        longest = max((first - START).total_seconds() for first in chat.firsts.values())
        took, least = (chat.last - START).total_seconds(), bound(platform, shares)
        assert chat.taken == sum(shares), (chat.taken, sum(shares))
    return (
        f"{took:9.1f}{least:9.1f}{took / least if least else 1:8.3f}{chat.limited:6}{waited:10.1f}{longest:10.1f}"
        f"{first_bound(platform, len(shares)):9.1f}"
        f"{cpu / sum(shares) * 1000:9.2f}{real / sum(shares) * 1000:9.2f}"
    )


async def real(platform: str, shares: Sequence[int]) -> str:
    """The loop of `paper-round run` by the machine's own clock."""
    async with rig(platform, shares, now, latency=0.08) as (world, chat, _):
        began = now()
        task = asyncio.create_task(posting.deliver_all(world))
        while chat.taken < sum(shares):  # noqa: ASYNC110 — the chat is the bench's own, and is to do nothing more
            await asyncio.sleep(0.01)
        took, least = (chat.last - began).total_seconds(), bound(platform, shares)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return f"{took:9.2f}{least:9.1f}{took / least:8.3f}{chat.limited:6}"


def main(posts: int = 10_000, channels: int = 1_000) -> None:
    print(f"{posts} posts over {channels} channels, due at once, in virtual time")
    print(
        f"{'':16}{'took s':>9}{'bound s':>9}{'ratio':>8}{'429s':>6}{'quietest':>10}{'any first':>10}{'bound':>9}"
        f"{'CPU ms':>9}{'real ms':>9}"
    )
    for platform in steps("Delivering in virtual time", LIMITS):
        for name, shares in (("evenly", evenly(posts, channels)), ("Zipf", zipf(posts, channels))):
            print(f"{platform:9}{name:7}{asyncio.run(virtual(platform, shares))}", flush=True)
    few, rooms = max(1, posts // 20), max(1, channels // 20)
    print(f"\n{few} posts over {rooms} channels by the loop of `run`, in real time, 80 ms an answer")
    print(f"{'':16}{'took s':>9}{'bound s':>9}{'ratio':>8}{'429s':>6}")
    for platform in steps("Delivering in real time", LIMITS):
        print(f"{platform:9}{'evenly':7}{asyncio.run(real(platform, evenly(few, rooms)))}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
