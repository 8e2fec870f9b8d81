"""How and when a channel gets its papers: its settings, a pause, what it had."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import commands, matching, options, schedule, summary
from bot.flow.world import World, wishes
from bot.model import Ask, Channel, Options, Reply
from bot.replies import when


async def answer(ask: Ask, wanted: commands.Delivering, world: World) -> Reply:
    """What the bot says to such a command."""
    match wanted:
        case commands.Settings(given):
            return await _settings(ask, given, world)
        case commands.Pause(span):
            return await _pause(ask, span, world)
        case commands.Resume():
            return await _resume(ask, world)
        case commands.Top(span):
            had = await world.store.lately(ask.channel, world.clock() - span)
            return when.top(summary.ranked(had), span.days)


async def replan(channel: Channel, world: World) -> None:
    """What waits in a channel is planned by what it wants now."""
    pending = await world.store.pending(channel)
    book = await world.store.subscriptions(channel)
    best = {one.paper for one in pending if matching.of_the_day(one.reasons)}
    known = {name: paper for name in best if (paper := await world.store.paper(name, own=(channel,)))}
    planned = matching.replan(pending, book, await wishes([channel], world), world.clock(), known)
    if planned:
        await world.store.replan(planned)


async def _settings(ask: Ask, wanted: Options | None, world: World) -> Reply:
    customs = (await world.store.customs([ask.channel]))[ask.channel]
    if wanted is not None:
        customs = replace(customs, options=options.over(wanted, customs.options))
        await world.store.keep_customs(customs)
        await replan(ask.channel, world)
    counts = options.effective(Options(), customs, world.zone)
    return when.settings(customs, counts, world.clock(), ask.person, changed=wanted is not None)


async def _pause(ask: Ask, span: timedelta | None, world: World) -> Reply:
    customs = (await world.store.customs([ask.channel]))[ask.channel]
    until = world.clock() + span if span else schedule.NEVER
    await world.store.keep_customs(replace(customs, paused_until=until))
    return when.paused(until, options.effective(Options(), customs, world.zone), ask.person)


async def _resume(ask: Ask, world: World) -> Reply:
    customs = (await world.store.customs([ask.channel]))[ask.channel]
    if customs.paused_until is not None:  # the next claim finds the pause over, and gathers what waited
        await world.store.keep_customs(replace(customs, paused_until=world.clock()))
    return when.resumed(ask.person, was=customs.paused_until is not None)
