"""The nouns of the stand-in: people, channels and threads, messages, and talks (interactions)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.standins.discord.reading import Read, read, read_inline

Payload = dict[str, Any]

TIME = "2026-08-18T09:00:00.000000+00:00"
MANAGE_CHANNELS = 1 << 4
SEE, SEND, EMBED, HISTORY, THREAD, IN_THREADS = 1 << 10, 1 << 11, 1 << 14, 1 << 16, 1 << 35, 1 << 38
EVERYDAY = SEE | SEND | (1 << 31)
"""See, send, use commands."""
INVITED = EVERYDAY | EMBED | HISTORY | THREAD | IN_THREADS
"""What the bot was allowed when it was invited."""
LACKING = {"see": SEE, "send": SEND, "embed": EMBED, "history": HISTORY, "thread": THREAD | IN_THREADS}
LEADS, APP = 501, 502
"""The roles of those who manage channels, and of the bot."""
TEXT, NEWS, FORUM = 0, 5, 15


@dataclass(slots=True)
class Person:
    """Somebody in the server."""

    id: int
    name: str
    permissions: int = EVERYDAY

    @property
    def roles(self) -> list[str]:
        return [str(LEADS)] if self.permissions & MANAGE_CHANNELS else []

    def user(self) -> Payload:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
        }

    def member(self) -> Payload:
        return {
            "user": self.user(),
            "permissions": str(self.permissions),
            "roles": self.roles,
            "joined_at": TIME,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": None,
            "avatar": None,
        }


@dataclass(slots=True)
class Told:
    """A message. `hidden` ones only the person of their talk can see."""

    id: int
    place: int
    author: Person
    content: str
    embeds: list[Payload]
    components: list[Payload]
    hidden: bool = False
    nonce: str | None = None
    kind: int = 0
    flags: int = 0
    edits: int = 0
    answers: int | None = None
    """The message it replies to."""

    @property
    def read(self) -> Read:
        """What one sees of it: content, then title and description of each embed."""
        parts = [read(self.content)] if self.content else []
        for embed in self.embeds:
            linked = Read("", (), (embed["url"],) if "url" in embed else ())
            parts.append(read_inline(embed.get("title", "")) + linked)
            parts.append(read(embed.get("description", "")))
        shown = Read()
        for part in parts:
            shown += (Read("\n") if shown.text and part.text else Read()) + part
        return shown

    @property
    def text(self) -> str:
        return self.read.text

    @property
    def buttons(self) -> dict[str, str]:
        """Label → custom_id, or the address it opens."""
        every = (item for row in self.components for item in row["components"] if item["type"] == 2)
        return {button["label"]: button.get("custom_id") or button["url"] for button in every}

    @property
    def options(self) -> dict[str, str]:
        """Label → value, over all selects."""
        every = (item for row in self.components for item in row["components"] if item["type"] == 3)
        return {option["label"]: option["value"] for select in every for option in select["options"]}

    def payload(self, **more: Any) -> Payload:
        """As Discord lists it: the nonce stands only in the answer to who has just sent it."""
        return {
            "id": str(self.id),
            "channel_id": str(self.place),
            "author": self.author.user() | {"bot": True},
            "content": self.content,
            "embeds": self.embeds,
            "components": self.components,
            "timestamp": TIME,
            "edited_timestamp": TIME if self.edits else None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "pinned": False,
            "type": self.kind,
            "flags": self.flags | 64 * self.hidden,
        } | more


@dataclass(slots=True)
class Place:
    """A channel or a thread; `lacks` names what the bot may not do in it: see, send, embed, thread, history.

    A thread may be `archived` (a message wakes it) and `locked` (nobody but managers may). `closed_to` cannot see it.
    A forum has `tags` (name → moderated) and may want one on every post; `applied` are the tags of one of its posts.
    """

    id: int
    name: str
    parent: int | None = None
    messages: list[Told] = field(default_factory=list)
    lacks: set[str] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    private: Person | None = None
    """Whose direct messages with the bot these are."""
    kind: int = TEXT
    tags: dict[str, bool] = field(default_factory=dict)
    tag_required: bool = False
    applied: list[str] = field(default_factory=list)
    owner: int = 2
    began: str = ""
    """When a thread began, which its number does not tell."""
    closed_to: set[int] = field(default_factory=set)
    published: list[int] = field(default_factory=list)
    """Messages that followers elsewhere got."""

    @property
    def ours(self) -> int:
        """What the bot may do here."""
        return INVITED & ~sum(LACKING.get(what, 0) for what in self.lacks)

    def tag_ids(self) -> dict[str, str]:
        return {name: str(self.id + 1 + n) for n, name in enumerate(self.tags)}

    def _overwrites(self) -> list[Payload]:
        lacking = [{"id": "2", "type": 1, "allow": "0", "deny": str(INVITED & ~self.ours)}] if self.lacks else []
        return lacking + [{"id": str(who), "type": 1, "allow": "0", "deny": str(SEE)} for who in self.closed_to]

    def _forum(self) -> Payload:
        tags = [
            {"id": self.tag_ids()[name], "name": name, "moderated": kept, "emoji_id": None, "emoji_name": None}
            for name, kept in self.tags.items()
        ]
        return {"available_tags": tags, "flags": 16 * self.tag_required, "default_reaction_emoji": None}

    def payload(self, guild: int) -> Payload:
        common: Payload = {"id": str(self.id), "guild_id": str(guild), "name": self.name, "permissions": str(EVERYDAY)}
        if self.private:
            return {"id": str(self.id), "type": 1, "recipients": [self.private.user()], "last_message_id": None}
        if self.parent is None:
            about = {"type": self.kind, "position": 0, "permission_overwrites": self._overwrites(), "nsfw": False}
            return common | about | {"parent_id": None} | (self._forum() if self.kind == FORUM else {})
        archive: Payload = {"archived": self.archived, "auto_archive_duration": 10080, "archive_timestamp": TIME}
        archive["locked"] = self.locked
        archive["create_timestamp"] = self.began or TIME
        counts = {"message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "last_message_id": None}
        return (
            common
            | {"type": 11, "parent_id": str(self.parent), "owner_id": str(self.owner), "thread_metadata": archive}
            | counts
            | {"applied_tags": self.applied, "flags": 0}
        )


@dataclass(slots=True)
class Talk:
    """One interaction: what its person did, how often it was answered, and what they saw."""

    id: int
    token: str
    kind: int
    person: Person
    place: Place
    pressed: Told | None = None
    answered: int = 0
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    original: Told | None = None
    shown: list[Told] = field(default_factory=list)
    deferred: bool = False
    choices: list[Payload] | None = None
    modal: Payload | None = None
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def expired(self) -> bool:
        """Three seconds without any answer."""
        return not self.answered and asyncio.get_running_loop().time() > self.began + 3

    def show(self, message: Told) -> Told:
        """The person sees it, perhaps in the place of what was there."""
        self.shown = [*(told for told in self.shown if told.id != message.id), message]
        self.seen.set()
        return message
