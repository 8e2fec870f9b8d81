"""New papers → matches → planned deliveries: who hears about what, and why. Decides only; records nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.model import Channel, Delivery, Match, Paper, Reason, Rulebook, Subscription
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


def plan(matches: Iterable[Match]) -> tuple[Delivery, ...]:
    """One delivery a paper and channel, however many rules matched; it carries every reason.

    The first rule's options count, except that a thread is opened where any of them asks for one.
    """
    planned: dict[tuple[str, Channel], Delivery] = {}
    for match in matches:
        key = (match.paper.id, match.subscription.channel)
        wish = match.subscription.options
        if key not in planned:
            planned[key] = Delivery(*key, reasons=match.reasons, options=wish)
        else:
            before = planned[key]
            options = replace(before.options, thread="auto") if wish.thread == "auto" else before.options
            planned[key] = replace(before, reasons=together(before.reasons, match.reasons), options=options)
    return tuple(planned.values())


def together(first: tuple[Reason, ...], then: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Both lists of reasons, each reason once."""
    return tuple(dict.fromkeys(first + then))
