"""Sources from the command line → Readings, for `feed` and `match`: no database, nothing remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from bot import sources
from bot.cli.parsing import Parser
from bot.cli.progress import progress
from bot.cli.world import opened_fetch, source, tell
from bot.config import Settings
from bot.errors import SourceFailed
from bot.flow import Read
from bot.model import Bookmark, Feed, Reading
from bot.ports import Fetch


async def readings(addresses: Sequence[str], settings: Settings) -> AsyncIterator[Reading | None]:
    """Each source's reading in turn; None, and its sentence on stderr, for one that cannot be read."""
    feeds = [source(address) for address in addresses]
    async with opened_fetch(settings) as fetch, AsyncExitStack() as stack:
        parse = Parser()
        stack.push_async_callback(parse.close)
        for feed in feeds:
            name = sources.mask(feed.address)
            try:
                with progress(f"Reading {name}"):
                    reading = await _whole(feed, fetch, parse)
            except SourceFailed as error:
                tell(str(error) if name in str(error) else f"{name}: {error}")
                yield None
                continue
            for odd in reading.odd:
                tell(f"{name}: {odd}")
            yield reading


async def _whole(feed: Feed, fetch: Fetch, parse: Read) -> Reading:
    """All that a source holds: one answer, or for the sample its whole day at once. Read in the bot's time."""
    first = Bookmark(feed.address)
    found = await fetch(feed, first)
    reading = await parse(found, feed, first)
    while feed.url == "sample:" and (found := await fetch(feed, found.bookmark)).body is not None:
        reading = replace(reading, papers=reading.papers + (await parse(found, feed, first)).papers)
    return reading
