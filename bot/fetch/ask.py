"""One conditional GET, with all its manners: https://www.rfc-editor.org/rfc/rfc9110#section-13

Redirects are followed here and not by aiohttp, so that each hop waits its turn, is checked like the first,
and is remembered only when every hop was permanent.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass, replace

from yarl import URL

from bot.errors import SourceFailed
from bot.fetch.addresses import Gate, Lookup, as_url, name
from bot.fetch.answers import Headers, back_after, conditions, content_type, fresh_for, length, said_at, validators
from bot.fetch.body import read, too_big
from bot.fetch.lanes import Lanes
from bot.fetch.limits import Limits
from bot.fetch.wire import Line, Proxy, Response
from bot.fetch.words import broken, refused
from bot.model import Bookmark, Feed
from bot.ports import Clock, Fetched

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
FOUND = (200, 203)
UNCHANGED = 304
PERMANENT = (301, 308)
FOR_NOW = (302, 303, 307)
MOVED = frozenset((*PERMANENT, *FOR_NOW))
SLOW_DOWN, NOT_NOW = 429, 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought. `body` and `digest` are empty unless the feed was found."""

    status: int
    headers: Headers
    body: bytes = b""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where we stand on the way: which address, whether all hops so far were permanent, seconds left."""

    url: URL
    permanent: bool
    left: float


class Web:
    """Asks for feeds over http(s)."""

    def __init__(
        self,
        gate: Gate,
        limits: Limits,
        clock: Clock,
        *,
        agent: str,
        lookup: Lookup | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._gate = gate
        self._limits = limits
        self._clock = clock
        self._lanes = Lanes(limits, clock)
        self._time = asyncio.get_running_loop().time
        headers = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": "gzip"}
        self._line = Line(gate, limits, headers, lookup, proxy)

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        hop = Hop(as_url(bookmark.moved_to or feed.url), permanent=True, left=self._limits.seconds)
        start, took = hop.url, 0.0
        for _ in range(self._limits.redirects + 1):
            answer, spent = await self._ask(hop, bookmark)
            took += spent
            if answer.status not in MOVED:
                moved = hop.url if hop.permanent and hop.url is not start and hop.url != start else None
                return self._fetched(feed, bookmark, hop.url, moved, answer, took)
            hop = onward(hop, answer, spent)
        raise SourceFailed(f"{name(start)} sent us from address to address, more than {self._limits.redirects} times.")

    async def _ask(self, hop: Hop, bookmark: Bookmark) -> tuple[Answer, float]:
        """One request, and the seconds it took once it was our turn."""
        self._gate.check(hop.url)
        async with self._lanes.turn(hop.url.raw_host or ""):
            started = self._time()
            try:
                answer = await self._get(hop, bookmark)
            except SourceFailed:
                raise
            except Exception as error:  # also what a library had not thought of, as the bytes are a stranger's
                raise broken(name(hop.url), error, self._limits.seconds) from error
            if answer.status == SLOW_DOWN:
                self._slow_down(hop.url, answer)
            return answer, self._time() - started

    async def _get(self, hop: Hop, bookmark: Bookmark) -> Answer:
        async def taken(response: Response) -> Answer:
            if response.status not in FOUND:
                return Answer(response.status, response.headers)
            host = name(hop.url)
            if length(response.headers) > self._limits.body:
                raise too_big(host, self._limits.body)
            body, digest = await read(response, host, self._limits.body)
            return Answer(response.status, response.headers, body, digest)

        headers = conditions(bookmark.etag, bookmark.modified) | _password(hop.url)
        return await self._line.get(hop.url, headers, hop.left, taken)

    def _slow_down(self, url: URL, answer: Answer) -> None:
        """A 429 is for the whole host: nobody asks it again before its time."""
        after = back_after(answer.headers, self._clock())
        after = self._limits.bare_slow_down if after is None else after
        failure = refused(name(url), SLOW_DOWN, after)
        self._lanes.close(url.raw_host or "", after, str(failure))
        raise failure

    def _fetched(
        self, feed: Feed, bookmark: Bookmark, url: URL, moved: URL | None, answer: Answer, took: float
    ) -> Fetched:
        now = self._clock()
        if moved is not None:
            bookmark = replace(bookmark, moved_to=None if str(moved) == feed.url else str(moved))
        wait = fresh_for(answer.headers, now)
        if answer.status == UNCHANGED and (bookmark.etag or bookmark.modified):
            return Fetched(None, bookmark, wait, took=took, date=said_at(answer.headers))
        if answer.status not in FOUND:
            after = back_after(answer.headers, now) if answer.status == NOT_NOW else None
            raise refused(name(url), answer.status, after)
        etag, modified = validators(answer.headers)
        known = answer.digest == bookmark.digest
        if not known or (etag, modified) != (bookmark.etag, bookmark.modified):
            bookmark = replace(bookmark, etag=etag, modified=modified, digest=answer.digest)
        body, said = None if known else answer.body, content_type(answer.headers)
        return Fetched(body, bookmark, wait, said, took, said_at(answer.headers))


def onward(hop: Hop, answer: Answer, spent: float) -> Hop:
    """The next hop. From https to http is followed, as any http feed is read, but never remembered."""
    if "Location" not in answer.headers:
        raise SourceFailed(f"{name(hop.url)} sent us on without saying where (HTTP {answer.status}).")
    there = as_url(answer.headers["Location"], hop.url)
    if hop.url.user is not None and there.user is None and there.origin() == hop.url.origin():
        there = there.with_user(hop.url.user).with_password(hop.url.password)
    downgrade = hop.url.scheme == "https" and there.scheme == "http"
    permanent = hop.permanent and answer.status in PERMANENT and not downgrade
    return Hop(there, permanent, hop.left - spent)


def _password(url: URL) -> dict[str, str]:
    """The credentials of the address itself (RFC 7617), said to its own host only."""
    if url.user is None:
        return {}
    pair = f"{url.user}:{url.password or ''}".encode("utf-8", "replace")
    return {"Authorization": "Basic " + b64encode(pair).decode()}
