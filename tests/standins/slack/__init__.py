"""Our own Slack on 127.0.0.1: Web API, Socket Mode and `response_url` over real sockets, as strict as the real one.

A test fails when it ends if anything was sent that Slack does not know or would refuse (`faults`).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins.slack.socketmode import Sockets
from tests.standins.slack.webapi import Methods, Refusal
from tests.standins.slack.workspace import Room, Said, read, spans

__all__ = ["Interaction", "Room", "Said", "StandIn", "read", "slack_standin", "spans"]

Json = dict[str, Any]

_RESPONSE = {"text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts"}
USES = 5
"""Answers a `response_url` takes within 30 minutes."""


@dataclass(slots=True)
class Interaction:
    """A command or a press, and what its person got for it."""

    acked: asyncio.Event
    answers: list[Said] = field(default_factory=list)
    user: str = ""
    channel: str = ""
    message: Said | None = None
    uses: int = 0
    expired: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def answered(self, times: int = 1) -> list[Said]:
        """Wait for so many answers."""
        async with asyncio.timeout(20):
            while len(self.answers) < times:
                self.came.clear()
                await self.came.wait()
        return self.answers


class StandIn:
    """A workspace with one app in it."""

    team, bot_user, name, user = "T0LAB", "U0BOT", "paper-round", "U0ADA"
    bot_token, app_token = "xoxb-0000-stand-in-bot", "xapp-1-stand-in-app"

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.said: list[Said] = []
        self.rooms = {"C0GENERAL": Room("C0GENERAL")}
        self.scopes = {"commands", "chat:write", "chat:write.public", "channels:read", "users:read"}
        self.token_error = "invalid_auth"
        self.calls: list[tuple[str, Json]] = []
        self.sockets = Sockets(self.faults)
        self.base = ""
        self._methods = Methods(self)
        self._troubles: dict[str, list[Json]] = {}
        self._hooks: dict[str, Interaction] = {}
        self._number = itertools.count(1)
        self._news = asyncio.Event()

    # ── what a test sets up and looks at ──

    @property
    def env(self) -> dict[str, str]:
        """The variables that point a bot here."""
        tokens = {"SLACK_BOT_TOKEN": self.bot_token, "SLACK_APP_TOKEN": self.app_token}
        return tokens | {"SLACK_API_URL": f"{self.base}/api/"}

    def trouble(
        self,
        method: str,
        error: str = "",
        *,
        status: int = 200,
        after: float | None = None,
        body: str = "",
        done: bool = False,
    ) -> None:
        """The next call of `method` fails so; `status` 0 breaks the connection, `body` is not JSON.

        `done`: it does what it is asked all the same, and only its answer is lost.
        """
        trouble = {"error": error, "status": status, "after": after, "body": body, "done": done}
        self._troubles.setdefault(method, []).append(trouble)

    def slow_down(self, seconds: float, method: str = "chat.postMessage") -> None:
        """The next call of `method` is told to come back after so many seconds."""
        self.trouble(method, "ratelimited", status=429, after=seconds)

    def public(self, channel: str = "C0GENERAL") -> list[Said]:
        """What everybody in the channel sees."""
        return [said for said in self.said if said.channel == channel and said.only is None]

    def permalink(self, said: Said) -> str:
        tail = f"?thread_ts={said.thread}&cid={said.channel}" if said.thread else ""
        return f"https://lab.slack.com/archives/{said.channel}/p{said.ts.replace('.', '')}{tail}"

    async def until(self, messages: int, channel: str = "C0GENERAL") -> list[Said]:
        """Wait until so many messages, seen by all or by one, stand in the channel."""
        async with asyncio.timeout(20):
            while len(found := [said for said in self.said if said.channel == channel]) < messages:
                self._news.clear()
                await self._news.wait()
        return found

    # ── what a person does ──

    async def command(self, command: str, text: str = "", channel: str = "C0GENERAL", user: str = user) -> Interaction:
        """Type a command and wait for its first answer."""
        interaction = self.type(command, text, channel, user)
        await interaction.answered()
        return interaction

    def type(self, command: str, text: str = "", channel: str = "C0GENERAL", user: str = user) -> Interaction:
        """Type a command."""
        payload = self._person(channel, user) | {"command": command, "text": text, "channel_name": "general"}
        return self._send("slash_commands", payload, Interaction(asyncio.Event(), user=user, channel=channel))

    async def press(self, message: Said, action: str, user: str = user) -> Interaction:
        """Press the button that carries `action` and wait for the first answer."""
        interaction = self.push(message, action, user)
        await interaction.answered()
        return interaction

    def push(self, message: Said, action: str, user: str = user) -> Interaction:
        """Press the button that carries `action`."""
        blocks = [block for block in message.blocks if block["type"] == "actions"]
        button = next(item for block in blocks for item in block["elements"] if item.get("value") == action)
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container["is_ephemeral"] = message.only is not None
        if message.thread:
            container["thread_ts"] = message.thread
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": "ada", "name": "ada", "team_id": self.team},
            "api_app_id": "A0APP",
            "token": "verification",
            "container": container,
            "trigger_id": f"trigger.{next(self._number)}",
            "team": {"id": self.team, "domain": "lab"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": message.channel, "name": "general"},
            "actions": [{**button, "block_id": "b1", "action_ts": "1.0"}],
        }
        kept = Interaction(asyncio.Event(), user=user, channel=message.channel, message=message)
        return self._send("interactive", payload, kept)

    def _person(self, channel: str, user: str) -> Json:
        return {
            "token": "verification",
            "team_id": self.team,
            "team_domain": "lab",
            "channel_id": channel,
            "user_id": user,
            "user_name": "ada",
            "api_app_id": "A0APP",
            "is_enterprise_install": "false",
            "trigger_id": f"trigger.{next(self._number)}",
        }

    def _send(self, kind: str, payload: Json, interaction: Interaction) -> Interaction:
        hook = f"{next(self._number)}"
        self._hooks[hook] = interaction
        payload["response_url"] = f"{self.base}/hooks/{hook}"
        interaction.acked = self.sockets.send(kind, payload)
        return interaction

    # ── what the bot reaches ──

    def ticket(self) -> str:
        return f"{self.base.replace('http', 'ws', 1)}/link/?ticket={self.sockets.ticket()}&app_id=A0APP"

    def keep(self, channel: str, fields: Json, only: str | None = None) -> Said:
        """A new message."""
        thread = fields.get("thread_ts")
        ts = f"1700000000.{next(self._number):06}"
        said = Said(ts, channel, fields["text"], fields["blocks"], thread, only, fields.get("metadata"), fields)
        self.said.append(said)
        self._news.set()
        return said

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = await _fields(request)
        self.calls.append((method, fields))
        waiting = self._troubles.get(method)
        trouble = waiting.pop(0) if waiting else None
        if trouble and not trouble["done"]:
            return _troubled(request, trouble)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            answer = self._methods.answer(method, fields, token)
        except Refusal as refusal:
            answer = refusal.body
        return _troubled(request, trouble) if trouble else web.json_response(answer)

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """`response_url`: five answers, then no more."""
        interaction = self._hooks.get(request.match_info["hook"])
        fields = await request.json()
        self.calls.append(("response_url", fields))
        if interaction is None or interaction.expired or interaction.uses >= USES:
            return web.Response(
                status=404, text="used_url" if interaction and not interaction.expired else "expired_url"
            )
        self.faults.extend(f"response_url: unknown field {name}" for name in sorted(fields.keys() - _RESPONSE))
        interaction.uses += 1
        try:
            message = self._methods.message(fields, "response_url")
        except Refusal as refusal:
            return web.Response(status=500, text=str(refusal))
        self._answer(interaction, message)
        return web.Response(text="ok")

    def _answer(self, interaction: Interaction, fields: Json) -> None:
        if fields.get("replace_original") and interaction.message is not None:
            said = interaction.message
            said.text, said.blocks = fields["text"], fields["blocks"]
        else:
            only = None if fields.get("response_type") == "in_channel" else interaction.user
            said = self.keep(interaction.channel, fields, only)
        interaction.answers.append(said)
        interaction.came.set()


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
async def slack_standin() -> AsyncIterator[StandIn]:
    """A running stand-in; leaving it raises what Slack would not have taken."""
    standin = StandIn()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", standin.api)
    app.router.add_post("/hooks/{hook}", standin.hook)
    app.router.add_get("/link/", standin.sockets.serve)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    standin.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield standin
    finally:
        await standin.sockets.close()
        await runner.cleanup()
    assert not standin.faults, "\n".join(standin.faults)
