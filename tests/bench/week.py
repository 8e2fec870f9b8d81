"""A week of `/papers status`: `uv run python -m tests.bench.week FOLDER` prints what channels are told every morning.

Recorded days of Hugging Face and arXiv (`huggingface/*.json`, `arxiv/*_cs.AI+cs.CL.atom.xml` in FOLDER) are played on
the working days of one week, all their dates moved there, against the real fetcher, parser, flow and SQLite. Where
fewer days were recorded than a week has, a source has nothing new on the rest, which is what a late source looks like.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import flow, sources
from bot.cli import ticking
from bot.cli.progress import steps
from bot.model import Ask, Channel
from tests.fetch.owner import Moment
from tests.flow.simulation import alive, owners

MONDAY = date(2026, 8, 17)
RULES = {"language-models": '"language model"', "birds": "zebrafish songbirds", "votes": "votes:>=20 agents"}
DAY = timedelta(days=1)
_DATE = re.compile(r"\b20\d\d-[01]\d-[0-3]\d(?=T)")


def main() -> None:
    logging.disable(logging.WARNING)
    asyncio.run(_week(Path(sys.argv[1])))


def _played(folder: Path, names: str, first: date) -> Iterator[tuple[date, str]]:
    """The newest recorded days, one after the other from the first; each moment in them moved by as many days."""
    for n, file in enumerate(sorted(folder.glob(names))[-5:]):
        yield first + n * DAY, _moved(file.read_text(), first + n * DAY - date.fromisoformat(file.name[:10]))


def _moved(text: str, by: timedelta) -> str:
    return _DATE.sub(lambda found: (date.fromisoformat(found[0]) + by).isoformat(), text)


async def _week(folder: Path) -> None:
    daily = {day: json.loads(text) for day, text in _played(folder, "huggingface/*.json", MONDAY)}
    mailings = {day: text.encode() for day, text in _played(folder, "arxiv/*_cs.AI+cs.CL.atom.xml", MONDAY + DAY)}
    clock = Moment(datetime.combine(MONDAY, time(5), UTC))
    feeds = [sources.resolve("huggingface:daily"), sources.resolve("arxiv:cs.AI+cs.CL")]
    async with owners(clock) as (sites, port):
        sites.daily, sites.mailings = daily, mailings
        with tempfile.TemporaryDirectory() as home:
            async with alive(Path(home) / "week.db", feeds, clock, port) as bot:
                await bot.subscribed(**RULES)
                await ticking.once(feeds, bot.world)
                for n in steps("Living days", range(7)):
                    morning = datetime.combine(MONDAY + n * DAY, time(9, 10), UTC)
                    await bot.until(morning, clock)
                    for place in RULES:
                        ask = Ask(Channel("local", place), "local:ada", "papers", "status")
                        print(f"── {morning:%A %H:%M}, #{place} ──\n{(await flow.answer(ask, bot.world)).post.plain}\n")


if __name__ == "__main__":
    main()
