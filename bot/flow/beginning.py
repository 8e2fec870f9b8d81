"""What a new subscription begins with: the newest stored papers that it finds, so that a team sees some at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot import rules
from bot.flow import looking
from bot.flow.world import World
from bot.model import Delivery, Options, Paper, Subscription

LOOK_BACK = timedelta(days=7)


async def begin(wish: Subscription, wanted: Options, world: World) -> tuple[tuple[Delivery, ...], float | None]:
    """Deliveries of up to `start` papers of the last seven days, due now, and how many a week there were."""
    seen = await looking.back(rules.parse(wish.rule, world.acronyms), wish.channel, world)
    weekly = (await looking.tested(seen, world)).weekly
    if not wanted.start:
        return (), weekly
    had = {one.paper for one in await world.store.deliveries(wish.channel)}
    fresh = [paper for paper in seen.papers if _is_fresh(paper, world.clock()) and paper.id not in had]
    found = (await looking.hits(seen, fresh, world))[: wanted.start]
    return tuple(_first(paper, seen, wish, wanted, world) for paper in found), weekly


def _is_fresh(paper: Paper, now: datetime) -> bool:
    when = paper.announced or paper.seen
    return when is not None and when > now - LOOK_BACK


def _first(paper: Paper, seen: looking.Back, wish: Subscription, wanted: Options, world: World) -> Delivery:
    why = rules.explain(seen.rule, paper, acronyms=world.acronyms, ranks=seen.places).reasons
    reasons = tuple(replace(one, rule=wish.rule) for one in why)
    return Delivery(paper.id, wish.channel, reasons, due=world.clock(), bundle="start", options=wanted)
