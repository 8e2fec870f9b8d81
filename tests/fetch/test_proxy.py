"""Where a proxy stands in the way it is asked, whole addresses and tunnels alike; and what it may not be asked for."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.errors import SettingsError, SourceFailed
from bot.proxies import proxy_for
from tests.fetch.owner import ask, fetching

BODY = b"<rss version='2.0'><channel><title>x</title></channel></rss>"


@dataclass
class Proxy:
    """An HTTP proxy: tunnels lead to `tunnel` whatever host is asked for, other requests get a feed."""

    heads: list[bytes] = field(default_factory=list)
    tunnel: int = 0
    status: bytes = b"200 OK"
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        if not head.startswith(b"CONNECT"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
        else:
            writer.write(b"HTTP/1.1 " + self.status + b"\r\n\r\n")
            if self.status.startswith(b"200"):
                await self._pass(reader, writer)
        await writer.drain()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.tunnel)
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
        back.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(4096):
        writer.write(piece)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy(**how: object) -> AsyncIterator[Proxy]:
    made = Proxy(**how)  # type: ignore[arg-type]  # any field
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
        await asyncio.sleep(0.05)  # connections end before the loop does


def env(made: Proxy, login: str = "") -> dict[str, str]:
    address = f"http://{login}127.0.0.1:{made.port}"
    return {"HTTPS_PROXY": address, "HTTP_PROXY": address}


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_a_plain_address_is_asked_whole_and_its_name_never_looked_up_here() -> None:
    """With the proxy's own name and password, which its host never hears."""
    async with (
        proxy() as made,
        fetching(proxy=lambda url: proxy_for(url, env(made, "me:pw@")), allow_private=False) as f,
    ):
        assert (await ask(f, "http://feeds.example/rss?a=b")).body == BODY
    (head,) = made.heads
    assert head.startswith(b"GET http://feeds.example/rss?a=b HTTP/1.1\r\nHost: feeds.example\r\n")
    assert b"Proxy-Authorization: Basic bWU6cHc=\r\n" in head


async def test_an_https_address_goes_through_a_tunnel() -> None:
    """The certificate is the host's own and is looked at as ever: this one is selfmade."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("selfmade.pem"))
    server = await asyncio.start_server(_hang_up, "127.0.0.1", 0, ssl=context)
    async with (
        server,
        proxy(tunnel=server.sockets[0].getsockname()[1]) as made,
        fetching(proxy=lambda url: proxy_for(url, env(made)), allow_private=False) as fetch,
    ):
        with pytest.raises(SourceFailed, match="certificate is not to be trusted"):
            await ask(fetch, "https://feeds.example/rss")
    assert made.heads[0].startswith(b"CONNECT feeds.example:443 HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "localhost.", "intranet", "db.internal", "nas.local"])
async def test_what_is_only_ever_inside_is_not_asked_of_the_proxy_either(host: str) -> None:
    """Digits of private addresses, and names of private networks: the proxy stands in one."""
    async with (
        proxy() as made,
        fetching(proxy=lambda url: f"http://127.0.0.1:{made.port}", allow_private=False) as fetch,
    ):
        with pytest.raises(SourceFailed, match="private address"):
            await ask(fetch, f"http://{host}/feed")
    assert made.heads == []


@pytest.mark.parametrize(
    ("status", "told"), [(b"407 Who are you", "belong into HTTPS_PROXY"), (b"403 No", "ask whoever keeps it")]
)
async def test_a_proxy_that_refuses_is_one_calm_sentence(status: bytes, told: str) -> None:
    async with proxy(status=status) as made, fetching(proxy=lambda url: proxy_for(url, env(made))) as fetch:
        with pytest.raises(SourceFailed, match=told):
            await ask(fetch, "https://feeds.example/rss")


async def test_a_proxy_that_is_not_there_is_named() -> None:
    async with fetching(proxy=lambda url: "http://127.0.0.1:1") as fetch:
        with pytest.raises(SourceFailed, match=r"The proxy 127\.0\.0\.1 could not be reached"):
            await ask(fetch, "http://feeds.example/rss")


@pytest.mark.parametrize(
    ("address", "given", "wanted"),
    [
        ("https://a.example/", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a.example/", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("https://a.example/", {"https_proxy": "http://q:2", "HTTPS_PROXY": "http://p:1"}, "http://q:2"),
        ("http://a.example/", {"HTTPS_PROXY": "http://p:1"}, None),
        ("http://127.0.0.1:9/", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://a.example/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.example, example"}, None),
        ("https://notexample/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example"}, "http://p:1"),
        ("https://a.example/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*.example"}, None),
        ("https://10.1.2.3/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://a.example/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("https://a.example/", {}, None),
    ],
)
def test_the_usual_variables_mean_what_they_mean(address: str, given: dict[str, str], wanted: str | None) -> None:
    assert proxy_for(address, given) == wanted


@pytest.mark.parametrize("given", ["socks5://p:1", "http://", "http://p:banana"])
def test_what_is_no_http_proxy_is_refused_by_the_name_of_its_variable(given: str) -> None:
    with pytest.raises(SettingsError, match="HTTPS_PROXY"):
        proxy_for("https://a.example/", {"HTTPS_PROXY": given})
