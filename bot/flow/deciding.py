"""Who may change a channel's rules: said in its settings, by somebody who then still may."""

from __future__ import annotations

from dataclasses import replace

from bot import commands, rights
from bot.errors import WordsWrong
from bot.flow import tuning
from bot.flow.world import World
from bot.model import Ask, Reply
from bot.replies import deciding


async def settled(ask: Ask, wanted: commands.Settings, said: str, world: World) -> Reply:
    """Keep who may, and the options that were typed beside it. `WordsWrong` where it would shut out who says it."""
    who = rights.read(said, ask.person)
    if rights.locks_out(who, ask.person, ask.standing):
        raise WordsWrong(
            f"After that you could not change it back yourself: say who:{said},me — or let somebody who manages this "
            "channel say it."
        )
    shown = await tuning.answer(ask, commands.Settings(wanted.options), world) if wanted.options is not None else None
    customs = (await world.store.customs([ask.channel]))[ask.channel]
    await world.store.keep_customs(replace(customs, who=who))
    return deciding.settled(shown, who, ask.person, world.who)


async def shown(ask: Ask, world: World) -> Reply:
    """How the channel's settings stand."""
    stands = await tuning.answer(ask, commands.Settings(), world)
    customs = (await world.store.customs([ask.channel]))[ask.channel]
    return deciding.stands(stands, rights.counts(customs, world.who))
