"""New papers → matches → planned deliveries: who hears about what, and why. Decides only; records nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial

from bot import rounds, summary
from bot.model import Bundle, Channel, Delivery, Match, Options, Paper, Reason, Rulebook, Subscription
from bot.rules import KNOWN, Acronyms, Engine, compiled, explain, folding, parse

Ranks = Mapping[str, int]
NONE: Ranks = {}
NO_LINES: Mapping[int, str] = {}


MANY = 1000
"""From so many new rules on they are loaded at once: the engine puts all its rules in order, which takes a while."""


class Matcher:
    """The engine kept in step with the rulebook. Not for two threads at once."""

    def __init__(self, acronyms: Acronyms = KNOWN) -> None:
        self._acronyms = acronyms
        self._engine = Engine(acronyms)
        self._known: dict[int, Subscription] = {}
        self._parsed = lru_cache(maxsize=4096)(partial(parse, acronyms=acronyms))
        self._ranked: set[int] = set()
        self._version: int | None = None
        self.folding = folding(acronyms)
        """The name of all that the compiled lines depend on: lines of another are not for this matcher."""

    def follow(self, book: Rulebook, lines: Mapping[int, str] = NO_LINES) -> dict[int, str]:
        """Take up what has changed since the last rulebook: only new, changed and gone subscriptions cost anything.

        `lines` are rules compiled with this matcher's `folding`, by subscription; those compiled anew are returned.
        """
        if book.version == self._version:
            return {}
        wanted = {subscription.id: subscription for subscription in book.subscriptions}
        for number in self._known.keys() - wanted.keys():
            self._forget(number)
        fresh = {number: one for number, one in wanted.items() if not self._knows(number, one.rule)}
        made = {number: self._compiled(one.rule) for number, one in fresh.items() if number not in lines}
        for number in fresh.keys() & self._known.keys():
            self._forget(number)
        self._take({number: lines.get(number) or made[number] for number in fresh})
        self._known.update(wanted)
        self._ranked.update(number for number, one in fresh.items() if "top:" in one.rule)
        self._version = book.version
        return made

    def _knows(self, number: int, rule: str) -> bool:
        return number in self._known and self._known[number].rule == rule

    def _compiled(self, rule: str) -> str:
        return compiled(parse(rule, self._acronyms), self._acronyms)

    @property
    def newest(self) -> int:
        """The highest number of a subscription that is followed; 0 before the first."""
        return max(self._known, default=0)

    @property
    def ranked(self) -> bool:
        """Whether some rule asks for the day's order (`top:10`)."""
        return bool(self._ranked)

    @property
    def version(self) -> int | None:
        """The rulebook's version that is followed; None before the first."""
        return self._version

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
        subscription = self._known[number]
        rule = self._parsed(subscription.rule)
        reasons = explain(rule, paper, acronyms=self._acronyms, ranks=ranks).reasons
        return Match(paper, subscription, tuple(replace(reason, rule=subscription.rule) for reason in reasons))

    def _take(self, lines: Mapping[int, str]) -> None:
        if len(lines) >= MANY:
            self._engine.load(lines.items())
        else:
            for number, line in lines.items():
                self._engine.put(number, line)

    def _forget(self, id: int) -> None:
        self._engine.remove(id)
        self._ranked.discard(id)
        del self._known[id]


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
    due, bundle = rounds.planned(wish, now)
    told = (summary.another_rule(match.reasons),)
    channel = match.subscription.channel
    return Delivery(match.paper.id, channel, match.reasons, due=due, bundle=bundle, options=wish, news=told)


def _together(one: Delivery, other: Delivery) -> Delivery:
    first = min(one, other, key=_eagerness)
    auto = "auto" in (one.options.thread, other.options.thread)
    options = replace(first.options, thread="auto") if auto else first.options
    return replace(first, reasons=together(one.reasons, other.reasons), options=options, news=one.news + other.news)


def _eagerness(one: Delivery) -> tuple[bool, datetime]:
    assert one.due is not None
    return one.bundle is not None, one.due


def replan(pending: Iterable[Delivery], book: Sequence[Subscription], wishes: Wishes, now: datetime) -> list[Delivery]:
    """Deliveries that wait, planned by the wishes of today; a digest that is due, and what no rule wants, stay."""
    changed = []
    for one in pending:
        rules = {reason.rule for reason in one.reasons}
        wanted = [wishes(s) for s in book if s.channel == one.channel and s.rule in rules]
        is_coming = one.bundle == "digest" and one.due is not None and one.due <= now
        if one.bundle not in (None, "digest") or is_coming or not wanted:
            continue
        due, bundle, options = min(((*rounds.planned(wish, now), wish) for wish in wanted), key=_soonest)
        changed.append(replace(one, due=due, bundle=bundle, options=options))
    return changed


def _soonest(plan: tuple[datetime, Bundle | None, Options]) -> tuple[bool, datetime]:
    return plan[1] is not None, plan[0]


def together(first: tuple[Reason, ...], then: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Both lists of reasons, each reason once."""
    return tuple(dict.fromkeys(first + then))
