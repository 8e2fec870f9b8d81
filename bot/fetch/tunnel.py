"""The way out through an HTTP proxy: https by CONNECT (RFC 9110, 9.3.6), http by the whole address in the request.

A proxy looks names up itself, so what a name leads to cannot be checked here: addresses in digits and names that are
only ever a network's own are refused all the same (`require_open`).
"""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode

from yarl import URL

from bot.errors import SourceFailed
from bot.fetch.addresses import Gate, name, refusal

LONGEST = 16 * 1024
"""Bytes of a proxy's answer to CONNECT at the most."""

# Names of private networks: RFC 6761, RFC 6762, RFC 8375, and the one ICANN keeps free for them.
_INSIDE = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home")


def require_open(url: URL, gate: Gate) -> None:
    """`SourceFailed` for names that mean something on the proxy's own network only."""
    host = (url.raw_host or "").rstrip(".").lower()
    if gate.allow_private:
        return
    gate.check(url)
    if host == "localhost" or ("." not in host and ":" not in host) or host.endswith(_INSIDE):
        raise refusal(name(url))


async def through(proxy: URL, url: URL) -> socket.socket:
    """A socket that leads to `url`'s host, by way of the proxy; the TLS of an https address begins after this."""
    reached = await _reached(proxy)
    if url.scheme != "https":
        return reached
    try:
        await _connect(reached, proxy, url)
    except BaseException:
        reached.close()
        raise
    return reached


async def _reached(proxy: URL) -> socket.socket:
    """The proxy is the operator's own, on whatever network."""
    loop = asyncio.get_running_loop()
    where = f"The proxy {proxy.host}"
    try:
        rows = await loop.getaddrinfo(proxy.host or "", proxy.port or 80, type=socket.SOCK_STREAM)
        family, kind, proto, _, address = rows[0]
        reached = socket.socket(family, kind, proto)
        reached.setblocking(False)
        try:
            await loop.sock_connect(reached, address)
        except BaseException:
            reached.close()
            raise
    except OSError as error:
        raise SourceFailed(f"{where} could not be reached ({error.strerror or error}): mend HTTPS_PROXY.") from error
    return reached


async def _connect(reached: socket.socket, proxy: URL, url: URL) -> None:
    loop, there = asyncio.get_running_loop(), f"{url.raw_host}:{url.port}"
    lines = [f"CONNECT {there} HTTP/1.1", f"Host: {there}", *authorization(proxy), "", ""]
    await loop.sock_sendall(reached, "\r\n".join(lines).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        piece = await loop.sock_recv(reached, 1)  # not a byte of what the host itself will say
        head += piece
        if not piece or len(head) > LONGEST:
            raise SourceFailed(f"The proxy {proxy.host} hung up without an answer.")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        said = status[0].decode("ascii", "replace")[:3] if status else "no status"
        remedy = "its name and password belong into HTTPS_PROXY" if said == "407" else "ask whoever keeps it"
        raise SourceFailed(f"The proxy {proxy.host} does not let us reach {name(url)} (HTTP {said}): {remedy}.")


def authorization(proxy: URL) -> list[str]:
    """The proxy's own name and password, said to it alone (RFC 9110, 11.7)."""
    if proxy.user is None:
        return []
    pair = f"{proxy.user}:{proxy.password or ''}".encode("utf-8", "replace")
    return [f"Proxy-Authorization: Basic {b64encode(pair).decode()}"]
