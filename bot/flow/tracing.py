"""What became of a paper in a channel, and what its rules say of it; for one that never came, who could have had it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import health, options, rules, sources
from bot.errors import RuleError, WordsWrong
from bot.flow import finding, own
from bot.flow.world import World, ranks
from bot.model import Ask, Channel, Delivery, Feed, Options, Paper, Reply, Subscription
from bot.replies import tracing
from bot.replies.tracing import Said, Trace

FORTNIGHT = timedelta(days=14)
"""For so long a paper's signals are watched: `renewing`."""


async def why(ask: Ask, words: str, world: World) -> Reply:
    """`/papers why`."""
    found = await finding.named(words, ask.channel, world)
    if not found:
        return tracing.never(words, sources.mentioned(words), await _sources(ask.channel, world), world.clock())
    if len(found) > 1:
        return tracing.several(found)
    traced = await trace(found[0], ask.channel, world)
    return tracing.why(traced, world.clock())


async def find(ask: Ask, world: World) -> Reply:
    """`/papers find`: the card, and where it is discussed here."""
    found = await finding.asked(ask, world)
    if not found:
        return tracing.unknown(ask.words)
    if len(found) > 1:
        return tracing.several(found)
    return tracing.found(found[0], await _here(found[0], ask.channel, world), world.clock())


async def trace(paper: Paper, channel: Channel, world: World) -> Trace:
    """All that is known of a paper in a channel."""
    book = await world.store.subscriptions(channel)
    made = await world.store.made(channel)
    _, places = await ranks([paper], world, world.clock())
    said = await asyncio.to_thread(_judged, book, made, paper, places, world.acronyms)
    here = await _here(paper, channel, world)
    customs = (await world.store.customs([channel]))[channel]
    wanted = options.effective(Options(), customs, world.zone)
    return Trace(paper, here, said, await _unposted(paper, here, said, world), wanted)


async def _here(paper: Paper, channel: Channel, world: World) -> Delivery | None:
    reached = await world.store.reached(paper.id, own=(channel,))
    return next((one for one in reached if one.channel == channel), None)


def _judged(
    book: list[Subscription],
    made: Mapping[int, datetime],
    paper: Paper,
    places: Mapping[str, int],
    acronyms: rules.Acronyms,
) -> tuple[Said, ...]:
    said = []
    for one in book:
        try:
            told = rules.explain(rules.parse(one.rule, acronyms), paper, acronyms=acronyms, ranks=places)
        except RuleError:  # of another version's language; the engine leaves it out, too
            continue
        said.append(Said(one, told, made.get(one.id)))
    return tuple(said)


async def _unposted(paper: Paper, here: Delivery | None, said: tuple[Said, ...], world: World) -> str:
    """Why a paper that a rule hits was never planned for the channel; empty where it was, or none does."""
    hits = [one for one in said if one.told.hit]
    if here is not None or not hits or paper.seen is None:
        return ""
    began = min((one.made for one in hits if one.made), default=None)
    feeds = {sources.mask(address): kept for address, kept in (await world.store.bookmarks()).items()}
    kept = feeds.get(paper.source)
    day = (paper.announced or paper.published or paper.seen).date()
    if kept and (kept.baseline_at is None or paper.seen <= kept.baseline_at):
        return "It stood in its source's first reading, which is stored and searched, and not posted."
    if kept and day in await world.store.backfilled(kept.address) and day < paper.seen.date():
        return "It came with the source's past, which is stored and searched, and not posted."
    if began and paper.seen < began:
        return "It was seen before the rule was made: a rule brings what comes after it."
    dated = paper.announced or paper.published
    if world.max_age and dated and paper.seen - dated > world.max_age:
        return f"Its source dated it {(paper.seen - dated).days} days back: so old ones are stored, and not posted."
    if world.clock() - paper.seen > FORTNIGHT:
        return "The rule hits it as it is now; when it was watched, for its first 14 days, it did not."
    return "The rule hits it as it is now, with what has become known since; it is asked again within hours."


async def _sources(channel: Channel, world: World) -> tuple[tracing.Could, ...]:
    """The sources that this channel hears of, and how they are."""
    known = await world.store.bookmarks()
    return tuple(
        tracing.Could(sources.mask(one), health.told(feed(one), known.get(one), world.clock()), known.get(one))
        for one in await own.heard(channel, world)
    )


def feed(address: str) -> Feed:
    """The feed of an address that was good once."""
    try:
        return sources.resolve(address)
    except WordsWrong:
        return Feed(address, address)
