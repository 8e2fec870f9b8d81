"""How the bot is doing: its sources, its platforms, what waits. Counts only: they tell of no private channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.health import Health, told
from bot.model import Bookmark, Feed
from bot.replies.standing import state
from bot.sources import mask
from bot.web.desk import desk, page


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the page tells of it."""

    name: str
    health: Health
    due: datetime | None
    seen: int
    told: str
    """Its state in the words of `/papers status`."""


async def status(request: web.Request) -> web.Response:
    """Sources in the words of `bot.health`, platforms, the queue."""
    here, now = desk(request), desk(request).clock()
    known = await here.store.bookmarks()
    sources = [_source(feed, known, now) for feed in await here.sources()]
    days = await here.store.days(1, own=await here.seeker.open_channels())
    return await page(
        request,
        "status.html",
        here="status",
        sources=sources,
        platforms=here.platforms(),
        waiting=await here.store.waiting(),
        rules=sum((await here.store.wanting()).values()),
        newest=days[0] if days else None,
        now=now,
        unindexed=await here.store.index(0),
    )


def _source(feed: Feed, known: Mapping[str, Bookmark], now: datetime) -> Source:
    bookmark = known.get(feed.address)
    health = told(feed, bookmark, now)
    due, seen = (bookmark.due, bookmark.habits.seen) if bookmark else (None, 0)
    return Source(mask(feed.address), health, due, seen, state(health, now))
