"""Feeds that go out: what a rule finds, what a channel was sent. With ETag, Last-Modified, and 304."""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.model import Paper
from bot.web.desk import desk
from bot.web.door import Wrong
from bot.web.following import addressed, named
from bot.web.searching import asked
from bot.web.syndicate import Outgoing, atom, json_feed

MOST = 50
"""Papers in a feed: more than a rule should bring between two visits of a reader."""
KEEP = 600
"""Seconds that a reader may keep a feed without asking; readers ask every half hour and more."""
KINDS = {"atom": ("application/atom+xml", atom), "json": ("application/feed+json", json_feed)}


async def searched(request: web.Request) -> web.Response:
    """The newest papers that a rule finds; without one, the newest papers there are."""
    desk(request).door.check_search(request)
    ask = asked(request, request.query.get("q", ""))
    if ask.wrong:
        raise Wrong(400, f"{ask.wrong}\n{ask.wrong.caret()}")
    if ask.rule is None:
        own = await desk(request).seeker.open_channels()
        newest = await desk(request).store.papers(limit=MOST, own=own)
        return await _sent(request, "New papers", "/", "", newest)
    found = await desk(request).seeker.find(ask.rule, most=MOST, why=False)
    query = "?" + urlencode({"q": ask.written})
    return await _sent(request, f"Papers for {ask.written}", f"/search{query}", query, [h.paper for h in found.hits])


async def channel(request: web.Request) -> web.Response:
    """What a public channel was sent."""
    where = named(request)
    papers = [paper for _, paper in await desk(request).store.sent(where, MOST)]
    path = f"/channels/{quote(str(where), safe='')}"
    return await _sent(request, f"Papers in {where}", path, "", papers, folder=path)


async def shared(request: web.Request) -> web.Response:
    """What a channel was sent, for who was given its secret address."""
    where = await addressed(request)
    papers = [paper for _, paper in await desk(request).store.sent(where, MOST)]
    path = f"/shared/{request.match_info['secret']}"
    answer = await _sent(request, "Papers of a channel", path, "", papers, folder=path)
    answer.headers["Cache-Control"] = f"private, max-age={KEEP}"
    return answer


async def _sent(
    request: web.Request, title: str, path: str, query: str, papers: list[Paper], *, folder: str = ""
) -> web.Response:
    kind = request.match_info["kind"]
    content_type, write = KINDS[kind]
    feed = Outgoing(f"{title} · Paper Round", path, f"{folder}/feed.{kind}{query}", papers, desk(request).base)
    return conditional(request, await asyncio.to_thread(write, feed), content_type, feed.updated)


def conditional(request: web.Request, body: bytes, content_type: str, updated: datetime) -> web.Response:
    """The body, or 304 for who has it already (https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2)."""
    tag = sha256(body).hexdigest()[:32]
    tags = request.if_none_match
    if tags is not None:
        known = any(given.value in (tag, "*") for given in tags)
    else:
        since = request.if_modified_since
        known = since is not None and updated <= since
    answer = web.Response(status=304) if known else web.Response(body=body, content_type=content_type)
    if not known:
        answer.charset = "utf-8"
    answer.etag = tag
    answer.last_modified = updated
    answer.headers["Cache-Control"] = f"public, max-age={KEEP}"
    return answer
