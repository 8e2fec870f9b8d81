"""The gateway: HELLO, IDENTIFY, READY, events, heartbeats, RESUME with replay, INVALID_SESSION, close codes.

https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

Payload = dict[str, Any]

PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
"""Members, presences, message content."""


@dataclass(slots=True)
class Session:
    """What was said to one client, so that it can be said again after a resume."""

    id: str
    shard: tuple[int, int] = (0, 1)
    said: list[Payload] = field(default_factory=list)
    line: Line | None = None


class Line:
    """One socket; compresses as one zlib stream if it was asked to."""

    def __init__(self, socket: web.WebSocketResponse, compressed: bool) -> None:
        self.socket = socket
        self._zlib = zlib.compressobj() if compressed else None

    async def send(self, op: int, data: Any, event: str | None = None, seq: int | None = None) -> None:
        text = json.dumps({"op": op, "d": data, "t": event, "s": seq})
        if self.socket.closed:
            return
        if self._zlib is None:
            await self.socket.send_str(text)
            return
        await self.socket.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """All sessions, and what the next client gets to see of Discord's moods."""

    def __init__(self, token: str, changed: Callable[[], Awaitable[None]]) -> None:
        self.token = token
        self.connections = 0
        """Sessions begun or resumed."""
        self._changed = changed
        self.sessions: list[Session] = []
        self.intents: list[int] = []
        """Of each IDENTIFY."""
        self.resumed = 0
        self.closing: int | None = None
        """Close with this code instead of READY, as 4014 for an intent that is not switched on."""
        self.forgetful = False
        """Answer the next RESUME with INVALID_SESSION."""
        self.hello: Callable[[], list[tuple[str, Payload]]] = list
        """Events after READY, as the world is then."""
        self.ready: Callable[[], Payload] = dict
        self.shards = 1
        """Connections that Discord wants at the least."""
        self.begun = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = Line(socket, request.query.get("compress") == "zlib-stream")
        await line.send(10, {"heartbeat_interval": 41_250})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._heard(line, json.loads(message.data))
        return socket

    async def emit(self, event: str, data: Payload) -> None:
        """Tell the session whose server it is about; one that is not connected hears it when it resumes."""
        for session in self.sessions:
            if self._of(session, [(event, data)]):
                await self._say(session, event, data)

    def _of(self, session: Session, events: list[Any]) -> list[Any]:
        """What is a shard's to hear. https://docs.discord.com/developers/events/gateway#sharding"""
        number, count = session.shard
        return [one for one in events if (_server(one) >> 22) % count == number]

    async def drop(self, code: int = 4000) -> None:
        """Cut every line, as Discord does several times a day."""
        for session in self.sessions:
            if session.line:
                await session.line.socket.close(code=code)
            session.line = None

    async def close(self) -> None:
        await self.drop(WSCloseCode.GOING_AWAY)

    async def _heard(self, line: Line, said: Payload) -> None:
        match said["op"]:
            case 1:
                await line.send(11, None)
            case 2:
                await self._identify(line, said["d"])
            case 6:
                await self._resume(line, said["d"])

    async def _identify(self, line: Line, who: Payload) -> None:
        self.intents.append(who["intents"])
        code = 4004 if who["token"] != self.token else self.closing
        if code:
            await line.socket.close(code=code)
            return
        shard = tuple(who.get("shard") or (0, 1))
        if shard[1] < self.shards:
            await line.socket.close(code=4011)
            return
        self.begun += 1
        session = Session(f"session-{self.begun}", (shard[0], shard[1]), line=line)
        self.sessions = [one for one in self.sessions if one.shard[0] != shard[0] and one.shard[1] == shard[1]]
        self.sessions.append(session)
        told = {"session_id": session.id, "shard": list(shard)}
        await self._say(session, "READY", self.ready() | told | {"guilds": self._of(session, self.ready()["guilds"])})
        for event, data in self._of(session, self.hello()):
            await self._say(session, event, data)
        await self._counted()

    async def _resume(self, line: Line, who: Payload) -> None:
        known = next((s for s in self.sessions if s.id == who["session_id"]), None)
        if self.forgetful or known is None or who["token"] != self.token:
            self.forgetful = False
            await line.send(9, False)
            return
        self.resumed += 1
        known.line = line
        for said in known.said[who["seq"] :]:
            await line.send(0, said["d"], said["t"], said["s"])
        await self._say(known, "RESUMED", {})
        await self._counted()

    async def _counted(self) -> None:
        self.connections += 1
        await self._changed()

    async def _say(self, session: Session, event: str, data: Payload) -> None:
        seq = len(session.said) + 1
        session.said.append({"t": event, "d": data, "s": seq})
        if session.line:
            await session.line.send(0, data, event, seq)


def _server(event: Any) -> int:
    """The number of the server that an event, or a server of READY, is about; 0: direct messages."""
    name, data = event if isinstance(event, tuple) else ("GUILD_CREATE", event)
    about = data.get("id") if name.startswith("GUILD_") and "guild_id" not in data else data.get("guild_id")
    return int(about or 0)
