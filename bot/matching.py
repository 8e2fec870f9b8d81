"""New papers → matches → planned deliveries: who hears about what, and why. Decides only; records nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import chain

import numpy as np
import numpy.typing as npt

from bot import rounds, summary
from bot.model import Bundle, Channel, Delivery, Match, Options, Paper, Reason, Rulebook, Subscription
from bot.rolls import Lines, Roll
from bot.rules import KNOWN, Acronyms, Engine, compiled, explain, folding, parse

Ranks = Mapping[str, int]
NONE: Ranks = {}
NO_LINES: Mapping[int, str] = {}


MANY = 1000
"""From so many new rules on they are loaded at once: the engine puts all its rules in order, which takes a while."""
SPELLINGS = 100_000
"""Words as papers write them that an engine remembers, some 35 MB, before it is begun anew from the rules' lines, which
takes a second for 100,000 rules. 5,000 papers of arXiv have 38,000 spellings; ever fewer of those to come are new."""


class Matcher:
    """The engine kept in step with the rulebook. Not for two threads at once."""

    def __init__(self, acronyms: Acronyms = KNOWN) -> None:
        self._acronyms = acronyms
        self._engine = Engine(acronyms)
        self._roll = Roll.of(())
        self._parsed = lru_cache(maxsize=4096)(partial(parse, acronyms=acronyms))
        self._version: int | None = None
        self.folding = folding(acronyms)
        """The name of all that the compiled lines depend on: lines of another are not for this matcher."""

    def follow(self, book: Rulebook, lines: Mapping[int, str] = NO_LINES) -> dict[int, str]:
        """Take up what has changed since the last rulebook: only new, changed and gone subscriptions cost anything.

        `lines` are rules compiled with this matcher's `folding`, by subscription; those compiled anew are returned.
        """
        if book.version == self.version:
            return {}
        if self._is_full:
            self._engine, self._roll, self._version = Engine(self._acronyms), Roll.of(()), None
        roll, known = Roll.of(book.subscriptions), Lines.of(lines)
        gone, fresh = _changes(self._roll, roll)
        for number in np.frombuffer(self._roll.ids, np.int64)[gone].tolist():
            self._engine.remove(number)
        have = _kept(np.frombuffer(roll.ids, np.int64)[fresh], known)
        made = {roll.ids[at]: self._compiled(roll.rules[at]) for at in fresh[have < 0].tolist()}
        kept = ((known.ids[at], known.texts[at]) for at in have[have >= 0].tolist())
        self._take(chain(kept, made.items()), len(fresh))
        self._roll, self._version = roll, book.version
        return made

    def uncompiled(self, book: Rulebook, lines: Mapping[int, str] = NO_LINES) -> list[int]:
        """The subscriptions, by number, that `follow` would have to compile."""
        roll, known = Roll.of(book.subscriptions), Lines.of(lines)
        _, fresh = _changes(Roll.of(()) if self._is_full else self._roll, roll)
        have = _kept(np.frombuffer(roll.ids, np.int64)[fresh], known)
        return [roll.ids[at] for at in fresh[have < 0].tolist()]

    def compiled(self, book: Rulebook, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
        """These subscriptions' rules and their lines, by number, as the store keeps them."""
        roll = Roll.of(book.subscriptions)
        rules = ((number, roll.numbered(number).rule) for number in numbers)
        return {number: (rule, self._compiled(rule)) for number, rule in rules}

    def _compiled(self, rule: str) -> str:
        return compiled(parse(rule, self._acronyms), self._acronyms)

    @property
    def newest(self) -> int:
        """The highest number of a subscription whose line need not be given again; 0 before the first."""
        return self._roll.ids[-1] if self._roll.ids and not self._is_full else 0

    @property
    def ranked(self) -> bool:
        """Whether some rule may ask for the day's order (`top:10`)."""
        return self._roll.says("top:")

    @property
    def version(self) -> int | None:
        """The rulebook's version that is followed; None before the first, and when all is to be followed anew."""
        return None if self._is_full else self._version

    @property
    def _is_full(self) -> bool:
        return self._engine.spellings > SPELLINGS

    def matches(self, papers: Sequence[Paper], ranks: Ranks = NONE) -> list[Match]:
        """Every (paper, subscription) that match, with the reasons. `ranks`: each paper's place in its day."""
        hits = zip(papers, self._engine.match(papers, ranks), strict=True)
        return [self._match(paper, number, ranks) for paper, numbers in hits for number in numbers]

    def became(
        self, changes: Sequence[tuple[Paper, Paper]], ranks: Ranks = NONE, ranked_before: Ranks = NONE
    ) -> list[Match]:
        """What matches after each change and did not before it: rules that have become true."""
        before = self._engine.match([paper for paper, _ in changes], ranked_before)
        after = self._engine.match([paper for _, paper in changes], ranks)
        hits = zip(changes, before, after, strict=True)
        return [
            self._match(paper, number, ranks)
            for (_, paper), old, numbers in hits
            for number in sorted(set(numbers) - set(old))
        ]

    def _match(self, paper: Paper, number: int, ranks: Ranks) -> Match:
        subscription = self._roll.numbered(number)
        rule = self._parsed(subscription.rule)
        reasons = explain(rule, paper, acronyms=self._acronyms, ranks=ranks).reasons
        return Match(paper, subscription, tuple(replace(reason, rule=subscription.rule) for reason in reasons))

    def _take(self, lines: Iterable[tuple[int, str]], count: int) -> None:
        if count >= MANY:
            self._engine.load(lines)
        else:
            for number, line in lines:
                self._engine.put(number, line)


