"""Slack's Web API by its own SDK, with the vendor's errors turned into ours. Nothing of Slack's passes this page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chat.slack.discreet import sdk_logger
from bot.chat.slack.names import channels, named, people
from bot.chat.slack.refusals import UNSEEN, WHERE, Answer, Variable, failure
from bot.errors import PlatformFailed, SettingsError
from bot.model import Post
from bot.proxies import proxy_for

T = TypeVar("T")

BASE = "https://slack.com/api/"
TIMEOUT = 30
"""Seconds for an answer. Long, because a message whose answer is lost may be said twice."""

NAMED = 600.0
"""Seconds for which a channel's name counts."""

LOOK_BACK, PAGES = 200, 5
"""Messages on a page, and pages, looked through for one that may have been said."""
RATIONED = 15
"""Apps sold outside Slack's marketplace get no more on a page, once a minute: a second page would never come.
https://docs.slack.dev/apis/web-api/rate-limits/"""

_BROKEN = (SlackClientError, aiohttp.ClientError, OSError, ValueError, AttributeError, LookupError)
"""All that the SDK raises: its own errors, the network's, and what it stumbles over when an answer is not Slack's
(a proxy's page read as JSON: `AttributeError`, `ValueError`; an unknown charset: `LookupError`)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and as whom we speak to Slack."""

    bot_token: str
    app_token: str
    base: str = BASE
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token makes us."""

    team: str
    user: str
    bot: str
    name: str
    enterprise: str = ""
    """The organisation that the workspace belongs to, if it does to one."""


def settings(env: Mapping[str, str]) -> Settings:
    """Read SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL and the usual proxy variables; `SettingsError` if unset."""
    bot_token, app_token = (_token(env, name) for name in WHERE)
    base = env.get("SLACK_API_URL", "").strip() or BASE
    if _host(base) is None:
        raise SettingsError(f"SLACK_API_URL is {base!r}; it must be an http(s) address such as {BASE}.")
    return Settings(bot_token, app_token, base=base, proxy=proxy_for(base, env))


def _host(address: str) -> str | None:
    try:
        parts, port = urlsplit(address), urlsplit(address).port
    except ValueError:  # a bracket without its other half, a port that is no number
        return None
    return parts.hostname if parts.scheme in ("http", "https") and port != 0 else None


def _token(env: Mapping[str, str], name: Variable) -> str:
    token = env.get(name, "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(f"{name} holds characters that no token has: copy {WHERE[name]}, anew.")
    if not token:
        raise SettingsError(f"{name} is not set: put there {WHERE[name]}, at https://api.slack.com/apps.")
    return token


class Api:
    """The methods we use. Each raises `TryLater` or `Refused` and nothing else."""

    def __init__(self, given: Settings, session: aiohttp.ClientSession) -> None:
        self.given = given
        self.session = session
        self.client = AsyncWebClient(
            token=given.bot_token,
            base_url=given.base,
            timeout=TIMEOUT,
            session=session,
            logger=sdk_logger(),
            retry_handlers=[],  # the SDK's own repeats a lost message at once: pacing and repeating are the flow's
        )
        self.client.proxy = given.proxy
        self._me: Identity | None = None
        self._names: dict[str, str] = {}
        self._called: dict[str, tuple[float, str]] = {}
        self._inboxes: dict[str, str] = {}

    async def me(self, *, anew: bool = False) -> Identity:
        """Who we are; asked once, and `anew` to see whether we still are."""
        if self._me is None or anew:
            said = await self.call(self.client.auth_test())
            fields = (str(said.get(name) or "") for name in ("team_id", "user_id", "bot_id", "user", "enterprise_id"))
            self._me = Identity(*fields)
        return self._me

    async def say(self, place: str, message: Mapping[str, Any]) -> str:
        """`chat.postMessage`; the new message's `ts`."""
        said = await self.call(self.client.chat_postMessage(channel=place, **message), place=place)
        return str(said["ts"])

    async def change(self, place: str, ts: str, message: Mapping[str, Any]) -> None:
        """`chat.update`; blocks that are not given are taken away, metadata stays."""
        new = {"blocks": [], **message}
        await self.call(self.client.chat_update(channel=place, ts=ts, **new), place=place)

    async def inbox(self, user: str) -> str:
        """`conversations.open`: where a person reads what the bot says to them alone (scope `im:write`)."""
        if user not in self._inboxes:
            said = await self.call(self.client.conversations_open(users=[user]))
            self._inboxes[user] = str((said.get("channel") or {})["id"])
        return self._inboxes[user]

    async def find(self, place: str, thread: str | None, key: str) -> str | None:
        """The `ts` of the message whose metadata has `key`, if it is among the channel's newest or the thread's first.

        `Refused` where Slack lets nobody look: that takes the optional scopes `channels:history` and `groups:history`,
        and the bot's membership.
        """
        look: dict[str, Any] = {"channel": place, "limit": LOOK_BACK, "include_all_metadata": True}
        ask = partial(self.client.conversations_replies, ts=thread) if thread else self.client.conversations_history
        for _ in range(PAGES):
            said = await self.call(ask(**look), place=place)
            page = said.get("messages") or []
            ours = next((str(one["ts"]) for one in page if _key(one) == key), None)
            look["cursor"] = (said.get("response_metadata") or {}).get("next_cursor")
            if ours or not look["cursor"] or len(page) <= RATIONED:
                return ours
        return None

    async def whisper(self, place: str, user: str, message: Mapping[str, Any]) -> None:
        """`chat.postEphemeral`: seen by this person only, and only while they are there.

        In their own messages nobody else reads along, so there it is a plain one.
        """
        if place.startswith("D"):
            await self.say(place, message)
            return
        await self.call(self.client.chat_postEphemeral(channel=place, user=user, **message), place=place)

    async def open(self, trigger: str, view: Mapping[str, Any]) -> str:
        """`views.open`; the view's id. `Refused` when the trigger is used up or older than three seconds."""
        said = await self.call(self.client.views_open(trigger_id=trigger, view=dict(view)))
        return str((said.get("view") or {})["id"])

    async def put(self, number: str, view: Mapping[str, Any]) -> None:
        """`views.update`: in the place of what the view shows."""
        await self.call(self.client.views_update(view_id=number, view=dict(view)))

    async def publish(self, user: str, view: Mapping[str, Any]) -> None:
        """`views.publish`: a person's Home."""
        await self.call(self.client.views_publish(user_id=user, view=dict(view)))

    async def unfurl(self, place: str, ts: str, url: str, laid: Sequence[Mapping[str, Any]]) -> None:
        """`chat.unfurl`: show it under the message that has the link (optional scope `links:write`)."""
        shown = {url: {"blocks": [dict(block) for block in laid]}}
        await self.call(self.client.chat_unfurl(channel=place, ts=ts, unfurls=shown), place=place)

    async def permalink(self, place: str, ts: str) -> str:
        """`chat.getPermalink`."""
        said = await self.call(self.client.chat_getPermalink(channel=place, message_ts=ts), place=place)
        return str(said["permalink"])

    async def introduced(self, post: Post) -> Post:
        """The post with the names of the people and channels it speaks of."""
        rooms = {place: called for place in channels(post) if (called := await self.called(place))}
        return named(post, {user: await self.name(user) for user in people(post)} | rooms)

    async def called(self, place: str) -> str:
        """A channel's name as it is now, for where Slack itself shows none; empty when it does not say."""
        now = asyncio.get_running_loop().time()
        known = self._called.get(place)
        if known is None or known[0] < now:
            try:
                said = await self.call(self.client.conversations_info(channel=place), place=place)
            except PlatformFailed:
                return ""
            known = self._called[place] = now + NAMED, str((said.get("channel") or {}).get("name") or "")
        return known[1]

    async def name(self, user: str) -> str:
        """What a person is called in the workspace; "Somebody" when Slack does not say (scope `users:read`)."""
        if user not in self._names:
            try:
                said = (await self.call(self.client.users_info(user=user))).get("user") or {}
            except PlatformFailed:
                return "Somebody"
            profile = said.get("profile") or {}
            self._names[user] = profile.get("display_name") or said.get("real_name") or said.get("name") or "Somebody"
        return self._names[user]

    async def ticket(self, socket: SocketModeClient) -> str:
        """`apps.connections.open`: an address for one connection, by way of the socket's own client."""
        return str(await self._try(socket.issue_new_wss_url(), variable="SLACK_APP_TOKEN"))

    async def respond(self, url: str, message: Mapping[str, Any]) -> None:
        """Say it at an interaction's `response_url`, which takes five answers in 30 minutes."""
        hook = AsyncWebhookClient(url, TIMEOUT, session=self.session, logger=sdk_logger(), retry_handlers=[])
        hook.proxy = self.given.proxy
        said = await self._try(hook.send_dict(dict(message)))
        if said.status_code != 200 or '"ok":false' in said.body.replace(" ", ""):
            error = Answer(said.body[:40], said.status_code, _seconds(said.headers))
            raise failure(error, variable="SLACK_BOT_TOKEN", secret="")

    async def call(self, request: Awaitable[AsyncSlackResponse], place: str = "") -> AsyncSlackResponse:
        """One call with the bot's token. `place` is the channel it is about."""
        return await self._try(request, place=place)

    async def _try(self, request: Awaitable[T], variable: Variable = "SLACK_BOT_TOKEN", place: str = "") -> T:
        secret = self.given.bot_token if variable == "SLACK_BOT_TOKEN" else self.given.app_token
        try:
            return await request
        except _BROKEN as error:
            answer = _answered(error)
        # outside the except: the vendor's error, which holds the whole request, is not dragged along
        bot = await self._mention() if answer.error in UNSEEN else "@…"
        raise failure(answer, variable=variable, secret=secret, place=place, bot=bot)

    async def _mention(self) -> str:
        """What to type after `/invite`."""
        try:
            return f"@{(await self.me()).name}"
        except PlatformFailed:
            return "and the bot's name"


def _key(message: Mapping[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key") or "") or None


def _answered(error: Exception) -> Answer:
    """What the SDK's error knows. Its response is the SDK's own or, when the body was not JSON, aiohttp's."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    data = getattr(response, "data", None)
    said = data if isinstance(data, dict) else {}
    after = _seconds(getattr(response, "headers", None) or {})
    unsent = isinstance(error, aiohttp.ClientConnectorError)
    return Answer(str(said.get("error") or ""), int(status), after, str(said.get("needed") or ""), unsent)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; Slack sends no dates. https://docs.slack.dev/apis/web-api/rate-limits/"""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None
