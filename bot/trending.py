"""The day's papers in trending order: what a community looks at now. Pure; the time now is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Paper

GRAVITY = 1.8
"""How fast age weighs a paper down. Hacker News' own exponent: https://news.ycombinator.com/item?id=1781013"""

HEAD_START = 2.0
"""Hours added to every age, so that the first minute does not outweigh the day (same source)."""


def score(paper: Paper, now: datetime) -> float:
    """Votes and comments, weighed down by age in hours: `(votes + comments) / (age + 2) ** 1.8`.

    The formula is that of Hacker News (source above); a comment counts as a vote. A paper without a date is new.
    """
    said = paper.signals
    since = paper.announced or paper.seen or now
    age = max(0.0, (now - since).total_seconds() / 3600)
    weight: float = (age + HEAD_START) ** GRAVITY
    return ((said.upvotes or 0) + (said.comments or 0)) / weight


def order(papers: Iterable[Paper], now: datetime) -> list[Paper]:
    """The highest score first; papers of equal score stay as they came."""
    return sorted(papers, key=lambda paper: -score(paper, now))


def ranks(papers: Iterable[Paper], now: datetime) -> dict[str, int]:
    """Each paper's place in the day, by id, from 1: what `top:10` asks for."""
    return {paper.id: place for place, paper in enumerate(order(papers, now), 1)}