Places = npt.NDArray[np.int64]


def _changes(old: Roll, new: Roll) -> tuple[Places, Places]:
    """Where those stand in the old roll that are gone or changed, and in the new one those that are new or changed."""
    were, are = np.frombuffer(old.ids, np.int64), np.frombuffer(new.ids, np.int64)
    _, there, here = np.intersect1d(were, are, assume_unique=True, return_indices=True)
    same = np.frombuffer(old.marks, np.int64)[there] == np.frombuffer(new.marks, np.int64)[here]
    return _others(len(were), there[same]), _others(len(are), here[same])


def _others(count: int, places: Places) -> Places:
    left = np.ones(count, np.bool_)
    left[places] = False
    return np.flatnonzero(left)


def _kept(numbers: Places, lines: Lines) -> Places:
    """Where each number's line stands, -1 where there is none."""
    ids = np.frombuffer(lines.ids, np.int64)
    places = np.minimum(np.searchsorted(ids, numbers), len(ids) - 1)
    return np.where(ids[places] == numbers, places, -1) if len(ids) else np.full(len(numbers), -1)


Wishes = Callable[[Subscription], Options]
"""All that counts for a subscription: its own options, its channel's, its platform's."""


def plan(matches: Iterable[Match], wishes: Wishes, now: datetime) -> tuple[Delivery, ...]:
    """One delivery a paper and channel, however many rules matched; it carries every reason.

    The rule that wants it soonest has its way, and a thread is opened where any of them asks for one.
    """
    planned: dict[tuple[str, Channel], Delivery] = {}
    for match in matches:
        key = (match.paper.id, match.subscription.channel)
        one = _planned(match, wishes(match.subscription), now)
        planned[key] = _together(planned[key], one) if key in planned else one
    return tuple(planned.values())


def _planned(match: Match, wish: Options, now: datetime) -> Delivery:
    """Papers of the day's best wait for a digest until their day is over: before, nobody knows which they are."""
    bundled = wish.mode != "instant" and of_the_day(match.reasons)
    due, bundle = rounds.planned(wish, max(now, _day_over(match.paper, now)) if bundled else now)
    told = (summary.another_rule(match.reasons),)
    channel = match.subscription.channel
    return Delivery(match.paper.id, channel, match.reasons, due=due, bundle=bundle, options=wish, news=told)


def of_the_day(reasons: Iterable[Reason]) -> bool:
    """Whether a paper is wanted for its place in its day (`top:10`)."""
    return any(reason.field == "top" for reason in reasons)


def _day_over(paper: Paper, now: datetime) -> datetime:
    """The last moment of the paper's day, by which it is ranked: a digest at midnight is the first after it."""
    day = (paper.announced or paper.seen or now).astimezone(UTC).date()
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(seconds=1)


def _together(one: Delivery, other: Delivery) -> Delivery:
    first = min(one, other, key=_eagerness)
    auto = "auto" in (one.options.thread, other.options.thread)
    options = replace(first.options, thread="auto") if auto else first.options
    return replace(first, reasons=together(one.reasons, other.reasons), options=options, news=one.news + other.news)


def _eagerness(one: Delivery) -> tuple[bool, datetime]:
    assert one.due is not None
    return one.bundle is not None, one.due


def replan(
    pending: Iterable[Delivery],
    book: Sequence[Subscription],
    wishes: Wishes,
    now: datetime,
    best: Mapping[str, Paper],
) -> list[Delivery]:
    """Deliveries that wait, planned by the wishes of today; a digest that is due, and what no rule wants, stay.

    `best` are the papers, by id, of those that are wanted for their place in their day.
    """
    changed = []
    for one in pending:
        rules = {reason.rule for reason in one.reasons}
        wanted = [wishes(s) for s in book if s.channel == one.channel and s.rule in rules]
        is_coming = one.bundle == "digest" and one.due is not None and one.due <= now
        if one.bundle not in (None, "digest") or is_coming or not wanted:
            continue
        later = max(now, _day_over(best[one.paper], now)) if one.paper in best else now
        plans = ((*rounds.planned(wish, now if wish.mode == "instant" else later), wish) for wish in wanted)
        due, bundle, options = min(plans, key=_soonest)
        changed.append(replace(one, due=due, bundle=bundle, options=options))
    return changed


def _soonest(plan: tuple[datetime, Bundle | None, Options]) -> tuple[bool, datetime]:
    return plan[1] is not None, plan[0]


def together(first: tuple[Reason, ...], then: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Both lists of reasons, each reason once."""
    return tuple(dict.fromkeys(first + then))
