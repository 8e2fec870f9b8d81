"""Figures of polling: `uv run --group bench python -m tests.bench.poll [feeds] [for reader] [known]`. Prints only.

A server in a process of its own offers the feeds, each of 100 entries on a host of its own (127.x.y.z). We poll
them as `run` does: the real Fetcher, parsing processes, SQLite, and `ticking.poll_all`, for which all of them fall due
at once (its clock is put on between sweeps). `reader` polls them with its own update and ten threads.
Every sweep asks each feed once; of those by one name the best counts, on either side. CPU is
that of the poller and its children; what share of a core the server took stands beside it. With `known`, the feeds'
bookmarks are put in the database instead of a first sight (which takes ten minutes for 10,000).
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import feedparser

import bot.store
from bot import sources
from bot.cli import loop, ticking
from bot.cli.parsing import Parser, Workers
from bot.cli.progress import steps
from bot.fetch import Fetcher, Limits
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Feed, Poll
from bot.ports import Store

ENTRIES = 100
SWEEPS = (
    ("first sight", 0),
    *[("304", 0)] * 3,
    *[("unchanged 200", 1)] * 2,
    ("one new entry", 2),
    ("one new entry", 3),
)
"""Each with what the server does in it."""
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


@cache
def template(new: int) -> bytes:
    """The body of any feed, once its name is put in."""
    return feed_body("NAME", new)


class Owner(asyncio.Protocol):
    """Answers one request a connection; `/mode/N` changes what all feeds say from then on."""

    mode = 0

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
        """Mode 0: a body with an ETag, or 304 to who has it; 1: the same body, no ETag; from 2 on: ever one more."""
        etag = b'ETag: "a"\r\n' if Owner.mode == 0 else b""
        if etag and b'if-none-match: "a"' in self.asked.lower():
            return b"HTTP/1.1 304 Not Modified\r\n" + etag, b""
        body = template(max(0, Owner.mode - 1)).replace(b"NAME", name)
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
def served() -> Iterator[tuple[int, int]]:
    """The server's port, and its process."""
    words = [sys.executable, "-m", "tests.bench.poll", "serve"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.stdin.close()


def served_for(pid: int) -> float:
    """Seconds of CPU that a process has taken."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def addresses(count: int, port: int) -> list[str]:
    return [f"http://127.{n // 62500 + 1}.{n // 250 % 250}.{n % 250 + 1}:{port}/f{n}" for n in range(count)]


def say(port: int, mode: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/mode/{mode}").read()


# ── measuring ──


@dataclass
class Figures:
    """Of one sweep: seconds by the wall and of CPU, the longest the loop was held and worked itself (s), memory (MiB),
    the server's share of a core."""

    feeds: int
    wall: float
    cpu: float
    lag: float = 0.0
    work: float = 0.0
    memory: float = 0.0
    server: float = 0.0

    @property
    def each(self) -> float:
        """Milliseconds of CPU a feed."""
        return self.cpu / self.feeds * 1000


def cpu(pool: Workers | None = None) -> float:
    """Seconds of CPU: this process and its living children."""
    return time.process_time() + sum(served_for(process.pid) for process in (pool.processes if pool else []))


async def lag(done: asyncio.Event) -> tuple[float, float]:
    """The longest that the event loop was kept from its next turn, by the wall and by its own thread's CPU.

    The second is what it did itself; the first also holds what others did on a machine that is busy.
    """
    wall = own = 0.0
    while not done.is_set():
        start, worked = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0.005)
        wall = max(wall, time.perf_counter() - start - 0.005)
        own = max(own, time.thread_time() - worked)
    return wall, own


@dataclass
class Calendar:
    """The clock, put on by days."""

    days: int = 0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


