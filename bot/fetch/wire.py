"""One connection for one request, by aiohttp's own connection and parser, without its session.

Of a session we would use nothing (cookies, pools, redirects, proxies, tracing), and pay as much as for all the rest
of a poll. What is asked is written here, byte for byte; what is answered is read and checked by aiohttp.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import aiohappyeyeballs
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from bot.fetch.addresses import Gate, Lookup, looked_up, number
from bot.fetch.answers import Headers
from bot.fetch.limits import Limits
from bot.fetch.tunnel import authorization, require_open, through

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
        self._proxy = proxy or (lambda _: None)
        self._limits = limits
        self._headers = dict(headers)
        self._lookup = lookup

    @asynccontextmanager
    async def get(self, url: URL, headers: Mapping[str, str], seconds: float) -> AsyncIterator[Response]:
        """The answer; all of this together takes at most `seconds`, connecting at most its own share of them.

        `NotThere` and `TimeoutError` when it takes longer; else what aiohttp, ssl or the system raise.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + max(0.0, seconds)
        there = None
        try:
            async with asyncio.timeout_at(min(end, loop.time() + self._limits.connect_seconds)) as patience:
                there = await self._connected(url)
                patience.reschedule(end)
                assert there.transport
                there.transport.write(self._request(url, headers))
                message, content = await _head(there)
                yield Response(message.code, message.headers, content)
        except TimeoutError as error:
            if there is None and loop.time() < end:
                raise NotThere from error
            raise
        finally:
            if there is not None:
                there.abort()

    async def _connected(self, url: URL) -> ResponseHandler:
        loop = asyncio.get_running_loop()
        host = url.raw_host or ""
        secured: dict[str, Any] = {}
        if url.scheme == "https":
            secured = {
                "ssl": trusted(),
                "server_hostname": host.rstrip("."),
                "ssl_handshake_timeout": self._limits.seconds,
            }
        via = self._via(url)
        if via is None:
            reached = await self._reached(host, url.port or 0)
        else:
            require_open(url, self._gate)
            reached = await through(via, url)
        try:
            _, there = await loop.create_connection(self._handler, sock=reached, **secured)
        except BaseException:
            reached.close()
            raise
        return there

    def _via(self, url: URL) -> URL | None:
        given = self._proxy(str(url))
        return URL(given) if given else None

    def _request(self, url: URL, headers: Mapping[str, str]) -> bytes:
        via = self._via(url) if url.scheme == "http" else None
        return request(url, {**self._headers, **headers}, via)

    async def _reached(self, host: str, port: int) -> socket.socket:
        """A connected socket, of an address that the gate has let through."""
        rows = await self._addresses(host, port)
        if len(rows) > 1:
            return await aiohappyeyeballs.start_connection(
                rows, happy_eyeballs_delay=NEXT_ADDRESS, interleave=1, socket_factory=self._gate.socket
            )
        reached = self._gate.socket(rows[0])
        try:
            reached.setblocking(False)
            await asyncio.get_running_loop().sock_connect(reached, rows[0][4])
        except BaseException:
            reached.close()
            raise
        return reached

    async def _addresses(self, host: str, port: int) -> Sequence[tuple[Any, ...]]:
        if (address := number(host)) is None:  # a host is asked hourly: what is looked up is what is used, once
            return await looked_up(host, port, self._gate, self._lookup)
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        where = (str(address), port) if address.version == 4 else (str(address), port, 0, 0)
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)]

    def _handler(self) -> ResponseHandler:
        made = ResponseHandler(asyncio.get_running_loop())
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
