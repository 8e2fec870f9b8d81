"""`paper-round held [release|discard] [SOURCE]`: what waits for a person to look at it, after an unusual day."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from bot import sources
from bot.cli.world import clock, opened_store, print_rows, run, settings, tell
from bot.errors import WordsWrong
from bot.habits import Held
from bot.ports import Store

COLUMNS = {"source": 40, "papers": 7, "deliveries": 10, "since": 20, "reason": 0}
DISCARDED = "Held after an unusual day, and discarded."


def main(words: Namespace) -> int:
    """List what is held; or release or discard all of it, or one source's."""
    return run(_do(words))


async def _do(words: Namespace) -> int:
    async with opened_store(settings(words)) as store:
        found = _chosen(await store.holding(), words.source)
        if words.action is None:
            print_rows(map(_row, found), as_json=words.json, columns=COLUMNS)
            return 0
        done = sum([await _end(store, words.action, one.source) for one in found])
    if words.action == "release":
        tell(f"{done} deliveries are released. A running bot posts them as fast as each channel allows.")
    else:
        tell(f"{done} deliveries are discarded. Their papers stay known and can be searched.")
    return 0


def _chosen(found: list[Held], source: str | None) -> list[Held]:
    """All of it, or one source's: by its address, as it is or as it is shown."""
    chosen = [one for one in found if source is None or source in (one.source, sources.mask(one.source))]
    if source is not None and not chosen:
        raise WordsWrong(f"Nothing of {sources.mask(source)!r} is held. `paper-round held` lists what is.")
    return chosen


async def _end(store: Store, action: str, source: str) -> int:
    return await (store.release(source, clock()) if action == "release" else store.discard(source, DISCARDED))


def _row(one: Held) -> dict[str, Any]:
    return {
        "source": sources.mask(one.source),
        "papers": one.papers,
        "deliveries": one.deliveries,
        "since": one.since.isoformat(timespec="seconds"),
        "reason": one.reason,
    }
