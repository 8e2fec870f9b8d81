"""How a channel stands: what it had, what is to come, and how the sources it hears of are doing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot import health, options, rounds, rules, sources
from bot.errors import RuleError
from bot.flow import own
from bot.flow.tracing import feed
from bot.flow.world import World, wishes
from bot.model import Channel, Delivery, Options, Paper, Reply, Subscription
from bot.replies import standing
from bot.replies.standing import Source, Standing

WEEK = timedelta(days=7)
LOOKED = 3000
"""Papers of the week that are counted."""
NEAR = 150
"""Papers of the week that are looked at for the nearest miss, and the rules: about half a second in a thread."""
RULES = 6
NOT_NEW = "on:new"
"""What else is missing where a paper is not even new: that is not near."""


async def status(channel: Channel, world: World) -> Reply:
    """`/papers status`."""
    return standing.status(await gathered(channel, world), world.clock())


async def gathered(channel: Channel, world: World) -> Standing:
    """All that the words need."""
    now, store = world.clock(), world.store
    book = await store.subscriptions(channel)
    customs = (await store.customs([channel]))[channel]
    counts = options.effective(Options(), customs, world.zone)
    wanted = [(await wishes([channel], world))(one) for one in book] or [counts]
    had, waits = await store.lately(channel, now - WEEK), await store.deliveries(channel)
    pending = [one for one in waits if one.state == "pending"]
    papers = await store.papers(since=now - WEEK, limit=LOOKED, own=(channel,))
    silent = bool(book) and not had and not pending
    last = had[0] if had else next(iter(await store.lately(channel, datetime.min.replace(tzinfo=now.tzinfo), 1)), None)
    return Standing(
        customs,
        counts,
        rules=len(book),
        last=last,
        posted=len(had),
        at_once=any(one.mode == "instant" for one in wanted),
        waiting=len(pending),
        next=_next(pending, wanted, now),
        sources=await _sources(channel, papers, waits, world),
        near=await asyncio.to_thread(_nearest, book[:RULES], papers[:NEAR], world.acronyms) if silent else None,
        held=sum(one.state == "held" for one in waits),
    )


def _next(pending: Sequence[Delivery], wanted: Iterable[Options], now: datetime) -> datetime | None:
    """The next digest: one that waits, else the soonest of any rule; None where each paper comes at once."""
    coming = [one.due for one in pending if one.bundle and one.due and one.due > now]
    rules_ = [rounds.next_round(one, now) for one in wanted if one.mode != "instant"]
    return min([*coming, *rules_], default=None)


async def _sources(
    channel: Channel, papers: Sequence[Paper], waits: Sequence[Delivery], world: World
) -> tuple[Source, ...]:
    known = await world.store.bookmarks()
    came = {paper.id: paper.source for paper in papers}
    seen = Counter(came.values())
    matched = Counter(came[one.paper] for one in waits if one.paper in came)
    held = Counter(came[one.paper] for one in waits if one.paper in came and one.state == "held")
    found = []
    for address in await own.heard(channel, world):
        name, kept = sources.mask(address), known.get(address)
        told = health.told(feed(address), kept, world.clock())
        due, total = (kept.due, kept.habits.seen) if kept else (None, 0)
        found.append(Source(name, told, due, seen[name], matched[name], held[name], total))
    return tuple(found)


def _nearest(
    book: Sequence[Subscription], papers: Sequence[Paper], acronyms: rules.Acronyms
) -> tuple[Paper, str] | None:
    """The paper that missed a rule by least, if by a term or two: with what it has, and what it lacks."""
    best: tuple[int, Paper, str] | None = None
    for one in book:
        try:
            rule = rules.parse(one.rule, acronyms)
        except RuleError:
            continue
        for paper in papers:
            told = rules.explain(rule, paper, acronyms=acronyms)
            short = len(told.missing)
            near = short < (best[0] if best else 3) and (short == 1 or NOT_NEW not in told.missing)
            if not told.hit and told.reasons and near:
                best = (short, paper, standing.missed(one.id, told.missing))
    return best[1:] if best else None
