"""Figures of the pages: `uv run python -m tests.bench.web PAPERS [count]`. Prints; never passes or fails.

PAPERS is a file of one JSON object a line (`id title abstract authors categories`), gzipped or not; more papers than it
holds are put together from its sentences. Everything is asked over HTTP, of the real store, on the loop that the bot
runs on, on one core if the system lets us (`taskset -c 0`). Times "of a core" are this process's own, asking client
included, and the same on a machine that does other things too.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

import bot.store
from bot.cli import loop
from bot.cli.progress import progress, steps
from bot.model import Bookmark, Heard, Paper, Poll, Reply, Signals
from bot.ports import Store
from bot.rules import Engine, parse
from bot.rules.narrow import indexed, met, needs
from bot.summary import sentences
from bot.web import app
from bot.web.allowance import Allowance
from bot.web.desk import DESK
from tests.bench.papers import load

NOW = datetime(2026, 8, 28, 12, tzinfo=UTC)
DAYS = 365
TYPED = (
    "transformers quantization",
    '"state space" OR mamba',
    "diffusion -video",
    "LLM agents",
    "title:survey",
    "language model",
    "reinforcement learning -robot",
    '"in-context learning"',
    "retrieval augmented generation",
    "RAG",
    "graph neural network",
    "quantiz*",
    "cat:cs.CL benchmark",
    'au:"Wei Zhang"',
    "votes:>=64",
    "has:code LLM",
    "(lora OR adapter) fine-tuning",
    "protein folding",
    "federated privacy",
    '="GPT-4o"',
    "speculative decoding",
    "model",
    "multi-modal",
    "kv cache compression",
    "top:10 diffusion",
    "hallucination detection -medical",
    "video generation",
    "mixture of experts",
    "xylophone",
    "tokenizer",
)


def many(papers: Sequence[Paper], count: int) -> Iterator[Paper]:
    """As many papers as wanted, each with its own text, spread over a year."""
    dice = random.Random(7)
    told = [sentences(paper.abstract) for paper in papers]
    for number in range(count):
        one, other = dice.randrange(len(papers)), dice.randrange(len(papers))
        half = len(told[one]) // 2
        mixed = papers[one].abstract if number < len(papers) else " ".join(told[one][:half] + told[other][half:])
        yield replace(
            papers[one],
            id=f"arxiv:{number:07}",
            abstract=mixed,
            announced=NOW - timedelta(seconds=number * DAYS * 86_400 // count),
            signals=Signals(
                upvotes=int(dice.paretovariate(0.6)) if number % 4 == 0 else None,
                code_url="https://x.example" if number % 5 == 0 else None,
            ),
        )


async def fill(store: Store, papers: list[Paper]) -> None:
    start = spent()
    for first in steps("Recording", range(0, len(papers), 2000)):
        await store.record(Poll(Bookmark("bench"), tuple(papers[first : first + 2000])), NOW)
    told("recorded", start, f"{len(papers):,} papers")
    start, longest = spent(), 0.0
    left = 1
    with progress("Making searchable") as far:
        while left:
            step = spent()
            left = await store.index(32)
            longest = max(longest, spent()[1] - step[1])
            far(len(papers) - left, len(papers))
    each = (spent()[1] - start[1]) / len(papers)
    told("made searchable", start, f"{each:.2f} ms a paper; a step of 32: {longest:.0f} ms at most")


def spent() -> tuple[float, float]:
    """Milliseconds by the clock, and of this process on any core: the same on a machine that does nothing else."""
    return time.perf_counter() * 1000, time.process_time() * 1000


def told(what: str, start: tuple[float, float], more: str = "") -> None:
    wall, cpu = spent()
    print(f"{what:30} {wall - start[0]:10.0f} ms, {cpu - start[1]:10.0f} ms of a core   {more}")


class Lag:
    """The longest that the event loop was kept from its next turn, and how much of a core one turn took at the most."""

    def __init__(self) -> None:
        self.worst = self.held = 0.0
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Lag:
        self.task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.task
        self.task.cancel()

    async def _watch(self) -> None:
        while True:
            start, own = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.worst = max(self.worst, time.perf_counter() - start - 0.001)
            self.held = max(self.held, time.thread_time() - own)


Span = tuple[float, float, str]


async def timed(ask: Callable[[str], Awaitable[object]], asked: Sequence[str]) -> list[Span]:
    """Milliseconds of a core and by the clock for each, the quickest first."""
    spans = []
    for one in asked:
        start = spent()
        await ask(one)
        wall, cpu = spent()
        spans.append((cpu - start[1], wall - start[0], one))
    return sorted(spans)


def table(what: str, spans: list[Span], target: float, lag: Lag) -> None:
    walls = sorted(wall for _, wall, _ in spans)
    cut = int(len(spans) * 0.95)
    p50, p95, (most, _, worst) = spans[len(spans) // 2][0], spans[cut][0], spans[-1]
    print(
        f"{what:28} p50 {p50:6.1f}  p95 {p95:6.1f}  most {most:6.1f} ms of a core ({worst}); by the clock p95 "
        f"{walls[cut]:.1f}  target {target:g}: {'met' if p95 <= target else 'NOT met'}; "
        f"loop late {lag.worst * 1000:.0f} ms, held {lag.held * 1000:.0f} ms of a core"
    )
    slow = {one: cpu for cpu, _, one in spans[-9:]}
    print(f"{'':28} the slowest: {', '.join(f'{one} {cpu:.0f}' for one, cpu in reversed(slow.items()))}")


async def pages(store: Store, rounds: int) -> None:
    async def answer(asked: Heard) -> Reply:
        raise NotImplementedError

    made = app(store, answer, lambda: NOW)
    made[DESK].door.searching = made[DESK].door.trying = Allowance(10**9, timedelta(seconds=1))
    client: TestClient[Request, Application] = TestClient(TestServer(made), cookie_jar=CookieJar(unsafe=True))
    async with client:

        async def get(path: str) -> str:
            async with client.get(path) as reply:
                assert reply.status == 200, path
                return await reply.text()

        async def search(rule: str) -> str:
            return await get(f"/search?q={quote(rule)}")

        days = [f"/day/{(NOW - timedelta(days=n * 11)).date()}" for n in range(30)]
        await timed(search, TYPED)  # once round: the engine has read the words of what is asked most
        for what, ask, asked, target in (
            ("search", search, TYPED * rounds, 100.0),
            ("a day's page", get, days * rounds, 50.0),
            ("a day's page, newest first", get, [f"{day}?order=newest" for day in days], 50.0),
            ("a rule's feed", get, [f"/feed.atom?q={quote(rule)}" for rule in TYPED], 200.0),
            ("workshop", get, [f"/workshop?q={quote(rule)}" for rule in TYPED], 1000.0),
        ):
            async with Lag() as lag:
                spans = await timed(ask, asked)
            table(what, spans, target, lag)
        engine = (await timed(lambda rule: asyncio.to_thread(alone, rule, NEWEST), TYPED[:6]))[3][0]
        first = (await timed(search, TYPED[:6]))[3][0]
        per = engine / len(NEWEST)
        print(f"the engine alone over all: {per:.2f} ms a paper, so {per * COUNT[0] / first:,.0f} x the search's time")


NEWEST: list[Paper] = []
COUNT = [0]


def alone(rule: str, papers: list[Paper]) -> list[list[int]]:
    engine = Engine()
    engine.add(0, parse(rule))
    return engine.match(papers)


def missed(papers: list[Paper]) -> None:
    """What the index would leave out although the engine hits it: nothing."""
    terms = [indexed(paper) for paper in papers]
    wrong = let_in = hits = 0
    for typed in TYPED:
        need, found = needs(parse(typed)), alone(typed, papers)
        for term, keys in zip(terms, found, strict=True):
            admitted = met(need, term)
            wrong += bool(keys) and not admitted
            let_in += admitted
            hits += bool(keys)
    each = let_in / max(1, hits)
    print(f"left out by the index: {wrong} of {hits:,} hits over {len(papers):,} papers; let in for each: {each:.2f}")


async def main(source: str, count: int = 100_000, rounds: int = 5) -> None:
    papers = list(many(load(Path(source)), count))
    NEWEST.extend(papers[:1000])
    COUNT[0] = count
    missed(papers[:400])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        store = await bot.store.open(str(file))
        await fill(store, papers)
        print(f"{'the file':44} {file.stat().st_size / 2**20:10.0f} MiB")
        papers.clear()
        loop.settle()
        await pages(store, rounds)
        await store.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    loop.run(main(sys.argv[1], *map(int, sys.argv[2:])))
