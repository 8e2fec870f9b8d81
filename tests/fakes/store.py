"""A Store in memory that keeps the port's promises: the same contract runs over it and over the real ones.

Several `FakeStore`s on one `Tables` are several processes on one database; `die()` is the power cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from bot.errors import LeaseLost, RulesChanged, StoreFailed
from bot.feeds import OwnFeed
from bot.habits import Held
from bot.model import Bookmark, Channel, Claim, Delivery, Message, Paper, Poll, Rulebook, State, Subscription
from bot.ports import Waiting
from bot.rules.narrow import Need, indexed, met
from bot.store.identity import change, first_seen, gain, ids, standing, update
from bot.store.plain import clean, pack, place, unpack, utc
from tests.fakes.tables import Row, Tables

_T = TypeVar("_T")
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class FakeStore:
    """The Store port over `Tables`."""

    def __init__(self, tables: Tables | None = None, worker: str = "paper-round") -> None:
        self.tables = tables if tables is not None else Tables()
        self.worker = worker
        self._closed = False

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
                    self.tables.deliveries[number] = replace(row, leased_until=None)

    async def close(self) -> None:
        self.die()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed("The store is closed already.")

    # ── feeds and papers ──
    async def bookmarks(self) -> Mapping[str, Bookmark]:
        self._require_open()
        return dict(self.tables.bookmarks)

    async def bookmark(self, address: str) -> Bookmark | None:
        return (await self.bookmarks()).get(address)

    async def unknown(self, papers: Sequence[Paper]) -> list[Paper]:
        return [paper for paper in papers if not self._met(paper)]

    async def changed(self, papers: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
        known = [(self.tables.papers[self._met(paper)[0]], paper) for paper in papers if self._met(paper)]
        return [pair for before, found in known if (pair := change(before, found)) is not None]

    async def record(self, poll: Poll, now: datetime) -> int:
        self._require_open()
        if poll.version not in (None, await self.version()):
            raise RulesChanged("The subscriptions changed meanwhile: match again.")
        with self.tables.transaction():
            self.tables.bookmarks[poll.bookmark.address] = poll.bookmark
            before = {number for paper in poll.papers for number in self._met(paper)}
            for paper in poll.papers:
                self._keep(paper, utc(now))
            self._mark({number for paper in poll.papers for number in self._met(paper)}, before, poll.audience)
            return sum(self._plan(delivery, utc(now)) for delivery in poll.deliveries)

    def _met(self, paper: Paper) -> list[int]:
        return sorted({self.tables.names[name] for name in ids(paper) if name in self.tables.names})

    def _keep(self, paper: Paper, now: datetime) -> None:
        met = self._met(paper) or [self.tables.number("paper")]
        oldest, *younger = met
        known = self.tables.papers.get(oldest) or first_seen(paper, now)
        for number in younger:
            known = update(known, self.tables.papers.pop(number))
            self._absorb(number, oldest)
        self.tables.papers[oldest] = _kept(update(known, paper))
        self.tables.names |= dict.fromkeys(ids(self.tables.papers[oldest]), oldest)

    def _absorb(self, younger: int, older: int) -> None:
        one, other = self.tables.own.pop(younger, None), self.tables.own.pop(older, None)
        if one is not None and other is not None:
            self.tables.own[older] = one | other
        for number, row in list(self.tables.deliveries.items()):
            if row.paper == younger:
                rival = self._standing_of(older, row.delivery.channel)
                self.tables.deliveries[number] = replace(row, paper=older)
                if rival is not None and row.delivery.state != "merged":
                    self._settle(rival, self.tables.deliveries[number])

    def _settle(self, *rivals: Row) -> None:
        loser, winner = sorted(rivals, key=lambda row: standing(row.delivery, row.leased_until is not None))
        self._change(loser, state="merged")
        reasons = gain(winner.delivery.reasons, loser.delivery.reasons)
        thread = winner.delivery.thread if winner.delivery.thread is not None else loser.delivery.thread
        self._change(winner, reasons=reasons, thread=thread)

    def _standing_of(self, paper: int, channel: Channel) -> Row | None:
        rows = self.tables.deliveries.values()
        mine = (r for r in rows if (r.paper, r.delivery.channel) == (paper, channel) and r.delivery.state != "merged")
        return next(mine, None)

    def _plan(self, delivery: Delivery, now: datetime) -> bool:
        delivery = _kept(replace(delivery, due=utc(delivery.due or now)))
        if delivery.paper not in self.tables.names:
            raise StoreFailed(f"The paper {delivery.paper!r} of a delivery is not stored.")
        paper = self.tables.names[delivery.paper]
        there = self._standing_of(paper, delivery.channel)
        if there is not None:
            self._change(there, reasons=gain(there.delivery.reasons, delivery.reasons))
            return False
        number = self.tables.number("delivery")
        self.tables.deliveries[number] = Row(replace(delivery, row=number), paper)
        return True

    def _mark(self, papers: set[int], before: set[int], audience: frozenset[Channel] | None) -> None:
        for number in papers:
            if audience is None:
                self.tables.own.pop(number, None)
            elif audience and (number not in before or number in self.tables.own):
                self.tables.own[number] = self.tables.own.get(number, frozenset()) | audience

    async def feeds(self, channel: Channel | None = None) -> list[OwnFeed]:
        return [feed for feed in self.tables.feeds.values() if channel in (None, feed.channel)]

    async def add_feed(self, feed: OwnFeed, poll: Poll, now: datetime) -> None:
        await self.record(poll, now)
        self.tables.feeds.setdefault((feed.channel, feed.address), feed)
        self.tables.number("version")

    async def remove_feed(self, channel: Channel, address: str) -> bool:
        self.tables.number("version")
        return self.tables.feeds.pop((channel, address), None) is not None

    async def owned(self, papers: Sequence[Paper]) -> Mapping[str, frozenset[Channel]]:
        met = {paper.id: self._met(paper) for paper in papers}
        private = {name: rows for name, rows in met.items() if rows and all(row in self.tables.own for row in rows)}
        return {name: frozenset().union(*(self.tables.own[row] for row in rows)) for name, rows in private.items()}

    async def backfilled(self, address: str) -> frozenset[date]:
        self._require_open()
        return frozenset(day for known, day in self.tables.past if known == address)

    async def backfill(self, address: str, day: date, papers: Sequence[Paper], now: datetime) -> None:
        self._require_open()
        for paper in papers:
            self._keep(paper, utc(now))
        self.tables.past[address, day] = None

    async def paper(self, id: str) -> Paper | None:
        return self.tables.papers.get(self.tables.names.get(clean(id), 0))

    async def papers(self, *, since: datetime | None = None, limit: int = 1000) -> list[Paper]:
        of_age = [paper for _, paper in sorted(self.tables.papers.items()) if since is None or _at(paper) >= since]
        return sorted(of_age, key=_at, reverse=True)[:limit]

    async def days(self, limit: int = 30) -> list[tuple[date, int]]:
        return sorted(Counter(_at(paper).date() for paper in self.tables.papers.values()).items(), reverse=True)[:limit]

    async def day(self, day: date) -> list[Paper]:
        todays = [paper for _, paper in sorted(self.tables.papers.items()) if _at(paper).date() == day]
        return sorted(todays, key=lambda paper: -(paper.signals.upvotes or 0))

    async def index(self, limit: int) -> int:
        self._require_open()
        stale = [n for n, paper in sorted(self.tables.papers.items(), reverse=True) if self._stale(n, paper)]
        for number in stale[:limit]:
            self.tables.words[number] = self.tables.papers[number]
        return len(stale[limit:])

    def _stale(self, number: int, paper: Paper) -> bool:
        return self.tables.words.get(number) != paper

    async def narrowed(
        self, need: Need | None, *, before: int | None = None, since: datetime | None = None, limit: int = 64
    ) -> list[tuple[int, Paper]]:
        self._require_open()
        here = [(n, self.tables.papers[n]) for n in self.tables.words if n in self.tables.papers]
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

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        self.tables.number("version")
        asked = _kept(subscription)
        same = [s for s in self.tables.subscriptions.values() if (s.channel, s.rule) == (asked.channel, asked.rule)]
        kept = replace(asked, id=same[0].id, creator=same[0].creator) if same else None
        kept = kept or replace(asked, id=self.tables.number("subscription"))
        self.tables.subscriptions[kept.id] = kept
        return kept

    async def unsubscribe(self, channel: Channel, id: int) -> Subscription | None:
        if id not in self.tables.subscriptions or self.tables.subscriptions[id].channel != channel:
            return None
        self.tables.number("version")
        return self.tables.subscriptions.pop(id)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        return [s for _, s in sorted(self.tables.subscriptions.items()) if channel in (None, s.channel)]

    async def draft(self, subscription: Subscription, now: datetime) -> int:
        number = self.tables.number("draft")
        drafts = {**self.tables.drafts, number: (_kept(subscription), utc(now))}
        mine = [n for n, (draft, _) in drafts.items() if draft.creator == clean(subscription.creator)]
        gone = {n for n, (_, at) in drafts.items() if at < utc(now) - timedelta(days=1)} | set(mine[:-20])
        self.tables.drafts = {n: draft for n, draft in drafts.items() if n not in gone}
        return number

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        draft, _ = self.tables.drafts.get(number, (None, None))
        if draft is None or (draft.channel, draft.creator) != (channel, clean(person)):
            return None
        del self.tables.drafts[number]
        return draft

    async def confirm(self, number: int, channel: Channel, person: str, now: datetime) -> Subscription | None:
        wish = await self.take_draft(number, channel, person)
        return None if wish is None else await self.subscribe(wish, now)

    # ── the outbox ──
    async def claim(
        self, worker: str, now: datetime, *, lease: timedelta, limit: int, pace: Mapping[str, timedelta]
    ) -> list[Claim]:
        heads = [row for row in self._lines(pace, until=now).values() if _over(self._free_at(row), now)]
        heads.sort(key=lambda row: (self.tables.budget.get(row.delivery.channel, LONG_AGO), row.delivery.row))
        taken = [replace(row, lease=row.lease + 1, leased_until=now + lease) for row in heads[:limit]]
        for row in taken:
            self.tables.deliveries[row.delivery.row] = row
            self.tables.budget[row.delivery.channel] = now + pace[row.delivery.channel.platform]
        return [Claim(self._named(row), self.tables.papers[row.paper], row.lease) for row in taken]

    async def due(self, platforms: Iterable[str]) -> datetime | None:
        return min((max(_due(row), self._free_at(row)) for row in self._pending(platforms)), default=None)

    def _pending(self, platforms: Iterable[str]) -> list[Row]:
        asked, rows = set(platforms), sorted(self.tables.deliveries.items())
        return [r for _, r in rows if r.delivery.state == "pending" and r.delivery.channel.platform in asked]

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

    async def posted(self, claim: Claim, message: str, now: datetime) -> None:
        self._change(self._held(claim), message=clean(message), posted_at=utc(now))

    async def threaded(self, row: int, thread: str) -> None:
        asked = self.tables.deliveries.get(row)
        if asked is None:
            raise StoreFailed(f"There is no delivery {row} to remember a thread for.")
        key = (asked.paper, asked.delivery.channel)
        for other in list(self.tables.deliveries.values()):
            if (other.paper, other.delivery.channel) == key and other.delivery.thread is None:
                self._change(other, thread=clean(thread))

    async def done(self, claim: Claim) -> None:
        self._give_back(claim, state=_ended(self._held(claim), "sent"), error=None)

    async def later(self, claim: Claim, due: datetime, error: str, now: datetime) -> None:
        before = self._held(claim).delivery
        first, attempts = before.first_tried or utc(now), before.attempts + 1
        self._give_back(claim, due=utc(due), error=clean(error), attempts=attempts, first_tried=first)

    async def fail(self, claim: Claim, state: str, error: str) -> None:
        if state not in ("refused", "given_up"):
            raise ValueError(f"a delivery ends refused or given_up, not {state!r}")
        self._give_back(claim, state=_ended(self._held(claim), state), error=clean(error))

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
        return replace(row.delivery, paper=self.tables.papers[row.paper].id)

    async def holding(self) -> list[Held]:
        rows = [(self.tables.papers[row.paper].source, row.delivery) for row in self._kept_back(None)]
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

    async def told(self, id: str) -> list[Delivery]:
        self._require_open()
        number = self.tables.names.get(clean(id), 0)
        rows = (row for _, row in sorted(self.tables.deliveries.items()) if row.paper == number)
        return [self._named(row) for row in rows if row.delivery.state != "merged"]

    async def sent(self, channel: Channel, limit: int) -> list[tuple[Delivery, Paper]]:
        found = [d for d in await self.deliveries(channel, len(self.tables.deliveries)) if d.state == "sent"]
        return [(d, self.tables.papers[self.tables.names[d.paper]]) for d in found[:limit]]

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

    async def channels(self, platform: str) -> list[Channel]:
        named = {s.channel for s in self.tables.subscriptions.values()} | {
            m.channel for m in self.tables.messages.values()
        }
        return sorted(channel for channel in named if channel.platform == platform)


def _kept(noun: _T) -> _T:
    """The noun as a database would give it back: through text and back again."""
    return unpack(pack(noun), type(noun))


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


def _due(row: Row) -> datetime:
    assert row.delivery.due is not None
    return row.delivery.due


def _ended(row: Row, state: str) -> State:
    """What was merged meanwhile stays `merged`."""
    ended: State = state if row.delivery.state == "pending" else row.delivery.state  # type: ignore[assignment]  # `fail` checks it
    return ended
