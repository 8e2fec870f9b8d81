"""`paper-round deliveries`: what went where, and what waits or failed."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from bot.cli.world import opened_store, print_rows, run, settings, tell
from bot.model import Delivery
from bot.ports import Doubt

MOST = 100_000
"""Deliveries listed at once."""


def main(words: Namespace) -> int:
    """Print the newest deliveries first."""
    return run(_list(words))


async def _list(words: Namespace) -> int:
    async with opened_store(settings(words)) as store:
        found, doubtful, shut = await store.deliveries(limit=MOST), await store.doubtful(), await store.outages()
    columns = {"state": 9, "paper": 24, "channel": 28, "posted_at": 26, "attempts": 8, "error": 0}
    if len(found) == MOST:
        tell(f"These are the newest {MOST:,}; there are older ones.")
    for doubt in doubtful:
        tell(in_doubt(doubt))
    for outage in shut.values():
        tell(f"{outage.platform.capitalize()} is shut since {outage.since:%d %B %H:%M} UTC: {outage.why}")
    print_rows(map(_row, found), as_json=words.json, columns=columns)
    return 0


def in_doubt(doubt: Doubt) -> str:
    """Nobody knows whether the platform took them: they are looked for before they are said again."""
    return (
        f"{doubt.platform.capitalize()} may have taken {doubt.now:,} of these without our knowing ({doubt.ever:,} so "
        "far): where it lets the bot look, they are looked for before they are said again."
    )


def _row(one: Delivery) -> dict[str, Any]:
    return {
        "paper": one.paper,
        "channel": str(one.channel),
        "state": one.state,
        "reasons": [asdict(reason) for reason in one.reasons],
        "message": one.message,
        "thread": one.thread,
        "attempts": one.attempts,
        "doubt": one.doubt,
        "error": one.error,
        "posted_at": one.posted_at.isoformat(timespec="seconds") if one.posted_at else None,
    }
