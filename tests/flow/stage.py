"""The stage of the flow's stories: a clock one can turn, feeds that change by the day, and hands to press with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot import flow, sources
from bot.errors import SourceFailed
from bot.flow import World
from bot.model import Bookmark, Feed, Paper, Reading
from bot.ports import Fetched

START = datetime(2026, 8, 17, 9, 0, tzinfo=UTC)


def paper(key: str, title: str, abstract: str = "", **more: object) -> Paper:
    """A paper from a feed of the stage."""
    made = Paper(f"url:{key}", title, "https://feed.example/papers", abstract=abstract, url=f"https://p.example/{key}")
    return replace(made, **more)  # type: ignore[arg-type]


@dataclass
class FakeFetch:
    """A feed that holds another list of papers each day; `failing` is raised instead, once each."""

    days: list[list[Paper]]
    today: int = 0
    failing: list[SourceFailed] = field(default_factory=list)

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        if self.failing:
            raise self.failing.pop(0)
        return Fetched(json.dumps(self.today).encode(), replace(bookmark, digest=str(self.today)))

    async def read(self, fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        """The stage's parser: the body names the day."""
        return Reading(tuple(self.days[json.loads(fetched.body or b"")]), "Stage", "stage")


@dataclass
class Hands:
    """Whoever turns the clock and calls the flow, as the loops of the front door do."""

    fetch: FakeFetch
    time: datetime = START

    def clock(self) -> datetime:
        return self.time

    async def day(self, feed: Feed, day: int, world: World) -> flow.Polled:
        """Poll the feed as it stands on that day."""
        self.fetch.today = day
        self.time = START + timedelta(days=day)
        return await flow.poll(feed, world)

    async def deliver_all(self, world: World) -> int:
        """Deliver until nothing is due; how many were taken by their channels."""
        sent = 0
        while claims := await flow.claim(world, "stage", 10):
            for claim in claims:
                sent += await flow.deliver(claim, world)
        return sent


async def parsed(fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
    """The real parser, on the spot."""
    return sources.read(fetched.body or b"", feed)
