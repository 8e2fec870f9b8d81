"""One request for all of arXiv's categories, whichever feeds want them: each is handed the same answer.

arXiv joins categories in one address and asks for few requests: https://info.arxiv.org/help/rss.html. A feed takes its
own papers out of the answer (`sources.part`). What is not arXiv's is fetched as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import sources
from bot.errors import SourceFailed
from bot.model import Bookmark, Feed
from bot.ports import Clock, Fetch, Fetched
from bot.sources.address import ARXIV
from bot.sources.arxiv import FULL

log = logging.getLogger("paper-round")

FRESH = timedelta(hours=1)
"""So long an answer serves all who want it: nobody asks for the same again sooner (bot.schedule.CONDITIONAL)."""

WRONG = 400
"""The status for all categories when one of them is none; then as well."""

Wanted = Callable[[], Awaitable[Sequence[Feed]]]
"""The feeds that are watched, less those that fail."""


@dataclass(slots=True)
class Heard:
    """What was answered for all, when, and who had it. `alone`: everybody is to ask for his own."""

    url: str
    at: datetime
    answer: Fetched | SourceFailed
    asked_with: str | None = None
    alone: bool = False
    served: set[str] = field(default_factory=set)


class Joined:
    """The `Fetch` of bot.ports over another one."""

    def __init__(self, fetch: Fetch, wanted: Wanted, clock: Clock) -> None:
        self._fetch = fetch
        self._wanted = wanted
        self._clock = clock
        self._turn = asyncio.Lock()
        self._heard: Heard | None = None

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        """Read the feed, together with the others of arXiv's where there are any."""
        if not feed.url.startswith(ARXIV):
            return await self._fetch(feed, bookmark)
        async with self._turn:
            heard = None if bookmark.failures else await self._for_all(feed, bookmark)
            if heard is None or heard.alone:
                return await self._fetch(feed, by_itself(feed, bookmark))
            heard.served.add(feed.address)
            if isinstance(heard.answer, SourceFailed):
                raise heard.answer
            return served(heard.answer, heard.url, bookmark)

    async def _for_all(self, feed: Feed, bookmark: Bookmark) -> Heard | None:
        """The answer for all; None when there is nobody to join."""
        others = [each for each in await self._wanted() if each.url.startswith(ARXIV)]
        url = sources.joined(others)
        if feed not in others or len({each.url for each in others}) < 2:
            return None
        heard = self._heard
        if heard is None or heard.url != url or not self._serves(heard, feed, bookmark):
            heard = self._heard = await self._ask(url, bookmark)
        if heard.served | {feed.address} >= {each.address for each in others}:
            self._heard = None  # the body is not kept once everybody has it
        return heard

    def _serves(self, heard: Heard, feed: Feed, bookmark: Bookmark) -> bool:
        """Whether this is new to the feed, and recent; "unchanged" is said only to who asked with the same ETag."""
        if feed.address in heard.served or self._clock() - heard.at >= FRESH:
            return False
        unchanged = isinstance(heard.answer, Fetched) and heard.answer.body is None
        return not unchanged or (bookmark.moved_to == heard.url and bookmark.etag == heard.asked_with)

    async def _ask(self, url: str, bookmark: Bookmark) -> Heard:
        mine = bookmark.moved_to == url
        known = Bookmark(url, bookmark.etag, bookmark.modified) if mine else Bookmark(url)
        try:
            answer = await self._fetch(Feed(url, url), known)
        except SourceFailed as error:
            return Heard(url, self._clock(), error, alone=error.status == WRONG)
        full = answer.body is not None and entries(answer.body) >= FULL
        if full:
            log.info("arXiv ends its answers at %s entries: its categories are asked for one by one.", f"{FULL:,}")
        return Heard(url, self._clock(), answer, known.etag, alone=full)


def entries(body: bytes) -> int:
    """How many entries an answer of arXiv's has."""
    return body.count(b"<entry>") + body.count(b"<item>") + body.count(b"<item ")


def by_itself(feed: Feed, bookmark: Bookmark) -> Bookmark:
    """The bookmark for the feed's own address: what was said of all categories together is not said of it."""
    together = (bookmark.moved_to or "").startswith(ARXIV) and bookmark.moved_to != feed.url
    return replace(bookmark, moved_to=None, etag=None, modified=None) if together else bookmark


def served(answer: Fetched, url: str, bookmark: Bookmark) -> Fetched:
    """The answer as this feed would have been given it."""
    if answer.body is None:
        return replace(answer, bookmark=bookmark)
    told = answer.bookmark
    known = told.digest == bookmark.digest and bookmark.moved_to == url
    mark = replace(bookmark, etag=told.etag, modified=told.modified, digest=told.digest, moved_to=url)
    return replace(answer, bookmark=mark, body=None if known else answer.body)
