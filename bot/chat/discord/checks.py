"""What Discord says of us when it is asked: the token, the gateway, what the bot may do in each channel.

Asked with plain requests: discord.py keeps an answer's headers, and with them the time, to itself. Nothing is posted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from bot.chat.discord import API
from bot.chat.discord.refusals import PORTAL, TOKEN
from bot.checks import Check, Findings, fault, note, ok, split
from bot.model import Channel
from bot.proxies import proxy_for

Json = dict[str, Any]

ADMINISTRATOR = 1 << 3
# https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
NEEDED: Mapping[str, int] = {"View Channel": 1 << 10, "Send Messages": 1 << 11, "Embed Links": 1 << 14}
"""Without one of these nothing can be posted."""
USEFUL: Mapping[str, int] = {
    "Read Message History": 1 << 16,
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
}
"""Without one of these a post whose arrival is in doubt may come twice, or there are no threads."""

TRIES = 20
"""So often Discord may ask us to wait before one question is given up."""
FEW = 20
"""Sessions left of a day's thousand under which a restart may be the last one."""


class Answer:
    """A status, a body (an object, or the items of a list), and a date."""

    def __init__(self, status: int, body: Json | list[Json], date: str) -> None:
        self.status, self.date = status, date
        self.body: Json = body if isinstance(body, dict) else {}
        self.items: list[Json] = [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []


class Asker:
    """GETs with the bot's token."""

    def __init__(self, session: aiohttp.ClientSession, base: str, proxy: str | None) -> None:
        self._session, self._base, self._proxy = session, base, proxy

    async def get(self, path: str) -> Answer:
        """The answer, once Discord does not ask us to wait any more; status 0 when there was none."""
        for _ in range(TRIES):
            said = await self._once(path)
            if said.status != 429:
                return said
            await asyncio.sleep(float(said.body.get("retry_after") or 1.0))
        return said

    async def _once(self, path: str) -> Answer:
        try:
            async with self._session.get(f"{self._base}{path}", proxy=self._proxy) as said:
                body = await said.json(content_type=None) if said.status < 500 else {}
                return Answer(said.status, body, said.headers.get("Date", ""))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return Answer(0, {"why": type(error).__name__}, "")


async def health(env: Mapping[str, str], channels: Sequence[Channel]) -> Findings:
    """Ask Discord about the token and each of these channels."""
    token = env.get("DISCORD_TOKEN", "").strip().removeprefix("Bot ").strip()
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        return Findings((split("Discord token", TOKEN),))
    base = env.get("DISCORD_API_URL", "").strip().rstrip("/") or API
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (https://github.com/paper-round/paper-round)"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=20)) as session:
        asker = Asker(session, base, proxy_for(base, env))
        me = await asker.get("/users/@me")
        if me.status != 200:
            return Findings((_no_entry(me),), me.date)
        checks = [ok("Discord token", f"It is {me.body.get('username')}."), await _gateway(asker)]
        servers = {channel.place.partition("/")[0] for channel in channels} - {"@me"}
        homes = {server: await Server.of(asker, server, str(me.body.get("id"))) for server in sorted(servers)}
        checks += [await _channel(asker, channel, homes) for channel in channels]
        return Findings(tuple(checks), me.date)


def _no_entry(me: Answer) -> Check:
    if me.status == 401:
        return split("Discord token", TOKEN)
    said = f"HTTP {me.status}" if me.status else me.body.get("why", "no answer")
    return fault("Discord", f"It could not be asked ({said}).", "Look at the network, HTTPS_PROXY and DISCORD_API_URL.")


async def _gateway(asker: Asker) -> Check:
    """Intents: those we ask for are nobody's to grant. What may lack is one more session of a day's thousand."""
    said = await asker.get("/gateway/bot")
    limit = said.body.get("session_start_limit") or {}
    left = limit.get("remaining")
    if said.status != 200 or not isinstance(left, int):
        return note("Discord gateway", f"It did not tell how many connections are left today (HTTP {said.status}).")
    if left < FEW:
        hours = int(limit.get("reset_after", 0)) // 3_600_000 + 1
        return fault(
            "Discord gateway",
            f"Only {left} connections are left today.",
            f"Find out why the bot is started so often, and leave it alone for {hours} hours.",
        )
    return ok("Discord gateway", f"{left} connections left today; no privileged intent is needed.")


class Server:
    """A server as the bot sees it: its roles, the bot as its member, and all of its channels, in three answers."""

    def __init__(self, me: str, guild: Answer, member: Answer, listed: Answer) -> None:
        self.me, self.guild, self.member = me, guild, member
        self.channels: Mapping[str, Json] = {str(one["id"]): one for one in listed.items}

    @staticmethod
    async def of(asker: Asker, server: str, me: str) -> Server:
        guild, member = await asker.get(f"/guilds/{server}"), await asker.get(f"/guilds/{server}/members/{me}")
        return Server(me, guild, member, await asker.get(f"/guilds/{server}/channels"))


async def _channel(asker: Asker, channel: Channel, homes: Mapping[str, Server]) -> Check:
    about, (server, _, place) = str(channel), channel.place.partition("/")
    home = homes.get(server)
    there = home.channels.get(place) if home else None
    said = Answer(200, there, "") if there else await asker.get(f"/channels/{place}")  # a thread, or it is gone
    if said.status != 200:
        return _hidden(about, said)
    if home is None or said.body.get("type") == 1:
        return ok(about, "It is somebody's own messages.")
    if home.guild.status != 200 or home.member.status != 200:
        return _hidden(about, home.guild if home.guild.status != 200 else home.member)
    named = f"#{said.body.get('name')}"
    may = permissions(home.guild.body, home.member.body, said.body, home.me)
    lacking = [name for name, bit in NEEDED.items() if not may & bit]
    if lacking:
        return fault(
            about,
            f"The bot may not post in {named}: it lacks {', '.join(lacking)}.",
            f"In the channel's settings, Permissions, allow it {', '.join(lacking)}.",
        )
    without = [name for name, bit in USEFUL.items() if not may & bit]
    if without:
        return fault(
            about,
            f"{named} can be posted to, but the bot lacks {', '.join(without)}.",
            f"In the channel's settings, Permissions, allow it {', '.join(without)}.",
        )
    return ok(about, f"{named} can be posted to.")


def _hidden(about: str, said: Answer) -> Check:
    if said.status == 404:
        return fault(about, "Discord knows no such channel.", "It was deleted: unsubscribe it, or subscribe another.")
    if said.status == 403:
        return fault(
            about,
            "The bot cannot see it.",
            f"Invite the bot to the server again ({PORTAL}), or allow it View Channel in the channel's settings.",
        )
    return note(about, f"Discord did not tell (HTTP {said.status}).")


def permissions(guild: Json, member: Json, channel: Json, me: str) -> int:
    """What the bot may do in a channel: its roles', then what the channel allows and denies.

    https://docs.discord.com/developers/topics/permissions#permission-overwrites
    """
    if guild.get("owner_id") == me:
        return ~0
    everyone, mine = str(guild.get("id")), {str(role) for role in member.get("roles") or []}
    roles = {str(role["id"]): int(role["permissions"]) for role in guild.get("roles") or []}
    may = roles.get(everyone, 0)
    for role in mine:
        may |= roles.get(role, 0)
    if may & ADMINISTRATOR:
        return ~0
    written = {str(one["id"]): one for one in channel.get("permission_overwrites") or []}
    for layer in ([everyone], sorted(mine), [me]):
        there = [written[name] for name in layer if name in written]
        denied, allowed = _bits(there, "deny"), _bits(there, "allow")
        may = may & ~denied | allowed
    return may


def _bits(overwrites: Sequence[Json], side: str) -> int:
    found = 0
    for one in overwrites:
        found |= int(one.get(side) or 0)
    return found
