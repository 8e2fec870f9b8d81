"""Polls that come together share a commit: each is whole or nothing, and what befalls one is its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

import bot.store
from bot.errors import RulesChanged, StoreFailed
from bot.model import Bookmark, Poll
from bot.ports import Store
from bot.store.sqlite import SqliteStore
from tests.contracts.stores.nouns import GENERAL, NOW, PATIENT, paper, poll, take

MANY = 200


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "paper-round.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await bot.store.open(str(file), patience=PATIENT)
    yield opened
    await opened.close()


def quiet(number: int) -> Poll:
    return Poll(Bookmark(f"https://{number}.example/feed", etag=f'"{number}"'))


def commits(store: Store) -> list[str]:
    """The commits from now on."""
    assert isinstance(store, SqliteStore)
    found: list[str] = []
    store._steps._db.conn.set_trace_callback(lambda sql: found.append(sql) if sql == "COMMIT" else None)
    return found


async def test_polls_that_come_together_share_commits(store: Store, file: Path) -> None:
    made = commits(store)
    await asyncio.gather(*(store.record(quiet(n), NOW) for n in range(MANY)))
    assert 1 <= len(made) <= MANY // 10
    beside = sqlite3.connect(file)
    assert beside.execute("SELECT count(*) FROM bookmark").fetchone() == (MANY,)
    beside.close()


async def test_a_poll_that_comes_alone_is_durable_when_it_is_told(store: Store, file: Path) -> None:
    await store.record(quiet(1), NOW)
    beside = sqlite3.connect(file)
    assert beside.execute("SELECT count(*) FROM bookmark").fetchone() == (1,)
    beside.close()


async def test_a_refused_poll_leaves_nothing_and_takes_no_other_down(store: Store) -> None:
    polls = [poll(paper(f"arxiv:{n}"), to=[GENERAL], version=7 if n % 5 == 0 else None) for n in range(50)]
    told = await asyncio.gather(*(store.record(one, NOW) for one in polls), return_exceptions=True)
    assert [isinstance(one, RulesChanged) for one in told] == [n % 5 == 0 for n in range(50)]
    assert {one for one in told if not isinstance(one, RulesChanged)} == {1}
    assert len(await store.papers()) == len(await store.deliveries()) == 40


async def test_a_poll_sees_what_was_asked_for_before_it(store: Store) -> None:
    async def twice(number: int) -> Bookmark | None:
        writing = asyncio.create_task(store.record(quiet(number), NOW))
        await asyncio.sleep(0)
        found = await store.bookmark(f"https://{number}.example/feed")
        await writing
        return found

    found = await asyncio.gather(*(twice(n) for n in range(50)))
    assert [one.etag for one in found if one] == [f'"{n}"' for n in range(50)]


async def test_what_nobody_waits_for_any_more_is_recorded_all_the_same(store: Store) -> None:
    tasks = [asyncio.create_task(store.record(poll(paper(f"arxiv:{n}"), to=[GENERAL]), NOW)) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(await store.papers()) == 20
    assert len(await take(store)) == 1  # one of the channel's at a time, as ever


async def test_a_file_that_stays_locked_fails_all_of_them_after_one_wait(file: Path) -> None:
    store = await bot.store.open(str(file), patience=timedelta(seconds=0.2))
    beside = Database(sqlite3.connect(file, isolation_level=None))
    beside.execute("BEGIN IMMEDIATE")
    tries = [store.record(quiet(n), NOW) for n in range(MANY)]
    told = await asyncio.wait_for(asyncio.gather(*tries, return_exceptions=True), 20)
    assert {type(one) for one in told} == {StoreFailed}
    assert "locked by another program" in str(told[-1])
    beside.execute("ROLLBACK")
    assert await asyncio.gather(*(store.record(quiet(n), NOW) for n in range(MANY))) == [0] * MANY
    beside.close()
    await store.close()


async def test_a_full_disk_fails_all_that_stood_in_the_commit_and_none_is_half_there(store: Store) -> None:
    assert isinstance(store, SqliteStore)
    db = store._steps._db
    await store.record(quiet(0), NOW)
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 20}")
    papers = [poll(paper(f"arxiv:{n}", abstract="x" * 4000)) for n in range(60)]
    told = await asyncio.gather(*(store.record(one, NOW) for one in papers), return_exceptions=True)
    kept = {found.id for found in await store.papers()}
    assert any(isinstance(one, StoreFailed) and "disk is full" in str(one) for one in told)
    assert kept == {f"arxiv:{n}" for n, one in enumerate(told) if one == 0}
