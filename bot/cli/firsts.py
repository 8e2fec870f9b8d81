"""What a bot does before it has anything to say, for whoever watches its terminal: first looks, and the past."""

from __future__ import annotations

from collections.abc import Sequence

from bot import past, sources
from bot.cli.progress import follow, is_watched
from bot.errors import StoreFailed
from bot.flow import World, backfill
from bot.model import Feed


async def show(feeds: Sequence[Feed], world: World) -> None:
    """How far the first looks at sources are, then how far the past of each that has one, until all is there."""
    if not is_watched():
        return
    try:
        known = await world.store.bookmarks()
        new = [feed.address for feed in feeds if feed.address not in known]

        async def asked() -> tuple[int, int]:
            return len(await world.store.bookmarks(new)) if new else 0, len(new)

        await follow("Reading sources for the first time", asked)
        for feed in feeds:
            if past.has_past(feed) and feed.address in await world.store.bookmarks([feed.address]):
                await _past(feed, world)
    except StoreFailed:
        return  # whoever needs the store tells it


async def _past(feed: Feed, world: World) -> None:
    whole = len(await backfill.missing(feed, world) or ())

    async def fetched() -> tuple[int, int]:
        return whole - len(await backfill.missing(feed, world) or ()), whole

    await follow(f"Fetching the days before, of {sources.mask(feed.address)}", fetched)
