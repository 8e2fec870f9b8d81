"""The Store port, each of its promises handed to the page that keeps it, in the store's own thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

from filelock import FileLock
from sqlite_utils import Database

from bot.errors import StoreFailed
from bot.feeds import OwnFeed
from bot.habits import Held
from bot.model import (
    Bookmark,
    Bundle,
    Channel,
    Claim,
    Customs,
    Delivery,
    Edit,
    Item,
    Message,
    Paper,
    Poll,
    Post,
    Rulebook,
    Subscription,
)
from bot.ports import NOTHING, Waiting
from bot.rules.narrow import Need
from bot.store.sqlite import (
    customs,
    digests,
    holding,
    news,
    outbox,
    owned,
    papers,
    past,
    rooms,
    rulebook,
    search,
    sight,
    threads,
)
from bot.store.sqlite.lead import lead, lock_beside
from bot.store.sqlite.steps import Steps

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SqliteStore:
    """The Store port over one SQLite file."""

    def __init__(self, db: Database, file: Path, thread: ThreadPoolExecutor, worker: str, patience: timedelta) -> None:
        self._file = file
        self._thread = thread
        self._worker = worker
        self._steps = Steps(db, file, patience, thread)
        self._lock: FileLock = lock_beside(file)
        self._closed = False

    async def _do(self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Take a step in the store's thread; it is taken even if this call is cancelled."""
        self._require_open()
        return await self._steps.ask(lambda db: work(db, *args, **named))

    async def _look(self, work: Callable[Concatenate[Database, _P], _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """The same for what a poll asks, of which thousands may come together: it may stand within others' commit."""
        self._require_open()
        return await self._steps.ask(lambda db: work(db, *args, **named), shared=True, writes=False)

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed(f"The database {self._file} is closed already.")

    # ── life ──
    async def lead(self) -> None:
        await self._do(lead, self._lock, self._worker, self._file)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._steps.ask(self._let_go)

    def _let_go(self, db: Database) -> None:
        try:
            db.close()
        finally:
            self._lock.release()
            self._thread.shutdown(wait=False)

    # ── feeds and papers ──
    async def bookmarks(self) -> Mapping[str, Bookmark]:
        return await self._do(papers.bookmarks)

    async def next_polls(self) -> Mapping[str, datetime | None]:
        return await self._do(papers.next_polls)

    async def bookmark(self, address: str) -> Bookmark | None:
        return await self._look(papers.bookmark, address)

    async def unknown(self, found: Sequence[Paper]) -> list[Paper]:
        return await self._look(papers.unknown, found)

    async def changed(self, found: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        return await self._look(papers.changed, found)

    async def record(self, poll: Poll, now: datetime) -> int:
        self._require_open()
        return await self._steps.ask(lambda db: outbox.record(db, poll, now), shared=True)

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        return await self._look(owned.feeds, channel)

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        await self._do(outbox.add_feed, feed, poll, now)

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        return await self._do(owned.remove_feed, channel, address)

    async def owned(self, papers: Sequence[Paper]) -> Mapping[str, frozenset[Channel]]:
        return await self._look(owned.owned, papers)

    async def backfilled(self, address: str) -> frozenset[date]:
        return await self._do(past.backfilled, address)

    async def backfill(
        self, address: str, day: date, papers: Sequence[Paper], now: datetime, page: Bookmark | None = None
    ) -> None:
        await self._do(past.backfill, address, day, papers, now, page)

    async def pages(self, address: str) -> Mapping[date, Bookmark]:
        return await self._do(past.pages, address)

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
        return await self._look(rulebook.version)

    async def rulebook(self) -> Rulebook:
        return await self._do(rulebook.rulebook)

    async def compiled(self, folding: str, after: int = 0) -> Mapping[int, str]:
        return await self._do(rulebook.compiled, folding, after)

    async def keep_compiled(self, folding: str, lines: Mapping[int, str]) -> None:
        await self._do(rulebook.keep_compiled, folding, lines)

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        return await self._do(rulebook.subscribe, subscription, now)

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        return await self._do(rulebook.unsubscribe, channel, id)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        return await self._do(rulebook.subscriptions, channel)

    async def draft(self, subscription: Subscription, now: datetime) -> int:
        return await self._do(rulebook.draft, subscription, now)

    async def draft_of(self, number: int, channel: Channel, person: str) -> Subscription | None:
        return await self._do(rulebook.draft_of, number, channel, person)

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        return await self._do(rulebook.take_draft, number, channel, person)

    async def confirm(
        self, number: int, channel: Channel, person: str, now: datetime, *, start: Sequence[Delivery] = ()
    ) -> Subscription | None:
        return await self._do(outbox.confirm, number, channel, person, now, start)

    async def customs(self, channels: Collection[Channel]) -> Mapping[Channel, Customs]:
        return await self._do(customs.customs, channels)

    async def keep_customs(self, wanted: Customs) -> None:
        await self._do(customs.keep, wanted)

    async def mended(self, channel: Channel, now: datetime) -> bool:
        return await self._do(customs.mended, channel, now)

    # ── the outbox ──
    async def claim(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        return await self._do(outbox.claim, worker, now, lease, limit, pace, crowd)

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        return await self._do(outbox.due, platforms)

    async def posted(self, claim: Claim, message: str, now: datetime, riders: Sequence[int] = ()) -> None:
        await self._do(outbox.posted, claim, message, now, riders)

    async def parted(self, claim: Claim, parts: Mapping[int, int], dropped: Mapping[int, str]) -> None:
        await self._do(digests.parted, claim, parts, dropped)

    async def put_off(self, claim: Claim, due: datetime, bundle: Bundle | None) -> None:
        await self._do(digests.put_off, claim, due, bundle)

    async def let_go(self, claim: Claim, until: datetime) -> None:
        await self._do(digests.let_go, claim, until)

    async def lost(self, claim: Claim, why: str, now: datetime, *, probe: datetime, patience: timedelta) -> bool:
        return await self._do(digests.lost, claim, why, now, probe, patience)

    async def replan(self, planned: Sequence[Delivery]) -> None:
        await self._do(digests.replan, planned)

    async def posted_since(self, channel: Channel, since: datetime) -> int:
        return await self._do(digests.posted_since, channel, since)

    async def lately(self, channel: Channel, since: datetime, limit: int = 1000) -> list[Item]:
        return await self._do(digests.lately, channel, since, limit)

    async def passengers(self, digest: int) -> list[Item]:
        return await self._do(digests.passengers, digest)

    async def in_message(self, channel: Channel, message: str) -> list[Item]:
        return await self._do(digests.in_message, channel, message)

    async def carded(self, row: int, message: str) -> None:
        await self._do(threads.carded, row, message)

    # ── what becomes of papers ──
    async def claim_news(
        self, worker: str, now: datetime, *, lease: timedelta, limit: int, pace: Mapping[str, timedelta]
    ) -> list[Claim]:
        return await self._do(news.claim_news, worker, now, lease, limit, pace)

    async def told(self, claim: Claim, said: Literal["thread", "post"], now: datetime) -> None:
        await self._do(news.told, claim, said, now)

    async def vote(self, row: int, person: str, now: datetime) -> int | None:
        return await self._do(news.vote, row, person, now)

    async def mark(self, channel: Channel, message: str, now: datetime) -> None:
        await self._do(news.remark, channel, message, now)

    async def edits(self, now: datetime, *, limit: int, pace: Mapping[str, timedelta]) -> list[Edit]:
        return await self._do(news.edits, now, limit, pace)

    async def edited(self, edit: Edit, now: datetime, again: datetime | None = None) -> None:
        await self._do(news.edited, edit, now, again)

    async def threaded(self, row: int, thread: str, now: datetime | None = None) -> None:
        await self._do(threads.threaded, row, thread, now)

    async def done(self, claim: Claim) -> None:
        await self._do(outbox.done, claim)

    async def later(
        self, claim: Claim, due: datetime, error: str, now: datetime, *, doubt: bool = False, wait: bool = False
    ) -> None:
        await self._do(outbox.later, claim, due, error, now, doubt, wait)

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

    async def reached(self, id: str) -> list[Delivery]:
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

    async def rewrite(self, message_id: int, post: Post) -> bool:
        return await self._do(rooms.rewrite, message_id, post)

    async def channels(self, platform: str) -> list[Channel]:
        return await self._do(rooms.channels, platform)