class Counted:
    """The store, and when so many polls are recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.left = 0
        self.all = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def record(self, poll: Poll, now: datetime) -> int:
        made = await self._store.record(poll, now)
        self.left -= 1
        if self.left == 0:
            self.all.set()
        return made


async def sweep(feeds: list[Feed], world: World, store: Counted, pool: Workers, server: int) -> Figures:
    """Every feed once, all of them due at once, until the last is recorded."""
    store.left, done = len(feeds), asyncio.Event()
    store.all.clear()
    watch = asyncio.create_task(lag(done))
    start, spent, busy = time.perf_counter(), cpu(pool), served_for(server)
    polling = asyncio.create_task(ticking.poll_all(feeds, world))
    await store.all.wait()
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    wall, used = time.perf_counter() - start, cpu(pool) - spent
    done.set()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(len(feeds), wall, used, *await watch, memory, (served_for(server) - busy) / wall)


async def prime(feeds: list[Feed], store: Counted) -> None:
    """Bookmarks as the first sight leaves them, for runs that are about what follows it."""
    now = datetime.now(UTC)
    for feed in feeds:
        body = template(0).replace(b"NAME", urlsplit(feed.url).path.strip("/").encode())
        digest = hashlib.sha256(body).hexdigest()
        await store.record(Poll(Bookmark(feed.address, '"a"', digest=digest, due=now, baseline_at=now)), now)


async def ours(urls: list[str], port: int, server: int, folder: str, *, known: bool = False) -> dict[str, Figures]:
    """Our sweeps; of feeds that are `known`, only those that bring nothing new."""
    store, clock = Counted(await bot.store.open(f"{folder}/bench.db")), Calendar()
    fetch = Fetcher(allow_private=True, version="0", clock=clock, limits=Limits(host_gap=0.0))
    pool = Workers()
    world = World(cast("Store", store), clock, fetch, Parser(pool), {}, Matcher())
    feeds = [Feed(url, url) for url in urls]
    found: dict[str, Figures] = {}
    loop.settle()
    if known:
        await prime(feeds, store)
    asked = [each for each in SWEEPS if not known or each[0] in ("304", "unchanged 200")]
    for name, mode in steps("Sweeping", asked):
        say(port, mode)
        clock.days += 3  # all are due again
        keep(found, "ours", name, await sweep(feeds, world, store, pool, server))
    await pool.close()
    await store.close()
    return found


def theirs(urls: list[str], port: int, server: int, folder: str) -> dict[str, Figures]:
    """The same of `reader`, with ten threads."""
    import feedparser_sgmllib

    sys.modules.setdefault(
        "sgmllib", feedparser_sgmllib
    )  # what reader's own copy of feedparser asks for by its old name
    from reader import make_reader

    made = make_reader(f"{folder}/reader.db")
    for url in urls:
        made.add_feed(url)
    found: dict[str, Figures] = {}
    for name, mode in steps("Sweeping with reader", SWEEPS):
        say(port, mode)
        start, spent, busy = time.perf_counter(), cpu(), served_for(server)
        made.update_feeds(scheduled=False, workers=10)
        wall = time.perf_counter() - start
        keep(found, "reader", name, Figures(len(urls), wall, cpu() - spent, server=(served_for(server) - busy) / wall))
    made.close()
    return found


def keep(found: dict[str, Figures], who: str, name: str, new: Figures) -> None:
    """Tell it, and keep the better of those by one name, with the longest that any of them held the loop."""
    told(who, name, new)
    if (old := found.get(name)) is not None:
        longest = max(old.lag, new.lag), max(old.work, new.work)
        new = new if new.wall < old.wall else old
        new.lag, new.work = longest
    found[name] = new


def told(who: str, name: str, found: Figures) -> None:
    held = (
        f"  loop held {found.lag * 1000:4.0f} ms at most, worked {found.work * 1000:3.0f} ms  {found.memory:4.0f} MiB"
        if found.lag
        else ""
    )
    print(
        f"{who:7} {name:14} {found.feeds / found.wall:8.1f} feeds/s {found.each:8.2f} ms CPU a feed  "
        f"server {found.server:4.0%} of a core{held}",
        flush=True,
    )


def alone(times: int = 20) -> float:
    """One feed's body, without network and database: feedparser over the whole (its seconds) beside what we do."""
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
    return whole


def main(count: int = 1000, for_reader: int = 1000, *, known: bool = False) -> None:
    """Both, in one run, and how they compare."""
    whole = alone()
    with served() as (port, server), tempfile.TemporaryDirectory() as folder:
        urls = addresses(count, port)
        mine = loop.run(ours(urls, port, server, folder, known=known))
        his = theirs(urls[:for_reader], port, server, folder) if for_reader else {}
    for name, found in mine.items():
        against = f"feedparser over the whole takes {whole * 1000 / found.each:5.1f} x our CPU"
        if name in his:
            speed = found.feeds / found.wall / (his[name].feeds / his[name].wall)
            spared = his[name].each / found.each
            against = f"we are {speed:5.1f} x as fast as reader, take 1/{spared:.1f} of its CPU; {against}"
        print(f"{name:14} {against}; the loop was held {found.lag * 1000:.0f} ms at most")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    asyncio.run(serve()) if "serve" in sys.argv else main(*numbers, known="known" in sys.argv)
