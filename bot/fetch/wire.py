"""One connection for one request, by aiohttp's own connection and parser, without its session.

Of a session we would use nothing (cookies, pools, redirects, proxies, tracing), and pay as much as for all the rest
of a poll. What is asked is written here, byte for byte; what is answered is read and checked by aiohttp.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import aiohappyeyeballs
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from bot.fetch.addresses import Gate, Lookup, looked_up, number
from bot.fetch.answers import Headers
from bot.fetch.limits import Limits
from bot.fetch.tunnel import authorization, require_open, through

T = TypeVar("T")

NEXT_ADDRESS = 0.25
"""Seconds before a host's next address is tried beside the first (RFC 8305, 5: "250 milliseconds")."""

UPGRADED = 101


class NotThere(Exception):
    """Nobody took the call within the time for it."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: its head is there, its body is read from `content` while the connection is open."""

    status: int
    headers: Headers
    content: StreamReader


@cache
def trusted() -> ssl.SSLContext:
    """Whom we believe: the system's certificates. Reading them takes some hundredths of a second."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


Proxy = Callable[[str], str | None]
"""An address → that of the proxy it is asked through; None: directly."""


class Line:
    """Asks one host one thing at a time; keeps nothing open."""

    def __init__(
        self,
        gate: Gate,
        limits: Limits,
        headers: Mapping[str, str],
        lookup: Lookup | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._gate = gate
        self._proxy = proxy
        self._limits = limits
        self._headers = dict(headers)
        self._lookup = lookup

    async def get(
        self, url: URL, headers: Mapping[str, str], seconds: float, take: Callable[[Response], Awaitable[T]]
    ) -> T:
        """What `take` makes of the answer; all of this together takes at most `seconds`, connecting its share of them.

        `NotThere` and `TimeoutError` when it takes longer; else what aiohttp, ssl or the system raise.
        """
        loop = asyncio.get_running_loop()
        start = loop.time()
        end = start + max(0.0, seconds)
        there = None
        try:
            async with asyncio.timeout_at(min(end, start + self._limits.connect_seconds)) as patience:
                there = await self._connected(url, loop)
                patience.reschedule(end)
                assert there.transport
                there.transport.write(self._request(url, headers))
                message, content = await _head(there)
                return await take(Response(message.code, message.headers, content))
        except TimeoutError as error:
            if there is None and loop.time() < end:
                raise NotThere from error
            raise
        finally:
            if there is not None:
                there.abort()

    async def _connected(self, url: URL, loop: asyncio.AbstractEventLoop) -> ResponseHandler:
        """A connection to an address that the gate has let through; a number is never looked up again."""
        host = url.raw_host or ""
        secured: dict[str, Any] = {}
        if url.scheme == "https":
            secured = {
                "ssl": trusted(),
                "server_hostname": host.rstrip("."),
                "ssl_handshake_timeout": self._limits.seconds,
            }
        if (via := self._via(url)) is not None:
            require_open(url, self._gate)
            return await self._over(await through(via, url), loop, secured)
        rows = await self._addresses(host, url.port or 0)
        if len(rows) == 1 and not any(rows[0][4][2:]):  # the loop's own way, which takes half the steps
            address, port = rows[0][4][:2]
            self._gate.require(address)
            _, there = await loop.create_connection(lambda: self._handler(loop), address, port, **secured)
            return there
        reached = await aiohappyeyeballs.start_connection(
            rows, happy_eyeballs_delay=NEXT_ADDRESS, interleave=1, socket_factory=self._gate.socket
        )
        return await self._over(reached, loop, secured)

    async def _over(
        self, reached: socket.socket, loop: asyncio.AbstractEventLoop, secured: Mapping[str, Any]
    ) -> ResponseHandler:
        """A connection over this socket, which goes with it if it cannot be made."""
        try:
            _, there = await loop.create_connection(lambda: self._handler(loop), sock=reached, **secured)
        except BaseException:
            reached.close()
            raise
        return there

    def _via(self, url: URL) -> URL | None:
        given = self._proxy(str(url)) if self._proxy else None
        return URL(given) if given else None

    def _request(self, url: URL, headers: Mapping[str, str]) -> bytes:
        via = self._via(url) if url.scheme == "http" else None
        return request(url, {**self._headers, **headers}, via)

    async def _addresses(self, host: str, port: int) -> Sequence[tuple[Any, ...]]:
        if (address := number(host)) is None:  # a host is asked hourly: what is looked up is what is used, once
            return await looked_up(host, port, self._gate, self._lookup)
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        where = (str(address), port) if address.version == 4 else (str(address), port, 0, 0)
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)]

    def _handler(self, loop: asyncio.AbstractEventLoop) -> ResponseHandler:
        made = ResponseHandler(loop)
        made.set_response_params(read_until_eof=True, auto_decompress=False, max_field_size=self._limits.header)
        return made


def request(url: URL, headers: Mapping[str, str], via: URL | None = None) -> bytes:
    """The request's bytes; to a proxy (`via`) with the whole address.

    Nothing in an address or a header can begin another line: `as_url` and `conditions` see to that, and a mistake of
    ours ends here.
    """
    target = str(url.with_user(None).with_fragment(None)) if via else url.raw_path_qs
    lines = [f"GET {target} HTTP/1.1", f"Host: {url.host_port_subcomponent}", *(authorization(via) if via else ())]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append("Connection: close")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header holds the end of a line")
    return "\r\n".join([*lines, "", ""]).encode()


async def _head(there: ResponseHandler) -> tuple[RawResponseMessage, StreamReader]:
    """The first answer that is not about answers to come (RFC 9110, 15.2)."""
    while True:
        message, content = await there.read()
        if not 100 <= message.code < 200 or message.code == UPGRADED:
            return message, content
