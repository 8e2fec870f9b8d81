"""The small feeds of `tests/feeds/sources`, read for the tests of the rooms that read them."""

from __future__ import annotations

from pathlib import Path

from bot.model import Feed, Paper, Reading
from bot.sources import read

HERE = Path(__file__).parents[1] / "feeds" / "sources"
FEED = Feed("https://lab.example/feed", "https://lab.example/feed")


def body(name: str) -> bytes:
    """The bytes of one fixture."""
    return (HERE / name).read_bytes()


def reading(name: str, feed: Feed = FEED) -> Reading:
    """One fixture, read."""
    return read(body(name), feed)


def papers(name: str) -> tuple[Paper, ...]:
    """One fixture's papers."""
    return reading(name).papers
