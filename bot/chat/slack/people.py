"""Who somebody is in the workspace, as Slack tells it; kept for some minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.slack.api import Api, Identity
from bot.errors import PlatformFailed
from bot.model import Standing

KEPT = 300.0
"""Seconds for which what Slack said of a person counts: an admin who is none any more may change rules so long."""
AT_MOST = 2.0
"""Seconds waited for it. A person's answer comes within three, so rather without."""
MANY = 10_000
"""People remembered."""


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says of somebody. `guest`: a member of single channels only."""

    standing: Standing = "member"
    zone: str | None = None
    guest: bool = False


STRANGER = Person("outsider", guest=True)
"""Somebody of another company."""


class People:
    """People by their ids, asked of Slack when it was long ago (scope `users:read`)."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, tuple[float, Person]] = {}

    async def look(self, user: str, team: str = "") -> Person:
        """Who they are; a plain member where Slack does not say. `team` is the one a payload says they belong to."""
        now = asyncio.get_running_loop().time()
        kept = self._known.get(user)
        if kept is not None and kept[0] > now:
            return kept[1]
        try:
            async with asyncio.timeout(AT_MOST):
                me = await self._api.me()
                told = (await self._api.call(self._api.client.users_info(user=user))).get("user") or {}
        except (PlatformFailed, TimeoutError):
            return await self._unsaid(team)
        self._known[user] = now + KEPT, read(told, me)
        while len(self._known) > MANY:
            del self._known[next(iter(self._known))]
        return self._known[user][1]

    async def _unsaid(self, team: str) -> Person:
        """Slack says nothing: then only the payload tells whose they are."""
        try:
            me = await self._api.me()
        except PlatformFailed:
            return Person()
        return STRANGER if team and team not in (me.team, me.enterprise) else Person()


def read(told: Mapping[str, Any], me: Identity) -> Person:
    """https://docs.slack.dev/reference/objects/user-object/"""
    if _stranger(told, me):
        return Person("outsider", _zone(told), guest=True)
    manages = any(told.get(name) for name in ("is_admin", "is_owner", "is_primary_owner"))
    guest = bool(told.get("is_restricted") or told.get("is_ultra_restricted"))
    return Person("manager" if manages else "member", _zone(told), guest)


def _stranger(told: Mapping[str, Any], me: Identity) -> bool:
    """Somebody of another company, who is here by a shared channel. Workspaces of one organisation are no strangers."""
    grid = told.get("enterprise_user") or {}
    at_home = told.get("team_id") in (None, "", me.team) or me.team in (grid.get("teams") or ())
    ours = bool(me.enterprise) and me.enterprise in (grid.get("enterprise_id"), told.get("enterprise_id"))
    return bool(told.get("is_stranger")) or not (at_home or ours)


def _zone(told: Mapping[str, Any]) -> str | None:
    return str(told.get("tz") or "") or None
