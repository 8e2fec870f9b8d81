"""Behind a proxy: feeds, Slack and Discord are all asked through the one that HTTPS_PROXY names, and nothing else is.

The names that are asked for lead nowhere but through the proxy, which ends each tunnel's TLS with a certificate of its
own making (`lab.pem`, for slack.lab.test, discord.lab.test and feeds.lab.test) and hands on to the stand-ins.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.door.command import running
from tests.standins.discord import Discord
from tests.standins.slack import slack_standin

LAB = Path(__file__).with_name("lab.pem")
FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Birds",
        "items": [{"id": "https://feeds.lab.test/1", "title": "Birds of the north", "content_text": "They sing."}],
    }
).encode()


@dataclass
class Proxy:
    """Tunnels to `names`, by host; `asked` counts them, and what it does not know."""

    names: dict[str, int]
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target = head.split(b" ")[:2]
            host = target.decode().rpartition(":")[0] if method == b"CONNECT" else target.decode()
            self.asked[host] += 1
            if host in self.names:
                await self._tunnel(reader, writer, self.names[host])
            else:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            return  # whoever asked has gone
        finally:
            writer.transport.abort()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(LAB)
        await writer.start_tls(context)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def proxy(**names: int) -> AsyncIterator[Proxy]:
    made = Proxy({f"{name}.lab.test": port for name, port in names.items()})
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@asynccontextmanager
async def feed() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/feed+json\r\nContent-Length: {len(FEED)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + FEED)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_feeds_slack_and_discord_are_asked_through_the_proxy(tmp_path: Path) -> None:
    """Web APIs, Slack's socket and Discord's gateway: commands are heard and answered, and the feed is read."""
    (tmp_path / "mine.toml").write_text("[web]\nport = 0\n")
    words = ("--source", "https://feeds.lab.test/feed.json", "--config", "mine.toml")
    async with slack_standin() as slack, Discord() as discord, feed() as feeds:
        ports = {"slack": int(slack.base.rpartition(":")[2]), "discord": discord.port, "feeds": feeds}
        async with proxy(**ports) as between:
            slack.base = "https://slack.lab.test"
            elsewhere = {
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": "https://discord.lab.test/api/v10",
                "DISCORD_GATEWAY_URL": "wss://discord.lab.test/gateway",
                "HTTPS_PROXY": f"http://127.0.0.1:{between.port}",
                "https_proxy": f"http://127.0.0.1:{between.port}",
                "NO_PROXY": "",
                "no_proxy": "",
                "SSL_CERT_FILE": str(LAB),
            }
            with running(tmp_path, *words, **(slack.env | elsewhere)) as bot:
                await slack.sockets.connected()
                await discord.listening()
                await asyncio.to_thread(bot.says, "1 paper is known from now on")
                said = (await slack.command("/subscriptions")).answers[0]
                told = await discord.command("subscriptions")
    assert "no subscriptions" in said.shown
    assert "no subscriptions" in told.text
    assert between.asked.keys() == {"slack.lab.test", "discord.lab.test", "feeds.lab.test"}
    assert between.asked["slack.lab.test"] >= 2  # the Web API and the socket
    assert between.asked["discord.lab.test"] >= 2  # REST and the gateway
