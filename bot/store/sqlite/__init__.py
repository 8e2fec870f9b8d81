"""SQLite: one connection in one thread of its own, and the Store port in front of it.

Steps run one after the other in the order they were asked for. A step that was asked for is taken even if whoever
waits for it is cancelled: a message's id must not be lost because the bot is stopping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from filelock import FileLock
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.feeds import OwnFeed
from bot.habits import Held
from bot.model import Bookmark, Channel, Claim, Delivery, Message, Paper, Poll, Rulebook, Subscription
from bot.ports import Store, Waiting
from bot.rules.narrow import Need
from bot.store.sqlite import holding, outbox, owned, papers, past, rooms, rulebook, search, sight
from bot.store.sqlite.connection import connect as open_file
from bot.store.sqlite.connection import locate, sentences
from bot.store.sqlite.lead import lead, lock_beside

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def connect(place: str, *, worker: str, patience: timedelta) -> Store:
    """Open the file at `place` (`~` is the person's home) in a thread of its own."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="store")
    opening = thread.submit(_open, place, patience)
    try:
        db, file = await asyncio.shield(asyncio.wrap_future(opening))
    except BaseException:
        opening.add_done_callback(_let_go_unseen)  # nobody waits any more for what it may still open
        thread.shutdown(wait=False)
        raise
    return SqliteStore(db, file, thread, worker, patience)


def _open(place: str, patience: timedelta) -> tuple[Database, Path]:
    file = locate(place)  # one lock for every name of the same file
    return open_file(file, patience), file


def _let_go_unseen(opening: Future[tuple[Database, Path]]) -> None:
    if opening.exception() is None:
        opening.result()[0].close()


class SqliteStore:
    """The Store port over one SQLite file."""

    def __init__(self, db: Database, file: Path, thread: ThreadPoolExecutor, worker: str, patience: timedelta) -> None:
        self._db = db
        self._file = file
        self._thread = thread
        self._worker = worker
        self._patience = patience
        self._lock: FileLock = lock_beside(file)
        self._closed = False

    async def _do(self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Take a step in the store's thread; it is taken even if this call is cancelled."""
        if self._closed:
            raise StoreFailed(f"The database {self._file} is closed already.")
        return await self._queue(work, *args, **named)

    def _queue(
        self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs
    ) -> asyncio.Future[_T]:
        def step() -> _T:
            with sentences(self._file, self._patience):
                return work(self._db, *args, **named)

        return asyncio.shield(asyncio.wrap_future(self._thread.submit(step)))

    # ── life ──
    async def lead(self) -> None:
        await self._do(lead, self._lock, self._worker, self._file)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._queue(self._let_go)

    def _let_go(self, db: Database) -> None:
        try:
            db.close()
        finally:
            self._lock.release()
            self._thread.shutdown(wait=False)

    # ── feeds and papers ──
    async def bookmarks(self) -> Mapping[str, Bookmark]:
        return await self._do(papers.bookmarks)

    async def bookmark(self, address: str) -> Bookmark | None:
        return await self._do(papers.bookmark, address)

    async def unknown(self, found: Sequence[Paper]) -> list[Paper]:
        return await self._do(papers.unknown, found)

    async def changed(self, found: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        return await self._do(papers.changed, found)

    async def record(self, poll: Poll, now: datetime) -> int:
        return await self._do(outbox.record, poll, now)

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        return await self._do(owned.feeds, channel)

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        await self._do(outbox.add_feed, feed, poll, now)

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        return await self._do(owned.remove_feed, channel, address)

    async def owned(self, papers: Sequence[Paper]) -> Mapping[str, frozenset[Channel]]:
        return await self._do(owned.owned, papers)

    async def backfilled(self, address: str) -> frozenset[date]:
        return await self._do(past.backfilled, address)

    async def backfill(self, address: str, day: date, papers: Sequence[Paper], now: datetime) -> None:
        await self._do(past.backfill, address, day, papers, now)

    async def paper(self, id: str) -> Paper | None:
        return await self._do(papers.paper, id)

    async def papers(self, *, since: datetime | None = None, limit: int = 1000) -> list[Paper]:
        return await self._do(papers.papers, since, limit)

    async def days(self, limit: int = 30) -> list[tuple[date, int]]:
        return await self._do(papers.days, limit)

    async def day(self, day: date) -> list[Paper]:
        return await self._do(papers.of_day, day)

    async def index(self, limit: int) -> int:
        return await self._do(search.index, limit)

    async def narrowed(
        self, need: Need | None, *, before: int | None = None, since: datetime | None = None, limit: int = 64
    ) -> list[tuple[int, Paper]]:
        return await self._do(search.narrowed, need, before, since, limit)

    async def vocabulary(self, beginning: str, least: int) -> Mapping[str, int]:
        return await self._do(search.vocabulary, beginning, least)

    # ── subscriptions ──
    async def version(self) -> int:
        return await self._do(rulebook.version)

    async def rulebook(self) -> Rulebook:
        return await self._do(rulebook.rulebook)

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        return await self._do(rulebook.subscribe, subscription, now)

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        return await self._do(rulebook.unsubscribe, channel, id)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        return await self._do(rulebook.subscriptions, channel)

    async def draft(self, subscription: Subscription, now: datetime) -> int:
        return await self._do(rulebook.draft, subscription, now)

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        return await self._do(rulebook.take_draft, number, channel, person)

    async def confirm(self, number: int, channel: Channel, person: str, now: datetime) -> Subscription | None:
        return await self._do(rulebook.confirm, number, channel, person, now)

    # ── the outbox ──
    async def claim(
        self, worker: str, now: datetime, *, lease: timedelta, limit: int, pace: Mapping[str, timedelta]
    ) -> list[Claim]:
        return await self._do(outbox.claim, worker, now, lease, limit, pace)

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        return await self._do(outbox.due, platforms)

    async def posted(self, claim: Claim, message: str, now: datetime) -> None:
        await self._do(outbox.posted, claim, message, now)

    async def threaded(self, row: int, thread: str) -> None:
        await self._do(outbox.threaded, row, thread)

    async def done(self, claim: Claim) -> None:
        await self._do(outbox.done, claim)

    async def later(self, claim: Claim, due: datetime, error: str, now: datetime) -> None:
        await self._do(outbox.later, claim, due, error, now)

    async def fail(self, claim: Claim, state: str, error: str) -> None:
        await self._do(outbox.fail, claim, state, error)

    async def delivery(self, row: int) -> Delivery | None:
        return await self._do(outbox.delivery, row)

    async def deliveries(self, channel: Channel | None = None, limit: int = 1000) -> list[Delivery]:
        return await self._do(outbox.deliveries, channel, limit)

    async def holding(self) -> list[Held]:
        return await self._do(holding.held)

    async def release(self, source: str | None, now: datetime) -> int:
        return await self._do(holding.release, source, now)

    async def discard(self, source: str | None, reason: str) -> int:
        return await self._do(holding.discard, source, reason)

    async def told(self, id: str) -> list[Delivery]:
        return await self._do(sight.told, id)

    async def sent(self, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
        return await self._do(sight.sent, channel, limit)

    async def waiting(self) -> list[Waiting]:
        return await self._do(sight.waiting)

    async def address(self, channel: Channel, secret: str) -> str:
        return await self._do(sight.address, channel, secret)

    async def end_address(self, channel: Channel) -> bool:
        return await self._do(sight.end_address, channel)

    async def addressed(self, secret: str) -> Channel | None:
        return await self._do(sight.addressed, secret)

    # ── local channels ──
    async def say(self, message: Message) -> Message:
        return await self._do(rooms.say, message)

    async def messages(
        self, channel: Channel, *, thread: int | None = None, after: int = 0, limit: int = 200
    ) -> list[Message]:
        return await self._do(rooms.messages, channel, thread, after, limit)

    async def message(self, id: int) -> Message | None:
        return await self._do(rooms.message, id)

    async def channels(self, platform: str) -> list[Channel]:
        return await self._do(rooms.channels, platform)
