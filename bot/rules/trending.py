"""The day's papers in trending order, for `top:`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from bot.model import Paper

_FADE = 45_000.0
"""Seconds of age that weigh as much as a tenfold score: Reddit's "hot" order, as in its published source
(https://github.com/reddit-archive/reddit, r2/lib/db/_sorts.pyx): log10 of the score plus seconds by 45,000."""
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
NO_VOTES: Mapping[str, int] = MappingProxyType({})


def trending(papers: Sequence[Paper], here: Mapping[str, int] = NO_VOTES) -> dict[str, int]:
    """The place of each paper in its day's trending order, by id, from 1: what `explain` and `match` take as `ranks`.

    `log10(max(1, votes + comments)) + seconds / 45,000`: ten times the votes are worth 12.5 hours. A comment counts as
    a vote, and so does each of `here`, the votes of this installation's own readers, by paper. Papers without a date
    share a day. Equal papers keep the order given.
    """
    days: dict[str, list[Paper]] = {}
    for paper in papers:
        moment = _moment(paper)
        days.setdefault(moment.date().isoformat() if moment else "", []).append(paper)
    return {
        paper.id: place
        for day in days.values()
        for place, paper in enumerate(sorted(day, key=lambda paper: -heat(paper, here.get(paper.id, 0))), start=1)
    }


def heat(paper: Paper, here: int = 0) -> float:
    """How hot a paper is; only differences mean something. `here` are votes of this installation's own readers."""
    score = (paper.signals.upvotes or 0) + (paper.signals.comments or 0) + here
    moment = _moment(paper)
    age = (moment - _EPOCH).total_seconds() if moment else 0.0
    return math.log10(max(1, score)) + age / _FADE


def _moment(paper: Paper) -> datetime | None:
    moment = paper.announced or paper.seen or paper.published
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
