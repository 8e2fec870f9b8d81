"""Discord as we know it: REST and gateway on sockets of 127.0.0.1, with people who type commands and press buttons.

Strict where our other stand-ins are blind: limits, ids, archive durations, addresses, mentions, unknown routes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from tests.standins.discord.asked import asked
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.pacing import Pacing
from tests.standins.discord.rest import Wrong, reply, routes
from tests.standins.discord.world import (
    APP,
    EVERYDAY,
    INVITED,
    LEADS,
    MANAGE_CHANNELS,
    TEXT,
    TIME,
    Payload,
    Person,
    Place,
    Talk,
    Told,
)

PATIENCE = 8.0
"""Seconds after which a test is told what never came."""


class Discord:
    """One server with one channel, `general`. Use it as `async with Discord() as discord`.

    `pace` keeps Discord's rate limits, so many times faster; None keeps none. `port` 0 is any free one.
    """

    def __init__(self, token: str = "made-up.discord.token", *, pace: float | None = None, port: int = 0) -> None:
        self.token, self.guild, self.application, self._last = token, 1_000_000_000_000_000_001, 3, 10**18
        self.bot = Person(2, "paper-round")
        self.ann = Person(123_456_789_012_345_678, "ann", EVERYDAY | MANAGE_CHANNELS)
        self.bob = Person(123_456_789_012_345_679, "bob")
        self.places: dict[int, Place] = {}
        self.pacing, self.port = Pacing(pace), port
        self.sessions_left = 997
        """Connections that the bot may still open today."""
        self.threads_left: int | None = None
        """0: the server has as many active threads as Discord allows."""
        self.closed_doors: set[int] = set()
        """People who take no direct messages."""
        self.gone: set[int] = set()
        """People who have left the server."""
        self.everyone = EVERYDAY
        """What everybody may do, unless a channel says otherwise."""
        self.role = INVITED
        """What the bot's role allows."""
        self.invited = True
        """Whether the bot is in the server."""
        self.outage = False
        """Whether the server is away when a session begins."""
        self.joined_at = TIME
        """When the bot was invited."""
        self._nonces: dict[str, Told] = {}
        self.general = self.add_channel("general")
        self.talks: dict[str, Talk] = {}
        self.commands: list[Payload] = []
        self.published = 0
        self.faults: list[str] = []
        """What Discord (or we) would never have taken; a test that leaves any fails."""
        self._lost: list[tuple[str, int]] = []
        self._dropping: list[str] = []
        self._moods: list[tuple[str, Callable[[], web.Response]]] = []
        self._held: list[tuple[str, asyncio.Event, asyncio.Event]] = []
        self._changed = asyncio.Condition()
        self.gateway = Gateway(token, self._notify)
        self._payloads: list[Payload] = []

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._mood])
        app.add_routes(
            [*routes(self), *asked(self), web.get("/gateway", self.gateway.serve), web.get("/said", self._all)]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.ready = self._ready
        self.gateway.hello = self._hello
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.gateway.close()
        await self._runner.cleanup()
        if raised[0] is None and self.faults:
            raise AssertionError("; ".join(self.faults))

    @property
    def env(self) -> dict[str, str]:
        """What the bot is told to find us."""
        here = f"127.0.0.1:{self.port}"
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_URL": f"http://{here}/api/v10",
            "DISCORD_GATEWAY_URL": f"ws://{here}/gateway",
        }

    # ── the world ──
    def next_id(self) -> int:
        """A snowflake of now, above all earlier ones. https://docs.discord.com/developers/reference#snowflakes"""
        now = int(time.time() * 1000) - 1_420_070_400_000
        self._last = max(self._last + 1, now << 22)
        return self._last

    def moment(self) -> str:
        """Now, as the next number will tell it."""
        return datetime.fromtimestamp(((self.next_id() >> 22) + 1_420_070_400_000) / 1000, UTC).isoformat()

    def add_channel(self, name: str, kind: int = TEXT) -> Place:
        place = Place(self.next_id(), name, kind=kind)
        self._last += 100  # a forum's tags have the numbers after its own
        self.places[place.id] = place
        return place

    def private(self, person: Person) -> Place:
        """The direct messages between a person and the bot."""
        known = next((place for place in self.places.values() if place.private is person), None)
        if known is None:
            known = Place(self.next_id(), "@me", private=person)
            self.places[known.id] = known
        known.lacks = {"private"} if person.id in self.closed_doors else set()
        return known

    def keep(self, told: Told) -> None:
        """It is said, and its nonce known for some minutes."""
        self.places[told.place].messages.append(told)
        if told.nonce:
            self._nonces[told.nonce] = told

    def write(self, place: Place, words: str, by: Person | None = None) -> Told:
        """Somebody writes something."""
        told = Told(self.next_id(), place.id, by or self.ann, words, [], [])
        place.messages.append(told)
        return told

    def delete(self, what: Told | Place) -> None:
        """Somebody deletes a message, or a channel or thread with all that is in it."""
        if isinstance(what, Place):
            del self.places[what.id]
        else:
            self.places[what.place].messages.remove(what)

    def by_nonce(self, nonce: str | None) -> Told | None:
        """One's own message of the last minutes, wherever it was said."""
        return self._nonces.get(nonce or "")

    def forget_nonces(self) -> None:
        """The minutes are over."""
        self._nonces.clear()

    # ── moods ──
    def slow_down(self, seconds: float, at: str = "POST /channels") -> None:
        """Answer the next such request with a 429 of the route's bucket."""
        about = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        limit = {"X_RateLimit_Limit": "5", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset_After": str(seconds)}
        bucket = {"X_RateLimit_Bucket": "a1b2", "X_RateLimit_Scope": "user", "Via": "1.1 google"}
        self._moods.append((at, lambda: reply(about, 429, limit | bucket, Retry_After=str(seconds))))

    def turn_away(self, status: int, at: str = "POST /channels", **headers: str) -> None:
        """Answer the next such request as the shield before Discord does: not in JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._moods.append((at, lambda: web.Response(status=status, text="<html>error</html>", headers=named)))

    def refuse(self, status: int, code: int, at: str = "POST /channels") -> None:
        """Answer the next such request with one of Discord's errors."""
        self._moods.append((at, lambda: Wrong(status, code, "No.").answer))

    def hang_up(self, at: str = "POST /channels") -> None:
        """Cut the line before anything of the next such request was done."""
        self._moods.append((at, lambda: web.Response(status=0)))

    def hold(self, at: str = "POST /channels") -> tuple[asyncio.Event, asyncio.Event]:
        """The next such request waits: the first event says that it is there, and setting the second lets it go on."""
        there, go_on = asyncio.Event(), asyncio.Event()
        self._held.append((at, there, go_on))
        return there, go_on

    def lose_answer(self, at: str = "POST /channels", status: int = 0) -> None:
        """Do what the next such request asks and let its answer get lost: a cut line, or an error of 500 and more."""
        self._lost.append((at, status))

    def drop_at(self, at: str) -> None:
        """Cut the gateway's line in the middle of the next such request, which itself is answered."""
        self._dropping.append(at)

    @web.middleware
    async def _mood(self, request: web.Request, handler: Any) -> web.StreamResponse:
        asked = f"{request.method} {request.path.removeprefix('/api/v10')}"
        mood = next((mood for mood in self._moods if asked.startswith(mood[0])), None)
        if dropping := next((at for at in self._dropping if asked.startswith(at)), None):
            self._dropping.remove(dropping)
            await self.gateway.drop()
        try:
            if mood:
                self._moods.remove(mood)
                answer: web.StreamResponse = mood[1]()
            else:
                self._hurried(asked)
                await self._wait(asked)
                answer = self._heard(asked, await handler(request))
        except Wrong as wrong:
            answer = wrong.answer
        except web.HTTPException:
            self.faults.append(f"unknown route: {asked}")
            answer = reply({"message": "404: Not Found", "code": 0}, 404)
        if answer.status == 0 and request.transport:
            request.transport.close()
        await self._notify()
        return answer

    async def _wait(self, asked: str) -> None:
        """A request that is held is done once the test says so."""
        held = next((held for held in self._held if asked.startswith(held[0])), None)
        if held:
            self._held.remove(held)
            held[1].set()
            await held[2].wait()

    def _hurried(self, asked: str) -> None:
        """All requests of the bot together; answers to interactions are exempt."""
        exempt = " /interactions", " /webhooks", " /gateway", " /said"
        if not any(path in asked for path in exempt):
            wait = self.pacing.crowded(asyncio.get_running_loop().time())
            if wait is not None:
                told = {"X_RateLimit_Global": "true", "X_RateLimit_Scope": "global"}
                raise Wrong.limited(wait, told, everywhere=True)

    def _heard(self, asked: str, answer: web.StreamResponse) -> web.StreamResponse:
        """The answer, unless it is to get lost on its way."""
        lost = next((lost for lost in self._lost if asked.startswith(lost[0])), None)
        if lost is None:
            return answer
        self._lost.remove(lost)
        return web.Response(status=lost[1], text="<html>error</html>" if lost[1] else None)

    async def _all(self, request: web.Request) -> web.Response:
        """All that was said, for a script that runs us as its own server: by channel or thread, the oldest first."""
        places = [
            {"id": str(place.id), "name": place.name, "parent": str(place.parent) if place.parent else None}
            | {"messages": [told.payload() for told in place.messages]}
            for place in self.places.values()
        ]
        return reply({"places": places, "limited": self.pacing.limited, "faults": self.faults})

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # ── people ──
    async def command(
        self, name: str, options: dict[str, Any] | None = None, place: Place | None = None, by: Person | None = None
    ) -> Told:
        """Type a slash command, as far as the app would let one, and see what comes back."""
        talk = await self.begin_command(name, options, place, by)
        return await self.seen(talk)

    async def begin_command(
        self,
        name: str,
        options: dict[str, Any] | None = None,
        place: Place | None = None,
        by: Person | None = None,
    ) -> Talk:
        """Type it, and do not wait."""
        data = self._typed(name.split(), options or {})
        return await self._interact(2, data, place or self.general, by or self.ann)

    async def press(self, message: Told, custom_id: str, by: Person | None = None) -> Told:
        """Press a button of a message one sees, and see what comes back."""
        return await self.seen(await self.begin_press(message, custom_id, by))

    async def begin_press(self, message: Told, custom_id: str, by: Person | None = None) -> Talk:
        """Press it, and do not wait."""
        assert custom_id in message.buttons.values(), f"no such button: {message.buttons}"
        data = {"custom_id": custom_id, "component_type": 2, "id": 1}
        return await self._interact(3, data, self.places[message.place], by or self.ann, message)

    async def choose(self, message: Told, value: str, by: Person | None = None) -> Told:
        """Pick an option of a select of a message one sees, and see what comes back."""
        assert value in message.options.values(), f"no such option: {message.options}"
        selects = [item for row in message.components for item in row["components"] if item["type"] == 3]
        of = next(select for select in selects if value in [option["value"] for option in select["options"]])
        data = {"custom_id": of["custom_id"], "component_type": 3, "id": 1, "values": [value]}
        return await self.seen(await self._interact(3, data, self.places[message.place], by or self.ann, message))

    async def seen(self, talk: Talk, count: int = 1) -> Told:
        """The newest of `count` messages that this talk's person has seen."""
        await self.until(lambda: talk.seen.is_set() and len(talk.shown) >= count, "The application did not respond")
        return talk.shown[-1]

    async def said(self, place: Place | None = None, count: int = 1) -> list[Told]:
        """What was said in a channel or thread, once it is `count` messages."""
        where = place or self.general
        await self.until(lambda: len(where.messages) >= count, f"nobody said {count} messages in #{where.name}")
        return where.messages

    async def until(self, fulfilled: Callable[[], bool], else_say: str) -> None:
        """Wait for what requests bring about."""
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(fulfilled)
        except TimeoutError:
            raise AssertionError(else_say) from None

    async def listening(self, times: int = 1) -> None:
        """Wait until the bot has begun or resumed a session so often in all."""
        await self.until(lambda: self.gateway.connections >= times, "the bot did not connect")

    async def repeat(self) -> None:
        """Say the last interaction again, as a second process of the same bot would hear it."""
        await self.gateway.emit("INTERACTION_CREATE", self._payloads[-1])

    async def _interact(self, kind: int, data: Payload, place: Place, by: Person, message: Told | None = None) -> Talk:
        number = self.next_id()
        talk = self.talks[f"token{number}"] = Talk(number, f"token{number}", kind, by, place, message)
        about = {
            "id": str(number),
            "application_id": str(self.application),
            "type": kind,
            "token": talk.token,
            "version": 1,
        }
        where: Payload = {"channel_id": str(place.id), "channel": place.payload(self.guild)}
        if place.name == "@me":
            who: Payload = {"user": by.user(), "context": 1}
            where["channel"] = {"id": str(place.id), "type": 1, "recipients": [by.user()]}
        else:
            who = {"guild_id": str(self.guild), "member": by.member(), "context": 0}
        home = self.places.get(place.parent or 0, place)
        ours = {"app_permissions": str(home.ours & (self.role | EVERYDAY))}
        more = {"attachment_size_limit": 10, "entitlements": [], "locale": "en-GB"} | ours
        pressed = {"message": message.payload()} if message and kind != 2 else {}
        self._payloads.append(about | {"data": data} | where | who | more | pressed)
        await self.repeat()
        return talk

    async def complete(
        self, name: str, option: str, typed: str, place: Place | None = None, **given_before: Any
    ) -> list[Payload]:
        """Type into an option, after others were given, and see what is offered."""
        data = self._typed(name.split(), given_before | {option: typed}, unfinished=True)
        given = data["options"]
        while given and "options" in given[0]:
            given = given[0]["options"]
        given[-1]["focused"] = True
        talk = await self._interact(4, data, place or self.general, self.ann)
        await self.until(lambda: talk.choices is not None, "nothing was offered")
        assert talk.choices is not None
        return talk.choices

    async def menu(self, message: Told, name: str, by: Person | None = None) -> Told:
        """Choose an entry of a message's menu, and see what comes back."""
        command = next(each for each in self.commands if each["name"] == name and each.get("type") == 3)
        resolved = {"messages": {str(message.id): message.payload()}}
        data = {"id": command["id"], "name": name, "type": 3, "target_id": str(message.id), "resolved": resolved}
        return await self.seen(await self._interact(2, data, self.places[message.place], by or self.ann))

    async def form(self, talk: Talk) -> Payload:
        """The form that opened."""
        await self.until(lambda: talk.modal is not None, "no form opened")
        assert talk.modal is not None
        return talk.modal

    async def send_form(self, talk: Talk, fields: dict[str, str]) -> Talk:
        """Fill in the form that this opened, and send it; do not wait."""
        shown, given = await self.form(talk), []
        for n, part in enumerate(shown["components"]):
            inner = part["component"]
            chosen = next((one["value"] for one in inner.get("options") or [] if one.get("default")), "")
            value = fields.get(inner["custom_id"], inner.get("value", chosen))
            answer = {"value": value} if inner["type"] == 4 else {"values": [value] if value else []}
            one = {"type": inner["type"], "custom_id": inner["custom_id"], "id": 10 + n} | answer
            given.append({"type": 18, "id": n + 1, "component": one})
        data = {"custom_id": shown["custom_id"], "components": given}
        return await self._interact(5, data, talk.place, talk.person, talk.pressed)

    # ── the server's life ──
    async def invite(self, *, again: bool = False) -> None:
        """Somebody invites the bot; `again`: an outage is over."""
        self.invited, self.outage = True, False
        server = self._server()
        if not again:
            del server["unavailable"]
        await self.gateway.emit("GUILD_CREATE", server)

    async def throw_out(self, *, outage: bool = False) -> None:
        """Somebody removes the bot; or Discord has an outage."""
        self.invited = outage
        await self.gateway.emit("GUILD_DELETE", {"id": str(self.guild)} | ({"unavailable": True} if outage else {}))

    async def tell(self, place: Place, event: str = "CHANNEL_UPDATE") -> None:
        """Tell the bot what a channel is like now, or (`CHANNEL_DELETE`, `THREAD_DELETE`) that it is gone."""
        about = place.payload(self.guild)
        if event.endswith("_DELETE"):
            self.delete(place)
        await self.gateway.emit(event, about)

    async def change_role(self, permissions: int) -> None:
        """Somebody changes what the bot's role allows."""
        self.role = permissions
        role = next(each for each in self._server()["roles"] if each["id"] == str(APP))
        await self.gateway.emit("GUILD_ROLE_UPDATE", {"guild_id": str(self.guild), "role": role})

    def _typed(self, path: list[str], options: dict[str, Any], *, unfinished: bool = False) -> Payload:
        command = next((each for each in self.commands if each["name"] == path[0]), None)
        assert command, f"Discord offers no /{path[0]}"
        leaf, kinds = command, []
        for name in path[1:]:  # 1: a command of a group, 2: a group within a group
            leaf = next(each for each in leaf["options"] if each["name"] == name and each["type"] in (1, 2))
            kinds.append(leaf["type"])
        assert kinds in ([], [1], [2, 1]), f"{path} is no command"
        known = {each["name"]: each for each in leaf.get("options", [])}
        assert set(options) <= set(known), f"{path} takes {set(known)}"
        assert unfinished or all(name in options for name, each in known.items() if each.get("required")), (
            f"{path} takes {set(known)}"
        )
        given: list[Payload] = [_given(known[name], value) for name, value in options.items()]
        for name, kind in zip(reversed(path[1:]), reversed(kinds), strict=True):
            given = [{"name": name, "type": kind, "options": given}]
        named = {each: self.places[int(value)] for name, value in options.items()
                 for each in [str(value)] if known[name]["type"] == 7}  # fmt: skip
        channels = {number: place.payload(self.guild) for number, place in named.items()}
        resolved = {"resolved": {"channels": channels}} if channels else {}
        return {"id": command["id"], "name": path[0], "type": 1, "options": given} | resolved

    def _ready(self) -> Payload:
        return {
            "v": 10,
            "user": self.bot.user() | {"bot": True},
            "guilds": [{"id": str(self.guild), "unavailable": True}] if self.invited else [],
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway",
            "application": {"id": str(self.application), "flags": 0},
        }

    def _hello(self) -> list[tuple[str, Payload]]:
        return [("GUILD_CREATE", self._server())] if self.invited and not self.outage else []

    def _server(self) -> Payload:
        channels = [place.payload(self.guild) for place in self.places.values() if place.parent is None]
        everyone = {
            "id": str(self.guild),
            "name": "@everyone",
            "permissions": str(self.everyone),
            "position": 0,
            "color": 0,
        }
        plain = {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
        leads = {"id": str(LEADS), "name": "Leads", "permissions": str(EVERYDAY | MANAGE_CHANNELS), "position": 1}
        app = {"id": str(APP), "name": "Paper Round", "permissions": str(self.role), "position": 2, "managed": True}
        roles = [everyone | plain, everyone | plain | leads, everyone | plain | app]
        us = self.bot.member() | {"user": self.bot.user() | {"bot": True}, "roles": [str(APP)]}
        us["joined_at"] = self.joined_at
        about = {"id": str(self.guild), "name": "The Lab", "owner_id": "9", "member_count": 2, "joined_at": TIME}
        lists = {"channels": channels, "threads": [], "members": [us], "roles": roles, "emojis": [], "stickers": []}
        return (
            about | lists | {"unavailable": False, "large": False, "features": [], "presences": [], "voice_states": []}
        )


def _given(option: Payload, value: Any) -> Payload:
    """What somebody gives for an option, which their app lets them type only if it is one of the choices."""
    allowed = [choice["value"] for choice in option.get("choices") or []]
    assert not allowed or value in allowed, f"{option['name']} takes {allowed}"
    return {"name": option["name"], "type": option["type"], "value": str(value) if option["type"] == 7 else value}
