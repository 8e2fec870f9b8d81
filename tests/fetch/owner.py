"""A feed's owner on 127.0.0.1 who writes down what was asked; and one who sends whatever bytes he likes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.fetch import Fetcher, Limits
from bot.model import Bookmark, Feed
from bot.ports import Fetched

NOW = datetime(2026, 8, 17, 12, 0, tzinfo=UTC)
BODY = b"<rss><channel><title>papers</title></channel></rss>"
QUICK = Limits(host_gap=0.0, arxiv_gap=0.0)

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as it came in. `order` counts the requests and answers of the whole test."""

    host: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    peer: object

    def get(self, name: bytes) -> bytes | None:
        return {key.lower(): value for key, value in self.headers}.get(name.lower())


@dataclass
class Owner:
    """What is asked is in `asked`; what is answered, by path, in `answers`; `most` is how many asked at once."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    now: int = 0
    most: int = 0

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def says(
        self,
        path: str = "/feed",
        status: int = 200,
        body: bytes = BODY,
        headers: Mapping[str, str] | None = None,
        **more: str,
    ) -> None:
        """Answer so from now on. Underscores in header names stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in {**(headers or {}), **more}.items()}

        async def answer(_: web.BaseRequest) -> web.Response:
            return web.Response(status=status, body=body, headers=named)

        self.answers[path] = answer

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.asked.append(Asked(request.host, request.path_qs, request.raw_headers, peer))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            answer = self.answers.get(request.path)
            return await answer(request) if answer else web.Response(status=404)
        finally:
            self.now -= 1


@asynccontextmanager
async def owner() -> AsyncIterator[Owner]:
    """A polite owner's server, on every address of 127.0.0.0/8."""
    it = Owner()
    runner = web.ServerRunner(web.Server(it.handle), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 0)
    await site.start()
    it.port = runner.addresses[0][1]
    try:
        yield it
    finally:
        await runner.cleanup()


@dataclass
class Wire:
    """A server of raw bytes: what came in, how much went out, and whether the other side hung up."""

    port: int = 0
    received: list[bytes] = field(default_factory=list)
    sent: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def note(self, head: bytes) -> None:
        """Write down what was asked."""
        self.received.append(head)
        async with self._asked:
            self._asked.notify_all()

    async def heard(self, times: int) -> None:
        """Until so many requests have come in."""
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.received) >= times)


@asynccontextmanager
async def wire(head: bytes, more: bytes = b"", pause: float = 0.0, repeat: bool = True) -> AsyncIterator[Wire]:
    """Send `head`, then `more` for ever (or once), with a pause between, until the other side hangs up.

    Without `more`, say nothing further and keep the line open, or hang up if `repeat` is false.
    """
    it = Wire()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await it.note(await reader.readuntil(b"\r\n\r\n"))
            writer.write(head)
            while more:
                writer.write(more)
                it.sent += len(more)
                await writer.drain()
                if not repeat:
                    break
                await asyncio.sleep(pause)
            if repeat:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            it.hung_up.set()
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()


@dataclass
class Moment:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Names:
    """A name server: every name is 127.0.0.1 unless `book` says otherwise; `asked` in order."""

    book: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int, family: int) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        return [row(address, port) for address in self.book.get(host, ["127.0.0.1"])]


def row(address: str, port: int) -> tuple[Any, ...]:
    """A row as `socket.getaddrinfo` gives it."""
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@asynccontextmanager
async def fetching(**options: Any) -> AsyncIterator[Fetcher]:
    """A Fetcher that may ask this machine and knows every name as 127.0.0.1."""
    told: dict[str, Any] = {
        "allow_private": True,
        "version": "1.2.3",
        "clock": Moment(),
        "limits": QUICK,
        "lookup": Names(),
    }
    fetch = Fetcher(**(told | options))
    try:
        yield fetch
    finally:
        await fetch.close()


@dataclass
class Elsewhere:
    """A Fetcher that finds every https host at this machine's port instead: real addresses, real requests."""

    fetch: Fetcher
    port: int

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        here = replace(bookmark, moved_to=bookmark.moved_to and self._here(bookmark.moved_to))
        answer = await self.fetch(Feed(feed.address, self._here(feed.url)), here)
        return replace(answer, bookmark=replace(answer.bookmark, moved_to=bookmark.moved_to))

    def _here(self, url: str) -> str:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return f"http://{host}:{self.port}{slash}{path}" if scheme == "https" else url


async def ask(fetch: Fetcher, url: str, bookmark: Bookmark | None = None) -> Fetched:
    """Fetch the feed whose address and url are the same."""
    return await fetch(Feed(url, url), bookmark or Bookmark(url))
