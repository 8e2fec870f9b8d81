"""What a new subscription begins with: the newest stored papers that it finds, so that a team sees some at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot import rules
from bot.flow import own
from bot.flow.world import World, ranks
from bot.matching import Ranks
from bot.model import Delivery, Options, Paper, Reason, Subscription

LOOK_BACK = timedelta(days=7)
RECENT = 3000


async def begin(wish: Subscription, wanted: Options, world: World) -> tuple[tuple[Delivery, ...], float | None]:
    """Deliveries of up to `start` papers of the last seven days, due now, and how many a week there were."""
    now = world.clock()
    papers = await own.visible(await world.store.papers(limit=RECENT), wish.channel, world)
    _, places = await ranks(papers, world, now) if "top:" in wish.rule else ({}, {})
    rule = rules.parse(wish.rule, world.acronyms)
    caught = await asyncio.to_thread(rules.backtest, rule, papers, now, acronyms=world.acronyms, ranks=places)
    if not wanted.start:
        return (), caught.weekly
    had = {one.paper for one in await world.store.deliveries(wish.channel, limit=10_000)}
    fresh = [paper for paper in papers if _day(paper, now) and paper.id not in had]
    found = await asyncio.to_thread(_found, rule, fresh, places, world.acronyms, wanted.start)
    first = tuple(
        Delivery(paper.id, wish.channel, _reasons(reasons, wish), due=now, bundle="start", options=wanted)
        for paper, reasons in found
    )
    return first, caught.weekly


def _day(paper: Paper, now: datetime) -> bool:
    when = paper.announced or paper.seen
    return when is not None and when > now - LOOK_BACK


def _reasons(reasons: tuple[Reason, ...], wish: Subscription) -> tuple[Reason, ...]:
    return tuple(Reason(one.term, one.field, one.start, one.end, wish.rule) for one in reasons)


def _found(
    rule: rules.Rule, papers: list[Paper], places: Ranks, acronyms: rules.Acronyms, most: int
) -> list[tuple[Paper, tuple[Reason, ...]]]:
    """The newest that match, and why."""
    engine = rules.Engine(acronyms)
    engine.add(0, rule)
    hits = [paper for paper, keys in zip(papers, engine.match(papers, places), strict=True) if keys][:most]
    return [(one, rules.explain(rule, one, acronyms=acronyms, ranks=places).reasons) for one in hits]
