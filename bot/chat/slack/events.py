"""Slack's events → what happened, for us. Pure.

https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.chat.slack.words import LINKS

Word = Literal["joined", "left", "archived", "unarchived", "deleted", "touched"]


@dataclass(frozen=True, slots=True)
class Turn:
    """Something became of a channel. `touched`: nothing that matters to where posts go, but what is known is old."""

    place: str
    word: Word
    user: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A channel has another id."""

    place: str
    to: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A person looks at the bot's Home; `place` are their messages with it."""

    user: str
    place: str


@dataclass(frozen=True, slots=True)
class Shared:
    """Links that we know stand in a message."""

    place: str
    user: str
    message: str
    links: tuple[str, ...]
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The bot's name stands in a message."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expelled:
    """The app was uninstalled, or its token revoked."""


Happening = Turn | Moved | Opened | Shared | Mentioned | Expelled

ROOM: Mapping[str, Word] = {
    "channel_archive": "archived",
    "channel_deleted": "deleted",
    "channel_left": "left",
    "channel_rename": "touched",
    "channel_shared": "touched",
    "channel_unarchive": "unarchived",
    "channel_unshared": "touched",
    "group_archive": "archived",
    "group_deleted": "deleted",
    "group_left": "left",
    "group_rename": "touched",
    "group_unarchive": "unarchived",
}
"""Events whose `channel` is an id, or an object that has one."""
HEARD = (
    *ROOM, "app_home_opened", "app_mention", "app_uninstalled", "channel_id_changed", "link_shared",
    "member_joined_channel", "member_left_channel", "tokens_revoked",
)  # fmt: skip
"""All that the manifest asks for. That a channel was made private is told by no event: what Slack answers to the next
message or question tells it."""


def read(event: Mapping[str, Any], bot: str) -> Happening | None:
    """What happened; None for what is not about us."""
    kind = str(event.get("type"))
    if kind in ROOM:
        place = event.get("channel") or ""
        return Turn(str(place.get("id") if isinstance(place, dict) else place), ROOM[kind], _user(event))
    match kind:
        case "member_joined_channel" | "member_left_channel" if event.get("user") == bot:
            word: Word = "joined" if kind == "member_joined_channel" else "left"
            return Turn(str(event.get("channel")), word, str(event.get("inviter") or ""))
        case "channel_id_changed":
            return Moved(str(event.get("old_channel_id")), str(event.get("new_channel_id")))
        case "app_home_opened" if event.get("tab", "home") == "home":
            return Opened(_user(event), str(event.get("channel") or ""))
        case "link_shared":
            return _shared(event)
        case "app_mention" if event.get("user") and not event.get("bot_id"):
            return Mentioned(event)
        case "app_uninstalled":
            return Expelled()
        case "tokens_revoked" if (event.get("tokens") or {}).get("bot"):
            return Expelled()
    return None


def _shared(event: Mapping[str, Any]) -> Shared | None:
    """None from the composer, where nothing was said yet, and where the bot is no member and nobody asked it in."""
    if event.get("source") == "composer" or not event.get("is_bot_user_member"):
        return None
    links = (str(one.get("url") or "") for one in event.get("links") or ())
    found = tuple(dict.fromkeys(link for link in links if link))[:LINKS]
    thread = str(event.get("thread_ts") or "") or None
    place, message = str(event.get("channel")), str(event.get("message_ts"))
    return Shared(place, _user(event), message, found, thread) if found else None


def _user(event: Mapping[str, Any]) -> str:
    return str(event.get("user") or event.get("actor_id") or "")
