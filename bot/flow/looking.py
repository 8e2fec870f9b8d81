"""Looking back over the papers that are stored, as one channel may see them: for previews, searches, first papers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot import rules
from bot.flow.world import World, ranks
from bot.matching import Ranks
from bot.model import Channel, Paper

RECENT = 3000
"""Papers that are looked back on: a month of the default feeds, answered well within 3 seconds."""


@dataclass(frozen=True, slots=True)
class Back:
    """The newest stored papers, and each one's place in its day where the rule asks for it."""

    rule: rules.Rule
    papers: tuple[Paper, ...]
    places: Ranks


async def back(rule: rules.Rule, channel: Channel, world: World) -> Back:
    """What a rule typed in this channel may find."""
    papers = await world.store.papers(limit=RECENT, own=(channel,))
    _, places = await ranks(papers, world, world.clock()) if "top:" in rules.write(rule) else ({}, {})
    return Back(rule, tuple(papers), places)


async def tested(seen: Back, world: World) -> rules.Backtest:
    """What the rule would have brought; off the event loop."""
    now, known = world.clock(), world.acronyms
    async with world.looking:
        return await asyncio.to_thread(
            rules.backtest, seen.rule, seen.papers, now, acronyms=known, ranks=seen.places, shelf=world.shelf
        )


async def hits(seen: Back, papers: Sequence[Paper], world: World) -> list[Paper]:
    """Those of `papers` that the rule finds; off the event loop."""
    async with world.looking:
        return await asyncio.to_thread(_hits, seen, papers, world.acronyms, world.shelf)


async def exclusions(seen: Back, paper: Paper, world: World) -> tuple[rules.Exclusion, ...]:
    """What could be left out of the rule, so that this paper would not have come; off the event loop."""
    async with world.looking:
        return await asyncio.to_thread(
            rules.exclusions, seen.rule, paper, seen.papers, world.acronyms, shelf=world.shelf
        )


def _hits(seen: Back, papers: Sequence[Paper], acronyms: rules.Acronyms, shelf: rules.Shelf) -> list[Paper]:
    engine = rules.Engine(acronyms, shelf)
    engine.add(0, seen.rule)
    return [paper for paper, keys in zip(papers, engine.match(papers, seen.places), strict=True) if keys]
