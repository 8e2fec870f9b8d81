"""Figures of polling: `uv run --group bench python -m tests.bench.poll [feeds] [feeds for reader]`. Prints only.

A server in a process of its own offers the feeds, each of 100 entries on a host of its own (127.x.y.z). We poll
them with the real Fetcher (its waits scaled to nothing), `flow.poll`, parsing processes and SQLite;
`reader` with its own update and ten threads.
Every sweep asks each feed once. CPU is that of the poller and its children, not the server's.
"""

from __future__ import annotations

import asyncio
import io
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import feedparser

import bot.store
from bot import flow, sources
from bot.cli.parsing import Parser, Workers
from bot.fetch import Fetcher, Limits
from bot.flow import World
from bot.matching import Matcher
from bot.model import Feed

ENTRIES = 100
AT_ONCE = 64
SWEEPS = ("first sight", "304", "unchanged 200", "one new entry")
WORDS = (
    "We study how small models learn from few examples, and measure what each part adds. On three public sets our way "
    "is better than its rivals by 4.2\\% at half the cost. Code and data are at https://lab.example/code. "
) * 5


def feed_body(name: str, new: int = 0) -> bytes:
    """A feed of 100 entries, `new` of them not there before."""
    items = "".join(
        f"<item><title>Paper {n} of {name}: learning with less</title><link>https://{name}.example/p/{n}</link>"
        f'<guid isPermaLink="false">{name}-{n}</guid><dc:creator>Ada Lovelace, Emmy Noether</dc:creator>'
        f"<description>{WORDS}</description><category>cs.LG</category>"
        f"<pubDate>Mon, 17 Aug 2026 {n % 24:02}:00:00 GMT</pubDate></item>\n"
        for n in range(ENTRIES + new - 1, new - 1, -1)
    )
    head = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lab</title>'
    built = f"<lastBuildDate>Mon, 17 Aug 2026 {new:02}:00:00 GMT</lastBuildDate>"
    return f"{head}<link>https://{name}.example/</link>{built}{items}</channel></rss>".encode()


# ── the owner of all feeds ──


class Owner(asyncio.Protocol):
    """Answers one request a connection; `/mode/N` changes what all feeds say from then on."""

    mode = 0
    bodies: ClassVar = {new: feed_body("NAME", new) for new in (0, 1)}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if not transport.get_extra_info("peername")[0].startswith("127."):
            transport.abort()
        self.asked = b""

    def data_received(self, data: bytes) -> None:
        self.asked += data
        if b"\r\n\r\n" not in self.asked:
            return
        path = self.asked.split(b" ", 2)[1]
        if path.startswith(b"/mode/"):
            Owner.mode = int(path[6:])
        head, body = self.answer(path.strip(b"/"))
        self.transport.write(head + b"Connection: close\r\n\r\n" + body)
        self.transport.close()

    def answer(self, name: bytes) -> tuple[bytes, bytes]:
        """Mode 0: a body with an ETag, or 304 to who has it; 1: the same body, no ETag; 2: one entry more."""
        etag = b'ETag: "a"\r\n' if Owner.mode == 0 else b""
        if etag and b'if-none-match: "a"' in self.asked.lower():
            return b"HTTP/1.1 304 Not Modified\r\n" + etag, b""
        body = self.bodies[int(Owner.mode == 2)].replace(b"NAME", name)
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n" % len(
            body
        ) + etag, body


