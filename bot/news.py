"""Which of the papers never seen before are news, and when a day brings too many of them. Decides only: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from bot.habits import Habits
from bot.model import Delivery, Feed, Paper

REVISED = ("replace", "replace-cross")
"""arXiv's words for a new version of an older paper; met for the first time, it is still no new paper.
A first cross-list counts as a paper here, and comes to rules that ask for it. https://info.arxiv.org/help/rss_specifications.html"""

FAMILIAR = 10
"""So many days with papers must have been seen before a day can be called unusual: two weeks of arXiv's."""

UNUSUAL = 10
"""Times the median of those days: arXiv's fullest day of a year is about twice its usual one."""

MANY = 500
"""And never below this: a quiet blog that imports its archive of 200 posts is a nuisance, no flood."""

REMEMBERED = 30
"""Days that the median is taken of."""


@dataclass(frozen=True, slots=True)
class News:
    """What the rules are asked of the papers never seen before, and how many are too old for it.

    `first` of them are new papers; the others are revisions, which only rules with `on:revised` want.
    """

    papers: tuple[Paper, ...] = ()
    left_out: int = 0

    @property
    def first(self) -> int:
        return sum(paper.announce not in REVISED for paper in self.papers)


def sift(new: Sequence[Paper], feed: Feed, now: datetime, max_age: timedelta) -> News:
    """Leave out what the feed itself dates to more than `max_age` ago (nothing: no limit).

    Files and the sample are read by those who want them posted, whatever their age.
    """
    if not max_age or not feed.url.startswith(("http:", "https:")):
        return News(tuple(new))
    young = tuple(paper for paper in new if not _older(paper, now, max_age))
    return News(young, len(new) - len(young))


def _older(paper: Paper, now: datetime, max_age: timedelta) -> bool:
    """By its announcement, else by its own date; a paper without any date is as new as we know."""
    day = paper.announced or paper.published
    return day is not None and now - day > max_age


# ── floods ──────────────────────────────────────────────────────────────────────────────────────────


def counted(habits: Habits, news: int, now: datetime) -> Habits:
    """The habits once so many more new papers have come today (by UTC)."""
    if habits.day == now.date():
        return replace(habits, today=habits.today + news) if news else habits
    days = (*habits.days, habits.today) if habits.today else habits.days
    return replace(habits, day=now.date(), today=news, days=days[-REMEMBERED:])


def flood(habits: Habits) -> str:
    """Why today's papers are to be held until a person has looked; empty on a usual day."""
    if len(habits.days) < FAMILIAR:
        return ""
    usual = median(habits.days)
    if habits.today <= max(UNUSUAL * usual, MANY):
        return ""
    return (
        f"Held: {habits.today:,} new papers came in one day, where {usual:,.0f} are usual; "
        "`paper-round held release` posts them, `paper-round held discard` does not."
    )


def held(planned: Sequence[Delivery], reason: str) -> tuple[Delivery, ...]:
    """The deliveries as they are recorded on such a day: known, and posted only when somebody says so."""
    return tuple(replace(delivery, state="held", error=reason) for delivery in planned)
