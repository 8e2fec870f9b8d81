"""How a feed has behaved, as its bookmark remembers it. A noun apart, as it grows with every poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Failure = Literal["gone", "blocked", "failed"]
"""What went wrong with a feed: its owner took it away, a page stands where it was, or anything else."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a feed has behaved: what its state is told from, and what an unusual day is measured by.

    `answered_at` is when it was last reached, `changed_at` when it last brought another body, `advanced_at` when it
    last held something it had not held before; `ids` is a digest of the papers it held, `newest` their latest date.
    `seen` counts the papers it brought first, `left_out` those of them too old to post; `took` is in seconds.
    `ttl`, `skip_hours`, `skip_days` and `period` are what its last body asked for, as in `model.Reading`.
    `today` new papers came on `day`; `days` are the numbers of the days before it that had any, the latest last.
    """

    answered_at: datetime | None = None
    changed_at: datetime | None = None
    advanced_at: datetime | None = None
    newest: datetime | None = None
    ids: str | None = None
    seen: int = 0
    left_out: int = 0
    took: float | None = None
    ttl: int | None = None
    failure: Failure | None = None
    day: date | None = None
    today: int = 0
    days: tuple[int, ...] = ()
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    period: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Deliveries of one source that wait for a person to release or discard them, since when, and why."""

    source: str
    deliveries: int
    papers: int
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Papers that a channel had: `before` a moment, and since (`lately`); `waiting` ones are still to come."""

    before: int
    lately: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a rule brought: how many papers, the first of them when, and all the terms by which they were found."""

    papers: int
    first: datetime
    terms: frozenset[str]
