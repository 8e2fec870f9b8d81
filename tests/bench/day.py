"""A day by hand: `uv run python -m tests.bench.day FOLDER` prints what is asked and what is posted in 24 hours.

Plays recorded days (`huggingface/*.json` and `arxiv/*.atom.xml` in FOLDER, named by their date) against the real
fetcher, parser, flow and SQLite by a simulated clock. Hugging Face's papers are put on its list between 6:00 and 18:00
and their votes grow to what was recorded within two days; arXiv's feeds are served as they are, on their day in Eastern
time. A site's run begins at noon (UTC) of the first two days that follow each other, and lasts 24 hours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import sources
from bot.cli import ticking
from bot.cli.progress import steps
from bot.model import Feed
from tests.fetch.owner import Moment
from tests.flow.simulation import Bot, Owners, Request, alive, owners

DAY = timedelta(days=1)
RULES = {"language-models": '"language model"', "agents": "agent OR agents", "votes": "votes:>=20"}
SHOWN = ("If-None-Match", "If-Modified-Since")


def main() -> None:
    """Both sites, one after the other."""
    logging.disable(logging.INFO)
    folder = Path(sys.argv[1])
    daily = {_date(file): json.loads(file.read_text()) for file in sorted(folder.glob("huggingface/*.json"))}
    mailings: dict[str, dict[date, bytes]] = {}
    for file in sorted(folder.glob("arxiv/*.atom.xml")):
        if file.name[:4].isdecimal():
            mailings.setdefault(file.name[11:].removesuffix(".atom.xml"), {})[_date(file)] = file.read_bytes()
    asyncio.run(_play("huggingface:daily", Owners(Moment(), daily=daily), daily))
    for categories, days in steps("Living days of arXiv", mailings.items()):
        asyncio.run(_play(f"arxiv:{categories}", Owners(Moment(), mailings=days), days))


def _date(file: Path) -> date:
    return date.fromisoformat(file.name[:10])


async def _play(address: str, recorded: Owners, days: Collection[date]) -> None:
    first = next((day for day in sorted(days) if day + DAY in days), None)
    if first is None:
        print(f"{address}: no two days that follow each other")
        return
    clock = Moment(datetime.combine(first, time(12), UTC))
    feeds, end = [sources.resolve(address)], clock.now + DAY
    async with owners(clock) as (sites, port):
        sites.daily, sites.mailings = recorded.daily, recorded.mailings
        with tempfile.TemporaryDirectory() as folder:
            async with alive(Path(folder) / "day.db", feeds, clock, port) as bot:
                await _lived(bot, feeds, clock, end)
                _print_asked(address, sites.asked)
                await _print_posted(bot)


async def _lived(bot: Bot, feeds: list[Feed], clock: Moment, end: datetime) -> None:
    for place, rule in RULES.items():
        await bot.subscribed(**{place: rule})
    await ticking.once(feeds, bot.world)
    clock.move(60)
    await ticking.fill_in_all(feeds, bot.world, gap=0)
    await bot.until(end, clock, timedelta(minutes=1))


def _print_asked(address: str, asked: list[Request]) -> None:
    first = asked[0]
    print(f"\n{address}: {len(asked)} requests in 24 hours, from {first.at:%Y-%m-%d %H:%M} UTC\n")
    print("every request:", ", ".join(f"{k}: {v}" for k, v in first.headers.items() if k not in SHOWN), "\n")
    print("time    status    bytes  path")
    print("\n".join(_rows(asked)))


def _rows(asked: list[Request]) -> Iterator[str]:
    """A line a request; the month that is fetched at first in one."""
    month = [
        request for request in asked if "?date=" in request.path and request.at == asked[0].at + timedelta(minutes=1)
    ]
    for request in asked:
        if request in month[1:-1]:
            continue
        sent = "".join(f"  {name}: {request.headers[name]}" for name in SHOWN if name in request.headers)
        yield f"{request.at:%d %H:%M}  {request.status}  {request.size:>9,}  {request.path}{sent}"
        if month and request is month[0]:
            yield f"             …           and {len(month) - 2} days more, a request each"


async def _print_posted(bot: Bot) -> None:
    for place, rule in RULES.items():
        said = await bot.said(place)
        print(f"\nposted to local:{place} ({rule}): {len(said)}")
        for message in said:
            number = (message.post.paper or "").removeprefix("arxiv:")
            print(f"{message.at:%d %H:%M}  {number}  {message.post.headline.text[:90]}")


if __name__ == "__main__":
    main()
