"""Finding what we have said already, when nobody wrote down whether Discord took it.

Discord keeps a nonce for minutes and lists none. So a list of papers is known by them (the ids hold their deliveries'
rows), another message by what can be pressed on it and its headline, since counts may have changed meanwhile, and one
without buttons by all its words, among the newest only: they have to name their day.
https://docs.discord.com/developers/resources/message#get-channel-messages
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from bot.chat.discord.sdk import discord
from bot.chat.discord.sending import Said

PAGE = 100
"""The most messages that Discord lists at once."""

SELECT = 3
"""https://docs.discord.com/developers/components/reference#component-object-component-types"""

PAGES = 10
"""So many of them are looked at: a thousand messages."""

Listed = dict[str, Any]


async def said_before(client: discord.Client, place: int, message: Said, nonce: str) -> int | None:
    """The id of this message among the place's own newest ones; None if it is not there, or we may not look."""
    us, known = str(client.user and client.user.id), known_by(message)
    try:
        async for listed in _newest(client, place, PAGES if known.pressed else 1):
            told = looks(listed["components"], listed["content"], listed["embeds"])
            if listed["author"]["id"] == us and (str(listed.get("nonce")) == nonce or told == known):
                return int(listed["id"])
    except discord.Forbidden as error:
        if error.code != 50013:  # Read Message History is missing; what else there is, is told like any refusal
            raise
    return None


async def spoke(client: discord.Client, thread: int) -> bool:
    """Whether we have said something in the thread; a nonce is forgotten in minutes, the thread is not.

    Without the permission to read the history the nonce has to do.
    """
    try:
        first = await client.http.logs_from(thread, PAGE, after=thread)
    except discord.Forbidden:
        return False
    us = str(client.user and client.user.id)
    return any(each["type"] == 0 and each["author"]["id"] == us for each in first)  # 21 is the post it hangs from


async def _newest(client: discord.Client, place: int, pages: int) -> AsyncIterator[Listed]:
    before: int | None = None
    for _ in range(pages):
        page = await client.http.logs_from(place, PAGE, before=before)
        for listed in page:
            yield dict(listed)
        if len(page) < PAGE:
            return
        before = int(page[-1]["id"])


@dataclass(frozen=True, slots=True)
class Looks:
    """What tells a message from others: the papers it lists, or what can be pressed on it, and lines of its words."""

    pressed: frozenset[tuple[str, str]]
    words: tuple[str, ...] = ()


def known_by(message: Said) -> Looks:
    """What tells this message from others."""
    return looks(
        message.view.to_components() if message.view else [],
        message.content,
        [embed.to_dict() for embed in message.embeds],
    )


def looks(rows: Any, content: Any, embeds: Any) -> Looks:
    """What tells a message from others, as Discord lists it."""
    pressed = frozenset(_pressed(rows))
    listed = frozenset(each for each in pressed if each[0] == "picked")
    if listed:
        return Looks(listed)
    parts = [content or "", *(embed.get(part) or "" for embed in embeds for part in ("title", "description"))]
    lines = (" ".join(line.replace("~~", "").split()) for part in parts for line in str(part).splitlines())
    words = tuple(line for line in lines if line)
    return Looks(pressed, words[:1] if pressed else words)


def _pressed(rows: Any) -> Iterator[tuple[str, str]]:
    """What can be pressed: a button by its id, a select by the values it offers. Links say nothing about a delivery."""
    for item in (item for row in rows for item in row["components"]):
        if item["type"] == SELECT:
            yield from (("picked", option["value"]) for option in item["options"])
        elif "custom_id" in item:
            yield "pressed", item["custom_id"]
