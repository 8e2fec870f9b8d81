"""What is known of a batch's papers besides their words: announcement, counts, categories, names, exact forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.model import Paper
from bot.rules.facts import counts, holds, in_category, same_person
from bot.rules.judge import exact_place, fields_of
from bot.rules.lights import Lights
from bot.rules.reading import field_text
from bot.rules.signals import CROSS, NEW, REVISED, Signals
from bot.rules.tree import Fact, Number, Top
from bot.rules.values import name_parts

_ANNOUNCED = {"new": (NEW,), "cross": (CROSS,), "replace": (REVISED,), "replace-cross": (CROSS, REVISED)}


class Known:
    """Looks at papers one by one. Categories are remembered while no new one is asked for."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.categories: dict[str, tuple[int, list[int]]] = {}

    def light(self, lights: Lights, papers: Sequence[Paper], ranks: Mapping[str, int]) -> None:
        """Light what is true of each paper."""
        for number, paper in enumerate(papers):
            for signal in self.of(paper, ranks.get(paper.id)):
                lights.set(signal, number)

    def of(self, paper: Paper, rank: int | None) -> Iterator[int]:
        """The signals that are on for a paper."""
        yield from _ANNOUNCED[paper.announce]
        yield from (signal for signal, fact in self.signals.facts.items() if _true(fact, paper, rank))
        if self.signals.categories:
            yield from (signal for name in paper.categories for signal in self.in_categories(name))
        if self.signals.authors:
            yield from self.named(paper)
        for name, zone in self.signals.zones.items():
            if zone.exact:
                yield from _exact(name, zone.exact, paper)

    def named(self, paper: Paper) -> Iterator[int]:
        """Authors, looked for by their last name."""
        parts = {part for author in paper.authors for part in name_parts(author)}
        for part in parts & self.signals.authors.keys():
            for signal, wanted in self.signals.authors[part]:
                if any(same_person(wanted.names, author) for author in paper.authors):
                    yield signal

    def in_categories(self, name: str) -> list[int]:
        """The signals of a category as a paper names it; remembered while no category is added."""
        have = len(self.signals.categories)
        known = self.categories.get(name)
        if known is None or known[0] != have:
            found = [signal for signal, category in self.signals.categories if in_category(category, name)]
            known = self.categories[name] = (have, found)
        return known[1]


def _true(fact: Number | Fact | Top, paper: Paper, rank: int | None) -> bool:
    if isinstance(fact, Number):
        return counts(fact, paper)
    if isinstance(fact, Fact):
        return holds(fact, paper)
    return rank is not None and rank <= fact.count


def _exact(name: str, wanted: Mapping[int, str], paper: Paper) -> Iterator[int]:
    texts = [field_text(paper, field) for field in fields_of(name)]
    whole = "\x00".join(texts)
    for signal, text in wanted.items():
        if text in whole and any(exact_place(text, own) is not None for own in texts):
            yield signal
