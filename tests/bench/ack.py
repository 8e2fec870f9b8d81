"""How soon Slack's envelopes are acknowledged while the bot is busy: prints figures, and never passes or fails on them.

    uv run --group bench python -m tests.bench.ack PAPERS.jsonl.gz [--feeds 1000] [--rules 100000] [--seconds 30]

One process holds what `run` holds: the store, the engine with all rules, the poller with its parsing workers, Slack.
The stand-in and the feeds' owner are processes of their own. First nothing else happens; then every feed is due at
once, sweep after sweep, each with an entry that is new to it, so that everything that is read is also matched and
recorded. All the while people type commands, ten a second: lists, help, and now and then a preview or a search, which
read all stored papers.
Seconds are those of the stand-in: from sending an envelope to having its acknowledgement, and to the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import bot.store
from bot import flow
from bot.chat.slack import connect as slack
from bot.cli import loop, ticking
from bot.cli.parsing import Parser, Workers
from bot.cli.progress import progress
from bot.fetch import Fetcher, Limits
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Feed, Heard, Paper, Poll, Reply
from bot.ports import Store
from bot.rules import KNOWN, compiled, folding, parse
from bot.store.sqlite.file.connection import connect, writing
from tests.bench.match import _ROW
from tests.bench.papers import load
from tests.bench.poll import Calendar, addresses, lag, say, served
from tests.bench.rules import Source

EVERY = 0.1
TYPED = (
    *(("/subscriptions", ""), ("/papers", "help"), ("/papers", "settings"), ("/subscriptions", "")) * 5,
    ("/subscribe", "transformers quantization"),
    ("/papers", "search diffusion"),
)
STORED = 3000


@dataclass(frozen=True)
class Figures:
    """Milliseconds; `own` is what the loop's own thread worked at most between two turns."""

    acks: Sequence[float]
    answers: Sequence[float]
    held: float
    own: float

    def __str__(self) -> str:
        shown = (("ack", self.acks), ("answer", self.answers))
        parts = [f"{name} p50 {_at(of, 50):6.1f}  p99 {_at(of, 99):6.1f}  most {max(of):6.1f} ms" for name, of in shown]
        return (
            f"{len(self.acks):5} commands  {'   '.join(parts)}   loop held {self.held:.0f} ms, worked {self.own:.0f} ms"
        )


