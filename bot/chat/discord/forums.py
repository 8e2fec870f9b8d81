"""What kind of channel it is, and forums: a post a paper, its tags, finding one that was begun before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.chat.discord.embeds import thread_name
from bot.chat.discord.recalling import PAGE, known_by, looks
from bot.chat.discord.sdk import discord, handle_message_parameters
from bot.chat.discord.sending import Said
from bot.model import Post
from bot.taxonomy import CATEGORIES

NEWS, FORUM, MEDIA = 5, 15, 16
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""

REQUIRE_TAG = 1 << 4
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-flags"""

TAGS = 5
"""Of one post. https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel"""

AUTO_ARCHIVE: Literal[10080] = 10_080
"""Minutes, a week: the longest there is. https://docs.discord.com/developers/resources/channel#channel-object"""

ANYTHING = ("papers", "paper", "research", "news", "other", "general", "misc")
"""Tags for what fits no other, where a forum wants one."""

LOOKED_AT = 25
"""Posts of the same name that are read to find one of ours again."""


@dataclass(frozen=True, slots=True)
class Tag:
    """`kept`: only moderators may use it."""

    id: int
    name: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of channel it is, and a forum's tags."""

    sort: Literal["text", "news", "forum"] = "text"
    tags: tuple[Tag, ...] = ()
    required: bool = False


def seen(channel: Any) -> Kind:
    """The kind of a channel that discord.py holds."""
    if isinstance(channel, discord.ForumChannel):
        tags = tuple(Tag(tag.id, tag.name, tag.moderated) for tag in channel.available_tags)
        return Kind("forum", tags, channel.flags.require_tag)
    return Kind("news") if isinstance(channel, discord.TextChannel) and channel.is_news() else Kind()


def listed(channel: dict[str, Any]) -> Kind:
    """The kind of a channel as Discord lists it."""
    if channel["type"] in (FORUM, MEDIA):
        tags = (Tag(int(tag["id"]), tag["name"], bool(tag["moderated"])) for tag in channel.get("available_tags") or [])
        return Kind("forum", tuple(tags), bool(channel.get("flags", 0) & REQUIRE_TAG))
    return Kind("news") if channel["type"] == NEWS else Kind()


def tags(kind: Kind, topics: Sequence[str]) -> tuple[int, ...]:
    """The ids of the tags that the topics (rules, categories) ask for, the closest first, five at most.

    A tag is meant when it is a topic, a category's code or name, an archive (`cs`), or when all its words stand in a
    rule. Where a tag is required and none is meant: one for anything, else the first that there is.
    """
    free = [tag for tag in kind.tags if not tag.kept]
    close = {tag.id: _closeness(tag, topics) for tag in free}
    meant = tuple(sorted((tag for tag in close if close[tag] < len(topics)), key=lambda tag: close[tag]))[:TAGS]
    if meant or not kind.required or not free:
        return meant
    spare = [tag for name in ANYTHING for tag in free if _words(tag.name) == (name,)]
    return ((spare or free)[0].id,)


def _closeness(tag: Tag, topics: Sequence[str]) -> int:
    """The place of the first topic that asks for the tag; after all of them when none does."""
    return next((place for place, topic in enumerate(topics) if _asks(topic, _words(tag.name))), len(topics))


def _asks(topic: str, tag: tuple[str, ...]) -> bool:
    called = CATEGORIES.get(topic)
    if called is not None:
        return tag in (_words(topic), _words(called), (topic.partition(".")[0].casefold(),))
    plain = re.sub(r"(?<!\S)(?:-|not\s+)(?:\"[^\"]*\"|\([^)]*\)|\S+)", " ", topic, flags=re.IGNORECASE)
    words = set(_words(plain))
    return bool(tag) and words.issuperset(tag)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


async def begin(client: discord.Client, place: int, kind: Kind, name: str, message: Said, post: Post) -> int:
    """Begin a post; its number is that of its first message too."""
    about: dict[str, Any] = {"name": thread_name(name), "auto_archive_duration": AUTO_ARCHIVE}
    if applied := tags(kind, post.topics):
        about["applied_tags"] = [str(tag) for tag in applied]
    fresh = message.fresh()
    with handle_message_parameters(
        **fresh,
        flags=discord.MessageFlags(suppress_embeds=not message.embeds),
        allowed_mentions=discord.AllowedMentions.none(),
        channel_payload=about,
    ) as params:
        return int((await client.http.start_thread_in_forum(place, params=params))["id"])


async def begun_before(client: discord.Client, server: int, place: int, name: str, message: Said) -> int | None:
    """The post of this name that begins with this message, if we made one: Discord takes no nonce for these."""
    us, wanted, known = str(client.user and client.user.id), thread_name(name), known_by(message)
    active = (await client.http.get_active_threads(server))["threads"]
    asleep = (await client.http.get_public_archived_threads(place, limit=PAGE))["threads"]
    ours = [
        int(thread["id"])
        for thread in (*active, *asleep)
        if str(thread["parent_id"]) == str(place) and str(thread["owner_id"]) == us and thread["name"] == wanted
    ]
    for number in sorted(ours, reverse=True)[:LOOKED_AT]:
        if await _begins(client, number, known):
            return number
    return None


async def _begins(client: discord.Client, number: int, known: object) -> bool:
    try:
        first = await client.http.get_message(number, number)
    except discord.NotFound:  # somebody deleted what it began with
        return False
    return looks(first["components"], first["content"], first["embeds"]) == known
