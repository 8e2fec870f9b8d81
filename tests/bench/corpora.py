"""Agreement by hand: `uv run python -m tests.bench.corpora FOLDER [--all]` reads every feed in FOLDER and prints how it
compares with the results that gofeed's and feed-rs' own tests expect, where those stand beside the files.

Each file is read as the bot reads it, in a process that can be ended. An entry is expected where it has a title, text,
link or id. Titles are compared as plain text, links as links, dates as moments. `--all` prints what differs.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import sources
from bot.cli.parsing.workers import Job, Workers
from bot.cli.progress import steps
from bot.errors import SourceFailed
from bot.model import Feed, Paper
from bot.sources.identity import normalised, web
from bot.sources.text import shortened

LONG = 3.0
"""Seconds that no file may take."""

Expected = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What is expected of an entry; None: nothing is said."""

    title: str | None
    link: str | None
    date: datetime | None
    more: bool


def expectation(file: Path) -> list[Told] | None:
    """What stands beside the file: `x.json` or `x_expected.json` (gofeed), `x.serde.json` (feed-rs)."""
    beside = (file.with_name(file.stem + ending) for ending in ("_expected.json", ".serde.json", ".json"))
    there = next((each for each in beside if each.is_file() and each != file), None)
    if there is None:
        return None
    whole = json.loads(there.read_bytes())
    return [told(entry) for entry in whole.get("items") or whole.get("entries") or []]


def told(entry: Expected) -> Told:
    title = entry.get("title")
    title = title.get("content") if isinstance(title, dict) else title
    links = [one.get("href", "") if isinstance(one, dict) else one for one in entry.get("links") or ()]
    link = entry.get("link") or entry.get("url") or next(iter(links), None)
    dates = ("publishedParsed", "pubDateParsed", "published", "date_published", "updatedParsed", "updated")
    date = next((found for name in dates if (found := moment(entry.get(name)))), None)
    more = ("description", "summary", "content", "content_html", "content_text", "guid", "id", "enclosure")
    return Told(title, link, date, any(entry.get(name) for name in more))


def moment(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def differences(expected: list[Told], papers: tuple[Paper, ...]) -> Iterator[tuple[str, str]]:
    """What is compared, and what differs in it (empty: nothing)."""
    there = [one for one in expected if one.title or one.link or one.more]
    yield "entries", "" if len(there) == len(papers) else f"{len(papers)} instead of {len(there)}"
    if len(there) != len(papers):
        return
    for one, paper in zip(there, papers, strict=True):
        if one.title and (title := shortened(sources.plain(one.title), 500)):
            yield "titles", "" if title == paper.title else f"{paper.title!r} instead of {title!r}"
        if one.link and (link := web(one.link)):
            same = normalised(link) == normalised(paper.url or "") or "arxiv.org" in link
            yield "links", "" if same else f"{paper.url!r} instead of {link!r}"
        if one.date:
            yield "dates", "" if one.date in (paper.published, paper.announced) else f"{paper.published} not {one.date}"


async def main(folder: Path, *, every: bool) -> None:
    """Read them all, then print."""
    pool, files = Workers(1), await asyncio.to_thread(feeds_in, folder)
    took: dict[Path, float] = {}
    ended: Counter[str] = Counter()
    found: Counter[tuple[str, bool]] = Counter()
    for file in steps("Reading", files):
        start = time.perf_counter()
        try:
            papers = (await pool.read(Job(await asyncio.to_thread(file.read_bytes), Feed(str(file), str(file))))).papers
            ended["read"] += 1
        except SourceFailed as error:
            papers = ()
            ended["told in a sentence"] += 1
            ended["ended, crashed or out of memory"] += "could not be read" in str(error)
        took[file] = time.perf_counter() - start
        for what, difference in differences(expectation(file) or [], papers) if expectation(file) is not None else ():
            found[what, not difference] += 1
            if difference and every:
                print(f"{file.relative_to(folder)}: {what}: {difference}")
    await pool.close()
    slowest = max(took, key=took.__getitem__)
    print(f"{len(files)} files: " + ", ".join(f"{count} {how}" for how, count in ended.items()))
    print(f"slowest {took[slowest]:.2f} s ({slowest.name}); {sum(t > LONG for t in took.values())} above {LONG:g} s")
    for what in ("entries", "titles", "links", "dates"):
        good, bad = found[what, True], found[what, False]
        print(f"{what:8} {good:6,} of {good + bad:6,} as expected ({good / max(1, good + bad):.1%})")


def feeds_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if is_feed(file))


def is_feed(file: Path) -> bool:
    """Whether it is a feed, and no expectation of one."""
    if not file.is_file() or file.name.endswith((".serde.json", "_expected.json")):
        return False
    return file.suffix != ".json" or not file.with_suffix(".xml").is_file()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), every="--all" in sys.argv))
