"""The rule workshop: what a rule would have brought, day by day, which term does what, and what it just missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain, zip_longest

from bot.model import Paper
from bot.rules import Rule, write
from bot.rules.lesser import left_out
from bot.rules.narrow import Either, Need, needs
from bot.rules.tree import And, Leaf, Node, Not, wanted
from bot.rules.writer import all_of
from bot.web.seek import FRESH, Ranks, Seeker

DAYS, WEEK = 30, 7
MOST, AT_ONCE = 6_000, 1_000
"""Papers that a rule is tried on, the newest that have any of its words: a month of arXiv's cs.CL and cs.LG. A second
the first time, a fifth of it once they are on the shelf. And those that are asked of the store at once."""
MISSES = 6


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: a day and how many papers matched."""

    day: date
    papers: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a term brings: papers that have it (None: not counted, as it is excluded), and what the rule would match
    `without` it (None: it cannot go)."""

    term: str
    papers: int | None
    without: int | None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """A paper that one term kept away: missing, or excluded."""

    paper: Paper
    term: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have brought. `since`: counted back to this moment only, as too many papers have its words.

    `known`: the first day that papers are known of, when that is no longer ago than the days.
    """

    days: tuple[Day, ...]
    matches: int
    base: int
    parts: tuple[Part, ...]
    misses: tuple[Miss, ...]
    examples: tuple[Paper, ...]
    since: datetime | None = None
    known: date | None = None

    @property
    def most(self) -> int:
        return max((day.papers for day in self.days), default=0)

    @property
    def weekly(self) -> float | None:
        """Matches a week; None while it is too early to say."""
        days = sum(day.day >= self.known for day in self.days) if self.known else len(self.days)
        if days < WEEK:
            return None
        each = self.matches * WEEK / days
        return round(each, 1) if each < 10 else round(each)


async def tried(rule: Rule, seeker: Seeker, now: datetime) -> Trial:
    """Try a rule on the papers of the last 30 days."""
    first = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = await _candidates(rule, seeker, first)
    days = await seeker.store.days(DAYS, own=await seeker.open_channels())
    cut = _when(found[-1]) if len(found) >= MOST else None
    start = max(first, cut) if cut else first
    base = sum(count for day, count in days if day >= start.date())
    ranks = await Ranks(seeker.store).of(found) if "top:" in write(rule) else {}
    trial: Trial = await seeker.run(_trial, rule, found, ranks, seeker, now, start, base, cut)
    oldest = min((day for day, _ in days), default=None)
    return replace(trial, known=oldest if oldest and oldest > start.date() else None)


async def _candidates(rule: Rule, seeker: Seeker, since: datetime) -> list[Paper]:
    """The newest papers with any of its words; all of them where words do not tell."""
    await seeker.store.index(FRESH)
    asked = [needs(Rule(leaf), seeker.acronyms) for leaf in wanted(rule.tree)]
    need = None if None in asked or "top:" in write(rule) else _any([one for one in asked if one])
    found: list[Paper] = []
    before: int | None = None
    own = await seeker.open_channels()
    while len(found) < MOST:
        some = await seeker.store.narrowed(need, before=before, since=since, limit=AT_ONCE, own=own)
        found += [paper for _, paper in some]
        if len(some) < AT_ONCE:
            break
        before = some[-1][0]
    return found


def _any(parts: list[Need]) -> Need:
    return Either(tuple(parts)) if len(parts) > 1 else parts[0]


def _lesser(rule: Rule) -> dict[Node, tuple[Rule, bool]]:
    """The rule without each of its terms that can go, and without each exclusion (True)."""
    tree = rule.tree
    lesser: dict[Node, tuple[Rule, bool]] = {}
    for leaf in dict.fromkeys(wanted(tree)):
        if rest := left_out(tree, leaf):
            lesser[leaf] = (Rule(rest), False)
    if isinstance(tree, And):
        for part in tree.parts:
            if isinstance(part, Not):
                lesser[part] = (Rule(all_of(other for other in tree.parts if other != part)), True)
    return lesser


def _trial(
    rule: Rule,
    papers: list[Paper],
    ranks: dict[str, int],
    seeker: Seeker,
    now: datetime,
    start: datetime,
    base: int,
    cut: datetime | None,
) -> Trial:
    lesser, terms = _lesser(rule), tuple(dict.fromkeys(wanted(rule.tree)))
    rules = [rule, *map(Rule, terms), *(less for less, _ in lesser.values())]
    hits = _asked(seeker, rules, papers, ranks)
    mine, alone, without = hits[0], hits[1 : 1 + len(terms)], dict(zip(lesser, hits[1 + len(terms) :], strict=True))
    return Trial(
        days=_bars([papers[place] for place in mine], start, now),
        matches=len(mine),
        base=base,
        parts=(*_wanted_parts(terms, alone, without), *_excluded_parts(without)),
        misses=tuple(_misses(papers, set(mine), lesser, without)),
        examples=tuple(papers[place] for place in mine[:3]),
        since=cut,
    )


def _wanted_parts(terms: Sequence[Leaf], alone: Sequence[list[int]], without: dict[Node, list[int]]) -> Iterator[Part]:
    for term, own in zip(terms, alone, strict=True):
        yield Part(write(Rule(term)), len(own), len(without[term]) if term in without else None)


def _excluded_parts(without: dict[Node, list[int]]) -> Iterator[Part]:
    for part, hits in without.items():
        if isinstance(part, Not):
            yield Part(write(Rule(part.part)), None, len(hits), excluded=True)


def _asked(seeker: Seeker, rules: Sequence[Rule], papers: Sequence[Paper], ranks: dict[str, int]) -> list[list[int]]:
    """For each rule the places of the papers that it hits."""
    found: list[list[int]] = [[] for _ in rules]
    for place, keys in enumerate(seeker.matched(rules, papers, ranks)):
        for key in keys:
            found[key].append(place)
    return found


def _misses(
    papers: Sequence[Paper],
    mine: set[int],
    lesser: dict[Node, tuple[Rule, bool]],
    without: dict[Node, list[int]],
) -> Iterator[Miss]:
    """The newest papers that a single term kept away; the terms take turns, those first that keep away the fewest."""
    near = [[(part, place) for place in hits if place not in mine] for part, hits in without.items()]
    turns = chain.from_iterable(zip_longest(*sorted(near, key=len)))
    seen: set[int] = set()
    for part, place in (turn for turn in turns if turn):
        if place not in seen and len(seen) < MISSES:
            seen.add(place)
            yield Miss(papers[place], write(Rule(part.part if isinstance(part, Not) else part)), lesser[part][1])


def _bars(hits: Sequence[Paper], start: datetime, now: datetime) -> tuple[Day, ...]:
    counted = Counter(when.date() for paper in hits if (when := _when(paper)))
    days = (now.date() - start.date()).days + 1
    return tuple(Day(day, counted[day]) for day in (start.date() + timedelta(days=n) for n in range(max(1, days))))


def _when(paper: Paper) -> datetime | None:
    return paper.announced or paper.seen
