"""A day in minutes: the real fetcher, parser, flow and SQLite against arXiv and Hugging Face on this machine.

Both owners answer as the real ones do, by a clock that the simulation turns: Hugging Face's list fills up over the day
and its votes grow, arXiv's feed is made anew at midnight Eastern and says so in `max-age`. All that is asked of them is
written down.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

import bot.store
from bot.chat import local
from bot.cli import ticking
from bot.cli.parsing import Parser
from bot.fetch import Fetcher, Joined
from bot.flow import World
from bot.matching import Matcher
from bot.model import Channel, Feed, Message, Subscription
from bot.ports import Store
from tests.fetch.owner import QUICK, Elsewhere, Moment, Names

EASTERN = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
SHOWN = 50
"""Papers in Hugging Face's list where no day is named."""
GROWN = timedelta(hours=48)
"""After so long a paper has the votes that were recorded."""
EMPTY = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>updates on arXiv.org</title></feed>'


@dataclass(frozen=True)
class Request:
    """What was asked, when, with which headers, and what came of it."""

    at: datetime
    host: str
    path: str
    headers: Mapping[str, str]
    status: int
    size: int
    etag: str
    max_age: int | None


@dataclass
class Owners:
    """Both sites. `daily` are Hugging Face's items by day, `mailings` arXiv's feeds by the day in their time zone."""

    clock: Moment
    daily: Mapping[date, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    mailings: Mapping[date, bytes] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    now: int = 0
    most: int = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return self._written(request, self._answer(request))
        finally:
            self.now -= 1

    def _written(self, request: web.BaseRequest, answer: web.Response) -> web.Response:
        age = answer.headers.get("Cache-Control", "").partition("max-age=")[2]
        size = len(answer.body) if isinstance(answer.body, bytes) else 0
        etag, host = answer.headers.get("ETag", ""), request.host.partition(":")[0]
        headers, waits = dict(request.headers), int(age) if age else None
        self.asked.append(Request(self.clock.now, host, request.path_qs, headers, answer.status, size, etag, waits))
        return answer

    def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.path.startswith("/atom/"):
            return self._mailing(request)
        day = request.query.get("date")
        items = self.items(date.fromisoformat(day)) if day else self.latest()
        body = json.dumps(items).encode()
        return _conditional(request, body, f'W/"{len(body):x}-{hashlib.sha1(body).hexdigest()[:27]}"', {})

    def latest(self) -> list[dict[str, Any]]:
        """The newest papers, whatever their day."""
        days = sorted((day for day in self.daily if day <= self.clock.now.date()), reverse=True)
        return [item for day in days for item in self.items(day)][:SHOWN]

    def items(self, day: date) -> list[dict[str, Any]]:
        """A day's papers: put there one after the other between 6:00 and 18:00, their votes growing."""
        listed, dawn = self.daily.get(day, ()), datetime.combine(day, time(6), UTC)
        born = [(dawn + n * 12 * timedelta(hours=1) / len(listed), item) for n, item in enumerate(listed)]
        there = [self._grown(item, self.clock.now - at) for at, item in born if at <= self.clock.now]
        return sorted(there, key=lambda item: -item["paper"]["upvotes"])

    def _grown(self, item: Mapping[str, Any], age: timedelta) -> dict[str, Any]:
        votes = int(item["paper"]["upvotes"] * min(1.0, age / GROWN))
        return {**item, "paper": {**item["paper"], "upvotes": votes}}

    def _mailing(self, request: web.BaseRequest) -> web.Response:
        here = self.clock.now.astimezone(EASTERN)
        body = self.mailings.get(here.date(), EMPTY)
        midnight = datetime.combine(here.date() + DAY, time(), EASTERN)
        age = int((midnight - here).total_seconds())
        return _conditional(request, body, hashlib.md5(body).hexdigest(), {"Cache-Control": f"public, max-age={age}"})


def _conditional(request: web.BaseRequest, body: bytes, etag: str, headers: Mapping[str, str]) -> web.Response:
    told = {**headers, "ETag": etag}
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=told)
    return web.Response(body=body, headers=told)


@dataclass
class Bot:
    """One life of the bot over a database that outlives it."""

    store: Store
    world: World
    feeds: list[Feed]

    async def subscribed(self, **rules: str) -> None:
        """Each local channel's rule."""
        for place, rule in rules.items():
            wish = Subscription(Channel("local", place), rule, "local:ada")
            await self.store.subscribe(wish, self.world.clock())

    async def until(self, end: datetime, clock: Moment, step: timedelta = timedelta(minutes=5)) -> None:
        """Whatever is due is done at every step: feeds, days that are over, deliveries."""
        while clock.now < end:
            await ticking.once(self.feeds, self.world)
            clock.now = min(end, clock.now + step)

    async def said(self, place: str) -> list[Message]:
        return await self.store.messages(Channel("local", place), limit=10_000)


@asynccontextmanager
async def owners(clock: Moment) -> AsyncIterator[tuple[Owners, int]]:
    """Both sites' server, and its port."""
    sites = Owners(clock)
    runner = web.ServerRunner(web.Server(sites.handle), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield sites, runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def alive(file: Path, feeds: list[Feed], clock: Moment, port: int) -> AsyncIterator[Bot]:
    """The bot from start to stop, as the front door wires it; only its waits between two requests are nothing."""
    async with AsyncExitStack() as stack:
        store = await bot.store.open(str(file))
        stack.push_async_callback(store.close)
        fetch = Fetcher(allow_private=True, version="1.2.3", clock=clock, limits=QUICK, lookup=Names())
        stack.push_async_callback(fetch.close)
        parser = Parser()
        stack.push_async_callback(parser.close)
        plain, chats = Elsewhere(fetch, port), {"local": local.connect(store, clock)}
        world = World(store, clock, plain, parser, chats, Matcher(), shared=frozenset(f.address for f in feeds))
        world = replace(world, fetch=Joined(plain, lambda: ticking.sound(feeds, world), clock))
        yield Bot(store, world, feeds)
