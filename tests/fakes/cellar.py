"""The Upkeep port in memory, over the same tables as the rest of the fake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.habits import Harvest, Tempo
from bot.model import Amendment, Channel, Line, Options, Original, Paper, Post, Span, Subscription
from bot.ports.upkeep import NOBODY
from bot.public import inbox
from bot.store.plain import clean, pack, utc
from tests.fakes.tables import Tables

OF_CHANNEL = (
    "subscriptions",
    "drafts",
    "feeds",
    "customs",
    "budget",
    "edits",
    "addresses",
    "deliveries",
    "messages",
    "amendments",
    "rounds",
    "notices",
)
BESIDE = ("inboxes", "votes", "news", "told", "claims", "saved", "papers")


class Cellar:
    """Upkeep over `Tables`."""

    tables: Tables

    async def thin(self, papers: datetime | None, deliveries: datetime | None, limit: int) -> int:
        looked = self._thin_papers(papers, limit) if papers else 0
        return looked + (self._thin_deliveries(deliveries, limit) if deliveries else 0)

    def _thin_papers(self, before: datetime, limit: int) -> int:
        looked = 0
        for number in sorted(n for n in self.tables.papers if n > self.tables.thinned["papers"])[:limit]:
            paper = self.tables.papers[number]
            if paper.seen is None or paper.seen >= before:
                break
            self.tables.papers[number] = _thin(paper)
            self.tables.thinned["papers"], looked = number, looked + 1
        return looked

    def _thin_deliveries(self, before: datetime, limit: int) -> int:
        looked = 0
        for number in sorted(n for n in self.tables.deliveries if n > self.tables.thinned["deliveries"])[:limit]:
            row = self.tables.deliveries[number]
            if (row.delivery.posted_at or row.delivery.due or before) >= before:
                break
            if row.delivery.state not in ("pending", "held"):
                error = None if row.delivery.state == "sent" else row.delivery.error
                bare = replace(row.delivery, reasons=(), options=Options(), error=error)
                self.tables.deliveries[number] = replace(row, delivery=bare)
                self.tables.news = {key: one for key, one in self.tables.news.items() if key[0] != number}
                self.tables.votes = {key: one for key, one in self.tables.votes.items() if key[0] != number}
            self.tables.thinned["deliveries"], looked = number, looked + 1
        return looked

    async def forget(self, person: str) -> Mapping[str, int]:
        name, taken = clean(person), Counter[str]()
        if person.startswith(("email:", "local:")):
            taken["own messages"] += await self.purge(inbox(name) if name[0] == "l" else Channel.parse(name))
        for channel in [channel for channel, whose in self.tables.inboxes.items() if whose == name]:
            taken["own messages"] += await self.purge(channel)
        taken |= self._disown(name)
        taken |= self._take_out(name)
        taken |= self._unsay(name) + taken
        if taken["subscription"]:
            self.tables.number("version")
        return {table: count for table, count in taken.items() if count}

    def _unsay(self, name: str) -> Counter[str]:
        """Where the bot named them it names somebody; what was asked of them or told about them is gone."""
        kept = self.tables
        said = {n: one for n, one in kept.messages.items() if _names(one.post, name)}
        told = {key: one for key, one in kept.notices.items() if _names(one.notice.post, name)}
        kept.messages |= {n: replace(one, post=_unnamed(one.post, name)) for n, one in said.items()}
        for key, one in told.items():
            kept.notices[key] = replace(one, notice=replace(one.notice, post=_unnamed(one.notice.post, name)))
        bare = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name.partition(':')[2])}(?![A-Za-z0-9])")
        mine = [key for key, one in kept.errands.items() if key[0] == name.partition(":")[0] and bare.search(repr(one))]
        for gone in mine:
            del kept.errands[gone]
        return Counter({"message": len(said), "notice": len(told), "errand": len(mine)})

    def _disown(self, name: str) -> Counter[str]:
        """What stays the channel's, made by nobody."""
        kept, before = self.tables, Counter[str]()
        mine = {number: one for number, one in kept.subscriptions.items() if one.creator == name}
        feeds = {key: one for key, one in kept.feeds.items() if one.creator == name}
        said = {number: one for number, one in kept.messages.items() if one.author == name}
        blank = Post(Line((Span("(forgotten)"),)))
        kept.subscriptions |= {number: replace(one, creator=NOBODY) for number, one in mine.items()}
        kept.feeds |= {key: replace(one, creator=NOBODY) for key, one in feeds.items()}
        kept.messages |= {
            number: replace(one, author=NOBODY, post=blank, key=f"forgotten:{number}") for number, one in said.items()
        }
        return before + Counter({"subscription": len(mine), "channel_feed": len(feeds), "message": len(said)})

    def _take_out(self, name: str) -> Counter[str]:
        """What was theirs alone."""
        kept = self.tables
        drafts = {number: pair for number, pair in kept.drafts.items() if pair[0].wish.creator != name}
        votes = {key: None for key in kept.votes if key[1] != name}
        told = {about: at for about, at in kept.told.items() if not about.endswith(f"|{name}")}
        gone = {"draft": len(kept.drafts) - len(drafts), "vote": len(kept.votes) - len(votes)}
        saved = {key: at for key, at in kept.saved.items() if key[0] != name}
        changes = {n: one for n, one in kept.amendments.items() if name not in _people(one)}
        gone |= {"saved": len(kept.saved) - len(saved), "amendment": len(kept.amendments) - len(changes)}
        kept.saved, kept.amendments = saved, changes
        gone["told"] = len(kept.told) - len(told)
        notices = {key: one for key, one in kept.notices.items() if one.notice.person != name}
        gone["notice"], kept.notices = len(kept.notices) - len(notices), notices
        kept.drafts, kept.votes, kept.told = drafts, votes, told
        platform, _, place = name.partition(":")
        gone["budget"] = int(kept.budget.pop(Channel(platform, place), None) is not None)
        gone |= self._take_off(name)
        return Counter(gone)

    def _take_off(self, name: str) -> dict[str, int]:
        """Off the lists of those who may change a channel's rules."""
        named = {place: one for place, one in self.tables.customs.items() if one.who and name in one.who}
        for place, one in named.items():
            left = tuple(each for each in one.who or () if each != name)
            self.tables.customs[place] = replace(one, who=left or ("managers",))
        return {"custom": len(named)}

    async def housed(self, homes: Collection[str]) -> list[Channel]:
        kept = self.tables
        known = {one.channel for one in kept.subscriptions.values()} | kept.customs.keys()
        known |= {channel for channel, _ in kept.feeds}
        return sorted(one for one in known if "/" in one.place and str(one).partition("/")[0] in homes)

    async def purge(self, channel: Channel) -> int:
        before = self._rows()
        kept = self.tables
        gone = {number for number, row in kept.deliveries.items() if row.delivery.channel == channel}
        kept.votes = {key: one for key, one in kept.votes.items() if key[0] not in gone}
        kept.news = {key: one for key, one in kept.news.items() if key[0] not in gone}
        kept.deliveries = {number: row for number, row in kept.deliveries.items() if number not in gone}
        kept.subscriptions = {n: one for n, one in kept.subscriptions.items() if one.channel != channel}
        kept.drafts = {n: pair for n, pair in kept.drafts.items() if pair[1] != channel}
        kept.amendments = {n: one for n, one in kept.amendments.items() if one.channel != channel}
        kept.feeds = {key: one for key, one in kept.feeds.items() if key[0] != channel}
        kept.amendments = {n: one for n, one in kept.amendments.items() if one.channel != channel}
        kept.edits = {key: one for key, one in kept.edits.items() if key[0] != channel}
        kept.messages = {n: one for n, one in kept.messages.items() if one.channel != channel}
        kept.told = {about: at for about, at in kept.told.items() if str(channel) not in about.split("|")[1:]}
        kept.notices = {key: one for key, one in kept.notices.items() if one.notice.channel != channel}
        for table in (kept.customs, kept.budget, kept.addresses, kept.rounds, kept.inboxes):
            table.pop(channel, None)
        kept.claims = {key: n for key, n in kept.claims.items() if key[0] != channel}
        copies = {n for n, owner in kept.own.items() if owner == channel}
        kept.saved = {key: at for key, at in kept.saved.items() if key[1] not in copies}
        kept.papers = {n: one for n, one in kept.papers.items() if n not in copies}
        kept.own = {n: owner for n, owner in kept.own.items() if n not in copies}
        kept.number("version")
        return before - self._rows()

    def _rows(self) -> int:
        return sum(len(getattr(self.tables, table)) for table in (*OF_CHANNEL, *BESIDE))

    async def subscription(self, id: int) -> Subscription | None:
        return self.tables.subscriptions.get(id)

    async def tempo(self, channel: Channel, start: datetime, middle: datetime) -> Tempo:
        mine = [row.delivery for row in self.tables.deliveries.values() if row.delivery.channel == channel]
        had = [one.posted_at for one in mine if one.posted_at and one.posted_at >= start]
        lately = sum(at >= middle for at in had)
        return Tempo(len(had) - lately, lately, sum(one.state in ("pending", "held") for one in mine))

    async def idle(self, channel: Channel, since: datetime) -> list[Subscription]:
        mine = [row.delivery for row in self.tables.deliveries.values() if row.delivery.channel == channel]
        there = [d for d in mine if d.state in ("pending", "held") or (d.posted_at and d.posted_at >= since)]
        busy = {reason.rule for one in there for reason in one.reasons}
        old = [one for _, one in sorted(self.tables.subscriptions.items()) if self.tables.made[one.id] < since]
        return [o for o in old if o.channel == channel and o.state == "active" and o.rule not in busy]

    async def harvest(self, channel: Channel, since: datetime) -> list[tuple[Subscription, Harvest]]:
        mine = [row.delivery for row in self.tables.deliveries.values() if row.delivery.channel == channel]
        had = [(one, one.posted_at) for one in mine if one.posted_at is not None and one.posted_at >= since]
        found = []
        for _, one in sorted(self.tables.subscriptions.items()):
            by = [(at, reason.term) for each, at in had for reason in each.reasons if reason.rule == one.rule]
            if by and one.channel == channel and one.state == "active" and self.tables.made[one.id] < since:
                papers = sum(any(reason.rule == one.rule for reason in each.reasons) for each, _ in had)
                found.append((one, Harvest(papers, min(at for at, _ in by), frozenset(term for _, term in by))))
        return found

    async def heard(self, about: str) -> datetime | None:
        return self.tables.told.get(clean(about))

    async def tell_once(self, about: str, now: datetime) -> None:
        self.tables.told[clean(about)] = utc(now).astimezone(UTC)

    async def hush(self, about: str) -> None:
        self.tables.told.pop(clean(about), None)


def _people(change: Amendment) -> set[str]:
    sides = [one.creator for one in (change.before, change.after) if one]
    return {change.person, *sides}


def _thin(paper: Paper) -> Paper:
    signals = replace(paper.signals, gist=None, keywords=())
    return replace(paper, abstract="", authors=paper.authors[:3], original=Original(), signals=signals)


def _names(post: Post, name: str) -> bool:
    return f'"{name}"' in pack(post)


def _unnamed(post: Post, name: str) -> Post:
    """The post with somebody in the person's place."""
    return msgspec.convert(_somebody(msgspec.to_builtins(post), name), Post)


def _somebody(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        known = value | ({"text": "Somebody", "person": None} if value.get("person") == name else {})
        return {key: _somebody(part, name) for key, part in known.items()}
    return [_somebody(part, name) for part in value] if isinstance(value, list | tuple) else value
