"""Which paper is meant: by id, link, words of its title, or the message that somebody asks about."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from bot import rules, sources
from bot.errors import RuleError
from bot.flow.world import World
from bot.model import Ask, Channel, Paper
from bot.rules.fold import STOPS
from bot.rules.narrow import needs

MOST = 5
"""Papers that one name may mean; more of them, and it is no name."""
LOOKED = 200
"""Papers that the index lets in and the engine is asked about."""
WORDS = 12


async def named(words: str, channel: Channel, world: World) -> list[Paper]:
    """The papers that are meant, as far as this channel may know them; the newest first where words are given."""
    return await by_id(words, channel, world) or await _by_title(words, channel, world)


async def by_id(words: str, channel: Channel, world: World) -> list[Paper]:
    """The papers whose ids or links stand in the words."""
    known = [await world.store.paper(name, own=(channel,)) for name in sources.mentioned(words)]
    return list(dict.fromkeys(paper for paper in known if paper is not None))


async def asked(ask: Ask, world: World) -> list[Paper]:
    """Those of a message of this channel, else those that are named in the words."""
    if ask.message:
        there = [item.paper for item in await world.store.in_message(ask.channel, ask.message)]
        if there:
            return there[:MOST]
    return await named(ask.words, ask.channel, world) if ask.words.strip() else []


async def _by_title(words: str, channel: Channel, world: World) -> list[Paper]:
    rule = _titled(words, world)
    if rule is None:
        return []
    await world.store.index(LOOKED)
    near = await world.store.narrowed(needs(rule, world.acronyms), limit=LOOKED, own=(channel,))
    return (await asyncio.to_thread(_hits, rule, [paper for _, paper in near], world.acronyms))[:MOST]


def _titled(words: str, world: World) -> rules.Rule | None:
    """All of these words in the title, whatever they would mean in a rule."""
    plain = [word for word in re.findall(r"\w[\w-]*", words.lower())[:WORDS] if word not in STOPS]
    try:
        return rules.parse(" ".join(f'title:"{word}"' for word in plain), world.acronyms) if plain else None
    except RuleError:
        return None


def _hits(rule: rules.Rule, papers: Sequence[Paper], acronyms: rules.Acronyms) -> list[Paper]:
    engine = rules.Engine(acronyms)
    engine.add(0, rule)
    of_any_age = [paper for paper, keys in zip(papers, engine.match(papers), strict=True) if keys]
    return of_any_age or [paper for paper in papers if rules.explain(rule, paper, acronyms=acronyms).hit]
