"""The part of the fake store that keeps to a channel what only its own feeds have said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.model import Channel, Paper
from bot.store.identity import change, first_seen, ids, update
from bot.store.plain import clean
from tests.fakes.wishes import Wishes, _kept


class FakePrivate(Wishes):
    """`bot.ports.private` over `Tables`."""

    def _met(self, paper: Paper) -> list[int]:
        raise NotImplementedError

    def _keep(self, paper: Paper, now: datetime) -> None:
        raise NotImplementedError

    def _put(self, number: int, paper: Paper) -> None:
        raise NotImplementedError

    def _absorb(self, younger: int, older: int) -> None:
        raise NotImplementedError

    async def private(self, papers: Sequence[Paper]) -> Mapping[str, Mapping[Channel, Paper | None]]:
        found: dict[str, dict[Channel, Paper | None]] = {}
        for paper in papers:
            for channel in {channel for channel, _ in self.tables.claims} if not self._met(paper) else ():
                copies = self._called(paper, channel)
                if copies:
                    mine = [self.tables.papers[number] for number in copies if number in self.tables.own]
                    found.setdefault(paper.id, {})[channel] = mine[0] if mine else None
        return found

    async def changed_own(
        self, papers: Sequence[Paper], channels: Collection[Channel]
    ) -> list[tuple[Channel, Paper, Paper]]:
        told = []
        for channel in channels:
            for paper in papers:
                copies = self._called(paper, channel)
                if not copies or self._met(paper) or any(number not in self.tables.own for number in copies):
                    continue
                pair = change(self.tables.papers[copies[0]], paper)
                told += [(channel, *pair)] if pair and copies[0] > self.tables.thinned["papers"] else []
        return told

    async def owners(self) -> list[Channel]:
        return sorted(set(self.tables.own.values()), key=str)

    def _called(self, paper: Paper, channel: Channel) -> list[int]:
        claims = self.tables.claims
        return sorted({claims[channel, name] for name in ids(paper) if (channel, name) in claims})

    def _found(self, name: str, own: Collection[Channel]) -> list[int]:
        """The numbers of a paper by one id, for whoever may see these channels' copies."""
        claims = [self.tables.claims.get((channel, clean(name))) for channel in own]
        return list(dict.fromkeys(n for n in (self.tables.names.get(clean(name)), *claims) if n is not None))

    def _keep_for(self, papers: Sequence[Paper], audience: frozenset[Channel] | None, now: datetime) -> None:
        for paper in papers if audience is None else ():
            self._keep(paper, now)
        for channel in sorted(audience or (), key=str):
            for paper in papers:
                self._keep_own(paper, channel, now)

    def _keep_own(self, paper: Paper, channel: Channel, now: datetime) -> None:
        met = {*self._met(paper), *self._called(paper, channel)}
        mine = sorted(number for number in met if number in self.tables.own)
        shared = sorted(met.difference(mine))
        if shared:
            number = shared[0]
            for copy in mine:
                self._take_in(copy, number)
        else:
            number, *younger = mine or [self.tables.number("paper")]
            known = self.tables.papers.get(number) or first_seen(paper, now)
            for copy in younger:
                known = update(known, self.tables.papers[copy])
                self._take_in(copy, number)
            self._put(number, _kept(update(known, paper)))
            self.tables.own[number] = channel
        for name in set(ids(paper)) - self.tables.names.keys():
            self.tables.claims[channel, name] = number

    def _take_in(self, copy: int, number: int) -> None:
        """A copy goes up in another paper: what hangs on it hangs on that one."""
        del self.tables.papers[copy]
        self._absorb(copy, number)
        self._absorb_saved(copy, number)

    def _move_copies(self, old: Channel, new: Channel) -> None:
        tables = self.tables
        for channel, name in [key for key in tables.claims if key[0] == old]:
            one, other = tables.claims[channel, name], tables.claims.get((new, name))
            copies = [number for number in (one, other) if number in tables.own]
            if other is not None and other != one and copies:
                self._take_in(max(copies), one if max(copies) == other else other)
        for channel, name in [key for key in tables.claims if key[0] == old]:
            tables.claims.setdefault((new, name), tables.claims.pop((channel, name)))
        tables.own = {number: new if channel == old else channel for number, channel in tables.own.items()}
