"""`paper-round status [CHANNEL]`: the words of `/papers status`, for one channel or for each that has rules."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.cli.parsing import Parser
from bot.cli.world import clock, opened_fetch, opened_store, run, settings, source, tell
from bot.config import Settings
from bot.flow import World
from bot.flow.standing import gathered
from bot.matching import Matcher
from bot.model import Channel, Post
from bot.replies import standing
from bot.replies.standing import Standing
from bot.rules import extend


def main(words: Namespace) -> int:
    """Print how the channels stand."""
    return run(_status(words))


async def _status(words: Namespace) -> int:
    only = Channel.parse(words.channel) if words.channel else None
    async with _world(settings(words)) as world:
        found = [only] if only else list(dict.fromkeys(one.channel for one in await world.store.subscriptions()))
        stand = [(channel, await gathered(channel, world)) for channel in found]
    for channel, one in stand:
        print(json.dumps(_row(channel, one)) if words.json else _told(channel, one, clock()))
    if not stand:
        tell("No channel has rules yet: paper-round subscribe CHANNEL RULE, or /subscribe in a channel.")
    return 0


@asynccontextmanager
async def _world(found: Settings) -> AsyncIterator[World]:
    """The running bot's world as far as it can be looked at beside it; nothing is fetched and nobody is spoken to."""
    acronyms = extend(found.file.meanings())
    shared = frozenset(source(one.address).address for one in found.file.sources)
    async with opened_store(found) as store, opened_fetch(found) as fetch:
        yield World(
            store, clock, fetch, Parser(), {}, Matcher(acronyms), acronyms, shared=shared, zone=found.file.delivery.tz
        )


def _told(channel: Channel, one: Standing, now: datetime) -> str:
    return f"{channel}\n{_plain(standing.status(one, now).post)}\n"


def _plain(post: Post) -> str:
    """The post for a terminal."""
    lines = [("  - " if line.kind == "item" else "  ") + line.text for line in post.lines]
    return "\n".join([f"  {post.headline.text}", *lines])


def _row(channel: Channel, one: Standing) -> dict[str, Any]:
    return {
        "channel": str(channel),
        "rules": one.rules,
        "posted": one.posted,
        "waiting": one.waiting,
        "held": one.held,
        "last": _iso(one.last.delivery.posted_at) if one.last else None,
        "next": _iso(one.next),
        "sources": [_source(source) for source in one.sources],
    }


def _source(one: standing.Source) -> dict[str, Any]:
    state, why = one.health.state, one.health.why or None
    return {
        "address": one.name,
        "state": state,
        "why": why,
        "seen": one.seen,
        "matched": one.matched,
        "held": one.held,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
