"""REST v10, the routes that a bot like ours uses; any other route fails the test that used it.

Answers say `application/json` and nothing more: discord.py reads them only then.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.discord import limits
from tests.standins.discord.world import Payload, Place, Talk, Told

if TYPE_CHECKING:
    from tests.standins.discord import Discord


class Wrong(Exception):
    """An answer that is an error, with Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.answer = reply({"code": code, "message": message}, status)


def reply(body: Any, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json", **named}
    )


def routes(discord: Discord) -> list[web.RouteDef]:
    """The table of routes over one stand-in."""
    rest = Rest(discord)
    return [
        web.get("/api/v10/users/@me", rest.me),
        web.get("/api/v10/oauth2/applications/@me", rest.application),
        web.get("/api/v10/applications/{app}/commands", rest.commands),
        web.put("/api/v10/applications/{app}/commands", rest.set_commands),
        web.post("/api/v10/channels/{place}/messages", rest.send),
        web.get("/api/v10/channels/{place}/messages", rest.history),
        web.post("/api/v10/channels/{place}/messages/{message}/threads", rest.start_thread),
        web.post("/api/v10/interactions/{talk}/{token}/callback", rest.callback),
        web.patch("/api/v10/webhooks/{app}/{token}/messages/@original", rest.edit_original),
        web.post("/api/v10/webhooks/{app}/{token}", rest.follow_up),
    ]


class Rest:
    """One method a route."""

    def __init__(self, discord: Discord) -> None:
        self.discord = discord

    async def me(self, request: web.Request) -> web.Response:
        self._known(request)
        return reply(self.discord.bot.user() | {"bot": True, "verified": True, "flags": 0})

    async def application(self, request: web.Request) -> web.Response:
        self._known(request)
        about = {
            "name": "Paper Round",
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
        }
        owner = {"owner": self.discord.bot.user(), "team": None, "verify_key": "", "flags": 0}
        return reply({"id": str(self.discord.application), **about, **owner})

    async def commands(self, request: web.Request) -> web.Response:
        self._known(request)
        return reply(self.discord.commands)

    async def set_commands(self, request: web.Request) -> web.Response:
        self._known(request)
        wanted = await request.json()
        self._valid(limits.commands(wanted))
        self.discord.published += 1
        self.discord.commands = [_kept(command, number) for number, command in enumerate(wanted, 900)]
        return reply(self.discord.commands)

    async def send(self, request: web.Request) -> web.Response:
        self._known(request)
        place = self._place(request, "send")
        payload = await request.json()
        self._valid(limits.message(payload))
        nonce = payload.get("nonce")
        if payload.get("enforce_nonce") and (known := self.discord.by_nonce(nonce)):
            return reply(known.payload())
        told = self._told(payload, place, nonce=nonce)
        place.messages.append(told)
        return reply(told.payload(), X_RateLimit_Limit="5", X_RateLimit_Remaining="4", X_RateLimit_Reset_After="1")

    async def history(self, request: web.Request) -> web.Response:
        self._known(request)
        place = self._place(request, "history")
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 50))
        found = [told.payload() for told in place.messages if told.id > after][:limit]
        return reply(found[::-1])  # newest first, also with `after`

    async def start_thread(self, request: web.Request) -> web.Response:
        self._known(request)
        place, of = self._place(request, "thread"), int(request.match_info["message"])
        payload = await request.json()
        self._valid(limits.thread(payload))
        first = next((told for told in place.messages if told.id == of), None)
        if first is None:
            raise Wrong(404, 10008, "Unknown Message")
        if of in self.discord.places:
            raise Wrong(400, 160004, "A thread has already been created for this message")
        thread = self.discord.places[of] = Place(of, payload["name"], place.id)
        thread.messages.append(Told(self.discord.next_id(), of, first.author, "", [], [], kind=21))
        await self.discord.gateway.emit("THREAD_CREATE", thread.payload(self.discord.guild) | {"newly_created": True})
        return reply(thread.payload(self.discord.guild), 201)

    async def callback(self, request: web.Request) -> web.Response:
        talk = self.discord.talks.get(request.match_info["token"])
        if talk is None or talk.expired or str(talk.id) != request.match_info["talk"]:
            raise Wrong(404, 10062, "Unknown interaction")
        talk.answered += 1
        if talk.answered > 1:
            raise Wrong(400, 40060, "Interaction has already been acknowledged.")
        said = await request.json()
        about: Payload = {"id": str(talk.id), "type": talk.kind, "response_message_ephemeral": True}
        if said["type"] == 4:
            self._valid(limits.message(said["data"]))
            talk.original = self._told(said["data"], talk.place, hidden=bool(said["data"].get("flags", 0) & 64))
            talk.show(talk.original)
        elif said["type"] == 5:
            hidden = bool((said.get("data") or {}).get("flags", 0) & 64)
            talk.original = Told(self.discord.next_id(), talk.place.id, self.discord.bot, "", [], [], hidden=hidden)
        elif said["type"] == 6 and talk.pressed:
            talk.original = talk.pressed
        else:
            raise Wrong(400, 50035, "Invalid Form Body")
        return reply({"interaction": about})

    async def edit_original(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        payload, told = await request.json(), talk.original
        if told is None:
            raise Wrong(404, 10015, "Unknown Webhook")
        self._valid(limits.message(payload))
        told.content, told.embeds = payload.get("content") or "", payload.get("embeds") or []
        told.components = payload.get("components") or []
        return reply(talk.show(told).payload())

    async def follow_up(self, request: web.Request) -> web.Response:
        talk, payload = self._talk(request), await request.json()
        self._valid(limits.message(payload))
        hidden = bool(payload.get("flags", 0) & 64)
        return reply(talk.show(self._told(payload, talk.place, hidden=hidden)).payload())

    def _told(self, payload: Payload, place: Place, *, hidden: bool = False, nonce: str | None = None) -> Told:
        parts = payload.get("content") or "", payload.get("embeds") or [], payload.get("components") or []
        return Told(self.discord.next_id(), place.id, self.discord.bot, *parts, hidden=hidden, nonce=nonce)

    def _known(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self.discord.token}":
            raise Wrong(401, 0, "401: Unauthorized")

    def _talk(self, request: web.Request) -> Talk:
        talk = self.discord.talks.get(request.match_info["token"])
        if talk is None or not talk.answered:
            raise Wrong(404, 10015, "Unknown Webhook")
        return talk

    def _place(self, request: web.Request, doing: str) -> Place:
        place = self.discord.places.get(int(request.match_info["place"]))
        if place is None:
            raise Wrong(404, 10003, "Unknown Channel")
        if "see" in place.lacks:
            raise Wrong(403, 50001, "Missing Access")
        if doing in place.lacks:
            raise Wrong(403, 50013, "Missing Permissions")
        return place

    def _valid(self, problems: list[str]) -> None:
        if problems:
            self.discord.faults += problems
            raise Wrong(400, 50035, "Invalid Form Body: " + "; ".join(problems))


def _kept(command: Payload, number: int) -> Payload:
    """A command as Discord lists it: ids added, permissions as text, what is false or empty left out of options."""
    mask = command.get("default_member_permissions")
    options = [_option(option) for option in command.get("options") or []]
    extra = {"id": str(number), "application_id": "3", "version": "1", "default_permission": True}
    return command | extra | {"options": options, "default_member_permissions": None if mask is None else str(mask)}


def _option(option: Payload) -> Payload:
    kept = {key: value for key, value in option.items() if value not in (False, None, [])}
    return kept | ({"options": [_option(each) for each in option["options"]]} if option.get("options") else {})
