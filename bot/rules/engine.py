"""Many rules against papers. Always finds what `explain` calls a hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model import Paper
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.judge import examine
from bot.rules.reading import read
from bot.rules.tree import Rule


class Engine:
    """The rules of all subscriptions, by the subscription's key. Equal rules are asked once."""

    def __init__(self, acronyms: Acronyms = KNOWN) -> None:
        self.acronyms = acronyms
        self._rules: dict[int, Rule] = {}
        self._keys: dict[Rule, set[int]] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, key: int, rule: Rule) -> None:
        """Ask this rule from now on; a key that is known changes its rule."""
        self.remove(key)
        self._rules[key] = rule
        self._keys.setdefault(rule, set()).add(key)

    def remove(self, key: int) -> None:
        """Ask it no more; a key that is not known is no error."""
        rule = self._rules.pop(key, None)
        if rule is not None:
            self._keys[rule].discard(key)
            if not self._keys[rule]:
                del self._keys[rule]

    def match(self, papers: Sequence[Paper], ranks: Mapping[str, int] | None = None) -> list[list[int]]:
        """For each paper the keys whose rules it hits, in ascending order."""
        return [self._one(paper, ranks or {}) for paper in papers]

    def _one(self, paper: Paper, ranks: Mapping[str, int]) -> list[int]:
        reading = read(paper, ranks.get(paper.id))
        hits = (keys for rule, keys in self._keys.items() if examine(rule, reading, self.acronyms).hit)
        return sorted(key for keys in hits for key in keys)
