"""What a doctor asks Discord: the gateway's allowance, the server's roles, the bot as its member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.standins.discord.rest import Wrong, reply
from tests.standins.discord.world import TIME

if TYPE_CHECKING:
    from tests.standins.discord import Discord

BITS = {"see": 1 << 10, "send": 1 << 11, "embed": 1 << 14, "history": 1 << 16, "thread": 1 << 35 | 1 << 38}
"""What `Place.lacks` names, as permissions."""
ALL = sum(BITS.values())


def asked(discord: Discord) -> list[web.RouteDef]:
    """The routes over one stand-in."""

    def known(request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {discord.token}":
            raise Wrong(401, 0, "401: Unauthorized")
        if int(request.match_info.get("guild", discord.guild)) != discord.guild:
            raise Wrong(404, 10004, "Unknown Guild")

    async def gateway(request: web.Request) -> web.Response:
        known(request)
        limit = {"total": 1000, "remaining": discord.sessions_left, "reset_after": 7_200_000, "max_concurrency": 1}
        return reply(
            {"url": discord.env["DISCORD_GATEWAY_URL"], "shards": discord.gateway.shards, "session_start_limit": limit}
        )

    async def guild(request: web.Request) -> web.Response:
        known(request)
        roles = [{"id": str(discord.guild), "name": "@everyone", "permissions": str(ALL)}]
        return reply({"id": str(discord.guild), "name": "Lab", "owner_id": str(discord.ann.id), "roles": roles})

    async def channels(request: web.Request) -> web.Response:
        """All of a server's, those too that the bot may not see; threads are none of them."""
        known(request)
        listed = [one for one in discord.places.values() if one.parent is None and one.private is None]
        return reply([one.payload(discord.guild) for one in listed])

    async def member(request: web.Request) -> web.Response:
        known(request)
        wanted = int(request.match_info["person"])
        if wanted == discord.bot.id:
            return reply({"user": discord.bot.user(), "roles": [], "joined_at": TIME})
        person = next((one for one in (discord.ann, discord.bob) if one.id == wanted), None)
        if person is None or person.id in discord.gone:
            raise Wrong(404, 10007, "Unknown Member")
        return reply({key: value for key, value in person.member().items() if key != "permissions"})

    return [
        web.get("/api/v10/gateway/bot", gateway),
        web.get("/api/v10/guilds/{guild}", guild),
        web.get("/api/v10/guilds/{guild}/members/{person}", member),
        web.get("/api/v10/guilds/{guild}/channels", channels),
    ]
