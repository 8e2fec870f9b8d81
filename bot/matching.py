"""New papers → matches → planned deliveries: who hears about what, and why. Decides only; records nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import rounds, summary
from bot.model import Bundle, Channel, Delivery, Match, Options, Paper, Reason, Rulebook, Subscription
from bot.rules import KNOWN, Acronyms, Engine, Rule, explain, parse

Ranks = Mapping[str, int]
NONE: Ranks = {}


class Matcher:
    """The engine kept in step with the rulebook. Not for two threads at once."""

    def __init__(self, acronyms: Acronyms = KNOWN) -> None:
        self._acronyms = acronyms
        self._engine = Engine(acronyms)
        self._known: dict[int, tuple[Subscription, Rule]] = {}
        self._ranked: set[int] = set()
        self._version: int | None = None

    def follow(self, book: Rulebook) -> None:
        """Take up what has changed since the last rulebook: only new, changed and gone subscriptions cost anything."""
        if book.version == self._version:
            return
        wanted = {subscription.id: subscription for subscription in book.subscriptions}
        for number in self._known.keys() - wanted.keys():
            self._forget(number)
        for number, subscription in wanted.items():
            self._learn(number, subscription)
        self._version = book.version

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
        subscription, rule = self._known[number]
        reasons = explain(rule, paper, acronyms=self._acronyms, ranks=ranks).reasons
        return Match(paper, subscription, tuple(replace(reason, rule=subscription.rule) for reason in reasons))

    def _learn(self, id: int, subscription: Subscription) -> None:
        known = self._known.get(id)
        if known and known[0].rule == subscription.rule:
            self._known[id] = (subscription, known[1])
            return
        if known:
            self._forget(id)
        rule = parse(subscription.rule, self._acronyms)
        self._engine.add(id, rule)
        self._known[id] = (subscription, rule)
        if "top:" in subscription.rule:
            self._ranked.add(id)

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
    """Deliveries that wait, planned by the wishes of today; those whose rules are gone stay as they are."""
    changed = []
    for one in pending:
        rules = {reason.rule for reason in one.reasons}
        wanted = [wishes(s) for s in book if s.channel == one.channel and s.rule in rules]
        if one.bundle not in (None, "digest") or not wanted:
            continue
        due, bundle, options = min(((*rounds.planned(wish, now), wish) for wish in wanted), key=_soonest)
        changed.append(replace(one, due=due, bundle=bundle, options=options))
    return changed


def _soonest(plan: tuple[datetime, Bundle | None, Options]) -> tuple[bool, datetime]:
    return plan[1] is not None, plan[0]


def together(first: tuple[Reason, ...], then: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Both lists of reasons, each reason once."""
    return tuple(dict.fromkeys(first + then))