async def serve() -> None:
    """Serve until the input ends. All of 127.0.0.0/8 answers on Linux; other machines are not let in."""
    server = await asyncio.get_running_loop().create_server(Owner, "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


@contextmanager
def served() -> Iterator[int]:
    """The server's port."""
    words = [sys.executable, "-m", "tests.bench.poll", "serve"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def addresses(count: int, port: int) -> list[str]:
    return [f"http://127.{n // 62500 + 1}.{n // 250 % 250}.{n % 250 + 1}:{port}/f{n}" for n in range(count)]


def say(port: int, mode: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/mode/{mode}").read()


# ── measuring ──


@dataclass
class Figures:
    """Of one sweep: seconds by the wall and of CPU, the longest the loop was held (s), memory (MiB)."""

    feeds: int
    wall: float
    cpu: float
    lag: float = 0.0
    memory: float = 0.0

    @property
    def each(self) -> float:
        """Milliseconds of CPU a feed."""
        return self.cpu / self.feeds * 1000


def cpu(pool: Workers | None = None) -> float:
    """Seconds of CPU: this process and its living children."""
    spent = time.process_time()
    for process in pool.processes if pool else []:
        try:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent += (int(fields[11]) + int(fields[12])) / 100
    return spent


async def lag(done: asyncio.Event) -> float:
    """The longest that the event loop was kept from its next turn."""
    worst = 0.0
    while not done.is_set():
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        worst = max(worst, time.perf_counter() - start - 0.005)
    return worst


async def sweep(feeds: list[Feed], poll: Callable[[Feed], Awaitable[object]], pool: Workers) -> Figures:
    """Every feed once, 64 at a time."""
    gate, done = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def one(feed: Feed) -> None:
        async with gate:
            await poll(feed)

    watch = asyncio.create_task(lag(done))
    start, spent = time.perf_counter(), cpu(pool)
    await asyncio.gather(*(one(feed) for feed in feeds))
    wall, used = time.perf_counter() - start, cpu(pool) - spent
    done.set()
    return Figures(len(feeds), wall, used, await watch, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


async def ours(urls: list[str], port: int, folder: str) -> dict[str, Figures]:
    """Our four sweeps."""
    store = await bot.store.open(f"{folder}/bench.db")
    clock = lambda: datetime.now(UTC)  # noqa: E731
    fetch = Fetcher(allow_private=True, version="0", clock=clock, limits=Limits(host_gap=0.0, at_once=AT_ONCE))
    pool = Workers()
    world = World(store, clock, fetch, Parser(pool), {}, Matcher())
    feeds = [Feed(url, url) for url in urls]
    found: dict[str, Figures] = {}
    for name, mode in zip(SWEEPS, (0, 0, 1, 2), strict=True):
        say(port, mode)
        found[name] = await sweep(feeds, lambda feed: flow.poll(feed, world), pool)
        told("ours", name, found[name])
    for closing in (pool, fetch, store):
        await closing.close()
    return found


def theirs(urls: list[str], port: int, folder: str) -> dict[str, Figures]:
    """The same four of `reader`, with ten threads."""
    import feedparser_sgmllib

    sys.modules.setdefault(
        "sgmllib", feedparser_sgmllib
    )  # what reader's own copy of feedparser asks for by its old name
    from reader import make_reader

    made = make_reader(f"{folder}/reader.db")
    for url in urls:
        made.add_feed(url)
    found: dict[str, Figures] = {}
    for name, mode in zip(SWEEPS, (0, 0, 1, 2), strict=True):
        say(port, mode)
        start, spent = time.perf_counter(), cpu()
        made.update_feeds(scheduled=False, workers=10)
        found[name] = Figures(len(urls), time.perf_counter() - start, cpu() - spent)
        told("reader", name, found[name])
    made.close()
    return found


def told(who: str, name: str, found: Figures) -> None:
    held = f"  loop held {found.lag * 1000:5.0f} ms at most  {found.memory:5.0f} MiB" if found.lag else ""
    print(
        f"{who:7} {name:14} {found.feeds / found.wall:8.1f} feeds/s {found.each:8.2f} ms CPU a feed{held}", flush=True
    )


def alone(times: int = 20) -> None:
    """One feed's body, without network and database: feedparser over the whole beside what we do."""
    import hashlib

    feed = Feed("https://f.example/", "https://f.example/")
    old, new = feed_body("f"), feed_body("f", 1)
    seen = sources.read(old, feed).seen
    assert [p.title[:9] for p in sources.read(new, feed, seen=seen).papers] == ["Paper 100"]
    works: dict[str, Callable[[], object]] = {
        "feedparser over the whole": lambda: feedparser.parse(io.BytesIO(new)),
        "we over the whole": lambda: sources.read(new, feed),
        "we, one new entry": lambda: sources.read(new, feed, seen=seen),
        "we, unchanged (the digest)": lambda: hashlib.sha256(old).hexdigest(),
    }
    spans: dict[str, float] = dict.fromkeys(works, 9e9)
    for _ in range(times):
        for name, work in works.items():
            start = time.process_time()
            work()
            spans[name] = min(spans[name], time.process_time() - start)
    whole = spans["feedparser over the whole"]
    print(f"a body of {len(new) // 1024} KiB and {ENTRIES} entries, the best of {times}, taken in turn:")
    for name, span in spans.items():
        print(f"  {name:28} {span * 1000:8.2f} ms   feedparser takes {whole / span:6.1f} x as long")


def main(count: int = 1000, for_reader: int = 1000) -> None:
    """Both, in one run, and how they compare."""
    alone()
    with served() as port, tempfile.TemporaryDirectory() as folder:
        urls = addresses(count, port)
        mine = asyncio.run(ours(urls, port, folder))
        his = theirs(urls[:for_reader], port, folder)
    for name in SWEEPS:
        speed = mine[name].feeds / mine[name].wall / (his[name].feeds / his[name].wall)
        spared = his[name].each / mine[name].each
        print(f"{name:14} we are {speed:5.1f} x as fast as reader, and take 1/{spared:.1f} of its CPU")


if __name__ == "__main__":
    asyncio.run(serve()) if sys.argv[1:] == ["serve"] else main(*map(int, sys.argv[1:]))
