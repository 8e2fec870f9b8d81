"""New papers → matches → planned deliveries: who hears about what, and why. Decides only; records nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.model import Channel, Delivery, Match, Paper, Reason, Rulebook, Subscription
from bot.rules import Engine, Rule, explain, parse


class Matcher:
    """The engine kept in step with the rulebook. Not for two threads at once."""

    def __init__(self) -> None:
        self._engine = Engine()
        self._known: dict[int, tuple[Subscription, Rule]] = {}
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

    def matches(self, papers: Sequence[Paper]) -> list[Match]:
        """Every (paper, subscription) that match, with the reasons."""
        found = []
        for paper, numbers in zip(papers, self._engine.match(papers), strict=True):
            for number in numbers:
                subscription, rule = self._known[number]
                reasons = explain(rule, paper).reasons
                found.append(Match(paper, subscription, tuple(replace(r, rule=subscription.rule) for r in reasons)))
        return found

    def _learn(self, id: int, subscription: Subscription) -> None:
        known = self._known.get(id)
        if known and known[0].rule == subscription.rule:
            self._known[id] = (subscription, known[1])
            return
        if known:
            self._forget(id)
        rule = parse(subscription.rule)
        self._engine.add(id, rule)
        self._known[id] = (subscription, rule)

    def _forget(self, id: int) -> None:
        self._engine.remove(id)
        del self._known[id]


def plan(matches: Iterable[Match]) -> tuple[Delivery, ...]:
    """One delivery a paper and channel, however many rules matched; it carries every reason."""
    planned: dict[tuple[str, Channel], Delivery] = {}
    for match in matches:
        key = (match.paper.id, match.subscription.channel)
        if key not in planned:
            planned[key] = Delivery(*key, reasons=match.reasons, options=match.subscription.options)
        else:
            planned[key] = replace(planned[key], reasons=together(planned[key].reasons, match.reasons))
    return tuple(planned.values())


def together(first: tuple[Reason, ...], then: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Both lists of reasons, each reason once."""
    return tuple(dict.fromkeys(first + then))
