"""The stand-in's sockets: the Web API, the doors of Socket Mode, and `response_url`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.standins.slack.limits import header
from tests.standins.slack.standin import USES, StandIn
from tests.standins.slack.webapi import Refusal

Json = dict[str, Any]

_RESPONSE = {"text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts"}


class Desk:
    """Answers the requests that a bot makes of the workspace."""

    def __init__(self, standin: StandIn) -> None:
        self.at = standin

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = await _fields(request)
        self.at.calls.append((method, fields))
        self.at.changed()
        await self._wait(method)
        trouble = self.at.next_trouble(method)
        if trouble and not trouble["done"]:
            return _troubled(request, trouble)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        answer = self._answer(method, fields, token)
        return _troubled(request, trouble) if trouble else answer

    def _answer(self, method: str, fields: Json, token: str) -> web.Response:
        try:
            answer = self.at.methods.answer(method, fields, token)
            return web.json_response(
                answer, headers={"X-OAuth-Scopes": ",".join(sorted(self.at.scopes))} | self.at.date
            )
        except Refusal as refusal:
            if refusal.after is None:
                return web.json_response(refusal.body)
            pause = {"Retry-After": header(refusal.after, self.at.pace)}
            return web.json_response(refusal.body, status=429, headers=pause)

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """`response_url`: five answers, then no more."""
        interaction = self.at.hooks.get(request.match_info["hook"])
        fields = await request.json()
        self.at.calls.append(("response_url", fields))
        await self._wait("response_url")
        if interaction is None or interaction.expired:
            return web.Response(status=404, text="expired_url")
        if interaction.uses >= USES:
            return web.Response(status=404, text="used_url")
        self.at.faults.extend(f"response_url: unknown field {name}" for name in sorted(fields.keys() - _RESPONSE))
        interaction.uses += 1
        try:
            self.at.answer(interaction, fields)
        except Refusal as refusal:
            return web.Response(status=500, text=str(refusal))
        return web.Response(text="ok")

    async def _wait(self, method: str) -> None:
        if method in self.at.held:
            await self.at.held[method].wait()

    async def look(self, request: web.Request) -> web.Response:
        """For whoever started the stand-in as a process of its own: all it holds."""
        said = [asdict(one) | {"shown": one.shown} for one in self.at.said]
        held = {"said": said, "faults": self.at.faults, "paused": self.at.limits.refused}
        held |= {"acks": self.at.sockets.took, "answers": self.at.waits}
        return web.json_response(held | {"calls": len(self.at.calls), "sockets": len(self.at.sockets.open)})

    async def act(self, request: web.Request) -> web.Response:
        """A person types a command (`command`, `text`, `channel`) or presses `action` on the message `ts`.

        With `wait` false nobody waits for the answer.
        """
        asked = await request.json()
        where = asked.get("channel", "C0GENERAL")
        if not asked.get("wait", True):
            self.at.type(asked["command"], asked.get("text", ""), where)
            return web.json_response([])
        if "command" in asked:
            seen = await self.at.command(asked["command"], asked.get("text", ""), where)
        else:
            seen = await self.at.press(self.at.index[where, asked["ts"]], asked["action"])
        return web.json_response([asdict(said) | {"shown": said.shown} for said in seen.answers])


async def _fields(request: web.Request) -> Json:
    if request.content_type == "application/json":
        fields: Json = await request.json()
        return fields
    return {**request.query, **await request.post()}


def _troubled(request: web.Request, trouble: Json) -> web.StreamResponse:
    if not trouble["status"]:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    headers = {"Retry-After": f"{trouble['after']:g}"} if trouble["after"] is not None else {}
    if trouble["body"]:
        return web.Response(status=trouble["status"], text=trouble["body"], headers=headers, content_type="text/html")
    return web.json_response({"ok": False, "error": trouble["error"]}, status=trouble["status"], headers=headers)


@asynccontextmanager
async def serving(standin: StandIn, port: int = 0) -> AsyncIterator[StandIn]:
    """Serve it at 127.0.0.1; its faults are the caller's to look at."""
    desk, app = Desk(standin), web.Application()
    app.router.add_route("*", "/api/{method}", desk.api)
    app.router.add_post("/hooks/{hook}", desk.hook)
    app.router.add_get("/link/", standin.sockets.serve)
    app.router.add_get("/stand-in", desk.look)
    app.router.add_post("/stand-in", desk.act)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    standin.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield standin
    finally:
        await standin.sockets.close()
        await runner.cleanup()


@asynccontextmanager
async def slack_standin(standin: StandIn | None = None) -> AsyncIterator[StandIn]:
    """A running stand-in; leaving it raises what Slack would not have taken."""
    async with serving(standin or StandIn()) as standin:
        yield standin
    assert not standin.faults, "\n".join(standin.faults)
