"""Socket Mode's other side: hello, envelopes sent again until acknowledged, `disconnect`, several connections.

https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

Json = dict[str, Any]


class Sockets:
    """All connections of one app, and the envelopes under way."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.resend_after = 3.0
        """Seconds until an envelope that nobody acknowledged is sent again, as Slack does."""
        self.open: list[web.WebSocketResponse] = []
        self.opened = 0
        self.sends: dict[str, int] = {}
        """How often each envelope was sent."""
        self.responses: dict[str, Json | None] = {}
        """What came along with each acknowledgement: a modal's errors, or the view that follows."""
        self.took: list[float] = []
        """Seconds from each envelope's first sending to its acknowledgement."""
        self.deaf = False
        """Drop acknowledgements on the floor, as a connection does that dies at the wrong moment."""
        self.shut_door = 0
        """So many connections are turned away before one is let in."""
        self._again = asyncio.Event()
        self._tickets: set[str] = set()
        self._acks: dict[str, asyncio.Event] = {}
        self._sent: dict[str, float] = {}
        self._change = asyncio.Condition()
        self._turn = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    def ticket(self) -> str:
        ticket = uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection; its ticket is good for one."""
        ticket = request.query.get("ticket", "")
        if self.shut_door:
            self.shut_door -= 1
            self._tickets.discard(ticket)  # a ticket is good for one try
            return web.Response(status=503, text="try another")
        if ticket not in self._tickets:
            return web.Response(status=403, text="ticket used or unknown")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._hello(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.deaf:
                    self._hear(json.loads(message.data))
        finally:
            await self._gone(socket)
        return socket

    async def _hello(self, socket: web.WebSocketResponse) -> None:
        async with self._change:
            self.open.append(socket)
            self.opened += 1
            self._change.notify_all()
        debug = {"host": "applink", "started": "", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.open), "debug_info": debug}
        await socket.send_json(hello | {"connection_info": {"app_id": "A0APP"}})

    async def _gone(self, socket: web.WebSocketResponse) -> None:
        async with self._change:
            if socket in self.open:
                self.open.remove(socket)
            self._change.notify_all()

    def _hear(self, ack: Json) -> None:
        if ack.keys() - {"envelope_id", "payload"} or ack.get("envelope_id") not in self._acks:
            self.faults.append(f"not an acknowledgement: {ack}")
            return
        self.responses[ack["envelope_id"]] = ack.get("payload")
        if (sent := self._sent.pop(ack["envelope_id"], None)) is not None:
            self.took.append(asyncio.get_running_loop().time() - sent)
        self._acks[ack["envelope_id"]].set()

    async def connected(self, connections: int = 1, opened: int = 1) -> None:
        """Wait until so many connections stand, and so many have been opened over time."""
        async with asyncio.timeout(20), self._change:
            await self._change.wait_for(lambda: len(self.open) >= connections and self.opened >= opened)

    async def disconnected(self) -> None:
        """Wait until no connection stands."""
        async with asyncio.timeout(20), self._change:
            await self._change.wait_for(lambda: not self.open)

    def send(self, kind: str, payload: Json) -> tuple[asyncio.Event, str]:
        """Send an envelope, again and again until it is acknowledged: the event says when it is. With its id."""
        envelope = {"type": kind, "envelope_id": str(uuid4()), "accepts_response_payload": True, "payload": payload}
        acked = self._acks[str(envelope["envelope_id"])] = asyncio.Event()
        task = asyncio.create_task(self._deliver(envelope, acked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return acked, str(envelope["envelope_id"])

    async def _deliver(self, envelope: Json, acked: asyncio.Event) -> None:
        while not acked.is_set():
            await self.connected()
            socket = self.open[next(self._turn) % len(self.open)]
            self.sends[envelope["envelope_id"]] = self.sends.get(envelope["envelope_id"], 0) + 1
            self._again.set()
            if envelope["envelope_id"] not in self.responses:
                self._sent.setdefault(envelope["envelope_id"], asyncio.get_running_loop().time())
            try:
                await socket.send_json(envelope)
                await asyncio.wait_for(acked.wait(), self.resend_after)
            except (TimeoutError, ConnectionError):
                await asyncio.sleep(0)

    async def quiet(self) -> None:
        """Wait until every envelope is acknowledged."""
        async with asyncio.timeout(20):
            await asyncio.gather(*(acked.wait() for acked in self._acks.values()))

    async def sent_again(self) -> None:
        """Wait until an envelope is sent."""
        self._again.clear()
        async with asyncio.timeout(20):
            await self._again.wait()

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to make room for a new one."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})

    def cut(self) -> None:
        """Break every connection without a word."""
        for socket in list(self.open):
            transport = socket._req.transport if socket._req else None  # aiohttp has no public way to be rude
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self.open):
            await socket.close()
