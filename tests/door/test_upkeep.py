"""The database is kept small as the config says, beside everything else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import bot.store
from bot import config
from bot.cli import upkeep
from bot.flow import World
from bot.matching import Matcher
from bot.model import Bookmark, Paper, Poll
from bot.ports import Store
from tests.flow.stage import START, FakeFetch

OLD = Paper("arxiv:1", "Old", "x", abstract="Long words.")
YOUNG = Paper("arxiv:2", "Young", "x", abstract="Long words.")


async def abstract(store: Store, paper: str) -> str:
    found = await store.paper(paper)
    assert found is not None
    return found.abstract


@pytest.mark.parametrize(("days", "kept"), [(730, "Long words."), (30, ""), (0, "Long words.")])
async def test_old_papers_lose_their_abstract_after_the_days_of_the_config(
    tmp_path: Path, days: int, kept: str
) -> None:
    """0: never. Deliveries have days of their own; both are looked through in the background, a few rows at a time."""
    (tmp_path / "bot.toml").write_text(f"[keep]\npapers_days = {days}\n")
    wanted = upkeep.retention(config.load(str(tmp_path / "bot.toml"), None, {}).file.keep)
    assert wanted.deliveries == timedelta(days=730)
    store = await bot.store.open(str(tmp_path / "a.db"))
    await store.record(Poll(Bookmark("x"), (OLD,)), START - timedelta(days=100))
    await store.record(Poll(Bookmark("x"), (YOUNG,)), START)
    asked, enough = iter(range(20)), asyncio.Event()

    def clock() -> datetime:
        if next(asked, None) is None:
            enough.set()
        return START

    world = World(store, clock, FakeFetch([]), FakeFetch([]).read, {}, Matcher())
    keeping = asyncio.create_task(upkeep.keep_all(world, wanted, first=0, every=0, rest=0))
    await asyncio.wait_for(enough.wait(), 20)
    keeping.cancel()
    assert (await abstract(store, OLD.id), await abstract(store, YOUNG.id)) == (kept, "Long words.")
    await store.close()
