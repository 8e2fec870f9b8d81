"""The polite fetch: what a feed's owner, a file, standard input or the sample says since the bookmark.

It keeps the manners of one request (conditions, spacing, redirects, limits, whom not to ask). It does not decide
when a feed is due (bot.schedule) and does not read what it fetched (bot.sources).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SourceFailed
from bot.fetch.files import all_of_stdin, fetched, path_of, read_file, read_stdin
from bot.fetch.joined import Joined
from bot.fetch.limits import Limits
from bot.fetch.sample import Sample, replay
from bot.fetch.threads import in_thread
from bot.model import Bookmark, Feed
from bot.ports import Clock, Fetched

if TYPE_CHECKING:
    from bot.fetch.addresses import Lookup
    from bot.fetch.ask import Web

__all__ = ["Fetcher", "Joined", "Limits", "Sample"]

ABOUT = "https://github.com/paper-round/paper-round"
"""Where an owner who finds us in a log can read who we are."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Fetcher:
    """The `Fetch` of bot.ports. `feed.url` decides: http(s), `sample:`, `-`, else a file's path or `file:` address.

    `allow_private` lets feeds on private addresses in; `about` is where an owner reads who we are; `base` is where
    relative paths begin; `lookup` stands in for the system's name servers; `proxy` says which proxy an address is
    asked through.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        version: str,
        clock: Clock,
        about: str = ABOUT,
        stdin: Callable[[], bytes] | None = None,
        sample: Sample | None = None,
        base: Path = Path(),
        limits: Limits | None = None,
        lookup: Lookup | None = None,
        proxy: Callable[[str], str | None] | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._agent = f"paper-round/{version} (+{about})"
        self._clock = clock
        self._limits = limits or Limits()
        self._stdin = stdin or (lambda: all_of_stdin(self._limits.body))
        self._heard: bytes | None = None
        self._sample = sample
        self._base = base
        self._lookup = lookup
        self._proxy = proxy
        self._web: Web | None = None
        self._once = asyncio.Lock()

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        """Read the feed; `SourceFailed` says why it could not be, and when the owner wants us back."""
        scheme = found[1].lower() if (found := _SCHEME.match(feed.url)) else ""
        if scheme in ("http", "https"):
            return await (await self._opened())(feed, bookmark)
        if feed.url.startswith("sample:"):
            return await self._replay(bookmark)
        if feed.url == "-":
            return await self._hear(bookmark)
        if scheme not in ("", "file"):
            raise SourceFailed(f"Feeds are read over http and https, or from a file, not over {scheme[:20]}.")
        return await read_file(path_of(feed.url, self._base), bookmark, self._limits.body)

    async def close(self) -> None:
        """Nothing is kept open between two polls."""

    async def _opened(self) -> Web:
        """aiohttp takes half a second to import: only when the web is asked, and not on the event loop."""
        async with self._once:
            if self._web is None:
                await in_thread(lambda: import_module("bot.fetch.wire").trusted())
                await in_thread(lambda: import_module("bot.fetch.ask"))
                from bot.fetch.addresses import Gate
                from bot.fetch.ask import Web

                gate = Gate(self._allow_private)
                self._web = Web(
                    gate, self._limits, self._clock, agent=self._agent, lookup=self._lookup, proxy=self._proxy
                )
            return self._web

    async def _hear(self, bookmark: Bookmark) -> Fetched:
        """Standard input comes once; it is kept, as a poll that could not be recorded reads it again."""
        async with self._once:
            if self._heard is None:
                self._heard = await read_stdin(self._stdin)
            heard = self._heard
        return await in_thread(lambda: fetched(heard, bookmark, self._limits.body, "Standard input"))

    async def _replay(self, bookmark: Bookmark) -> Fetched:
        if self._sample is None:
            raise SourceFailed("There is no sample here; it comes with the bot's config folder.")
        return await replay(self._sample, bookmark)
