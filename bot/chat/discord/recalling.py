"""Finding what we have said already, when nobody wrote down whether Discord took it.

Discord keeps a nonce for minutes and lists none, so a message is known by what can be pressed on it (the ids hold the
row of its delivery) and its headline: other words, such as counts, may have changed since. One without buttons is known
by all its words, for a day.
https://docs.discord.com/developers/resources/message#get-channel-messages
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.chat.discord.sdk import discord
from bot.chat.discord.sending import Said

PAGE = 100
"""The most messages that Discord lists at once."""

PAGES = 10
"""So many of them are looked at: a thousand messages."""

WORDS = timedelta(days=1)
"""How long equal words are the same message: tomorrow a channel may rightly hear the same sentence again."""

Listed = dict[str, Any]


async def said_before(client: discord.Client, place: int, message: Said, nonce: str) -> int | None:
    """The id of this message among the place's own newest ones; None if it is not there, or we may not look."""
    us, since = str(client.user and client.user.id), discord.utils.utcnow() - WORDS
    try:
        async for listed in _newest(client, place):
            if listed["author"]["id"] == us and _same(listed, message, nonce, since):
                return int(listed["id"])
    except discord.Forbidden as error:
        if error.code != 50013:  # Read Message History is missing; anything else posting would tell as well
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


async def _newest(client: discord.Client, place: int) -> AsyncIterator[Listed]:
    before: int | None = None
    for _ in range(PAGES):
        page = await client.http.logs_from(place, PAGE, before=before)
        for listed in page:
            yield dict(listed)
        if len(page) < PAGE:
            return
        before = int(page[-1]["id"])


def _same(listed: Listed, message: Said, nonce: str, since: datetime) -> bool:
    if str(listed.get("nonce")) == nonce:
        return True
    there, embeds = _words(listed.get("content"), listed.get("embeds") or []), [e.to_dict() for e in message.embeds]
    here = _words(message.content, embeds)
    if ours := set(_pressed(message.view.to_components() if message.view else [])):
        return here[0] == there[0] and ours == set(_pressed(listed.get("components") or []))
    return here == there and discord.utils.snowflake_time(int(listed["id"])) >= since


def _pressed(rows: Any) -> Iterator[tuple[int, str]]:
    """What can be pressed: a button by its id, a select by the values it offers. Links say nothing about a delivery."""
    for item in (item for row in rows for item in row["components"]):
        if item["type"] == 3:
            yield from ((3, option["value"]) for option in item["options"])
        elif "custom_id" in item:
            yield item["type"], item["custom_id"]


def _words(content: Any, embeds: Any) -> list[str]:
    """The lines that have words, whatever space and strokes are about them; the first one is the headline."""
    parts = [content or "", *(embed.get(part) or "" for embed in embeds for part in ("title", "description"))]
    lines = (" ".join(line.replace("~~", "").split()) for part in parts for line in str(part).splitlines())
    return [line for line in lines if line] or [""]
