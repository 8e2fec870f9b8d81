"""Twenty-four simulated hours of arXiv and Hugging Face: what is asked of them, and what is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from bot import sources
from bot.cli import ticking
from tests.fetch.owner import Moment
from tests.fetch.test_joined import atom, entry
from tests.flow.simulation import Owners, Request, alive, owners

MONDAY, TUESDAY = date(2026, 8, 17), date(2026, 8, 18)
NOON = datetime(2026, 8, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEEDS = [sources.resolve(address) for address in ("huggingface:daily", "arxiv:cs.CL", "arxiv:cs.LG")]
SENT = {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection", "If-None-Match"}


def item(number: str, day: date, votes: int, title: str = "Transformers") -> dict[str, Any]:
    paper = {"id": number, "title": f"{title} {number}", "upvotes": votes, "submittedOnDailyAt": f"{day}T00:00:00.000Z"}
    return {"paper": paper, "numComments": 0}


def papers(day: date, count: int) -> list[dict[str, Any]]:
    """A day of Hugging Face's, of which every fifth paper is much voted for."""
    return [item(f"2608.{day.day}{n:03}", day, 60 if n % 5 == 0 else 4) for n in range(count)]


@dataclass
class Told:
    """What the day was like."""

    asked: list[Request]
    posted: list[str | None]
    voted: list[str | None]
    most: int

    def of(self, path: str) -> list[Request]:
        return [request for request in self.asked if request.path == path]


@asynccontextmanager
async def stocked(clock: Moment) -> AsyncIterator[tuple[Owners, int]]:
    async with owners(clock) as (sites, port):
        sites.daily = {date(2026, 8, 14): papers(date(2026, 8, 14), 30), MONDAY: papers(MONDAY, 40)}
        sites.daily |= {TUESDAY: papers(TUESDAY, 40)}
        sites.mailings = {
            MONDAY: atom(entry("2608.70001", "cs.CL", title="Transformers at first sight")),
            TUESDAY: atom(
                entry("2608.70001", "cs.CL", title="Transformers at first sight")
                + entry("2608.70002", "cs.CL", title="Transformers again")
                + entry("2608.18003", "cs.LG", title="Transformers on both lists")
            ),
        }
        yield sites, port


async def day(folder: Path) -> Told:
    """From Monday noon, first sight, to Tuesday evening; the bot is ended and started anew at midnight."""
    clock = Moment(NOON)
    async with stocked(clock) as (sites, port):
        async with alive(folder / "a.db", FEEDS, clock, port) as bot:
            await bot.subscribed(words="transformers", votes="votes:>=20")
            await ticking.once(FEEDS, bot.world)
            clock.move(60)
            await ticking.fill_in_all(FEEDS, bot.world, gap=0)
            await bot.until(NOON + 12 * HOUR, clock)
        async with alive(folder / "a.db", FEEDS, clock, port) as bot:
            await bot.until(NOON + 32 * HOUR, clock)
            posted, voted = [[message.post.paper for message in await bot.said(n)] for n in ("words", "votes")]
    return Told(sites.asked, posted, voted, sites.most)


async def test_a_day_of_arxiv_and_hugging_face(tmp_path: Path) -> None:
    """Few requests, each allowed by its owner, none twice in an hour; every match posted once, and nothing else."""
    told = await day(tmp_path)
    _asked_politely(told)
    _asked_seldom(told)
    _posted_once(told)


def _asked_seldom(told: Told) -> None:
    """arXiv once a batch for all categories; a month of Hugging Face once, and yesterday every two hours."""
    arxiv = [request for request in told.asked if request.host == "rss.arxiv.org"]
    assert [(request.path, request.status) for request in arxiv] == [("/atom/cs.CL+cs.LG", 200)] * 2
    assert arxiv[1].at - arxiv[0].at >= timedelta(seconds=arxiv[0].max_age or 0)
    past = [request for request in told.asked if "date=" in request.path]
    assert len([request for request in past if request.at == NOON + timedelta(minutes=1)]) == 30
    assert {request.path[-10:] for request in past if request.at > NOON + HOUR} <= {str(MONDAY), *_fortnight()}
    later = [request.at for request in told.of(f"/api/daily_papers?date={MONDAY}")]
    assert 3 <= len(later) <= 9
    assert min(later) >= datetime(2026, 8, 18, 2, tzinfo=UTC)


def _posted_once(told: Told) -> None:
    """New papers of both; nothing of the first reading or the past; votes that came later."""
    assert len(told.posted) == len(set(told.posted))
    first = {f"arxiv:2608.17{n:03}" for n in range(40) if n * 12 / 40 <= 6}
    rest = {f"arxiv:2608.17{n:03}" for n in range(40)} - first
    tuesday = {f"arxiv:2608.18{n:03}" for n in range(40)}  # all of it: the day ends at 18:00
    assert set(told.posted) == rest | tuesday | {"arxiv:2608.70002"}
    assert len(told.voted) == len(set(told.voted))
    assert set(told.voted) == {f"arxiv:2608.17{n:03}" for n in range(0, 40, 5)}  # 20 of 60 votes after 16 hours


def _fortnight() -> set[str]:
    return {str(MONDAY - timedelta(days=back)) for back in range(1, 15)}


def _asked_politely(told: Told) -> None:
    """What holds of every request: its headers, its ETag, and the time since the one before it."""
    assert told.most == 1
    for request in told.asked:
        assert set(request.headers) <= SENT
        assert request.headers["User-Agent"].startswith("paper-round/1.2.3 (+https://")
    by_path = sorted(told.asked, key=lambda request: request.path)
    for _, same in groupby(by_path, key=lambda request: request.path):
        first, *others = requests = list(same)
        assert "If-None-Match" not in first.headers
        assert all(again.headers["If-None-Match"] == before.etag for before, again in pairwise(requests))
        assert all(again.at - before.at >= HOUR for before, again in pairwise(requests)), others
