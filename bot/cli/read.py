"""Sources from the command line → Readings, for `feed` and `match`: no database, nothing remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot import sources
from bot.cli.world import opened_fetch, tell
from bot.config import Settings
from bot.errors import SourceFailed
from bot.model import Bookmark, Reading


async def readings(addresses: Sequence[str], settings: Settings) -> AsyncIterator[Reading | None]:
    """Each source's reading in turn; None, and its sentence on stderr, for one that cannot be read."""
    feeds = [sources.resolve(address) for address in addresses]
    async with opened_fetch(settings) as fetch:
        for feed in feeds:
            try:
                body = (await fetch(feed, Bookmark(feed.address))).body or b""
                reading = sources.read(body, feed)
            except SourceFailed as error:
                tell(f"{sources.mask(feed.address)}: {error}")
                yield None
                continue
            for odd in reading.odd:
                tell(f"{sources.mask(feed.address)}: {odd}")
            yield reading
