"""A workspace with one app in it: what a test sets up and looks at, and what a person does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.standins.slack.blockkit import view_faults
from tests.standins.slack.limits import Buckets
from tests.standins.slack.socketmode import Sockets
from tests.standins.slack.webapi import Methods, Refusal
from tests.standins.slack.workspace import Person, Room, Said

Json = dict[str, Any]
T = TypeVar("T")

USES = 5
"""Answers a `response_url` takes within 30 minutes."""
FRESH = 3.0
"""Seconds that a trigger opens a view. https://docs.slack.dev/interactivity/handling-user-interaction/"""
SCOPES = frozenset(
    {
        "app_mentions:read",
        "commands",
        "chat:write",
        "chat:write.public",
        "channels:read",
        "groups:read",
        "users:read",
        "im:write",
    }
)
HISTORY = frozenset({"channels:history", "groups:history"})


@dataclass(slots=True)
class Held:
    """A call that is under way: `reached` once it is made, answered once `go_on` is set. `past`: so many go before."""

    past: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Of the calls, the one that is meant waits."""
        self.past -= 1
        if self.past < 0 and not self.reached.is_set():
            self.reached.set()
            await self.go_on.wait()


@dataclass(slots=True)
class Interaction:
    """A command, a press or a submission, and what its person got for it."""

    acked: asyncio.Event
    answers: list[Said] = field(default_factory=list)
    user: str = ""
    channel: str = ""
    message: Said | None = None
    uses: int = 0
    expired: bool = False
    trigger: str = ""
    envelope: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    began: float = 0.0

    async def answered(self, times: int = 1) -> list[Said]:
        """Wait for so many answers."""
        async with asyncio.timeout(20):
            while len(self.answers) < times:
                self.came.clear()
                await self.came.wait()
        return self.answers

    def see(self, said: Said) -> None:
        """The person is shown an answer."""
        self.answers.append(said)
        self.came.set()


class StandIn:
    """A workspace with one app in it.

    `pace` is how many times faster than Slack's one message a second a channel it takes messages (None: at any pace),
    `burst` how many at once; `rationed` reads history as for an app sold outside Slack's marketplace.
    """

    team, bot_user, name, user = "T0LAB", "U0BOT", "paper-round", "U0ADA"
    bot_token, app_token = "xoxb-0000-stand-in-bot", "xapp-1-stand-in-app"

    def __init__(
        self,
        *,
        pace: float | None = None,
        burst: int = 3,
        history: bool = False,
        rationed: bool = False,
        rooms: Iterable[str] = ("C0GENERAL",),
    ) -> None:
        self.faults: list[str] = []
        self.said: list[Said] = []
        self.index: dict[tuple[str, str], Said] = {}
        self.rooms = {room: Room(room) for room in rooms}
        self.people = {who.id: who for who in (Person("U0ADA", "Ada"), Person("U0BOB", "Bob", "America/New_York"))}
        self.scopes = set(SCOPES | (HISTORY if history else frozenset()))
        self.pace = pace or 1.0
        self.limits = Buckets(1 / pace if pace else 0.0, burst)
        self.rationed, self.rations = rationed, Buckets(60 / self.pace)
        self.token_error = "invalid_auth"
        self.calls: list[tuple[str, Json]] = []
        self.sockets = Sockets(self.faults)
        self.views: dict[str, Json] = {}
        self.base = ""
        self.date: dict[str, str] = {}
        """What its answers say the time is; nothing: what it is."""
        self.methods = Methods(self)
        self.hooks: dict[str, Interaction] = {}
        self.waits: list[float] = []
        """Seconds from each interaction to its first answer."""
        self.held: dict[str, Held] = {}
        self._troubles: dict[str, list[Json]] = {}
        self._triggers: dict[str, float] = {}
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

    def hold(self, method: str, past: int = 0) -> Held:
        """A call of `method` (or of a `response_url`), after so many others, is answered when the test says so."""
        self.held[method] = Held(past)
        return self.held[method]

    def next_trouble(self, method: str) -> Json | None:
        waiting = self._troubles.get(method)
        return waiting.pop(0) if waiting else None

    def slow_down(self, seconds: float, method: str = "chat.postMessage") -> None:
        """The next call of `method` is told to come back after so many seconds."""
        self.trouble(method, "ratelimited", status=429, after=seconds)

    def public(self, channel: str = "C0GENERAL") -> list[Said]:
        """What everybody in the channel sees."""
        return [said for said in self.said if said.channel == channel and said.only is None]

    def told(self, user: str = user) -> list[Said]:
        """A person's direct messages from the bot."""
        return self.public(f"D{user[1:]}")

    def inbox(self, user: str) -> Room:
        """A person's direct messages with the bot."""
        return self.rooms.setdefault(f"D{user[1:]}", Room(f"D{user[1:]}", person=user))

    def permalink(self, said: Said) -> str:
        tail = f"?thread_ts={said.thread}&cid={said.channel}" if said.thread else ""
        return f"https://lab.slack.com/archives/{said.channel}/p{said.ts.replace('.', '')}{tail}"

    async def called(self, method: str, times: int = 1) -> None:
        """Wait until a method was called so often."""
        async with asyncio.timeout(20):
            while [name for name, _ in self.calls].count(method) < times:
                self._news.clear()
                await self._news.wait()

    def changed(self) -> None:
        self._news.set()

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
        """Press the button, or choose the option, that carries `action`, and wait for the first answer."""
        interaction = self.push(message, action, user)
        await interaction.answered()
        return interaction

    def push(self, message: Said, action: str, user: str = user) -> Interaction:
        """Press the button, or choose the option, that carries `action`."""
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container["is_ephemeral"] = message.only is not None
        if message.thread:
            container["thread_ts"] = message.thread
        payload = self._user("block_actions", user) | {
            "container": container,
            "trigger_id": self._trigger(),
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": message.channel, "name": "general"},
            "actions": [{**message.pressed(action), "block_id": "b1", "action_ts": "1.0"}],
        }
        kept = Interaction(asyncio.Event(), user=user, channel=message.channel, message=message)
        return self._send("interactive", payload, kept)

    def submit(self, view: Json, values: Json, user: str = user) -> Interaction:
        """Submit a modal: `values` by block id and action id. It has no `response_url`."""
        kept = {**view, "state": {"values": values}}
        payload = self._user("view_submission", user) | {"view": kept, "trigger_id": self._trigger()}
        return self._send("interactive", payload, Interaction(asyncio.Event(), user=user), hooked=False)

    async def fill(self, view: Json, filled: dict[str, str], user: str = user) -> Json:
        """Fill a form in by its labels, send it, and do what its acknowledgement says: errors, another view, or it is
        closed. What Slack would not take is a fault."""
        seen = self.submit(view, values(view, filled), user)
        async with asyncio.timeout(20):
            await seen.acked.wait()
        said = self.sockets.responses[seen.envelope] or {}
        action = said.get("response_action", "clear")
        if action == "errors":
            unknown = said["errors"].keys() - {block.get("block_id") for block in view["blocks"]}
            self.faults += [f"an error at {name}, which is no block of the view" for name in unknown]
        elif action == "update":
            self.faults += [f"response_action: {fault}" for fault in view_faults(said["view"], "modal")]
            self.show(said["view"], view["id"])
        elif action == "clear":
            self.views.pop(view["id"], None)
        else:
            self.faults.append(f"unknown response_action {action}")
        return said

    def push_in(self, view: Json, action: str, user: str = user) -> Interaction:
        """Press what carries `action` in a modal or in the Home."""
        pressed = Said("", "", "", view["blocks"]).pressed(action)
        payload = self._user("block_actions", user) | {
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": self._trigger(),
            "view": view,
            "actions": [{**pressed, "block_id": "b1", "action_ts": "1.0"}],
        }
        return self._send("interactive", payload, Interaction(asyncio.Event(), user=user), hooked=False)

    async def point(self, message: Said, callback: str = "find", user: str = user) -> Interaction:
        """Choose the app's shortcut in a message's menu."""
        told: Json = {"ts": message.ts, "text": message.text, "blocks": message.blocks, "user": message.author}
        told |= {"thread_ts": message.thread} if message.thread else {}
        payload = self._user("message_action", user) | {
            "callback_id": callback,
            "trigger_id": self._trigger(),
            "message_ts": message.ts,
            "channel": {"id": message.channel, "name": "general"},
            "message": told,
        }
        kept = Interaction(asyncio.Event(), user=user, channel=message.channel)
        self._send("interactive", payload, kept)
        await kept.answered()
        return kept

    def share(self, link: str, channel: str = "C0GENERAL", user: str = user, **more: Any) -> Said:
        """A person pastes a link of a domain that the app listens for."""
        said = self.write(f"Look: <{link}>", channel, user, more.pop("thread_ts", None))
        event: Json = {"type": "link_shared", "channel": channel, "user": user, "message_ts": said.ts}
        event |= {"is_bot_user_member": self.rooms[channel].member, "source": "conversations_history"}
        event |= {"links": [{"domain": "arxiv.org", "url": link}], "unfurl_id": "u"}
        self.happen(event | ({"thread_ts": said.thread} if said.thread else {}) | more)
        return said

    def mention(self, text: str, channel: str = "C0GENERAL", user: str = user, thread: str | None = None) -> Said:
        """A person writes the app's name."""
        said = self.write(f"<@{self.bot_user}> {text}", channel, user, thread)
        event = {"type": "app_mention", "user": user, "text": said.text, "ts": said.ts, "channel": channel}
        self.happen(event | {"event_ts": said.ts, "user_team": self.team} | ({"thread_ts": thread} if thread else {}))
        return said

    def look_home(self, user: str = user) -> None:
        """A person opens the app's Home."""
        self.inbox(user)
        self.happen({"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": "home"})

    async def seen(self, what: Callable[[], T | None]) -> T:
        """Wait until there is something."""
        async with asyncio.timeout(20):
            while not (found := what()):
                self._news.clear()
                await self._news.wait()
        return found

    def modal(self) -> Json | None:
        """The modal that was opened or changed last."""
        modals = [view for view in self.views.values() if view["type"] == "modal"]
        return max(modals, key=lambda view: int(view["hash"]), default=None)

    def happen(self, event: Json, number: int = 0) -> asyncio.Event:
        """Something happens in the workspace that the app listens to; the event says when it is acknowledged.

        The same `number` is the same event, told again.
        """
        number = number or next(self._number)
        wrapped: Json = {"token": "verification", "team_id": self.team, "api_app_id": "A0APP", "type": "event_callback"}
        wrapped |= {"event": event, "event_id": f"Ev{number}", "event_time": 1_700_000_000 + number}
        return self.sockets.send("events_api", wrapped)[0]

    def write(self, text: str, channel: str = "C0GENERAL", user: str = user, thread: str | None = None) -> Said:
        """A person writes a message."""
        said = self.keep(channel, {"text": text, "blocks": [], **({"thread_ts": thread} if thread else {})})
        said.author = user
        return said

    def delete(self, ts: str, channel: str = "C0GENERAL") -> None:
        """A message goes, and what was said under it."""
        gone = [said for said in self.said if said.channel == channel and ts in (said.ts, said.thread)]
        for said in gone:
            self.said.remove(said)
            del self.index[channel, said.ts]

    def _user(self, kind: str, user: str) -> Json:
        who = {"id": user, "username": "ada", "name": "ada", "team_id": self.team}
        team = {"id": self.team, "domain": "lab"}
        return {"type": kind, "user": who, "api_app_id": "A0APP", "token": "verification", "team": team}

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
            "trigger_id": self._trigger(),
        }

    def _trigger(self) -> str:
        made = f"trigger.{next(self._number)}"
        self._triggers[made] = asyncio.get_running_loop().time()
        return made

    def _send(self, kind: str, payload: Json, interaction: Interaction, *, hooked: bool = True) -> Interaction:
        if hooked:
            hook = f"{next(self._number)}"
            self.hooks[hook] = interaction
            payload["response_url"] = f"{self.base}/hooks/{hook}"
        interaction.trigger, interaction.began = payload["trigger_id"], asyncio.get_running_loop().time()
        interaction.acked, interaction.envelope = self.sockets.send(kind, payload)
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
        self.index[channel, ts] = said
        self.changed()
        return said

    def trigger(self, trigger: str) -> None:
        """Use a trigger up."""
        began = self._triggers.pop(trigger, None)
        if began is None:
            raise Refusal("exchanged_trigger_id" if trigger.startswith("trigger.") else "invalid_trigger_id")
        if asyncio.get_running_loop().time() > began + FRESH:
            raise Refusal("expired_trigger_id")

    def stale(self, interaction: Interaction) -> None:
        """Three seconds pass for an interaction's trigger."""
        if interaction.trigger in self._triggers:
            self._triggers[interaction.trigger] -= FRESH + 1

    def show(self, view: Json, number: str = "") -> Json:
        """A view is opened or takes the place of another."""
        number = number or f"V{next(self._number)}"
        self.views[number] = {**view, "id": number, "hash": f"{next(self._number)}", "team_id": self.team}
        self.changed()
        return self.views[number]

    def answer(self, interaction: Interaction, fields: Json) -> None:
        """What came by a `response_url`."""
        if not interaction.answers:
            self.waits.append(asyncio.get_running_loop().time() - interaction.began)
        if fields.get("delete_original") and interaction.message is not None:
            self.delete(interaction.message.ts, interaction.channel)
            interaction.see(interaction.message)
            return
        made = self.methods.message(fields, "response_url")
        if fields.get("replace_original") and interaction.message is not None:
            said = interaction.message
            said.text, said.blocks = made["text"], made["blocks"]
            self.changed()
        else:
            only = None if fields.get("response_type") == "in_channel" else interaction.user
            said = self.keep(interaction.channel, made, only)
        interaction.see(said)


def values(view: Json, filled: dict[str, str]) -> Json:
    """A view's state as Slack sends it, `filled` in by the labels of its blocks; the rest as it was."""
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, label = block["element"], block["label"]["text"]
        if element["type"] == "static_select":
            offered = {option["text"]["text"]: option for option in element["options"]}
            chosen = offered[filled[label]] if label in filled else element.get("initial_option")
            value: Json = {"type": element["type"], "selected_option": chosen}
        else:
            value = {"type": element["type"], "value": filled.get(label, element.get("initial_value"))}
        state[block["block_id"]] = {element["action_id"]: value}
    return state
