"""A channel's news as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import web

from bot.model import Message
from bot.public import owner
from bot.web import words
from bot.web.desk import Room, desk, room
from bot.web.door import Wrong, visitor_of
from bot.web.live import News, Rewritten, RulesNew


async def events(request: web.Request) -> web.StreamResponse:
    """Everything said after `Last-Event-ID` (else `?after=`), then what is said next, until either side goes."""
    where = words.channel(request.match_info["name"])
    visitor = visitor_of(request)
    if where is None or visitor is None or owner(where) not in (None, visitor.person):
        raise Wrong(403, "Open the channel's page first; this address only feeds it.")
    with desk(request).live.seat(visitor.person) as seated:
        if not seated:
            raise Wrong(503, "Too many pages are open at once; close some.")
        return await _stream(request, room(request, where), words.number(request.match_info.get("message", "")))


async def _stream(request: web.Request, here: Room, thread: int | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    await response.write(b"retry: 1000\n: listening\n\n")
    if thread is None:  # what changed while the browser was away
        await response.write(await _event(request, here, RulesNew()))
    turn = words.number(request.query.get("turn", ""))
    async with aclosing(desk(request).live.news((here.channel, thread), _after(request), turn)) as news:
        await _pass_on(request, response, here, news)
    return response


async def _pass_on(
    request: web.Request, response: web.StreamResponse, here: Room, news: AsyncGenerator[News | None]
) -> None:
    """Write until either side goes. A comment after each quiet `beat` keeps proxies from closing the line."""
    live, quiet = desk(request).live, 0.0
    async for item in news:
        if request.transport is None or request.transport.is_closing():
            return
        quiet = 0.0 if item else quiet + live.tick
        try:
            if item:
                await response.write(await _event(request, here, item))
                await asyncio.sleep(0)  # a long backlog lets others have their turn
            elif quiet >= live.beat:
                quiet = 0.0
                await response.write(b": still here\n\n")
        except ConnectionError:
            return  # the browser went away between the look and the word


async def _event(request: web.Request, here: Room, news: News) -> bytes:
    """One event: a message as HTML with its number as the id, or the channel's rules without one."""
    look = desk(request).look
    if isinstance(news, Message):
        return _encoded(
            "message", {"id": news.id, "html": look.part("message", here, news, news.thread is None)}, news.id
        )
    if isinstance(news, Rewritten):
        said = news.message
        top = said.thread is None and "message" not in request.match_info
        return _encoded("rewritten", {"id": said.id, "turn": news.turn, "html": look.part("message", here, said, top)})
    subscriptions = await desk(request).store.subscriptions(here.channel)
    return _encoded("rules", {"html": look.part("rules", subscriptions)})


def _encoded(kind: str, value: object, id: int | None = None) -> bytes:
    """JSON has no line breaks of its own, so one `data:` line is enough."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(value)}\n\n".encode()


def _after(request: web.Request) -> int:
    """The last message the browser has: its own word when it comes back counts more than the address."""
    return words.number(request.headers.get("Last-Event-ID", "")) or words.number(request.query.get("after", "")) or 0
