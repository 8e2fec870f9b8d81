"""Sources from the command line → Readings, for `feed` and `match`: no database, nothing remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from bot import sources
from bot.cli.world import opened_fetch, source, tell
from bot.config import Settings
from bot.errors import SourceFailed
from bot.model import Bookmark, Feed, Reading
from bot.ports import Fetch


async def readings(addresses: Sequence[str], settings: Settings) -> AsyncIterator[Reading | None]:
    """Each source's reading in turn; None, and its sentence on stderr, for one that cannot be read."""
    feeds = [source(address) for address in addresses]
    async with opened_fetch(settings) as fetch:
        for feed in feeds:
            name = sources.mask(feed.address)
            try:
                reading = await _whole(feed, fetch)
            except SourceFailed as error:
                tell(str(error) if name in str(error) else f"{name}: {error}")
                yield None
                continue
            for odd in reading.odd:
                tell(f"{name}: {odd}")
            yield reading


async def _whole(feed: Feed, fetch: Fetch) -> Reading:
    """All that a source holds: one answer, or for the sample its whole day at once."""
    found = await fetch(feed, Bookmark(feed.address))
    reading = sources.read(found.body or b"", feed)
    while feed.url == "sample:" and (found := await fetch(feed, found.bookmark)).body is not None:
        reading = replace(reading, papers=reading.papers + sources.read(found.body, feed).papers)
    return reading
