"""The fake's rooms for platforms and channels that fail, move or stay silent, and what is to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import options
from bot.errors import LeaseLost
from bot.model import Channel, Claim, Customs, Delivery, Notice, Outage, Subscription
from bot.ports import Doubt, Round
from bot.store.plain import pack, unpack, utc
from tests.fakes.tables import Row, Tables, Told

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class FakeLives:
    """The Lives port over `Tables`; the store it is a part of lends its hands."""

    tables: Tables
    _give_back: Any
    _change: Any
    _free: Any
    _gather: Any
    _lose: Any
    _move_copies: Any
    _named: Any
    _settle: Any
    _pending: Any
    _crowd: Any
    _room: Any

    # ── platforms ──
    async def shut(
        self,
        platform: str,
        why: str,
        now: datetime,
        *,
        probe: datetime,
        patience: timedelta,
        claim: Claim | None = None,
    ) -> bool:
        if claim is not None:
            before = self.tables.deliveries[claim.delivery.row].delivery
            first, attempts = before.first_tried or utc(now), before.attempts + 1
            self._give_back(claim, error=why, first_tried=first, attempts=attempts)
            self._free(claim.delivery.digest)
        known = self.tables.outages.get(platform)
        self.tables.outages[platform] = Outage(
            platform, known.since if known else utc(now), why, max(probe, known.probe) if known else utc(probe)
        )
        if known and known.since <= now - patience:
            for row in list(self.tables.deliveries.values()):
                one = row.delivery
                waits = one.channel.platform == platform and one.state == "pending" and not row.leased_until
                if waits and one.due and one.due <= now:
                    self._change(row, state="refused" if one.message is None else "sent", error=why)
        return known is None

    async def outages(self) -> Mapping[str, Outage]:
        return dict(sorted(self.tables.outages.items()))

    def _knock(self, channel: Channel, now: datetime, until: datetime) -> None:
        """This channel tries the door of a platform that is shut."""
        if (known := self.tables.outages.get(channel.platform)) is not None:
            self.tables.outages[channel.platform] = replace(known, probe=utc(until))
            self._bring_together(channel, now)

    def _welcome(self, platform: str, now: datetime) -> None:
        """The platform took something."""
        if self.tables.outages.pop(platform, None):
            for row in self._pending([platform]):
                if row.delivery.due and row.delivery.due <= now:
                    self._bring_together(row.delivery.channel, now)

    def _bring_together(self, channel: Channel, now: datetime) -> None:
        mine = [r.delivery for r in self.tables.deliveries.values() if r.delivery.channel == channel]
        for digest in {one.digest for one in mine if one.state == "pending" and one.digest}:
            self._free(digest)
        self._gather(channel, now)

    async def spent(self, platform: str, requests: int, now: datetime, *, gap: timedelta) -> None:
        self._crowd(platform, gap, now, requests)

    # ── channels ──
    async def cut_off(
        self, channel: Channel, why: str, now: datetime, *, probe: datetime, notices: Sequence[Notice] = ()
    ) -> bool:
        return bool(self._lose(channel, why, now, probe, None, notices))

    async def move(self, old: Channel, new: Channel, now: datetime) -> bool:
        mine = [row for _, row in sorted(self.tables.deliveries.items()) if row.delivery.channel == old]
        if old == new or old.platform != new.platform or not (mine or self._has_anything(old)):
            return False
        self._move_copies(old, new)
        for row in mine:
            self._follow(self.tables.deliveries[row.delivery.row], new)
        self._move_wishes(old, new)
        self._move_feeds(old, new)
        self._move_words(old, new)
        self.tables.budget.pop(old, None)
        self._join_customs(old, new, now)
        self.tables.number("version")
        return True

    def _has_anything(self, old: Channel) -> bool:
        tables = self.tables
        known = {s.channel for s in tables.subscriptions.values()} | {where for _, where, _ in tables.drafts.values()}
        known |= {channel for channel, _ in tables.feeds}
        return old in known | {*tables.customs, *tables.addresses} | {channel for channel, _ in tables.claims}

    def _move_wishes(self, old: Channel, new: Channel) -> None:
        tables = self.tables
        here = {s.rule for s in tables.subscriptions.values() if s.channel == new}
        for one in [s for s in tables.subscriptions.values() if s.channel == old]:
            del tables.subscriptions[one.id]
            if one.rule not in here:
                tables.subscriptions[one.id] = replace(one, channel=new)
        for number, (draft, where, at) in list(tables.drafts.items()):
            if where == old:
                wish = replace(draft.wish, channel=new) if draft.wish.channel == old else draft.wish
                tables.drafts[number] = (replace(draft, wish=wish), new, at)
        for number, change in list(tables.amendments.items()):
            if change.channel == old:
                before, after = (one and replace(one, channel=new) for one in (change.before, change.after))
                tables.amendments[number] = replace(change, channel=new, before=before, after=after)

    def _move_feeds(self, old: Channel, new: Channel) -> None:
        tables = self.tables
        for key in [key for key in tables.feeds if key[0] == old]:
            tables.feeds.setdefault((new, key[1]), replace(tables.feeds.pop(key), channel=new))
        if (secret := tables.addresses.pop(old, None)) is not None:
            tables.addresses.setdefault(new, secret)
        if (due := tables.rounds.pop(old, None)) is not None:
            tables.rounds.setdefault(new, due)

    def _move_words(self, old: Channel, new: Channel) -> None:
        tables = self.tables
        for key in [key for key in tables.edits if key[0] == old]:
            edit, there = tables.edits.pop(key), tables.edits.get((new, key[1]))
            joined = replace(there, due=there.due or edit.due, turn=there.turn + edit.turn) if there else edit
            tables.edits[new, key[1]] = joined
        for name, told in list(tables.notices.items()):
            if told.notice.channel == old and told.due:
                tables.notices[name] = replace(told, notice=replace(told.notice, channel=new))

    def _follow(self, row: Row, new: Channel) -> None:
        rows = self.tables.deliveries.values()
        rival = next(
            (r for r in rows if (r.paper, r.delivery.channel) == (row.paper, new) and r.delivery.state != "merged"),
            None,
        )
        if rival is not None and row.delivery.state != "merged":
            self._settle(rival, self.tables.deliveries[row.delivery.row])
        row = self.tables.deliveries[row.delivery.row]
        one = row.delivery
        begun = one.message is not None or one.digest is not None or one.doubt or row.leased_until is not None
        self._change(row, channel=new, named=(one.named or one.channel) if begun else None)

    def _join_customs(self, old: Channel, new: Channel, now: datetime) -> None:
        before = self.tables.customs.pop(old, Customs(old))
        there = self.tables.customs.get(new, Customs(new))
        joined = replace(
            there,
            options=options.over(there.options, before.options),
            zone=there.zone or before.zone,
            paused_until=there.paused_until or before.paused_until,
            who=there.who if there.who is not None else before.who,
        )
        if joined != Customs(new):
            self.tables.customs[new] = joined
        if before.lost_since or there.lost_since:
            self._bring_together(new, now)
            if new in self.tables.customs:
                self.tables.customs[new] = replace(joined, lost_since=None, lost_why=None)
            self.tables.budget[new] = utc(now)

    async def pending(self, channel: Channel) -> list[Delivery]:
        rows = [row for _, row in sorted(self.tables.deliveries.items()) if row.delivery.channel == channel]
        return [self._named(row) for row in rows if row.delivery.state == "pending"]

    # ── what is to be said ──
    def _keep_notices(self, told: Sequence[Notice], now: datetime) -> None:
        for name in [n for n, one in self.tables.notices.items() if not one.due and one.at < now - timedelta(days=60)]:
            del self.tables.notices[name]
        for one in told:
            if one.key not in self.tables.notices:
                number = self.tables.number("notice")
                kept = replace(one, number=number, post=unpack(pack(one.post), type(one.post)))
                self.tables.notices[one.key] = Told(kept, utc(now), utc(now))

    async def claim_notices(
        self,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        pace: Mapping[str, timedelta],
        crowd: Mapping[str, timedelta],
    ) -> list[Notice]:
        taken: list[Notice] = []
        for platform in pace:
            gap = crowd.get(platform, timedelta())
            most = min(limit, self._room(platform, gap, now))
            told = [t for t in self.tables.notices.values() if t.notice.channel.platform == platform]
            told = [t for t in told if t.due and t.due <= now and self._may_be_said(t, now)]
            told.sort(key=lambda t: (t.due or now, t.notice.number))
            first: dict[str, Told] = {}
            for one in told:
                first.setdefault(one.notice.person or str(one.notice.channel), one)
            mine = list(first.values())[:most]
            for one in mine:
                doubt = one.notice.doubt or one.leased_until is not None
                held = replace(one.notice, lease=one.notice.lease + 1, doubt=doubt)
                self.tables.notices[held.key] = replace(one, notice=held, leased_until=utc(now + lease))
                self.tables.budget[_who(held)] = now + pace[platform]
                taken.append(held)
            self._crowd(platform, gap, now, 2 * len(mine))
        return taken

    def _may_be_said(self, told: Told, now: datetime) -> bool:
        one, channel = told.notice, told.notice.channel
        free = (told.leased_until or LONG_AGO) <= now and self.tables.budget.get(_who(one), LONG_AGO) <= now
        if channel.platform in self.tables.outages or not free:
            return False
        if one.person is not None:
            return True
        customs = self.tables.customs.get(channel, Customs(channel))
        well = customs.lost_since is None and (customs.paused_until or LONG_AGO) <= now
        if one.anyway:
            return customs.lost_since is None
        ready = [r for r in self._pending([channel.platform]) if r.delivery.channel == channel]
        return well and not [r for r in ready if r.delivery.due and r.delivery.due <= now]

    async def noticed(self, notice: Notice, error: str | None = None) -> None:
        held = self._held_notice(notice)
        self.tables.notices[notice.key] = replace(held, due=None, leased_until=None)

    async def notice_later(self, notice: Notice, due: datetime, error: str, now: datetime, *, doubt: bool) -> None:
        held = self._held_notice(notice)
        told = replace(
            held.notice,
            attempts=held.notice.attempts + 1,
            first_tried=held.notice.first_tried or utc(now),
            doubt=held.notice.doubt or doubt,
        )
        self.tables.notices[notice.key] = replace(held, notice=told, due=utc(due), leased_until=None)

    def _held_notice(self, notice: Notice) -> Told:
        held = self.tables.notices.get(notice.key)
        if held is None or held.notice.lease != notice.lease or held.leased_until is None:
            raise LeaseLost(f"The notice {notice.number} is not under lease {notice.lease} any more.")
        return held

    # ── rounds without papers ──
    async def wishing(self) -> Mapping[Channel, tuple[Customs, Sequence[Subscription]]]:
        subs = [s for _, s in sorted(self.tables.subscriptions.items())]
        wanting = {s.channel for s in subs if s.options.empty == "say"}
        wanting |= {c for c, customs in self.tables.customs.items() if customs.options.empty == "say"}
        known = {one: self.tables.customs.get(one, Customs(one)) for one in sorted(wanting)}
        return {one: (known[one], tuple(s for s in subs if s.channel == one)) for one in known}

    async def arrange(self, rounds: Collection[Round], now: datetime) -> None:
        before = dict(self.tables.rounds)
        self.tables.rounds = {one.channel: _next(before.get(one.channel), one.due, now) for one in rounds}

    async def rounds(self, until: datetime) -> list[Round]:
        come = [Round(channel, due) for channel, due in self.tables.rounds.items() if due <= until]
        return sorted(come, key=lambda one: (one.due, str(one.channel)))

    async def close_round(self, round_: Round, then: Round | None, notice: Notice | None, now: datetime) -> bool:
        if self.tables.rounds.get(round_.channel) != round_.due:
            return False
        del self.tables.rounds[round_.channel]
        if then is not None:
            self.tables.rounds[round_.channel] = utc(then.due)
        if notice is None or any(self._is_for(row.delivery, round_, now) for row in self.tables.deliveries.values()):
            return False
        self._keep_notices((notice,), now)
        return True

    def _is_for(self, one: Delivery, round_: Round, now: datetime) -> bool:
        if one.channel != round_.channel or one.bundle is None or one.due is None:
            return False
        sent = one.state == "sent" and (one.due == round_.due or (one.posted_at or LONG_AGO) >= round_.due)
        return sent or (one.state == "pending" and one.due <= now)

    # ── doubt ──
    async def doubtful(self) -> list[Doubt]:
        waiting = [row.delivery for row in self.tables.deliveries.values() if row.delivery.state == "pending"]
        rows = [one for one in waiting if one.doubt]
        now = Counter(one.channel.platform for one in rows)
        return [
            Doubt(platform, now[platform], now[platform] + self.tables.doubted[platform])
            for platform in sorted({*now, *self.tables.doubted})
        ]


def _next(known: datetime | None, due: datetime, now: datetime) -> datetime:
    """A round that has come stays."""
    return known if known is not None and known <= now else utc(due)


def _who(notice: Notice) -> Channel:
    """Whose pace it is: the person's or the channel's."""
    if notice.person is None:
        return notice.channel
    platform, _, name = notice.person.partition(":")
    return Channel(platform, name)
