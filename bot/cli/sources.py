"""`paper-round sources`: how each source is doing, and when it is asked next."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from bot import health, sources
from bot.cli.world import clock, opened_store, print_rows, run, settings, source
from bot.errors import WordsWrong
from bot.model import Bookmark, Feed
from bot.schedule import is_retired

COLUMNS = {"address": 40, "state": 34, "since": 17, "newest": 17, "next_try": 17, "seen": 7, "left_out": 8, "error": 0}


def main(words: Namespace) -> int:
    """Print the sources of the settings, then those that are remembered from before."""
    return run(_list(words))


async def _list(words: Namespace) -> int:
    chosen = settings(words)
    async with opened_store(chosen) as store:
        known, held = await store.bookmarks(), {one.source: one.reason for one in await store.holding()}
    addresses = dict.fromkeys([*(source(one.address).address for one in chosen.file.sources), *sorted(known)])
    shown = row if words.json else _readable
    rows = [shown(_feed(address), known.get(address), clock(), held.get(address, "")) for address in addresses]
    print_rows(rows, as_json=words.json, columns=COLUMNS)
    return 0


def _feed(address: str) -> Feed:
    """The feed of an address that was good once: one that cannot be read any more is shown as it is."""
    try:
        return source(address)
    except WordsWrong:
        return Feed(address, address)


def row(feed: Feed, known: Bookmark | None, now: datetime, held: str = "") -> dict[str, Any]:
    """A source as `--json` prints it; `held` says that some of its deliveries wait for a person."""
    told = health.told(feed, known, now)
    known = known or Bookmark(feed.address)
    return {
        "address": sources.mask(feed.address),
        "state": told.state,
        "since": _iso(told.since),
        "newest": _iso(known.habits.newest),
        "next_try": None if is_retired(known) else _iso(known.due),
        "seen": known.habits.seen,
        "left_out": known.habits.left_out,
        "error": (told.why if told.wrong else "") or held or None,
    }


def _readable(feed: Feed, known: Bookmark | None, now: datetime, held: str = "") -> dict[str, Any]:
    """The same for a person: moments to the minute, and why a source is quiet."""
    told, plain = health.told(feed, known, now), row(feed, known, now, held)
    quiet = f" ({told.why})" if told.why and not told.wrong else ""
    moments = {name: _minute(plain[name]) for name in ("since", "newest", "next_try")}
    return plain | moments | {"state": plain["state"] + quiet}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _minute(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%d %H:%MZ}" if moment else ""
