"""What Slack says of us when it is asked: both tokens, the scopes they bring, and each channel. Nothing is posted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat.slack.api import Api, settings
from bot.chat.slack.discreet import sdk_logger
from bot.checks import Check, Findings, fault, note, ok, split
from bot.errors import PlatformFailed, SettingsError, TryLater
from bot.model import Channel

NEEDED: Mapping[str, str] = {
    "commands": "slash commands are not heard",
    "chat:write": "nothing can be posted",
    "im:write": "nobody can be told anything alone",
    "users:read": "people are shown without their names",
    "app_mentions:read": "it does not hear its own name, in threads above all",
    "channels:read": "it does not hear what becomes of channels, and /papers overview lists no others",
    "groups:read": "the same of private channels",
}
"""Scopes without which something does not work, and what."""

OPTIONAL: Mapping[str, str] = {
    "chat:write.public": "public channels take an invitation, too",
    "links:read": "a paper's link gets no card",
    "links:write": "its card stands in a thread instead of under the link",
    "channels:history": "a post whose arrival is in doubt may come twice",
    "groups:history": "the same in private channels",
}

APP = "https://api.slack.com/apps"

FEW = 20
"""Channels that are asked about one by one: Slack takes some fifty such questions a minute.
https://docs.slack.dev/reference/methods/conversations.info (tier 3)"""
LEAF = 999
"""Channels in an answer of many: under a thousand, Slack asks.
https://docs.slack.dev/reference/methods/conversations.list"""
TRIES = 20
"""So often Slack may ask us to wait before one question is given up."""

Told = Mapping[str, Any]
Ask = Callable[[], Awaitable[AsyncSlackResponse]]


async def health(env: Mapping[str, str], channels: Sequence[Channel]) -> Findings:
    """Ask Slack about both tokens and each of these channels."""
    try:
        given = settings(env)
    except SettingsError as error:
        return Findings((split("Slack", str(error)),))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        api = Api(given, session)
        try:
            said = await api.call(api.client.auth_test())
        except PlatformFailed as error:
            return Findings((split("Slack bot token", str(error)), await _app_token(api)))
        headers = {name.lower(): value for name, value in said.headers.items()}
        scopes = frozenset(filter(None, (one.strip() for one in headers.get("x-oauth-scopes", "").split(","))))
        who = f"{said.get('user')} in {said.get('team') or said.get('team_id')}"
        checks = [ok("Slack bot token", f"It is {who}."), await _app_token(api), *_scopes(scopes)]
        known = await _listed(api) if len(channels) > FEW else {}
        team = str(said.get("team_id") or "")
        checks += [await _channel(api, channel, scopes, team, known) for channel in channels]
        return Findings(tuple(checks), headers.get("date", ""))


async def _app_token(api: Api) -> Check:
    async with _alone(api) as client:
        try:
            await api._try(client.apps_connections_open(app_token=api.given.app_token), variable="SLACK_APP_TOKEN")
        except PlatformFailed as error:
            return split("Slack app token", str(error))
    return ok("Slack app token", "It opens connections.")


@asynccontextmanager
async def _alone(api: Api) -> AsyncIterator[AsyncWebClient]:
    """A client for the app's token, over the same session."""
    client = AsyncWebClient(base_url=api.given.base, session=api.session, logger=sdk_logger(), retry_handlers=[])
    client.proxy = api.given.proxy
    yield client


def _scopes(scopes: frozenset[str]) -> Iterable[Check]:
    if not scopes:
        return [note("Slack scopes", "Slack did not say which the token has.")]
    lacking = [name for name in NEEDED if name not in scopes]
    without = [f"{name} ({why})" for name, why in OPTIONAL.items() if name not in scopes]
    found = [
        fault(
            "Slack scopes",
            f"{name} is missing: {NEEDED[name]}.",
            f"Paste config/slack-app.yaml anew under “App Manifest” at {APP}, and install the app again.",
        )
        for name in lacking
    ] or [ok("Slack scopes", ", ".join(sorted(scopes)))]
    return [*found, note("Slack scopes", f"Not granted, optional: {', '.join(without)}.")] if without else found


async def _listed(api: Api) -> dict[str, Told]:
    """All channels that the bot can see, a thousand an answer; those that are not among them are asked one by one."""
    found: dict[str, Told] = {}
    public = partial(api.client.conversations_list, types="public_channel")
    private = partial(api.client.users_conversations, types="private_channel")
    for ask in (public, private):
        cursor: str | None = ""
        while cursor is not None:
            try:
                said = await _patiently(api, partial(ask, limit=LEAF, cursor=cursor or None))
            except PlatformFailed:
                break  # what it is, is said of the channels that are asked one by one
            found |= {str(one["id"]): one for one in said.get("channels") or []}
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or None
    return found


async def _info(api: Api, place: str) -> Told:
    said = await _patiently(api, lambda: api.client.conversations_info(channel=place), place)
    return said.get("channel") or {}


async def _patiently(api: Api, ask: Ask, place: str = "") -> AsyncSlackResponse:
    """What Slack answers, once it does: whoever asks of thousands of channels is told to wait."""
    for _ in range(TRIES):
        try:
            return await api.call(ask(), place=place)
        except TryLater as error:
            await asyncio.sleep(error.after or 1.0)
    return await api.call(ask(), place=place)


async def _channel(api: Api, channel: Channel, scopes: frozenset[str], team: str, known: Mapping[str, Told]) -> Check:
    about, (home, _, place) = str(channel), channel.place.partition("/")
    if team and home != team:
        return fault(
            about,
            f"It is in the workspace {home}, and the token is for {team}.",
            "Set the token of that workspace, or unsubscribe the channel: paper-round subscriptions lists its rules.",
        )
    try:
        told = known.get(place) or await _info(api, place)
    except PlatformFailed as error:
        if "lacks the scope" in str(error):
            return note(about, "Slack does not tell without the scopes channels:read and groups:read.")
        return split(about, str(error))
    named = f"#{told['name']}" if told.get("name") else "This conversation"
    if told.get("is_archived"):
        return fault(about, f"{named} is archived.", "Unarchive it, or subscribe in another channel.")
    hidden = bool(told.get("is_private"))
    if not told.get("is_member") and not told.get("is_im") and (hidden or "chat:write.public" not in scopes):
        name = (await api.me()).name
        return fault(about, f"The bot is not in {named}.", f"Type /invite @{name} there.")
    return ok(about, f"{named} can be posted to.")
