"""Bodies are read off the event loop, and no feed can hold up or harm the reading of another."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import sources
from bot.cli.parsing import Memory, Parser, Workers
from bot.cli.parsing.workers import LARGE, Job
from bot.errors import SourceFailed
from bot.model import Bookmark, Feed
from bot.ports import Fetched
from bot.sources.reading import LARGEST

FEED = Feed("https://lab.example/feed?token=secret", "https://lab.example/feed?token=secret")


def body(count: int, first: int = 0) -> bytes:
    """A JSON Feed of so many items."""
    items = [{"id": f"p{n}", "url": f"https://lab.example/{n}", "title": f"Paper {n}"} for n in range(first, count)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Lab", "items": items}).encode()


def rss(*numbers: int) -> bytes:
    """An RSS feed of the papers with these numbers."""
    items = "".join(f"<item><title>Paper {n}</title><link>https://lab.example/{n}</link></item>" for n in numbers)
    return f'<rss version="2.0"><channel><title>Lab</title>{items}</channel></rss>'.encode()


@contextlib.asynccontextmanager
async def workers(at_once: int = 2, **limits: float) -> AsyncIterator[Workers]:
    """Some processes, ended again."""
    made = Workers(at_once, **limits)  # type: ignore[arg-type]  # bytes are whole numbers, seconds need not be
    try:
        yield made
    finally:
        await made.close()


def bookmark(digest: str | None) -> Bookmark:
    return Bookmark(FEED.address, digest=digest)


async def test_a_process_reads_what_a_thread_reads() -> None:
    """Every paper of many pieces, in their order, and all that is said beside them."""
    async with workers() as pool:
        assert await pool.read(Job(body(250), FEED)) == sources.read(body(250), FEED)


async def test_half_a_pair_comes_back_from_the_process() -> None:
    """JSON lets through what no UTF-8 can hold: it is told as a thread tells it."""
    odd = body(2).replace(b"Paper 0", b"Paper \\ud800 0")
    async with workers(1) as pool:
        reading = await pool.read(Job(odd, FEED))
    assert reading == sources.read(odd, FEED)
    assert "\ud800" in reading.papers[0].original.title


async def test_an_entry_more_is_read_without_a_process() -> None:
    """A large body of which nearly all was seen starts none; one of which little was does."""
    first, more, other = (rss(*range(n, n + 3000)) for n in (1, 0, 9000))
    async with workers(1) as pool:
        parse = Parser(pool)
        await parse(Fetched(first, bookmark("1")), FEED, bookmark(None))
        await pool.close()
        reading = await parse(Fetched(more, bookmark("2")), FEED, bookmark("1"))
        assert ([p.title for p in reading.papers], reading.unchanged) == (["Paper 0"], 2999)
        assert pool.processes == []
        assert len((await parse(Fetched(other, bookmark("3")), FEED, bookmark("2"))).papers) == 3000
        assert len(pool.processes) == 1


async def test_a_sentence_comes_back_from_the_process() -> None:
    """What is no feed fails as it does here, and the process reads on."""
    async with workers(1) as pool:
        with pytest.raises(SourceFailed, match=r"it begins with 'hello'"):
            await pool.read(Job(b"hello", FEED))
        assert len((await pool.read(Job(body(3), FEED))).papers) == 3


async def test_a_killed_process_costs_one_sentence() -> None:
    """Its feed hears why, the next body finds a new process."""
    async with workers(1) as pool:
        await pool.read(Job(body(3), FEED))
        reading = asyncio.create_task(pool.read(Job(body(60_000), FEED)))
        await asyncio.sleep(0.05)
        pool.processes[0].kill()
        with pytest.raises(SourceFailed, match="token=… could not be read: the process that read it was ended"):
            await reading
        assert len((await pool.read(Job(body(3), FEED))).papers) == 3


async def test_a_body_that_takes_too_long_is_ended() -> None:
    """Its process is gone, and so is its time."""
    async with workers(1, seconds=0.001) as pool:
        with pytest.raises(SourceFailed, match=r"it took more than 0\.001 s to read"):
            await pool.read(Job(body(60_000), FEED))
        await pool.processes[0].wait()


async def test_a_body_that_takes_too_much_memory_is_ended() -> None:
    """Three million empty objects in eight megabytes."""
    async with workers(1, memory=200 * 2**20) as pool:
        with pytest.raises(SourceFailed, match="it took more than 200 MiB of memory"):
            await pool.read(Job(b"[" + b"{}," * 2_800_000 + b"{}]", FEED))
        assert len((await pool.read(Job(body(3), FEED))).papers) == 3


def filled(unit: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """15 MiB, the most that is fetched, of one thing."""
    head, tail = b'<rss version="2.0"><channel><title>t</title>' + before, after + b"</channel></rss>"
    return head + unit * ((LARGEST - len(head + tail)) // len(unit)) + tail


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "sent",
    [
        filled(b"<item><title>a & b</title><link>x<</link></item>"),
        filled(b"<item><title>a</title><link>http://a.example/1</link></item>"),
        filled(b"<a>", b"<item>", b"</item>"),
        filled(b"<", b"<item><title>x</title>", b"</item>"),
        filled(b"<![CDATA[", b"<item><title>x</title>", b"</item>"),
        filled(b"<!--", b"<item><title>x</title>", b"</item>"),
        b"[" * LARGEST,
        b'{"items":[' + b'{"id":"1"},' * 1_300_000,
    ],
    ids=["broken entries", "entries", "depth", "signs", "cdata", "comments", "json depth", "broken json"],
)
async def test_the_most_hostile_body_that_is_fetched_ends_within_its_limits(sent: bytes) -> None:
    """15 MiB of the worst: a reading or one sentence, and the next feed is read."""
    assert len(sent) <= LARGEST
    async with workers(1) as pool:
        with contextlib.suppress(SourceFailed):
            await pool.read(Job(sent, FEED))
        assert len((await pool.read(Job(body(3), FEED))).papers) == 3


async def test_large_bodies_never_hold_up_another_feed() -> None:
    """While three of them wait for each other, a feed of ordinary size is read at once."""
    huge = body(30_000)
    assert len(huge) > LARGE
    async with workers() as pool:
        slow = [asyncio.create_task(pool.read(Job(huge, FEED))) for _ in range(3)]
        await asyncio.sleep(0)
        assert len((await pool.read(Job(body(3000), FEED))).papers) == 3000
        assert not all(task.done() for task in slow)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_no_process_starts_before_it_is_needed() -> None:
    """Small bodies are read in a thread."""
    async with workers() as pool:
        parser = Parser(pool)
        await parser(Fetched(body(3), bookmark("a")), FEED, bookmark(None))
        assert not pool.processes
        await parser(Fetched(body(3000), bookmark("b")), FEED, bookmark("a"))
        assert len(pool.processes) == 1


async def test_closing_ends_what_is_under_way() -> None:
    """At once, whatever is being read."""
    async with workers() as pool:
        await pool.read(Job(body(3), FEED))
        reading = asyncio.create_task(pool.read(Job(body(60_000), FEED)))
        await asyncio.sleep(0.05)
        processes = pool.processes
        await pool.close()
        assert all(process.returncode is not None for process in processes)
        with pytest.raises(SourceFailed):
            await reading


@pytest.mark.parametrize("small", [0, 10**6])
async def test_only_what_is_new_since_the_recorded_body_is_read(small: int) -> None:
    """In a process as in a thread."""
    async with workers() as pool:
        parser = Parser(pool, small=small)
        await parser(Fetched(rss(1, 2, 3), bookmark("a")), FEED, bookmark(None))
        again = await parser(Fetched(rss(4, 1, 2, 3), bookmark("b")), FEED, bookmark("a"))
        assert ([paper.title for paper in again.papers], again.unchanged) == (["Paper 4"], 3)


async def test_a_body_that_could_not_be_recorded_is_not_taken_for_known() -> None:
    """The bookmark still names the body before it, so all is read."""
    async with workers() as pool:
        parser = Parser(pool)
        await parser(Fetched(rss(1, 2), bookmark("a")), FEED, bookmark(None))
        await parser(Fetched(rss(3, 1, 2), bookmark("b")), FEED, bookmark("a"))  # and then the database was locked
        again = await parser(Fetched(rss(3, 1, 2), bookmark("b")), FEED, bookmark("a"))
        assert (len(again.papers), again.unchanged) == (3, 0)


def test_the_memory_is_bounded_and_forgets_who_was_not_polled_for_longest() -> None:
    """A third feed pushes out the first, and one that is too big for it is not kept at all."""
    memory = Memory(most=8000)
    for name in ("a", "b", "c"):
        memory.keep(name, "d", b"." * 2000)
    memory.keep("c", "d", b"!" * 2000)
    memory.keep("d", "d", b"." * 2000)
    memory.keep("huge", "d", b"." * 4000)
    assert [bool(memory.recall(name, "d")) for name in ("a", "b", "c", "d", "huge")] == [False, True, True, True, False]


def test_what_was_seen_belongs_to_one_body() -> None:
    """Another digest, or none, recalls nothing."""
    memory = Memory()
    memory.keep("a", "d", b"seen")
    assert (memory.recall("a", "d"), memory.recall("a", "e"), memory.recall("a", None)) == (b"seen", b"", b"")
    memory.keep("b", None, b"seen")
    assert memory.recall("b", None) == b""


async def test_two_bodies_that_differ_have_their_own_memory() -> None:
    """A feed whose body goes back to an older one is read whole, as its memory is of the newer."""
    async with workers() as pool:
        parser = Parser(pool)
        older = replace(bookmark("a"), etag="1")
        await parser(Fetched(rss(1), older), FEED, bookmark(None))
        await parser(Fetched(rss(2, 1), bookmark("b")), FEED, older)
        assert (await parser(Fetched(rss(2, 1, 3), bookmark("c")), FEED, older)).unchanged == 0
