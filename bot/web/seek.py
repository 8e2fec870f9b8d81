"""Search over stored papers: the index lets few in, the rule engine decides, in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from bot.model import Channel, Paper
from bot.ports import Store
from bot.public import PUBLIC, public
from bot.rules import Acronyms, Engine, Explanation, Rule, Shelf, explain, trending, write
from bot.rules.lesser import replaced
from bot.rules.narrow import needs
from bot.rules.tree import Word, leaves
from bot.rules.vocabulary import may_be_a_slip, meant
from bot.web.door import Wrong

_T = TypeVar("_T")

MOST = 2_000
"""Papers that one search asks the engine about; about a second. Where it stopped is said, and leads on."""
LEAST, CHUNK = 12, 128
"""Papers asked about at once: as few as may fill the page, since most of what the index lets in does match."""
WAITING = 8
"""Searches that may wait for their turn; more are told to come back."""
FRESH = 32
"""Papers made searchable before a search: what has just come is found at once in all but the largest polls."""
NEAR = 5
"""Words that are looked at for the one that was meant."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that the rule hits, and why."""

    paper: Paper
    why: Explanation


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, the newest first.

    `more` is where the next page begins, None when there is none; `stopped` that the search ended before its page was
    full, at papers of `until`; `unindexed` how many papers cannot be found yet.
    """

    hits: tuple[Hit, ...]
    more: int | None = None
    stopped: bool = False
    until: datetime | None = None
    unindexed: int = 0


@dataclass(frozen=True, slots=True)
class Meant:
    """A word that no paper has, the one that may be meant, and the rule with it."""

    term: str
    word: str | None = None
    rule: str | None = None


class Seeker:
    """Searches one after the other, off the event loop.

    `shelf` keeps what papers have been read, for chats' previews too; whoever takes from it has `looking`.
    """

    def __init__(
        self, store: Store, acronyms: Acronyms, shelf: Shelf | None = None, looking: asyncio.Lock | None = None
    ) -> None:
        self.store = store
        self.acronyms = acronyms
        self._shelf = shelf or Shelf()
        self._looking = looking or asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def find(self, rule: Rule, *, before: int | None = None, most: int = 20, why: bool = True) -> Found:
        """The newest papers that the rule hits, from `before` on; with `why` each is explained, 2 ms a paper."""
        async with _Turn(self):
            unindexed = await self.store.index(FRESH)
            return await self._find(rule, before, most, unindexed, why=why)

    async def run(self, work: Callable[..., _T], *given: object) -> _T:
        """Do some work for a page in the searching thread, in turn."""
        async with _Turn(self):
            return await self._off(work, *given)

    async def _off(self, work: Callable[..., _T], *given: object) -> _T:
        async with self._looking:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _find(self, rule: Rule, before: int | None, most: int, unindexed: int, *, why: bool) -> Found:
        need, ranks = needs(rule, self.acronyms), Ranks(self.store) if "top:" in write(rule) else None
        hits: list[tuple[int, Paper]] = []
        looked, place, chunk, own = 0, before, list[tuple[int, Paper]](), await self.open_channels()
        while looked < MOST and len(hits) <= most:
            limit = _enough(most + 1 - len(hits), len(hits), looked)
            chunk = await self.store.narrowed(need, before=place, limit=limit, own=own)
            if not chunk:
                break
            looked, place = looked + len(chunk), chunk[-1][0]
            papers = [paper for _, paper in chunk]
            places = await ranks.of(papers) if ranks else {}
            let_in = {id(paper) for paper in await self._off(self._hits, rule, papers, places)}
            hits += [one for one in chunk if id(one[1]) in let_in]
        shown = [paper for _, paper in hits[:most]]
        told = tuple(Hit(paper, Explanation(True)) for paper in shown)
        if why:
            told = await self._off(self._told, rule, shown, dict(ranks.places) if ranks else {})
        if len(hits) > most:
            return Found(told, more=hits[most - 1][0], unindexed=unindexed)
        if not chunk:
            return Found(told, unindexed=unindexed)
        return Found(told, more=place, stopped=True, until=_when(chunk[-1][1]), unindexed=unindexed)

    async def open_channels(self) -> list[Channel]:
        """The channels of which everybody may read what their own feeds have brought."""
        return [channel for channel in await self.store.owners() if public(channel)]

    def matched(self, rules: Sequence[Rule], papers: Sequence[Paper], ranks: Mapping[str, int]) -> list[list[int]]:
        """For each paper the rules that it meets, by their place in the list. In the searching thread only."""
        engine = Engine(self.acronyms, self._shelf)
        for key, rule in enumerate(rules):
            engine.add(key, rule)
        return engine.match(papers, ranks)

    def _hits(self, rule: Rule, papers: list[Paper], ranks: Mapping[str, int]) -> list[Paper]:
        found = self.matched([rule], papers, ranks)
        return [paper for paper, keys in zip(papers, found, strict=True) if keys]

    def _told(self, rule: Rule, papers: list[Paper], ranks: Mapping[str, int]) -> tuple[Hit, ...]:
        return tuple(Hit(paper, explain(rule, paper, acronyms=self.acronyms, ranks=ranks)) for paper in papers)

    async def meant(self, rule: Rule) -> list[Meant]:
        """The rule's words that no paper has, each with what may be meant instead."""
        found, own = [], await self.open_channels()
        for leaf in dict.fromkeys(leaves(rule.tree)):
            alone = needs(Rule(leaf), self.acronyms)
            if not may_be_a_slip(leaf) or alone is None or await self.store.narrowed(alone, limit=1, own=own):
                continue
            word = await self._near(leaf, own) if isinstance(leaf, Word) else None
            better = write(Rule(replaced(rule.tree, leaf, Word(word)))) if word else None
            found.append(Meant(write(Rule(leaf)), word, better))
        return found

    async def _near(self, leaf: Word, own: Collection[Channel]) -> str | None:
        """What may be meant by a word, of those that stand in papers which everybody may read."""
        near = {w: n for w, n in (await self.store.vocabulary(leaf.text[:2], 2)).items() if w[:1] != "_"}
        for _ in range(NEAR):
            word = await self.run(meant, leaf, near)
            alone = needs(Rule(Word(word)), self.acronyms) if word else None
            if word is None or (alone is not None and await self.store.narrowed(alone, limit=1, own=own)):
                return word
            near.pop(word, None)
        return None


class _Turn:
    """One search at a time, and only so many that wait."""

    def __init__(self, seeker: Seeker) -> None:
        self.seeker = seeker

    async def __aenter__(self) -> None:
        if self.seeker._waiting >= WAITING:
            raise Wrong(503, "Many are searching at this moment; try again in a few seconds.")
        self.seeker._waiting += 1
        try:
            await self.seeker._turn.acquire()
        finally:
            self.seeker._waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self.seeker._turn.release()


class Ranks:
    """Papers' places in their days' trending order, each day looked up once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.days: set[date] = set()
        self.places: dict[str, int] = {}

    async def of(self, papers: Sequence[Paper]) -> Mapping[str, int]:
        for day in {when.date() for paper in papers if (when := _when(paper))} - self.days:
            self.days.add(day)
            self.places |= trending(await self.store.day(day), await self.store.votes(day, PUBLIC))
        return self.places


def _enough(wanted: int, hits: int, looked: int) -> int:
    """How many papers to look at for so many more hits, going by what the ones looked at have brought."""
    rate = hits / looked if looked else 0.9
    return max(LEAST, min(CHUNK, round(1.2 * wanted / max(rate, 0.05))))


def _when(paper: Paper) -> datetime | None:
    return paper.announced or paper.seen