def _at(of: Sequence[float], percent: int) -> float:
    return sorted(of)[min(len(of) - 1, len(of) * percent // 100)]


@contextmanager
def standing() -> Iterator[dict[str, Any]]:
    """The stand-in as a process of its own: what it tells of itself."""
    words = [sys.executable, "-m", "tests.standins.slack"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def look(at: str) -> dict[str, Any]:
    with urllib.request.urlopen(at) as answer:
        held: dict[str, Any] = json.load(answer)
    return held


def typed(at: str, number: int) -> None:
    command, text = TYPED[number % len(TYPED)]
    body = json.dumps({"command": command, "text": text, "wait": False}).encode()
    urllib.request.urlopen(urllib.request.Request(at, body, {"Content-Type": "application/json"})).read()


def filled(file: Path, papers: list[Paper], many: int) -> None:
    """A store's file with so many rules."""
    db = connect(file, timedelta(seconds=5))
    rows = ((n, f"local:{n % 20_000}", text) for n, text in enumerate(Source(papers).rules(many), 1))
    with writing(db):
        db.conn.executemany(_ROW, ((*row, compiled(parse(row[2])), folding(KNOWN)) for row in rows))
        db.execute("UPDATE rulebook SET version = 1")
    db.close()


async def measured(look_at: str, seconds: float, busy: asyncio.Task[None] | None) -> Figures:
    """People type for so long."""
    before, done = await asyncio.to_thread(look, look_at), asyncio.Event()
    watch = asyncio.create_task(lag(done))
    typing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.ack", "type", look_at, str(seconds)
    )
    with progress("People type"):
        assert await typing.wait() == 0
    if busy is not None and busy.done():
        busy.result()
    await asyncio.sleep(5)  # what is under way ends
    done.set()
    held, own = await watch
    after = await asyncio.to_thread(look, look_at)
    assert not after["faults"], after["faults"]
    acks = [1000 * took for took in after["acks"][len(before["acks"]) :]]
    answers = [1000 * took for took in after["answers"][len(before["answers"]) :]]
    return Figures(acks, answers, held * 1000, own * 1000)


async def sweeping(feeds: list[Feed], world: World, clock: Calendar, port: int) -> None:
    """Every feed again and again, each time with an entry more."""
    for mode in count(2):
        await asyncio.to_thread(say, port, mode)
        clock.days += 3
        polling = asyncio.create_task(ticking.poll_all(feeds, world))
        try:
            await asyncio.sleep(15)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)


async def bench(given: argparse.Namespace, papers: list[Paper], folder: Path, port: int, told: dict[str, Any]) -> None:
    store, clock = await bot.store.open(f"sqlite:{folder / 'bench.db'}"), Calendar()
    now = clock()
    for at in range(0, STORED, 100):
        some = papers[at : at + 100]
        await store.record(Poll(Bookmark("bench:papers"), tuple(some)), now)
    pool, chat = Workers(), await slack(told["env"], store, clock)
    fetch = Fetcher(allow_private=True, version="0", clock=clock, limits=Limits(host_gap=0.0))
    world = World(store, clock, fetch, Parser(pool), {"slack": chat}, Matcher())
    listening = asyncio.create_task(chat.listen(lambda heard: answered(heard, world)))
    feeds = [Feed(url, url) for url in addresses(given.feeds, port)]
    start = time.perf_counter()
    await ready(feeds, world, store)
    loop.settle()
    print(f"{given.rules:,} rules and {STORED:,} papers stand after {time.perf_counter() - start:.0f} s", flush=True)
    print("at rest  ", await measured(told["look"], given.seconds, None), flush=True)
    busy = asyncio.create_task(sweeping(feeds, world, clock, port))
    seen = len(await store.papers(limit=10**6))
    print("polling  ", await measured(told["look"], given.seconds, busy), flush=True)
    print(f"meanwhile {len(await store.papers(limit=10**6)) - seen:,} new papers were matched and recorded")
    for task in (busy, listening):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await chat.close()
    await pool.close()
    await store.close()


async def answered(heard: Heard, world: World) -> Reply:
    return await flow.answer(heard, world)


async def ready(feeds: list[Feed], world: World, store: Store) -> None:
    """The first sweep, in which every feed is met and the engine is loaded."""
    polling = asyncio.create_task(ticking.poll_all(feeds, world))
    while len(await store.bookmarks()) < len(feeds):  # noqa: ASYNC110 — the store says it to nobody
        await asyncio.sleep(0.5)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


def keep_typing(at: str, seconds: float) -> None:
    """Ten commands a second, from a process of its own."""
    start = time.monotonic()
    for number in range(int(seconds / EVERY)):
        time.sleep(max(0.0, start + number * EVERY - time.monotonic()))
        typed(at, number)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("papers", type=Path)
    asked.add_argument("--feeds", type=int, default=1000)
    asked.add_argument("--rules", type=int, default=100_000)
    asked.add_argument("--seconds", type=float, default=30)
    given = asked.parse_args()
    papers = load(given.papers)
    with tempfile.TemporaryDirectory() as folder, served() as (port, _), standing() as told:
        filled(Path(folder) / "bench.db", papers, given.rules)
        loop.run(bench(given, papers[:STORED], Path(folder), port, told))


if __name__ == "__main__":
    if sys.argv[1:2] == ["type"]:
        keep_typing(sys.argv[2], float(sys.argv[3]))
    else:
        main()
