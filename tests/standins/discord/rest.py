"""REST v10, the routes that a bot like ours uses; any other route fails the test that used it.

Answers say `application/json` and nothing more: discord.py reads them only then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.discord import limits
from tests.standins.discord.world import FORUM, NEWS, Payload, Place, Talk, Told

if TYPE_CHECKING:
    from tests.standins.discord import Discord


class Wrong(Exception):
    """An answer that is an error, with Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.answer = reply({"code": code, "message": message}, status)

    @classmethod
    def limited(cls, seconds: float, headers: Mapping[str, str], *, everywhere: bool = False) -> Wrong:
        """Too fast: a 429 with the seconds to wait, of a bucket or of the whole bot."""
        wrong = cls(429, 0, "")
        about = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": everywhere}
        wrong.answer = reply(about, 429, headers, Retry_After=f"{seconds:.3f}", Via="1.1 google")
        return wrong


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None, **more: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in {**(headers or {}), **more}.items()}
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
        web.get("/api/v10/channels/{place}/messages/{message}", rest.message),
        web.patch("/api/v10/channels/{place}/messages/{message}", rest.edit),
        web.get("/api/v10/channels/{place}", rest.channel),
        web.patch("/api/v10/channels/{place}", rest.edit_channel),
        web.get("/api/v10/channels/{place}/threads/archived/public", rest.archived),
        web.get("/api/v10/guilds/{guild}/threads/active", rest.active),
        web.post("/api/v10/users/@me/channels", rest.private),
        web.post("/api/v10/channels/{place}/messages/{message}/threads", rest.start_thread),
        web.post("/api/v10/channels/{place}/threads", rest.start_post),
        web.post("/api/v10/channels/{place}/messages/{message}/crosspost", rest.crosspost),
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

    async def start_post(self, request: web.Request) -> web.Response:
        """A forum's post with its first message, whose number it shares."""
        self._known(request)
        place, payload = self._place(request, "send"), await request.json()
        self._valid(limits.post(payload))
        if place.kind != FORUM:
            raise Wrong(400, 50024, "Cannot execute action on this channel type")
        applied = payload.get("applied_tags") or []
        known = {number: place.tags[name] for name, number in place.tag_ids().items()}
        if place.tag_required and not applied:
            raise Wrong(400, 40067, "A tag is required to create a forum post in this channel")
        self._valid([f"applied_tags: {tag} is none of this forum's" for tag in applied if known.get(tag) is not False])
        if self.discord.threads_left == 0:
            raise Wrong(400, 160006, "Maximum number of active threads reached")
        told = self._told(payload["message"], place)
        thread = self.discord.places[told.id] = Place(told.id, payload["name"], place.id, applied=applied)
        told.place = told.id
        thread.messages.append(told)
        about = thread.payload(self.discord.guild)
        await self.discord.gateway.emit("THREAD_CREATE", about | {"newly_created": True})
        return reply(about | {"message": told.payload()}, 201)

    async def crosspost(self, request: web.Request) -> web.Response:
        """Give an announcement to those who follow."""
        self._known(request)
        place, told = self._place(request, "send"), self._message(request, "see")
        if place.kind != NEWS:
            raise Wrong(400, 50024, "Cannot execute action on this channel type")
        if told.id in place.published:
            raise Wrong(400, 40033, "This message has already been crossposted.")
        place.published.append(told.id)
        return reply(told.payload())

    async def send(self, request: web.Request) -> web.Response:
        """A message; a known nonce brings the first one. A thread that sleeps wakes by it, if it is not locked."""
        self._known(request)
        place = self._place(request, "send")
        payload = await request.json()
        self._valid(limits.message(payload))
        self._paced(place)
        nonce, headers = payload.get("nonce"), self.discord.pacing.headers(place.id, _now())
        if payload.get("enforce_nonce") and (known := self.discord.by_nonce(nonce)):
            return reply(known.payload(nonce=nonce), headers=headers)
        if place.kind == FORUM:
            raise Wrong(400, 50008, "Cannot send messages in a non-text channel")
        if place.locked:
            raise Wrong(400, 160005, "This thread is locked")
        told = self._told(payload, place, nonce=nonce)
        told.answers = int((payload.get("message_reference") or {}).get("message_id", 0)) or None
        place.archived = False
        self.discord.keep(told)
        return reply(told.payload(nonce=nonce), headers=headers)

    async def history(self, request: web.Request) -> web.Response:
        """The newest first; with `after`, the first ones after it, also the newest of them first."""
        self._known(request)
        place, query = self._place(request, "history"), request.query
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100 or len({"before", "after", "around"} & set(query)) > 1:
            raise Wrong(400, 50035, "Invalid Form Body: limit, or more than one of before, after, around")
        before, after = int(query.get("before", 2**63)), int(query.get("after", 0))
        found = [told.payload() for told in place.messages if after < told.id < before]
        return reply((found[:limit] if "after" in query else found[-limit:])[::-1])

    async def message(self, request: web.Request) -> web.Response:
        self._known(request)
        return reply(self._message(request, "history").payload())

    async def edit(self, request: web.Request) -> web.Response:
        """Put something else in a message of one's own; what is not named stays."""
        self._known(request)
        told, payload = self._message(request, "see"), await request.json()
        if told.author is not self.discord.bot:
            raise Wrong(403, 50005, "Cannot edit a message authored by another user")
        whole = {"content": told.content, "embeds": told.embeds, "components": told.components} | payload
        self._valid(limits.message(whole))
        told.content, told.embeds = whole["content"] or "", whole["embeds"] or []
        told.components, told.flags = whole["components"] or [], payload.get("flags", told.flags)
        told.edits += 1
        return reply(told.payload())

    async def channel(self, request: web.Request) -> web.Response:
        self._known(request)
        return reply(self._place(request, "see").payload(self.discord.guild))

    async def edit_channel(self, request: web.Request) -> web.Response:
        """Of a thread, whether it is archived."""
        self._known(request)
        place, payload = self._place(request, "see"), await request.json()
        if place.parent is None or place.locked:
            raise Wrong(403, 50013, "Missing Permissions")
        place.archived = payload.get("archived", place.archived)
        return reply(place.payload(self.discord.guild))

    async def archived(self, request: web.Request) -> web.Response:
        self._known(request)
        place = self._place(request, "history")
        return reply(self._threads(lambda thread: thread.archived and thread.parent == place.id) | {"has_more": False})

    async def active(self, request: web.Request) -> web.Response:
        self._known(request)
        if int(request.match_info["guild"]) != self.discord.guild:
            raise Wrong(404, 10004, "Unknown Guild")
        return reply(self._threads(lambda thread: not thread.archived))

    async def private(self, request: web.Request) -> web.Response:
        """The direct messages with one person, made when they are first wanted."""
        self._known(request)
        wanted = str((await request.json())["recipient_id"])
        people = (self.discord.ann, self.discord.bob)
        person = next((each for each in people if str(each.id) == wanted), None)
        if person is None:
            raise Wrong(400, 50033, "Invalid Recipient(s)")
        return reply(self.discord.private(person).payload(self.discord.guild))

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
        if place.private:
            raise Wrong(400, 50024, "Cannot execute action on this channel type")
        if self.discord.threads_left == 0:
            raise Wrong(400, 160006, "Maximum number of active threads reached")
        thread = self.discord.places[of] = Place(of, payload["name"], place.id)
        thread.began = self.discord.moment()
        thread.messages.append(Told(self.discord.next_id(), of, first.author, "", [], [], kind=21))
        await self.discord.gateway.emit("THREAD_CREATE", thread.payload(self.discord.guild) | {"newly_created": True})
        return reply(thread.payload(self.discord.guild), 201)

    def _threads(self, wanted: Callable[[Place], bool]) -> Payload:
        threads = [place for place in self.discord.places.values() if place.parent and wanted(place)]
        return {"threads": [thread.payload(self.discord.guild) for thread in threads], "members": []}

    def _message(self, request: web.Request, doing: str) -> Told:
        place, wanted = self._place(request, doing), int(request.match_info["message"])
        found = next((told for told in place.messages if told.id == wanted), None)
        if found is None:
            raise Wrong(404, 10008, "Unknown Message")
        return found

    def _paced(self, place: Place) -> None:
        """The channel's bucket: what is above it is turned away with the seconds to wait."""
        if (wait := self.discord.pacing.full(place.id, _now())) is not None:
            told = self.discord.pacing.headers(place.id, _now())
            raise Wrong.limited(wait, told | {"X_RateLimit_Scope": "user"})

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
            talk.deferred = True
            hidden = bool((said.get("data") or {}).get("flags", 0) & 64)
            talk.original = Told(self.discord.next_id(), talk.place.id, self.discord.bot, "", [], [], hidden=hidden)
        elif said["type"] == 6 and talk.pressed:
            talk.deferred = True
            talk.original = talk.pressed
        elif said["type"] == 7 and talk.pressed:
            self._valid(limits.message(said["data"]))
            talk.original = told = talk.pressed
            told.content, told.embeds = said["data"].get("content") or "", said["data"].get("embeds") or []
            told.components = said["data"].get("components") or []
            talk.show(told)
        elif said["type"] == 8 and talk.kind == 4:
            talk.choices = said["data"]["choices"]
            self._valid(limits.choices(talk.choices))
        elif said["type"] == 9 and talk.kind in (2, 3):
            self._valid(limits.modal(said["data"]))
            talk.modal = said["data"]
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
        flags = payload.get("flags", 0) & ~64
        return Told(self.discord.next_id(), place.id, self.discord.bot, *parts, hidden=hidden, nonce=nonce, flags=flags)

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
        if "private" in place.lacks and doing == "send":
            raise Wrong(403, 50007, "Cannot send messages to this user")
        if "see" in place.lacks:
            raise Wrong(403, 50001, "Missing Access")
        if doing in place.lacks:
            raise Wrong(403, 50013, "Missing Permissions")
        return place

    def _valid(self, problems: list[str]) -> None:
        if problems:
            self.discord.faults += problems
            raise Wrong(400, 50035, "Invalid Form Body: " + "; ".join(problems))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _kept(command: Payload, number: int) -> Payload:
    """A command as Discord lists it: ids added, permissions as text, what is false or empty left out of options."""
    mask = command.get("default_member_permissions")
    options = [_option(option) for option in command.get("options") or []]
    extra = {"id": str(number), "application_id": "3", "version": "1", "default_permission": True}
    return (
        {"description": ""}
        | command
        | extra
        | {"options": options, "default_member_permissions": None if mask is None else str(mask)}
    )


def _option(option: Payload) -> Payload:
    kept = {key: value for key, value in option.items() if value not in (False, None, [])}
    return kept | ({"options": [_option(each) for each in option["options"]]} if option.get("options") else {})
