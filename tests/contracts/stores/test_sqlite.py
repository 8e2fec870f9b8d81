"""What the SQLite store promises beyond the contract: addresses, its thread, its file's settings and plans."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import bot.store
from bot.errors import SettingsError, StoreFailed
from bot.model import Channel
from bot.ports import Store
from bot.store.sqlite.file.connection import connect
from bot.store.sqlite.tables import (
    claims,
    doubts,
    fairness,
    holding,
    moving,
    naming,
    news,
    notices,
    outages,
    owned,
    papers,
    search,
    sight,
    silence,
)
from tests.contracts.stores.conftest import RIGS
from tests.contracts.stores.nouns import GENERAL, NOW, PACE, PATIENT, TEAM, paper, poll, take


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "paper-round.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await bot.store.open(str(file), patience=PATIENT)
    yield opened
    await opened.close()


def databases(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*.db")}


def test_every_page_of_the_store_is_held_to_the_contract() -> None:
    assert bot.store.PAGES.keys() <= RIGS.keys()


@pytest.mark.parametrize("url", ["{}/a.db", "sqlite:{}/a.db", "sqlite://{}/a.db", "SQLite:{}/a.db", "{}/with:colon.db"])
async def test_a_path_or_a_sqlite_address_opens_that_file(url: str, tmp_path: Path) -> None:
    await (await bot.store.open(url.format(tmp_path))).close()
    assert len(databases(tmp_path)) == 1


async def test_a_relative_path_and_a_home_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for url in ("sqlite:here.db", "~/new/there.db", "./odd:name.db"):
        await (await bot.store.open(url)).close()
    assert databases(tmp_path) == {"here.db", "there.db", "odd:name.db"}


@pytest.mark.parametrize("url", ["mysql://db/papers", "postgres:papers", "sqlite:", "", "  ", ":memory:", "a\0b"])
async def test_an_address_of_no_database_says_what_there_is(url: str) -> None:
    with pytest.raises(SettingsError, match=r"paper-round\.db"):
        await bot.store.open(url)


async def test_two_names_of_one_file_have_one_leader(store: Store, file: Path) -> None:
    await store.lead()
    (other_name := file.with_name("link.db")).symlink_to(file)
    other = await bot.store.open(str(other_name))
    with pytest.raises(StoreFailed, match="already running"):
        await other.lead()
    await other.close()


async def test_a_second_leader_is_told_who_leads_where_and_what_to_do(file: Path) -> None:
    first, second = await bot.store.open(str(file), worker="desk of Ada"), await bot.store.open(str(file))
    await first.lead()
    with pytest.raises(StoreFailed) as told:
        await second.lead()
    assert all(part in str(told.value) for part in ("desk of Ada", str(file), "stop that one first"))
    await first.close()
    await second.close()


async def test_the_tables_are_strict_and_the_file_is_set_for_safety(store: Store, file: Path) -> None:
    await store.version()
    db = connect(file, PATIENT)
    ours = [row for row in db.execute("PRAGMA table_list") if not row["name"].startswith("sqlite_")]
    ours = [row for row in ours if row["type"] not in ("virtual", "shadow")]  # SQLite's own, by their own rules
    assert ours
    assert all(row["strict"] for row in ours)
    pragmas = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
    settings = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas}
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    db.close()


async def test_a_cancelled_step_is_taken_all_the_same_and_its_caller_goes_at_once(store: Store, file: Path) -> None:
    await store.record(poll(paper(), to=[GENERAL]), NOW)
    (claim,) = await take(store)
    busy = sqlite3.connect(file, isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    steps = [asyncio.create_task(step) for step in (store.posted(claim, "m1", NOW), store.done(claim))]
    await asyncio.sleep(0)  # both are asked for: the first waits for the lock, the second for the first
    for step in steps:
        step.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*steps, return_exceptions=True))
    busy.execute("COMMIT")
    busy.close()
    (sent,) = await store.deliveries()
    assert (sent.state, sent.message) == ("sent", "m1")


async def test_closing_finishes_what_was_asked_for(store: Store, file: Path) -> None:
    asked = [asyncio.create_task(store.record(poll(paper(f"arxiv:{n}")), NOW)) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*asked)
    again = await bot.store.open(str(file))
    assert len(await again.papers()) == 20
    await again.close()


async def test_a_cancelled_opening_leaves_nothing_open(file: Path) -> None:
    busy = sqlite3.connect(file, isolation_level=None)
    busy.execute("BEGIN EXCLUSIVE")
    opening = asyncio.create_task(bot.store.open(str(file), patience=PATIENT))
    await asyncio.sleep(0.05)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    busy.execute("COMMIT")
    busy.close()
    await (await bot.store.open(str(file))).close()


async def test_a_transaction_that_fails_leaves_the_store_working(store: Store) -> None:
    with pytest.raises(StoreFailed):
        await store.threaded(404, "t")
    assert await store.record(poll(paper(), to=[GENERAL]), NOW) == 1


NOW_AND = {
    "far": "2027",
    "now": "2026",
    "platforms": '["slack"]',
    "limit": 1,
    "until": "2026",
    "worker": "w",
    "heads": "[1]",
}
TABLES = {
    *("delivery", "other", "busy", "mine", "paper", "alias", "budget", "custom", "claim", "news", "edit", "notice"),
    *("round", "subscription"),
}
PLANS: dict[str, tuple[str, dict[str, object] | tuple[object, ...]]] = {
    "claim: the heads": (claims.HEADS, NOW_AND),
    "claim: what became due": (claims.WAKE, NOW_AND),
    "claim: what was put off too far": (claims.WAKE_FAR, NOW_AND),
    "claim: taking": (claims.TAKE, NOW_AND),
    "claim: who decides when all ends": (claims.URGENT, {**NOW_AND, "platform": "slack", "only": "[]"}),
    "claim: requests": (claims.REQUESTS, (1,)),
    "claim: the longest queues": (fairness.LONGEST, ("slack", 1)),
    "notices: what is ready": (notices.READY, NOW_AND),
    "rounds: who wants to hear of them": (silence.WISHING, ()),
    "rounds: those with papers": (silence.PAPERS, {"channel": "a", "round": "2026", "now": "2026"}),
    "doubt": (doubts.DOUBTFUL, ()),
    "moving: rivals": (moving.RIVALS, {"old": "a", "new": "b"}),
    "outages: who waited": (outages.WAITED, ("slack",)),
    "due: what is ready": (claims.SOONEST_READY, NOW_AND),
    "due: what waits": (claims.WAITING, ("slack",)),
    "papers": (papers.NEWEST, ("", "[]", 9)),
    "paper": (papers.ONE, ("a", "[]")),
    "days of copies": (papers.OWN_DAYS, ("[]",)),
    "days": (papers.DAYS, (9,)),
    "day": (papers.OF_DAY, ("2026-08-17", "[]")),
    "told": (sight.TOLD, ("arxiv:1", "[]")),
    "sent": (sight.SENT, ("slack:T/C", 9)),
    "news: the heads": (news.HEADS, NOW_AND),
    "edits: what is stale": (news.STALE, NOW_AND),
    "waiting": (sight.WAITING, ()),
    "stale": (search.STALE, (9,)),
    "newest searchable": (search.NEWEST, (9, 0, "[]", 9)),
    "let in": (search.LET_IN, ("x", 9, 0, "[]", 9)),
    "copies": (owned.CLAIMED, ("[]",)),
    "owners": (owned.OWNERS, ()),
    "unknown to a channel": (naming.CLAIMS, ("a", "[]")),
    "unknown": (naming.NAMED, ("[]",)),
    "held": (holding.HELD, ()),
    "release": (f"UPDATE delivery SET ready = 1 WHERE {holding.OF}", (None, None)),
}


@pytest.mark.parametrize("question", PLANS)
async def test_questions_over_many_rows_are_answered_from_an_index(question: str, file: Path) -> None:
    db = connect(file, PATIENT)
    sql, values = PLANS[question]
    steps = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    db.close()
    tables = [step for step in steps if step.partition(" ")[2].split(" ")[0] in TABLES]
    assert tables
    assert all("INDEX" in step or "PRIMARY KEY" in step for step in tables), steps


@pytest.mark.parametrize(
    ("question", "index"), [("news: the heads", "news_waiting"), ("edits: what is stale", "edit_")]
)
async def test_what_is_asked_twice_a_second_begins_with_what_waits(question: str, index: str, file: Path) -> None:
    """However many deliveries there are: they are looked up one by one, never walked through."""
    db = connect(file, PATIENT)
    steps = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {PLANS[question][0]}", NOW_AND)]
    db.close()
    assert index in steps[0]
    assert not [step for step in steps if step.startswith("SCAN delivery")]


async def test_channels_that_decide_when_all_ends_are_served_before_their_turn(store: Store) -> None:
    """One has more to say than the whole platform's queue takes: half of the turns are its at most, at its own pace."""
    many = [Channel("slack", f"T/{number}") for number in range(100)]
    papers = [paper(f"url:{number}") for number in range(30)]
    await store.record(poll(papers[0], to=many), NOW)
    await store.record(poll(*papers, to=[TEAM]), NOW)
    served: list[list[Channel]] = []
    for tenth in range(21):
        now = NOW + tenth * timedelta(milliseconds=100)
        crowd = {"slack": timedelta(milliseconds=20)}
        claims = await store.claim("w", now, lease=timedelta(minutes=1), limit=99, pace=PACE, crowd=crowd)
        served.append([claim.delivery.channel for claim in claims])
        for claim in claims:
            await store.posted(claim, "m", now)
            await store.done(claim)
    assert [tenth for tenth, channels in enumerate(served) if TEAM in channels] == [0, 10, 20]
    assert len({channel for channels in served for channel in channels}) == 101  # and nobody else waits for it
