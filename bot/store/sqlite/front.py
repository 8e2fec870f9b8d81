"""The Store port: feeds and papers, subscriptions, local channels; the outbox is on `tray`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from bot.feeds import OwnFeed
from bot.model import (
    Bookmark,
    Channel,
    Customs,
    Delivery,
    Draft,
    Message,
    Paper,
    Poll,
    Post,
    Rulebook,
    Subscription,
)
from bot.rules.narrow import Need
from bot.store.sqlite.afar import Messenger
from bot.store.sqlite.atlas import Atlas
from bot.store.sqlite.ballots import Ballots
from bot.store.sqlite.cellar import Cellar
from bot.store.sqlite.counter import Counter
from bot.store.sqlite.lives import Lives
from bot.store.sqlite.lodging import Lodging
from bot.store.sqlite.mailboxes import Mailboxes
from bot.store.sqlite.register import Register
from bot.store.sqlite.tables import customs, outbox, owned, papers, past, rooms, rulebook, search
from bot.store.sqlite.tray import Tray
from bot.store.sqlite.wishing import Wishing


class SqliteStore(Tray, Counter, Atlas, Cellar, Mailboxes, Wishing, Ballots, Lives, Lodging, Register, Messenger):
    """The Store port over one SQLite file."""

    # ── feeds and papers ──
    async def bookmarks(self, addresses: Collection[str] | None = None) -> Mapping[str, Bookmark]:
        return await self._look(papers.bookmarks, addresses)

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

    async def backfilled(self, address: str) -> frozenset[date]:
        return await self._do(past.backfilled, address)

    async def backfill(
        self,
        address: str,
        day: date,
        papers: Sequence[Paper],
        now: datetime,
        page: Bookmark | None = None,
        *,
        audience: frozenset[Channel] | None = None,
    ) -> None:
        await self._do(past.backfill, address, day, papers, now, page, audience)

    async def pages(self, address: str) -> Mapping[date, Bookmark]:
        return await self._do(past.pages, address)

    async def listed(self, address: str, days: Collection[date], now: datetime) -> None:
        await self._do(past.listed, address, days, now)

    async def paper(self, id: str, *, own: Collection[Channel] = ()) -> Paper | None:
        return await self._do(papers.paper, id, own)

    async def papers(
        self, *, since: datetime | None = None, limit: int = 1000, own: Collection[Channel] = ()
    ) -> list[Paper]:
        return await self._do(papers.papers, since, limit, own)

    async def days(self, limit: int = 30, *, own: Collection[Channel] = ()) -> list[tuple[date, int]]:
        return await self._do(papers.days, limit, own)

    async def day(self, day: date, *, own: Collection[Channel] = ()) -> list[Paper]:
        return await self._do(papers.of_day, day, own)

    async def index(self, limit: int) -> int:
        return await self._do(search.index, limit)

    async def narrowed(
        self,
        need: Need | None,
        *,
        before: int | None = None,
        since: datetime | None = None,
        limit: int = 64,
        own: Collection[Channel] = (),
    ) -> list[tuple[int, Paper]]:
        return await self._do(search.narrowed, need, before, since, limit, own)

    async def vocabulary(self, beginning: str, least: int) -> Mapping[str, int]:
        return await self._do(search.vocabulary, beginning, least)

    # ── subscriptions ──
    async def version(self) -> int:
        return await self._look(rulebook.version)

    async def rulebook(self) -> Rulebook:
        return await self._do(rulebook.rulebook)

    async def compiled(self, folding: str, after: int = 0) -> Mapping[int, str]:
        return await self._do(rulebook.compiled, folding, after)

    async def keep_compiled(self, folding: str, lines: Mapping[int, tuple[str, str]]) -> None:
        await self._do(rulebook.keep_compiled, folding, lines)

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        return await self._do(rulebook.subscribe, subscription, now)

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        return await self._do(rulebook.unsubscribe, channel, id)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        return await self._do(rulebook.subscriptions, channel)

    async def draft(
        self, subscription: Subscription, now: datetime, *, where: Channel | None = None, zone: str | None = None
    ) -> int:
        return await self._do(rulebook.draft, subscription, now, where, zone)

    async def draft_of(self, number: int, channel: Channel, person: str) -> Draft | None:
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

    async def rewritten(self, channel: Channel, after: int | None) -> tuple[int, list[Message]]:
        return await self._do(rooms.rewritten, channel, after)

    async def channels(self, platform: str) -> list[Channel]:
        return await self._do(rooms.channels, platform)
