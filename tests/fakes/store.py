"""A Store in memory that keeps the port's promises: the same contract runs over it and over the real ones.

Several `FakeStore`s on one `Tables` are several processes on one database; `die()` is the power cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeVar

from bot.chat.slack.forgetful import Forgetful, Kept
from bot.errors import LeaseLost, RulesChanged, StoreFailed
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
    Errand,
    Item,
    Message,
    News,
    Notice,
    Paper,
    Poll,
    Post,
    Rulebook,
    State,
    Subscription,
)
from bot.ports import NOTHING, Waiting
from bot.rules.narrow import Need, indexed, met
from bot.store.identity import change, first_seen, gain, ids, standing, update
from bot.store.plain import clean, place, utc
from tests.fakes.ballots import FakeBallots
from tests.fakes.cellar import Cellar
from tests.fakes.lives import FakeLives
from tests.fakes.mailboxes import FakeMailboxes
from tests.fakes.places import FakePlaces
from tests.fakes.private import FakePrivate
from tests.fakes.roster import FakeRoster
from tests.fakes.tables import Due, Row, Tables
from tests.fakes.wishes import _kept

_T = TypeVar("_T")
NO_TIME = timedelta()
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class FakeStore(Forgetful, FakePrivate, FakePlaces, Cellar, FakeMailboxes, FakeBallots, FakeLives, FakeRoster):
    """The Store port over `Tables`."""

    def __init__(self, tables: Tables | None = None, worker: str = "paper-round") -> None:
        self.tables = tables if tables is not None else Tables()
        self.worker = worker
        self._closed = False

    @property
    def _known(self) -> Kept:  # type: ignore[override]  # the tables keep them, over a transaction taken back too
        return self.tables.errands

    async def take_on(self, errand: Errand) -> bool:
        self.tables.learn(errand.heard.channel, errand.heard.person)
        return await super().take_on(errand)

    async def set_from_afar(self, wanted: Customs, notice: Notice, now: datetime) -> None:
        await self.keep_customs(wanted)
        self._keep_notices((notice,), now)

    async def end_from_afar(
        self, channel: Channel, ids: Collection[int], notice: Notice, now: datetime
    ) -> list[Subscription]:
        gone = [past for number in ids if (past := await self.unsubscribe(channel, number))]
        self._keep_notices((notice,) if gone else (), now)
        return gone

    def die(self) -> None:
        """The process ends between two steps: the system frees its lock, its leases stay."""
        self._closed = True
        if self.tables.leader is self:
            self.tables.leader = None

    # ── life ──
    async def lead(self) -> None:
        self._require_open()
        if self.tables.leader not in (None, self):
            raise StoreFailed(f"Another Paper Round ({self.worker}) is already running on this store: stop it first.")
        if self.tables.leader is None:
            self.tables.leader = self
            for number, row in self.tables.deliveries.items():
                if row.leased_until is not None:
                    doubted = replace(row.delivery, doubt=True)
                    self.tables.deliveries[number] = replace(row, delivery=doubted, leased_until=None)
            for key, told in self.tables.notices.items():
                if told.leased_until is not None:
                    again = replace(told.notice, doubt=True)
                    self.tables.notices[key] = replace(told, notice=again, leased_until=None)
            for platform, one in self.tables.outages.items():
                self.tables.outages[platform] = replace(one, probe=one.since)

    async def close(self) -> None:
        self.die()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed("The store is closed already.")

    # ── feeds and papers ──
    async def bookmarks(self, addresses: Collection[str] | None = None) -> Mapping[str, Bookmark]:
        self._require_open()
        known = self.tables.bookmarks
        return {address: known[address] for address in (known if addresses is None else addresses) if address in known}

    async def next_polls(self) -> Mapping[str, datetime | None]:
        return {address: bookmark.due for address, bookmark in (await self.bookmarks()).items()}

    async def bookmark(self, address: str) -> Bookmark | None:
        return (await self.bookmarks()).get(address)

    async def unknown(self, papers: Sequence[Paper]) -> list[Paper]:
        return [paper for paper in papers if not self._met(paper)]

    async def changed(self, papers: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        past = self.tables.thinned["papers"]
        met = ((self._met(paper), paper) for paper in papers)
        known = [(self.tables.papers[places[0]], paper) for places, paper in met if places and places[0] > past]
        return [pair for before, found in known if (pair := change(before, found)) is not None]

    async def record(self, poll: Poll, now: datetime) -> int:
        self._require_open()
        if poll.version not in (None, await self.version()):
            raise RulesChanged("The subscriptions changed meanwhile: match again.")
        with self.tables.transaction():
            if poll.day is None:
                self.tables.bookmarks[poll.bookmark.address] = poll.bookmark
            else:
                self._keep_page(poll.bookmark, poll.day, now)
            self._keep_for(poll.papers, poll.audience, utc(now))
            for name, one in poll.news if poll.audience is None else ():
                self._spread(self.tables.names.get(clean(name)), one, None, now)
            for channel, name, one in poll.own_news if poll.audience is not None else ():
                self._spread(next(iter(self._found(name, (channel,))), None), one, channel, now)
            return sum(self._plan(delivery, utc(now)) for delivery in poll.deliveries)

    def _spread(self, paper: int | None, one: News, where: Channel | None, now: datetime) -> None:
        for number, row in self.tables.deliveries.items():
            had = row.delivery.state == "sent" or (row.delivery.state == "pending" and row.delivery.message)
            if row.paper == paper and had and where in (None, row.delivery.channel):
                self._tell(number, (one,), utc(now))

    def _met(self, paper: Paper) -> list[int]:
        return sorted({self.tables.names[name] for name in ids(paper) if name in self.tables.names})

    def _keep(self, paper: Paper, now: datetime) -> None:
        met = self._met(paper) or [self.tables.number("paper")]
        oldest, *younger = met
        known = self.tables.papers.get(oldest) or first_seen(paper, now)
        for number in younger:
            known = update(known, self.tables.papers.pop(number))
            self._absorb(number, oldest)
            self._absorb_saved(number, oldest)
        self._put(oldest, _kept(update(known, paper)))
        self.tables.names |= dict.fromkeys(ids(self.tables.papers[oldest]), oldest)
        for name in ids(paper):
            claims = [key for key in self.tables.claims if key[1] == name]
            for key in sorted(claims, key=self.tables.claims.__getitem__):
                if (copy := self.tables.claims[key]) in self.tables.own:
                    self._take_in(copy, oldest)
                del self.tables.claims[key]

    def _absorb(self, younger: int, older: int) -> None:
        self.tables.own.pop(younger, None)
        self.tables.claims = {key: older if n == younger else n for key, n in self.tables.claims.items()}
        for number, row in list(self.tables.deliveries.items()):
            if row.paper == younger:
                rival = self._standing_of(older, row.delivery.channel)
                self.tables.deliveries[number] = replace(row, paper=older)
                if rival is not None and row.delivery.state != "merged":
                    self._settle(rival, self.tables.deliveries[number])

    def _settle(self, *rivals: Row) -> None:
        loser, winner = sorted(rivals, key=lambda row: standing(row.delivery, row.leased_until is not None))
        self._change(loser, state="merged")
        self._succeed(loser)
        for number, person in [key for key in self.tables.votes if key[0] == loser.delivery.row]:
            del self.tables.votes[number, person]
            self.tables.votes[winner.delivery.row, person] = None
        for key in [key for key in self.tables.news if key[0] == loser.delivery.row]:
            self.tables.news.setdefault((winner.delivery.row, *key[1:]), self.tables.news.pop(key))
        reasons = gain(winner.delivery.reasons, loser.delivery.reasons)
        thread = winner.delivery.thread if winner.delivery.thread is not None else loser.delivery.thread
        self._change(winner, reasons=reasons, thread=thread)

    def _succeed(self, gone: Row) -> None:
        riders = self._riders(gone.delivery.digest)
        if riders and not any(r.leads for r in riders):
            doubted = replace(riders[0].delivery, doubt=riders[0].delivery.doubt or gone.leased_until is not None)
            self.tables.deliveries[doubted.row] = replace(riders[0], delivery=doubted, leads=True)

    def _riders(self, digest: int | None) -> list[Row]:
        rows = [row for _, row in sorted(self.tables.deliveries.items())]
        return [r for r in rows if digest is not None and r.delivery.digest == digest and r.delivery.state == "pending"]

    def _standing_of(self, paper: int, channel: Channel) -> Row | None:
        rows = self.tables.deliveries.values()
        mine = (r for r in rows if (r.paper, r.delivery.channel) == (paper, channel) and r.delivery.state != "merged")
        return next(mine, None)

    def _plan(self, delivery: Delivery, now: datetime) -> bool:
        delivery = _kept(replace(delivery, due=utc(delivery.due or now)))
        found = self._found(delivery.paper, (delivery.channel,))
        if not found:
            raise StoreFailed(f"The paper {delivery.paper!r} of a delivery is not stored.")
        paper = found[0]
        there = self._standing_of(paper, delivery.channel)
        if there is not None:
            self._gain(there, delivery, now)
            return False
        number = self.tables.number("delivery")
        self.tables.deliveries[number] = Row(replace(delivery, row=number, news=()), paper)
        return True

    def _gain(self, there: Row, delivery: Delivery, now: datetime) -> None:
        before, grown = there.delivery.reasons, gain(there.delivery.reasons, delivery.reasons)
        self._change(there, reasons=grown)
        untried = there.delivery.digest is None and there.leased_until is None and not there.delivery.attempts
        assert delivery.due is not None
        if grown == before:
            return
        if there.delivery.message is None:
            if untried and there.delivery.state == "pending" and _due(there) > delivery.due:
                self._change(there, due=delivery.due, bundle=delivery.bundle, options=delivery.options)
        elif before and {reason.rule for reason in grown} != {reason.rule for reason in before}:
            self._tell(there.delivery.row, delivery.news, now)

    def _tell(self, number: int, told: Sequence[News], now: datetime) -> None:
        for one in told:
            self.tables.news.setdefault((number, one.kind, one.text), (replace(one, said=None), now))

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        return [feed for feed in self.tables.feeds.values() if channel in (None, feed.channel)]

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        await self.record(poll, now)
        self.tables.learn(feed.channel, feed.creator)
        self.tables.feeds.setdefault((feed.channel, feed.address), feed)
        self.tables.number("version")

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        self.tables.number("version")
        return self.tables.feeds.pop((channel, address), None) is not None

    async def backfilled(self, address: str) -> frozenset[date]:
        self._require_open()
        return frozenset(day for known, day in self.tables.past if known == address)

    async def listed(self, address: str, days: Collection[date], now: datetime) -> None:
        self._require_open()
        for day in days:
            known = self.tables.pages.get((address, day), Bookmark(address))
            self._keep_page(replace(known, baseline_at=now), day, now)

    async def pages(self, address: str) -> Mapping[date, Bookmark]:
        self._require_open()
        return {day: page for (known, day), page in self.tables.pages.items() if known == address}

    def _keep_page(self, page: Bookmark, day: date, now: datetime) -> None:
        oldest = (now - timedelta(days=30)).date()
        self.tables.pages[page.address, day] = page
        gone = [key for key in self.tables.pages if key[0] == page.address and key[1] < oldest]
        for key in gone:
            del self.tables.pages[key]

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
        self._require_open()
        if page is not None:
            self._keep_page(page, day, now)
        self._keep_for(papers, audience, utc(now))
        self.tables.past[address, day] = None

    async def paper(self, id: str, *, own: Collection[Channel] = ()) -> Paper | None:
        found = sorted(self._found(id, own), key=lambda number: (str(self.tables.own.get(number, "")), number))
        return self.tables.papers[found[0]] if found else None

    def _seen(self, own: Collection[Channel]) -> dict[int, Paper]:
        """What whoever may see these channels' copies sees."""
        whose = self.tables.own
        return {n: p for n, p in sorted(self.tables.papers.items()) if n not in whose or whose[n] in own}

    async def papers(
        self, *, since: datetime | None = None, limit: int = 1000, own: Collection[Channel] = ()
    ) -> list[Paper]:
        of_age = [paper for paper in self._seen(own).values() if since is None or _at(paper) >= since]
        return sorted(of_age, key=_at, reverse=True)[:limit]

    async def days(self, limit: int = 30, *, own: Collection[Channel] = ()) -> list[tuple[date, int]]:
        return sorted(Counter(_at(paper).date() for paper in self._seen(own).values()).items(), reverse=True)[:limit]

    async def day(self, day: date, *, own: Collection[Channel] = ()) -> list[Paper]:
        todays = [paper for paper in self._seen(own).values() if _at(paper).date() == day]
        return sorted(todays, key=lambda paper: -(paper.signals.upvotes or 0))

    async def index(self, limit: int) -> int:
        self._require_open()
        stale = [n for n, paper in sorted(self.tables.papers.items(), reverse=True) if self._stale(n, paper)]
        for number in stale[:limit]:
            self.tables.words[number] = self.tables.papers[number]
            self.tables.stale.discard(number)
        return len(stale[limit:])

    def _stale(self, number: int, paper: Paper) -> bool:
        return number in self.tables.stale or self.tables.words.get(number) != paper

    def _put(self, number: int, paper: Paper) -> None:
        if self.tables.papers.get(number) != paper:
            self.tables.papers[number] = paper
            self.tables.stale.add(number)

    async def narrowed(
        self,
        need: Need | None,
        *,
        before: int | None = None,
        since: datetime | None = None,
        limit: int = 64,
        own: Collection[Channel] = (),
    ) -> list[tuple[int, Paper]]:
        self._require_open()
        seen = self._seen(own)
        here = [(n, seen[n]) for n in self.tables.words if n in seen]
        placed = [(place(_at(self.tables.words[n]), n), n, paper) for n, paper in here]
        let_in = [
            (where, paper)
            for where, n, paper in placed
            if (before is None or where < before)
            and (since is None or where >= place(since, 0))
            and met(need, indexed(self.tables.words[n]))
        ]
        return sorted(let_in, key=lambda one: -one[0])[:limit]

    async def vocabulary(self, beginning: str, least: int) -> Mapping[str, int]:
        self._require_open()
        found = [indexed(paper) for n, paper in self.tables.words.items() if n in self.tables.papers]
        words = Counter(word for one in found for line in (one.title, one.more) for word in line.split())
        return {w: n for w, n in words.items() if w.startswith(clean(beginning)) and n >= least}

    # ── subscriptions ──
    async def version(self) -> int:
        self._require_open()
        return self.tables.given_out["version"]

    async def rulebook(self) -> Rulebook:
        active = [s for s in await self.subscriptions() if s.state == "active"]
        return Rulebook(await self.version(), tuple(active))

    async def compiled(self, folding: str, after: int = 0) -> Mapping[int, str]:
        known = (s.id for s in (await self.rulebook()).subscriptions if s.id > after and s.id in self.tables.lines)
        kept = {number: self.tables.lines[number] for number in known}
        return {number: line for number, (made, line) in kept.items() if made == clean(folding)}

    async def keep_compiled(self, folding: str, lines: Mapping[int, tuple[str, str]]) -> None:
        self._require_open()
        for number in lines.keys() & self.tables.subscriptions.keys():
            rule, line = map(clean, lines[number])
            if self.tables.subscriptions[number].rule == rule:
                self.tables.lines[number] = (clean(folding), line)

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        self.tables.number("version")
        asked = _kept(subscription)
        self.tables.learn(asked.channel, asked.creator)
        same = [s for s in self.tables.subscriptions.values() if (s.channel, s.rule) == (asked.channel, asked.rule)]
        kept = replace(asked, id=same[0].id, creator=same[0].creator) if same else None
        kept = kept or replace(asked, id=self.tables.number("subscription"))
        self.tables.subscriptions[kept.id] = kept
        self.tables.made.setdefault(kept.id, utc(now))
        return kept

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        if id not in self.tables.subscriptions or self.tables.subscriptions[id].channel != channel:
            return None
        self.tables.number("version")
        return self.tables.subscriptions.pop(id)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        return [s for _, s in sorted(self.tables.subscriptions.items()) if channel in (None, s.channel)]

    async def customs(self, channels: Collection[Channel]) -> Mapping[Channel, Customs]:
        return {channel: self.tables.customs.get(channel, Customs(channel)) for channel in channels}

    async def keep_customs(self, customs: Customs) -> None:
        self.tables.number("version")
        before = self.tables.customs.get(customs.channel, Customs(customs.channel))
        kept = _kept(customs)
        self.tables.customs[customs.channel] = replace(
            before, options=kept.options, zone=kept.zone, paused_until=kept.paused_until, who=kept.who
        )

    async def mended(self, channel: Channel, now: datetime) -> bool:
        lost = self.tables.customs.get(channel, Customs(channel)).lost_since is not None
        if lost:
            self._gather(channel, now)
            self.tables.budget[channel] = now
            if not any(r.delivery.channel == channel for r in self._pending([channel.platform])):
                known = self.tables.customs[channel]
                self.tables.customs[channel] = replace(known, lost_since=None, lost_why=None)
        return lost

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
        self._resume(now)
        heads = [row for row in self._lines(pace, until=now).values() if _over(self._free_at(row), now)]
        heads = [row for row in heads if _paused(self.tables.customs.get(row.delivery.channel)) <= now]
        heads.sort(key=lambda row: (self.tables.budget.get(row.delivery.channel, LONG_AGO), row.delivery.row))
        rooms = {one: self._door(one, min(limit, self._room(one, crowd.get(one, NO_TIME), now)), now) for one in pace}
        costs: dict[str, list[int]] = {one: [] for one in pace}
        seen: Counter[str] = Counter()
        chosen: list[Row] = []
        for row in heads:
            platform = row.delivery.channel.platform
            if seen[platform] < rooms[platform] and len(chosen) < limit:
                chosen.append(row)
                seen[platform] += 1
        heads = [row for row in chosen if self._affords(row, rooms, costs)]
        for platform, spent in costs.items():
            self._crowd(platform, crowd.get(platform, NO_TIME), now, sum(spent))
        for head in heads:
            self._knock(head.delivery.channel, now, now + lease)
            self._form(self.tables.deliveries[head.delivery.row], now)
        taken = []
        for row in (self.tables.deliveries[head.delivery.row] for head in heads):
            doubted = replace(row.delivery, doubt=row.delivery.doubt or row.leased_until is not None)
            taken.append(replace(row, delivery=doubted, lease=row.lease + 1, leased_until=now + lease))
            self.tables.deliveries[row.delivery.row] = taken[-1]
            self.tables.budget[row.delivery.channel] = now + pace[row.delivery.channel.platform]
        return [self._claimed(row) for row in taken]

    def _door(self, platform: str, most: int, now: datetime) -> int:
        closed = self.tables.outages.get(platform)
        if closed is None:
            return most
        return min(most, 1) if _over(closed.probe, now) else 0

    def _room(self, platform: str, gap: timedelta, now: datetime) -> int:
        if not gap:
            return 1_000_000
        return max(1, timedelta(milliseconds=105) // gap) if self._crowd_free(platform, now) <= now else 0

    def _crowd_free(self, platform: str, now: datetime) -> datetime:
        burst = now - timedelta(milliseconds=10)
        kept = self.tables.budget.get(Channel(platform, ""), burst)
        return max(now if kept > now + timedelta(minutes=1) else kept, burst)

    def _crowd(self, platform: str, gap: timedelta, now: datetime, requests: int) -> None:
        if gap and requests:
            self.tables.budget[Channel(platform, "")] = self._crowd_free(platform, now) + requests * gap

    def _affords(self, row: Row, rooms: Mapping[str, int], costs: dict[str, list[int]]) -> bool:
        """Whether its platform has room for its requests; the first one always."""
        one, platform = row.delivery, row.delivery.channel.platform
        mates = [r.delivery for r in self.tables.deliveries.values() if one.digest and r.delivery.digest == one.digest]
        begun = one.message is not None or any(mate.message is not None for mate in mates)
        cost = 1 + one.doubt + begun
        if costs[platform] and sum(costs[platform]) + cost > rooms[platform]:
            return False
        costs[platform].append(cost)
        return True

    def _form(self, head: Row, now: datetime) -> None:
        digest = head.delivery.digest
        for number, row in list(self.tables.deliveries.items()):
            led = digest is not None and digest in (row.delivery.digest, number) and number != head.delivery.row
            self.tables.deliveries[number] = replace(row, leased_until=None) if led else row
        if head.delivery.bundle is None or head.delivery.digest is not None or head.delivery.message is not None:
            return
        for number, row in sorted(self.tables.deliveries.items()):
            one = row.delivery
            same = (one.channel, one.bundle, one.state) == (head.delivery.channel, head.delivery.bundle, "pending")
            if same and one.digest is None and one.message is None and _due(row) <= now and not row.leased_until:
                joined = replace(one, digest=head.delivery.row)
                self.tables.deliveries[number] = replace(row, delivery=joined, leads=number == head.delivery.row)

    def _claimed(self, row: Row) -> Claim:
        items = tuple(self._item(rider) for rider in self._riders(row.delivery.digest))
        return Claim(self._named(row), self.tables.papers[row.paper], row.lease, items)

    def _item(self, row: Row) -> Item:
        return Item(self._named(row), self.tables.papers[row.paper])

    def _resume(self, now: datetime) -> None:
        for channel, customs in list(self.tables.customs.items()):
            if customs.paused_until is not None and customs.paused_until <= now:
                self.tables.customs[channel] = replace(customs, paused_until=None)
                self._gather(channel, now, "paused")

    def _gather(self, channel: Channel, now: datetime, bundle: Bundle = "waited") -> None:
        for row in list(self.tables.deliveries.values()):
            one = row.delivery
            waits = one.state == "pending" and one.digest is None and one.message is None and not row.leased_until
            if one.channel == channel and waits and _due(row) <= now and not one.doubt:
                self._change(row, bundle=bundle, due=utc(now), first_tried=None, attempts=0)

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        rows = self._pending(platforms)
        return min((max(_due(r), self._free_at(r), self._may(r.delivery.channel)) for r in rows), default=None)

    def _may(self, channel: Channel) -> datetime:
        """When its pause is over, and its platform takes another message."""
        crowd = self.tables.budget.get(Channel(channel.platform, ""), LONG_AGO)
        shut = self.tables.outages.get(channel.platform)
        return max(crowd, _paused(self.tables.customs.get(channel)), shut.probe if shut else LONG_AGO)

    def _pending(self, platforms: Iterable[str]) -> list[Row]:
        asked, rows = set(platforms), sorted(self.tables.deliveries.items())
        waiting = [r for _, r in rows if r.delivery.state == "pending" and r.leads]
        return [r for r in waiting if r.delivery.channel.platform in asked]

    def _lines(self, platforms: Iterable[str], until: datetime) -> dict[Channel, Row]:
        """The oldest due delivery of each channel."""
        return {row.delivery.channel: row for row in reversed(self._pending(platforms)) if _over(_due(row), until)}

    def _free_at(self, row: Row) -> datetime:
        """When nothing of the row's channel is under a lease, and its pace allows the next."""
        channel = row.delivery.channel
        leases = [r.leased_until for r in self.tables.deliveries.values() if r.delivery.channel == channel]
        return max([self.tables.budget.get(channel, LONG_AGO), *(lease for lease in leases if lease)])

    def _change(self, row: Row, **changes: object) -> None:
        now = self.tables.deliveries[row.delivery.row]
        self.tables.deliveries[row.delivery.row] = replace(now, delivery=replace(now.delivery, **changes))  # type: ignore[arg-type]  # names checked by the tests

    def _held(self, claim: Claim) -> Row:
        """The row under the claim's lease."""
        self._require_open()
        row = self.tables.deliveries.get(claim.delivery.row)
        if row is None or row.lease != claim.lease or row.leased_until is None:
            raise LeaseLost(f"The delivery {claim.delivery.row} is not under lease {claim.lease} any more.")
        return row

    def _give_back(self, claim: Claim, **changes: object) -> None:
        row = self._held(claim)
        self._change(row, **changes)
        number = row.delivery.row
        self.tables.deliveries[number] = replace(self.tables.deliveries[number], leased_until=None)

    async def posted(self, claim: Claim, message: str, now: datetime, riders: Sequence[int] = ()) -> None:
        self._held(claim)
        for number in riders or (claim.delivery.row,):
            self._change(self.tables.deliveries[number], message=clean(message), posted_at=utc(now))
        self._welcome(claim.delivery.channel.platform, utc(now))

    async def parted(self, claim: Claim, parts: Mapping[int, int], dropped: Mapping[int, str]) -> None:
        self._held(claim)
        for number, part in parts.items():
            self._change(self.tables.deliveries[number], part=part)
        for number, reason in dropped.items():
            self._change(self.tables.deliveries[number], state="refused", error=clean(reason), digest=None)
        self._succeed(replace(self._held(claim), delivery=claim.delivery))

    async def put_off(self, claim: Claim, due: datetime, bundle: Bundle | None) -> None:
        self._held(claim)
        for row in self._together(claim):
            self._change(row, due=utc(due), bundle=bundle, digest=None, part=None)
            self.tables.deliveries[row.delivery.row] = replace(
                self.tables.deliveries[row.delivery.row], leads=True, leased_until=None
            )

    def _together(self, claim: Claim) -> list[Row]:
        """The claim's delivery and all that travel with it."""
        one = self.tables.deliveries[claim.delivery.row]
        digest = claim.delivery.digest
        mine = [r for r in self.tables.deliveries.values() if digest is not None and r.delivery.digest == digest]
        return mine if one in mine else [one, *mine]

    async def let_go(self, claim: Claim, until: datetime, *, doubt: bool = True) -> None:
        self._give_back(claim, doubt=doubt or self.tables.deliveries[claim.delivery.row].delivery.doubt)
        self.tables.budget[claim.delivery.channel] = until

    async def lost(
        self,
        claim: Claim,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        notices: Sequence[Notice] = (),
    ) -> bool:
        self._give_back(claim)
        self._free(claim.delivery.digest)
        if self.tables.deliveries[claim.delivery.row].delivery.channel != claim.delivery.channel:
            return False
        return self._lose(claim.delivery.channel, why, now, probe, patience, notices)

    def _free(self, digest: int | None) -> None:
        """A digest of which nothing can have been said is none any more."""
        mine = [r for r in self.tables.deliveries.values() if digest is not None and r.delivery.digest == digest]
        if any(r.delivery.doubt or r.delivery.message for r in mine):
            return
        for row in self._riders(digest):
            self._change(row, digest=None, part=None)
            self.tables.deliveries[row.delivery.row] = replace(self.tables.deliveries[row.delivery.row], leads=True)

    def _lose(
        self,
        channel: Channel,
        why: str,
        now: datetime,
        probe: datetime,
        patience: timedelta | None,
        notices: Sequence[Notice],
    ) -> bool:
        before = self.tables.customs.get(channel, Customs(channel))
        since = before.lost_since
        if since is None:
            self._keep_notices(notices, now)
        self.tables.customs[channel] = replace(before, lost_since=since or utc(now), lost_why=clean(why))
        self._gather(channel, now)
        for row in list(self.tables.deliveries.values()):
            if row.delivery.channel == channel and row.delivery.state == "pending" and _due(row) <= now:
                over = since is not None and patience is not None and since <= now - patience
                ended = {"state": "refused" if row.delivery.message is None else "sent"}
                self._change(row, error=clean(why), **(ended if over else {}))
        self.tables.budget[channel] = probe
        return since is None

    async def replan(self, planned: Sequence[Delivery]) -> None:
        for one in planned:
            row = self.tables.deliveries[one.row]
            untouched = row.delivery.state == "pending" and row.delivery.digest is None and not row.leased_until
            untouched = untouched and not row.delivery.doubt
            if untouched and row.delivery.message is None and one.due is not None:
                self._change(row, due=utc(one.due), bundle=one.bundle, options=one.options)

    async def posted_since(self, channel: Channel, since: datetime) -> int:
        had = [r.delivery for r in self.tables.deliveries.values() if r.delivery.channel == channel]
        return sum(d.bundle is None and d.posted_at is not None and d.posted_at >= since for d in had)

    async def lately(self, channel: Channel, since: datetime, limit: int = 1000) -> list[Item]:
        had = [r for r in self.tables.deliveries.values() if r.delivery.channel == channel]
        had = [r for r in had if r.delivery.state == "sent" and (r.delivery.posted_at or LONG_AGO) >= since]
        newest = sorted(had, key=lambda row: row.delivery.posted_at or LONG_AGO, reverse=True)
        return [self._item(row) for row in newest[:limit]]

    async def passengers(self, digest: int) -> list[Item]:
        mine = [(r.delivery, r) for r in self.tables.deliveries.values() if r.delivery.digest == digest]
        mine.sort(key=lambda pair: ((pair[0].part or 0) < 0, abs(pair[0].part or 0), pair[0].row))
        return [self._as_shown(row) for _, row in mine if self._is_shown(row)]

    async def in_message(self, channel: Channel, message: str) -> list[Item]:
        mine = [r for _, r in sorted(self.tables.deliveries.items()) if r.delivery.channel == channel]
        shows = [r for r in mine if clean(message) in (r.delivery.message, r.delivery.card)]
        return [self._as_shown(r) for r in shows if self._is_shown(r)]

    def _winner(self, row: Row) -> Row | None:
        return self._standing_of(row.paper, row.delivery.channel)

    def _is_shown(self, row: Row) -> bool:
        if row.delivery.state != "merged":
            return True
        there = [r for r in self.tables.deliveries.values() if r.delivery.message == row.delivery.message]
        same = [r for r in there if (r.paper, r.delivery.channel) == (row.paper, row.delivery.channel)]
        first = [r for r in same if r.delivery.state != "merged" or r.delivery.row < row.delivery.row]
        return row.delivery.message is not None and not first

    def _as_shown(self, row: Row) -> Item:
        winner, mine = self._winner(row), row.delivery
        if mine.state != "merged" or winner is None:
            return self._item(row)
        told = self._item(winner)
        stands = replace(told.delivery, message=mine.message, digest=mine.digest, part=mine.part, bundle=mine.bundle)
        return replace(told, delivery=replace(stands, posted_at=mine.posted_at, due=mine.due))

    async def _mark_all(self, number: int, now: datetime) -> None:
        asked = self.tables.deliveries[number]
        for row in list(self.tables.deliveries.values()):
            same = (row.paper, row.delivery.channel) == (asked.paper, asked.delivery.channel)
            if same and (row is asked or row.delivery.state == "merged"):
                for message in filter(None, (row.delivery.message, row.delivery.card)):
                    await self.mark(row.delivery.channel, message, now)

    async def carded(self, row: int, message: str) -> None:
        if self.tables.deliveries[row].delivery.card is None:
            self._change(self.tables.deliveries[row], card=clean(message))

    # ── what becomes of papers ──
    async def claim_news(
        self,
        worker: str,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta] = NOTHING,
    ) -> list[Claim]:
        waiting = sorted((at, key[0]) for key, (one, at) in self.tables.news.items() if one.said is None)
        taken: dict[Channel, Row] = {}
        for _, number in waiting:
            row = self.tables.deliveries[number]
            if row.delivery.state == "sent" and self._is_quiet(row, now, pace):
                taken.setdefault(row.delivery.channel, row)
        claims = []
        rooms = {one: min(limit, self._room(one, crowd.get(one, NO_TIME), now)) for one in pace}
        for channel, row in list(taken.items()):
            if not rooms[channel.platform]:
                continue
            rooms[channel.platform] -= 1
            told = sum(key[0] == row.delivery.row and one.said is None for key, (one, _) in self.tables.news.items())
            self._crowd(channel.platform, crowd.get(channel.platform, NO_TIME), now, told)
            doubted = replace(row.delivery, doubt=row.delivery.doubt or row.leased_until is not None)
            mine = replace(row, delivery=doubted, lease=row.lease + 1, leased_until=now + lease)
            self.tables.deliveries[row.delivery.row] = mine
            self.tables.budget[channel] = now + pace[channel.platform]
            claims.append(Claim(self._named(mine), self.tables.papers[mine.paper], mine.lease))
        return claims

    def _is_quiet(self, row: Row, now: datetime, pace: Mapping[str, timedelta]) -> bool:
        """Whether nothing else waits in the row's channel."""
        channel = row.delivery.channel
        customs = self.tables.customs.get(channel, Customs(channel))
        well = customs.lost_since is None and _paused(customs) <= now and channel.platform in pace
        well = well and channel.platform not in self.tables.outages
        ready = [r for r in self._pending([channel.platform]) if r.delivery.channel == channel and _due(r) <= now]
        return well and not ready and self._free_at(row) <= now

    async def told(self, claim: Claim, said: Literal["thread", "post"], now: datetime) -> None:
        self._give_back(claim, doubt=False)
        for one in claim.delivery.news:
            if one.said is None:
                key = (claim.delivery.row, one.kind, clean(one.text))
                self.tables.news[key] = (replace(one, said=said), self.tables.news[key][1])
        if said == "post":
            await self._mark_all(claim.delivery.row, now)

    async def vote(self, row: int, person: str, now: datetime) -> int | None:
        found = self.tables.deliveries.get(row)
        if found is None:
            return None
        key = (row, clean(person))
        if key in self.tables.votes:
            del self.tables.votes[key]
        else:
            self.tables.votes[key] = None
        await self._mark_all(row, now)
        return sum(number == row for number, _ in self.tables.votes)

    async def mark(self, channel: Channel, message: str, now: datetime) -> None:
        key = (channel, clean(message))
        known = self.tables.edits.get(key, Due(None, turn=0))
        due = known.due or max(utc(now), known.rested or LONG_AGO)
        self.tables.edits[key] = replace(known, due=due, turn=known.turn + 1)

    async def edits(
        self, now: datetime, *, limit: int, pace: Mapping[str, timedelta], crowd: Mapping[str, timedelta] = NOTHING
    ) -> list[Edit]:
        found: dict[Channel, Edit] = {}
        for (channel, message), one in sorted(self.tables.edits.items(), key=lambda pair: pair[1].due or LONG_AGO):
            ready = [r for r in self._pending([channel.platform]) if r.delivery.channel == channel and _due(r) <= now]
            free = self.tables.budget.get(channel, LONG_AGO) <= now and channel.platform in pace and not ready
            lost = self.tables.customs.get(channel, Customs(channel)).lost_since
            free = free and channel.platform not in self.tables.outages
            if one.due is not None and one.due <= now and free and lost is None:
                found.setdefault(channel, Edit(channel, message, one.turn))
        rooms = {one: min(limit, self._room(one, crowd.get(one, NO_TIME), now)) for one in pace}
        taken = []
        for channel, edit in found.items():
            if rooms[channel.platform]:
                rooms[channel.platform] -= 1
                self._crowd(channel.platform, crowd.get(channel.platform, NO_TIME), now, 1)
                self.tables.budget[channel] = now + pace[channel.platform]
                taken.append(edit)
        return taken

    async def edited(self, edit: Edit, now: datetime, again: datetime | None = None) -> None:
        known = self.tables.edits[edit.channel, edit.message]
        rested = utc(now) + timedelta(seconds=10)
        shown = known.turn == edit.turn and again is None
        due = None if shown else max(again or rested, rested)
        self.tables.edits[edit.channel, edit.message] = replace(known, due=due, rested=rested)

    async def threaded(self, row: int, thread: str, now: datetime | None = None) -> None:
        asked = self.tables.deliveries.get(row)
        if asked is None:
            raise StoreFailed(f"There is no delivery {row} to remember a thread for.")
        key = (asked.paper, asked.delivery.channel)
        for other in list(self.tables.deliveries.values()):
            if (other.paper, other.delivery.channel) == key and other.delivery.thread is None:
                self._change(other, thread=clean(thread))
        if now:
            self._welcome(asked.delivery.channel.platform, utc(now))
        if now and asked.delivery.digest is not None and asked.delivery.message is not None:
            await self.mark(asked.delivery.channel, asked.delivery.message, now)

    async def done(self, claim: Claim) -> None:
        self._give_back(claim)
        for row in self._together(claim):
            pending = row.delivery.state == "pending"
            if claim.delivery.doubt and row.delivery.doubt and pending:
                self.tables.doubted[row.delivery.channel.platform] += 1
            error = None if pending else row.delivery.error
            self._change(row, state=_ended(row, "sent"), error=error, doubt=False)
        channel = claim.delivery.channel
        if channel in self.tables.customs:
            found = replace(self.tables.customs[channel], lost_since=None, lost_why=None)
            self.tables.customs[channel] = found

    async def later(
        self, claim: Claim, due: datetime, error: str, now: datetime, *, doubt: bool = False, wait: bool = False
    ) -> None:
        before = self._held(claim).delivery
        first, attempts = before.first_tried or utc(now), before.attempts + 1
        doubt = doubt or before.doubt
        said = {"due": utc(due), "error": clean(error), "attempts": attempts, "first_tried": first, "doubt": doubt}
        self._give_back(claim, **said)
        for row in self._riders(claim.delivery.digest):
            if row.leads:  # whoever leads it by now waits as well
                self._change(row, **said | {"doubt": doubt or row.delivery.doubt})
        if wait:
            self.tables.budget[claim.delivery.channel] = utc(due)

    async def fail(self, claim: Claim, state: str, error: str) -> None:
        if state not in ("refused", "given_up"):
            raise ValueError(f"a delivery ends refused or given_up, not {state!r}")
        self._give_back(claim)
        for row in self._together(claim):
            said = row.delivery.digest is not None and row.delivery.message is not None
            self._change(row, state=_ended(row, "sent" if said else state), error=clean(error))

    async def delivery(self, row: int) -> Delivery | None:
        self._require_open()
        found = self.tables.deliveries.get(row)
        return None if found is None else self._named(found)

    async def deliveries(self, channel: Channel | None = None, limit: int = 1000) -> list[Delivery]:
        self._require_open()
        newest = sorted(self.tables.deliveries.items(), reverse=True)
        return [self._named(row) for _, row in newest if channel in (None, row.delivery.channel)][:limit]

    def _named(self, row: Row) -> Delivery:
        """The delivery with its paper's id as it is known now."""
        mine = sorted((at, *key[1:]) for key, (_, at) in self.tables.news.items() if key[0] == row.delivery.row)
        told = tuple(self.tables.news[row.delivery.row, kind, text][0] for _, kind, text in mine)
        votes = sum(number == row.delivery.row for number, _ in self.tables.votes)
        return replace(row.delivery, paper=self.tables.papers[row.paper].id, news=told, votes=votes)

    async def holding(self) -> list[Held]:
        rows = [(self.tables.papers[row.paper].source, self._named(row)) for row in self._kept_back(None)]
        return [_summed(source, [d for s, d in rows if s == source]) for source in sorted({s for s, _ in rows})]

    def _kept_back(self, source: str | None) -> list[Row]:
        held = [row for row in self.tables.deliveries.values() if row.delivery.state == "held"]
        return [row for row in held if source is None or self.tables.papers[row.paper].source == clean(source)]

    async def release(self, source: str | None, now: datetime) -> int:
        for row in (found := self._kept_back(source)):
            self._change(row, state="pending", due=utc(now), error=None)
        return len(found)

    async def discard(self, source: str | None, reason: str) -> int:
        for row in (found := self._kept_back(source)):
            self._change(row, state="given_up", error=clean(reason))
        return len(found)

    async def reached(self, id: str, *, own: Collection[Channel] = ()) -> list[Delivery]:
        self._require_open()
        numbers = self._found(id, own)
        rows = (row for _, row in sorted(self.tables.deliveries.items()) if row.paper in numbers)
        return [self._named(row) for row in rows if row.delivery.state != "merged"]

    async def sent(self, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
        found = [d for d in await self.deliveries(channel, len(self.tables.deliveries)) if d.state == "sent"]
        found = sorted((d for d in found if d.posted_at), key=lambda d: str(d.posted_at), reverse=True)
        return [(d, self.tables.papers[self.tables.deliveries[d.row].paper]) for d in found[:limit]]

    async def waiting(self) -> list[Waiting]:
        self._require_open()
        left = [row.delivery for row in self.tables.deliveries.values() if row.delivery.state in ("pending", "held")]
        return [
            _waiting(p, [d for d in left if d.channel.platform == p])
            for p in sorted({d.channel.platform for d in left})
        ]

    async def address(self, channel: Channel, secret: str) -> str:
        self._require_open()
        return self.tables.addresses.setdefault(channel, clean(secret))

    async def end_address(self, channel: Channel) -> bool:
        return self.tables.addresses.pop(channel, None) is not None

    async def addressed(self, secret: str) -> Channel | None:
        return next((channel for channel, held in self.tables.addresses.items() if held == clean(secret)), None)

    # ── local channels ──
    async def say(self, message: Message) -> Message:
        asked = replace(_kept(message), at=utc(message.at))
        for said in self.tables.messages.values():
            if (said.channel, said.key) == (asked.channel, asked.key):
                return said
        root = self.tables.messages.get(asked.thread or 0)
        if asked.thread is not None and (root is None or (root.channel, root.thread) != (asked.channel, None)):
            raise StoreFailed(f"There is no message {asked.thread} in {asked.channel} that a thread could hang from.")
        kept = replace(asked, id=self.tables.number("message"))
        self.tables.messages[kept.id] = kept
        return kept

    async def messages(
        self, channel: Channel, *, thread: int | None = None, after: int = 0, limit: int = 200
    ) -> list[Message]:
        said = [m for m in self.tables.messages.values() if (m.channel, m.thread) == (channel, thread) and m.id > after]
        return said[-limit:]

    async def message(self, id: int) -> Message | None:
        return self.tables.messages.get(id)

    async def rewrite(self, message_id: int, post: Post) -> bool:
        said = self.tables.messages.get(message_id)
        if said is not None:
            self.tables.messages[message_id] = _kept(replace(said, post=post))
            self.tables.turns.pop(message_id, None)
            self.tables.turns[message_id] = self.tables.number("turn")
        return said is not None

    async def rewritten(self, channel: Channel, after: int | None) -> tuple[int, list[Message]]:
        last = self.tables.given_out["turn"]
        since = last if after is None else after
        found = [self.tables.messages[number] for number, turn in self.tables.turns.items() if turn > since]
        return last, [one for one in found if one.channel == channel]

    async def channels(self, platform: str) -> list[Channel]:
        named = {s.channel for s in self.tables.subscriptions.values()} | {
            m.channel for m in self.tables.messages.values()
        }
        return sorted(channel for channel in named if channel.platform == platform)


def _summed(source: str, held: list[Delivery]) -> Held:
    """One source's held deliveries, told together."""
    since = min(delivery.due for delivery in held if delivery.due)
    reason = max(delivery.error or "" for delivery in held)
    return Held(source, len(held), len({delivery.paper for delivery in held}), since, reason)


def _waiting(platform: str, left: list[Delivery]) -> Waiting:
    """One platform's deliveries that wait, counted."""
    pending = [delivery.due for delivery in left if delivery.state == "pending"]
    return Waiting(platform, len(pending), len(left) - len(pending), min((d for d in pending if d), default=None))


def _at(paper: Paper) -> datetime:
    when = paper.announced or paper.seen
    assert when is not None
    return when


def _over(until: datetime, now: datetime) -> bool:
    """Whether the wait is over; one of more than eight days was never meant, but written under a wrong clock."""
    return until <= now or until > now + timedelta(days=8)


def _paused(customs: Customs | None) -> datetime:
    """Until when nothing is posted."""
    return (customs and customs.paused_until) or LONG_AGO


def _due(row: Row) -> datetime:
    assert row.delivery.due is not None
    return row.delivery.due


def _ended(row: Row, state: str) -> State:
    """What was merged meanwhile stays `merged`."""
    ended: State = state if row.delivery.state == "pending" else row.delivery.state  # type: ignore[assignment]  # `fail` checks it
    return ended
