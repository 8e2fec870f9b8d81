"""Many processes on one SQLite file, and processes that are killed: real ones, by the system's own signal."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import bot.store
from bot.errors import LeaseLost, StoreFailed
from bot.model import Channel
from bot.ports import Store
from tests.contracts.stores.nouns import GENERAL, NOW, paper, poll, take

ROOT = Path(__file__).parents[3]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "paper-round.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await bot.store.open(str(file), patience=timedelta(seconds=30))
    yield opened
    await opened.close()


async def start(module: str, *words: object) -> Process:
    """Another Python that runs one of this folder's modules."""
    command = [sys.executable, "-m", f"tests.contracts.stores.{module}", *map(str, words)]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def said(process: Process) -> list[str]:
    """The lines of a process that ended well."""
    out, err = await process.communicate(b"go\n")
    assert (process.returncode, err.decode()) == (0, "")
    return out.decode().splitlines()


async def line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_many_processes_may_make_one_new_file_at_once(file: Path) -> None:
    crowd = [await start("worker", "opens", file) for _ in range(5)]
    assert [await said(process) for process in crowd] == [["0"]] * 5


async def test_two_processes_record_the_same_papers_into_one_file(store: Store, file: Path) -> None:
    crowd = [await start("worker", "records", file) for _ in range(2)]
    assert [len(await said(process)) for process in crowd] == [50, 50]
    assert {p.id for p in await store.papers()} == {f"arxiv:{n}" for n in range(50)} | {"arxiv:common"}


async def test_two_processes_deliver_everything_exactly_once_between_them(store: Store, file: Path) -> None:
    channels = [Channel("local", f"c{n}") for n in range(10)]
    await store.record(poll(*(paper(f"arxiv:{n}") for n in range(30)), to=channels), NOW)
    crowd = [await start("worker", "works", file) for _ in range(2)]
    assert [await line(process) for process in crowd] == ["ready", "ready"]
    shares = await asyncio.gather(*(said(process) for process in crowd))
    assert all(shares)  # both had some of it
    taken = sorted(int(claim.split()[0]) for share in shares for claim in share)
    assert taken == [d.row for d in reversed(await store.deliveries())]
    assert len(taken) == 300
    assert {(d.state, d.message == f"m{d.row}") for d in await store.deliveries()} == {("sent", True)}


async def test_a_killed_leader_is_followed_at_once_and_its_work_taken_up(store: Store, file: Path) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    leader = await start("worker", "leads", file)
    row, lease = map(int, (await line(leader)).split())
    assert await line(leader) == "ready"
    with pytest.raises(StoreFailed, match="already running"):
        await store.lead()
    assert await take(store) == []
    leader.kill()
    await leader.communicate()
    await store.lead()
    (claim,) = await take(store)
    assert (claim.delivery.row, claim.lease > lease) == (row, True)


async def test_a_worker_that_was_only_slow_is_refused_after_its_lease_was_taken_over(store: Store, file: Path) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (slow,) = await take(store)
    assert slow.lease == 1
    worker = await start("worker", "works", file)  # lives a day later: the lease ran out long ago
    assert await said(worker) == ["ready", f"{slow.delivery.row} 2"]
    for step in (store.posted(slow, "m-slow", NOW), store.done(slow)):
        with pytest.raises(LeaseLost):
            await step
    assert [(d.state, d.message) for d in await store.deliveries()] == [("sent", f"m{slow.delivery.row}")]


@pytest.mark.parametrize("step", ["record", "polls", "claim", "posted", "done", "later", "fail"])
async def test_a_step_killed_before_any_of_its_statements_is_whole_or_never_was(step: str, tmp_path: Path) -> None:
    tries = [json.loads(told) for told in await said(await start("killed", step, tmp_path))]
    assert [kill["killed"] for kill in tries] == [True] * (len(tries) - 1) + [False]
    before, after = tries[0]["held"], tries[-1]["held"]
    assert len(tries) >= {"record": 20, "polls": 20, "claim": 8}.get(step, 3)
    assert before != after
    assert {kill["held"] for kill in tries[:-1]} == {before}  # the last kill comes before COMMIT
