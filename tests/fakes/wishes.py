"""The part of the fake store where rules are drafted, changed and taken back, and papers saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.model import Amendment, Channel, Customs, Delivery, Draft, Paper, Subscription
from bot.store.plain import clean, clean_or_none, pack, unpack, utc
from tests.fakes.tables import Tables

_T = TypeVar("_T")


class Wishes:
    """Over the store's tables."""

    tables: Tables

    async def subscribe(self, subscription: Subscription, now: datetime) -> Subscription:
        raise NotImplementedError

    def _plan(self, delivery: Delivery, now: datetime) -> bool:
        raise NotImplementedError

    def _found(self, name: str, own: Collection[Channel]) -> list[int]:
        raise NotImplementedError

    async def draft(
        self, subscription: Subscription, now: datetime, *, where: Channel | None = None, zone: str | None = None
    ) -> int:
        number = self.tables.number("draft")
        made = Draft(_kept(subscription), clean_or_none(zone))
        self.tables.learn(where or subscription.channel, clean(subscription.creator))
        drafts = {**self.tables.drafts, number: (made, where or subscription.channel, utc(now))}
        mine = [n for n, (draft, _, _) in drafts.items() if draft.wish.creator == clean(subscription.creator)]
        gone = {n for n, (_, _, at) in drafts.items() if at < utc(now) - timedelta(days=1)} | set(mine[:-20])
        self.tables.drafts = {n: draft for n, draft in drafts.items() if n not in gone}
        return number

    async def draft_of(self, number: int, channel: Channel, person: str) -> Draft | None:
        draft, where, _ = self.tables.drafts.get(number, (None, None, None))
        return draft if draft and (where, draft.wish.creator) == (channel, clean(person)) else None

    async def take_draft(self, number: int, channel: Channel, person: str) -> Subscription | None:
        draft = await self.draft_of(number, channel, person)
        if draft is None:
            return None
        del self.tables.drafts[number]
        return draft.wish

    async def confirm(
        self, number: int, channel: Channel, person: str, now: datetime, *, start: Sequence[Delivery] = ()
    ) -> Subscription | None:
        draft = await self.draft_of(number, channel, person)
        if draft is None:
            return None
        del self.tables.drafts[number]
        place = draft.wish.channel
        customs = self.tables.customs.get(place, Customs(place))
        self.tables.customs[place] = replace(customs, zone=customs.zone or draft.zone)
        made = await (self.amend(draft.wish, now) if draft.wish.id else self.subscribe(draft.wish, now))
        for delivery in start if made else ():
            self._plan(delivery, utc(now))
        return made

    async def amend(self, wish: Subscription, now: datetime) -> Subscription | None:
        known = self.tables.subscriptions.get(wish.id)
        if known is None or known.channel != wish.channel:
            return None
        self.tables.number("version")
        wish = _kept(wish)
        others = [s for s in self.tables.subscriptions.values() if (s.channel, s.rule) == (wish.channel, wish.rule)]
        twin = next((s for s in others if s.id != wish.id), None)
        if twin is not None:
            del self.tables.subscriptions[wish.id]
        kept = replace(twin or known, rule=wish.rule, options=wish.options, state=wish.state)
        self.tables.subscriptions[kept.id] = kept
        self.tables.lines.pop(kept.id, None)
        return kept

    async def made(self, channel: Channel) -> Mapping[int, datetime]:
        mine = (one.id for one in self.tables.subscriptions.values() if one.channel == channel)
        return {number: self.tables.made[number] for number in mine}

    async def remember(self, change: Amendment, now: datetime) -> int:
        number = self.tables.number("amendment")
        self.tables.amendments[number] = _kept(change)
        return number

    async def amendment(self, number: int) -> Amendment | None:
        return self.tables.amendments.get(number)

    async def take_back(self, number: int, channel: Channel, now: datetime) -> Subscription | None:
        change = self.tables.amendments.get(number)
        if change is None or change.channel != channel or not await self._undone(change, now):
            return None
        del self.tables.amendments[number]
        return change.before or change.after

    async def _undone(self, change: Amendment, now: datetime) -> bool:
        before, after, book = change.before, change.after, self.tables.subscriptions
        if after is not None and book.get(after.id) != after:
            return False
        if after is None or before is None:
            rival = any(s.rule == before.rule and s.channel == before.channel for s in book.values()) if before else 0
            if after is not None:
                del book[after.id]
            elif before is None or rival or before.id in book:
                return False
            else:
                book[before.id] = before
                self.tables.made[before.id] = utc(now)
            self.tables.number("version")
            return True
        return await self.amend(before, now) is not None

    async def save(self, person: str, paper: str, now: datetime, *, own: Collection[Channel] = ()) -> bool:
        key = (clean(person), next(iter(self._found(paper, own)), 0))
        if not key[1] or key in self.tables.saved:
            return False
        self.tables.saved[key] = utc(now)
        return True

    async def unsave(self, person: str, paper: str, *, own: Collection[Channel] = ()) -> bool:
        keys = [(clean(person), number) for number in self._found(paper, own)]
        return any([self.tables.saved.pop(key, None) is not None for key in keys])  # noqa: C419 — all of them

    async def saved(self, person: str, limit: int = 50) -> Sequence[Paper]:
        mine = [(at, number) for (who, number), at in self.tables.saved.items() if who == clean(person)]
        return [self.tables.papers[number] for _, number in sorted(mine, reverse=True)][:limit]

    def _absorb_saved(self, younger: int, older: int) -> None:
        for person, number in [key for key in self.tables.saved if key[1] == younger]:
            self.tables.saved.setdefault((person, older), self.tables.saved.pop((person, number)))


def _kept(noun: _T) -> _T:
    """The noun as a database would give it back: through text and back again."""
    return unpack(pack(noun), type(noun))
