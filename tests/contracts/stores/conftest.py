"""One fixture over every Store there is: a test that asks for `database` or `store` runs once for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

import bot.store
from bot.ports import Store
from tests.fakes.store import FakeStore
from tests.fakes.tables import Tables

Open = Callable[[], Awaitable[Store]]
"""Opens one more store on the same database, as another process would."""


def _fake(folder: Path) -> Open:
    tables = Tables()

    async def once_more() -> Store:
        return FakeStore(tables)

    return once_more


def _sqlite(folder: Path) -> Open:
    return lambda: bot.store.open(f"sqlite:{folder / 'paper-round.db'}", patience=timedelta(seconds=30))


RIGS = {"fake": _fake, "sqlite": _sqlite}
"""How each store's database is made for a test: a new page of `bot.store.PAGES` needs a line here."""


@pytest.fixture(params=RIGS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    once_more, opened = RIGS[request.param](tmp_path), list[Store]()

    async def and_remember() -> Store:
        opened.append(await once_more())
        return opened[-1]

    yield and_remember
    for store in opened:
        await store.close()


@pytest.fixture
async def store(database: Open) -> Store:
    return await database()
