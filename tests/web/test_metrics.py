"""`/metrics`: figures by the conventions, and no private thing in any label."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

import bot.store
from bot.cli.counting import counted
from bot.errors import Refused, TryLater, Unsure
from bot.habits import Habits
from bot.model import Bookmark, Channel, Delivery, Feed, Line, Paper, Poll, Post, Span
from bot.web.measures import Measures
from bot.web.metering import bare
from bot.web.port import serve
from tests.fakes.chat import FakeChat

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)
OURS = Feed("https://feeds.example/rss?key=s3cret", "https://feeds.example/rss?key=s3cret")
THEIRS = Feed("https://secret-lab.example/feed", "https://secret-lab.example/feed")
PRIVATE = Channel("slack", "T1/C0SECRET")
POST = Post(Line((Span("Hello"),)))


async def page(measures: Measures, folder: Path) -> str:
    """What a scraper reads, over a socket and by a name that is not ours."""
    store = await bot.store.open(str(folder / "a.db"))
    found = Paper("arxiv:1", "T", "x")
    waits = Delivery(found.id, PRIVATE, due=NOW - timedelta(minutes=2))
    mark = Bookmark(OURS.address, due=NOW - timedelta(seconds=30), baseline_at=NOW, habits=Habits(advanced_at=NOW))
    await store.record(Poll(mark, (found,), (waits,)), NOW)
    served = await serve(bare(measures, store, [OURS], lambda: NOW), "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{served.url}/metrics", headers={"Host": "paper-round:8090"}) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            text = await answer.text()
        async with session.get(f"{served.url}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
    await served.close()
    await store.close()
    return text


async def test_figures_of_sources_platforms_and_queue(tmp_path: Path) -> None:
    measures = Measures([OURS])
    measures.polled(OURS, read=10, new=4, planned=2)
    measures.unread(OURS, limited=True)
    measures.polled(THEIRS, read=1, new=1, planned=0)
    chat = FakeChat("slack", failing=[Refused("no"), TryLater("slow", 3), Unsure("lost")])
    for _ in range(3):
        with pytest.raises((Refused, TryLater)):
            await counted(chat, measures).post(PRIVATE, POST, "k")
    await counted(chat, measures).post(PRIVATE, POST, "k")
    measures.ended("slack", "posted", 13)
    measures.watch_refusals("discord", lambda: 12)
    slowed = measures.limits_of("discord")
    for _ in range(3):  # waited out by the SDK, or not: seen on the wire each time, and not counted again
        slowed()
    with pytest.raises(TryLater):
        await counted(FakeChat("discord", failing=[TryLater("slow", 3)]), measures).post(PRIVATE, POST, "k")
    text = await page(measures, tmp_path)
    source = 'source="https://feeds.example/rss?key=…"'
    for wanted in (
        'paper_round_platform_refusals{platform="discord"} 12.0',
        'paper_round_deliveries_ended_total{outcome="posted",platform="slack"} 13.0',
        'paper_round_rate_limited_total{by="discord"} 3.0',
        f"paper_round_papers_seen_total{{{source}}} 10.0",
        f"paper_round_papers_new_total{{{source}}} 4.0",
        f"paper_round_deliveries_planned_total{{{source}}} 2.0",
        'paper_round_papers_seen_total{source="channels"} 1.0',
        'paper_round_rate_limited_total{by="sources"} 1.0',
        'paper_round_rate_limited_total{by="slack"} 1.0',
        'paper_round_platform_calls_total{outcome="ok",platform="slack",step="post"} 1.0',
        'paper_round_platform_calls_total{outcome="refused",platform="slack",step="post"} 1.0',
        'paper_round_platform_calls_total{outcome="in_doubt",platform="slack",step="post"} 1.0',
        'paper_round_deliveries_waiting{platform="slack",state="pending"} 1.0',
        'paper_round_queue_age_seconds{platform="slack"} 120.0',
        f"paper_round_poll_lag_seconds{{{source}}} 30.0",
        f'paper_round_source_state{{{source},state="fresh"}} 1.0',
        "paper_round_event_loop_lag_seconds_bucket",
        "process_resident_memory_bytes",
    ):
        assert wanted in text, wanted


async def test_no_label_holds_a_private_thing(tmp_path: Path) -> None:
    measures = Measures([OURS])
    measures.polled(THEIRS, read=1, new=1, planned=1)
    text = await page(measures, tmp_path)
    assert not re.search("SECRET|s3cret|secret-lab|arxiv:1", text)


async def test_names_are_by_the_conventions(tmp_path: Path) -> None:
    """Lower case, one prefix, base units, `_total` for what only grows: https://prometheus.io/docs/practices/naming/"""
    text = await page(Measures([OURS]), tmp_path)
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    ours = {name: kind for name, kind in kinds.items() if not name.startswith(("process_", "python_gc_"))}
    assert ours
    for name, kind in ours.items():
        assert re.fullmatch(r"paper_round_[a-z_]+", name)
        assert name.endswith("_total") == (kind == "counter") or name.endswith("_created")
        assert not re.search(r"_(ms|minutes|hours|percent)$", name)


async def test_the_board_asks_only_for_figures_there_are(tmp_path: Path) -> None:
    """The Grafana board in config/ names no metric that the page does not have."""
    measures = Measures([OURS])
    measures.polled(OURS, read=1, new=1, planned=1)
    measures.unread(OURS, limited=True)
    measures.ended("slack", "refused", 1)
    with measures.saying("slack", "post"):
        pass
    text = await page(measures, tmp_path)
    board = (Path(__file__).parents[2] / "config" / "grafana.json").read_text(encoding="utf-8")
    asked = set(re.findall(r"\b(?:paper_round|process)_[a-z_]+", board))
    assert len(asked) >= 10
    there = set(re.findall(r"^((?:paper_round|process)_[a-z_]+)", text, re.M))
    assert asked - there == set()
