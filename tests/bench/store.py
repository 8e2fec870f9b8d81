"""Figures of the store: `uv run python -m tests.bench.store [deliveries] [channels]`. Prints; never passes or fails."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import bot.store
from bot.model import Bookmark, Channel, Delivery, Paper, Poll, Reason, Signals
from bot.ports import Store

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
PACE = {"slack": timedelta(seconds=1)}
POLL = 2_000
"""The most a feed of arXiv holds: https://info.arxiv.org/help/rss.html"""


def paper(number: int) -> Paper:
    return Paper(
        f"arxiv:{number}",
        f"A title of paper {number} of usual length, with a colon: and a second part",
        "https://papers.example/feed",
        version=1,
        authors=("Ada Lovelace", "Emmy Noether", "Alan Turing"),
        abstract="What the paper says in its abstract. " * 35,
        url=f"https://papers.example/abs/{number}",
        categories=("cs.CL", "cs.LG"),
        announced=NOW,
        aliases=(f"doi:10.1/{number}", f"url:https://papers.example/abs/{number}"),
        signals=Signals(upvotes=number % 97),
    )


@contextmanager
def told(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:62} {(time.perf_counter() - start) * 1000:9.1f} ms")


async def repeated(what: str, ask: Callable[[int], Awaitable[object]], times: int) -> None:
    spans = []
    for turn in range(times):
        start = time.perf_counter()
        await ask(turn)
        spans.append((time.perf_counter() - start) * 1000)
    spans.sort()
    print(f"{what:62} {spans[times // 2]:9.2f} ms median, {spans[-1]:.2f} ms at most of {times}")


async def lag(work: Awaitable[object], what: str) -> None:
    """The longest the event loop was kept from its next turn meanwhile."""
    task, worst = asyncio.ensure_future(work), 0.0
    while not task.done():
        start = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - start - 0.001)
    await task
    print(f"{what:62} {worst * 1000:9.1f} ms of loop lag at most")


async def polls(store: Store) -> None:
    papers = [paper(number) for number in range(POLL)]
    bookmark = Bookmark("https://papers.example/feed")
    everywhere = [Channel("slack", f"T1/C{n}") for n in range(5)]
    deliveries = tuple(
        Delivery(p.id, channel, (Reason("title", "title", 2, 7),)) for p in papers for channel in everywhere
    )
    with told(f"record() of {POLL} new papers"):
        await store.record(Poll(bookmark, tuple(papers)), NOW)
    with told(f"record() of {POLL} known papers, nothing new"):
        await store.record(Poll(bookmark, tuple(papers)), NOW)
    with told(f"record() of {len(deliveries)} new deliveries"):
        await store.record(Poll(bookmark, (), deliveries), NOW)
    await lag(
        store.record(Poll(bookmark, tuple(paper(n + 10**6) for n in range(POLL))), NOW),
        f"record() of {POLL} more papers",
    )
    with told(f"unknown() of {POLL} known papers"):
        assert not await store.unknown(papers)
    with told(f"unknown() of {POLL} new papers"):
        assert len(await store.unknown([paper(number) for number in range(POLL, 2 * POLL)])) == POLL
    await repeated("record() of a bookmark", lambda turn: store.record(Poll(bookmark), NOW), 200)
    await repeated("papers(limit=1000)", lambda turn: store.papers(), 20)
    await repeated("days()", lambda turn: store.days(), 50)
    await repeated("version()", lambda turn: store.version(), 200)


async def queue(store: Store, count: int, channels: int) -> None:
    places = [Channel("slack", f"T2/C{n}") for n in range(channels)]
    each = min(POLL, count // channels)
    waiting = tuple(Delivery(f"arxiv:{n}", c, (Reason("title", "title", 2, 7),)) for n in range(each) for c in places)
    with told(f"record() of {len(waiting)} deliveries over {channels} channels"):
        await store.record(Poll(Bookmark("b"), (), waiting), NOW)

    async def work(turn: int) -> None:
        at = NOW + timedelta(seconds=turn)
        for claim in await store.claim("w", at, lease=timedelta(minutes=1), limit=1, pace=PACE):
            await store.posted(claim, "m", at)
            await store.done(claim)

    def take(limit: int) -> Callable[[int], Awaitable[object]]:
        start = timedelta(hours=limit)
        return lambda turn: store.claim(
            "w", NOW + start + timedelta(minutes=turn), lease=timedelta(seconds=9), limit=limit, pace=PACE
        )

    await repeated("claim, posted, done of one", work, 100)
    await repeated("claim(limit=1)", take(1), 50)
    await repeated("claim(limit=20)", take(20), 50)
    await repeated("due()", lambda turn: store.due(PACE), 50)


async def main(count: int = 100_000, channels: int = 1_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await bot.store.open(f"{folder}/bench.db")
        await polls(store)
        await queue(store, count, channels)
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
