"""What Slack says of us when it is asked: both tokens, the scopes they bring, and each channel. Nothing is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.api import Api, settings
from bot.chat.slack.discreet import sdk_logger
from bot.checks import Check, Findings, fault, note, ok, split
from bot.errors import PlatformFailed, SettingsError
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
        checks += [await _channel(api, channel, scopes, str(said.get("team_id") or "")) for channel in channels]
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


async def _channel(api: Api, channel: Channel, scopes: frozenset[str], team: str) -> Check:
    about, (home, _, place) = str(channel), channel.place.partition("/")
    if team and home != team:
        return fault(
            about,
            f"It is in the workspace {home}, and the token is for {team}.",
            "Set the token of that workspace, or unsubscribe the channel: paper-round subscriptions lists its rules.",
        )
    try:
        said = await api.call(api.client.conversations_info(channel=place), place=place)
    except PlatformFailed as error:
        if "lacks the scope" in str(error):
            return note(about, "Slack does not tell without the scopes channels:read and groups:read.")
        return split(about, str(error))
    told = said.get("channel") or {}
    if told.get("is_archived"):
        return fault(about, "It is archived.", "Unarchive it, or subscribe in another channel.")
    hidden = bool(told.get("is_private"))
    if not told.get("is_member") and not told.get("is_im") and (hidden or "chat:write.public" not in scopes):
        name = (await api.me()).name
        return fault(about, "The bot is not in it.", f"Type /invite @{name} there.")
    return ok(about, "It can be posted to.")
