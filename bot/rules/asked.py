"""A rule and what it might be instead, asked of stored papers: which of them each finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.model import Paper
from bot.rules.acronyms import Acronyms
from bot.rules.engine import Engine
from bot.rules.lesser import left_out
from bot.rules.shelf import Shelf
from bot.rules.tree import Leaf, Node, Rule, leaves, wanted
from bot.rules.vocabulary import Unseen, may_be_a_slip, suggested
from bot.rules.writer import any_of


class Asked:
    """The rule, its terms and the rule without each of them, asked of all papers at once.

    Papers are meant by their places. `wanted` are the rule's terms but for excluded ones, `lesser` the rule without
    each that can be left out.
    """

    def __init__(
        self,
        rule: Rule,
        papers: Sequence[Paper],
        acronyms: Acronyms,
        ranks: Mapping[str, int] | None,
        shelf: Shelf,
    ) -> None:
        self.papers = papers
        self.shelf = shelf
        self.acronyms = acronyms
        self.ranks = ranks
        self.tree = rule.tree
        self.wanted: tuple[Leaf, ...] = tuple(dict.fromkeys(wanted(rule.tree)))
        self.anything = any_of(self.wanted)
        self.lesser = {leaf: rest for leaf in self.wanted if (rest := left_out(rule.tree, leaf)) is not None}
        self._hits: dict[Node, list[int]] = {}
        self.ask([rule.tree, self.anything, *leaves(rule.tree), *self.lesser.values()])

    def ask(self, trees: Iterable[Node]) -> None:
        """Find what these hit among all papers; `hits` knows it from now on."""
        different = [tree for tree in dict.fromkeys(trees) if tree not in self._hits]
        self._hits |= self.among(different, range(len(self.papers)))

    def hits(self, tree: Node) -> list[int]:
        """The places of the papers that something asked for hits."""
        return self._hits[tree]

    def among(self, trees: Sequence[Node], places: Sequence[int]) -> dict[Node, list[int]]:
        """For each tree those of the papers at these places that it hits: cheaper than `ask` where they are few."""
        engine = Engine(self.acronyms, self.shelf)
        for key, tree in enumerate(trees):
            engine.add(key, Rule(tree))
        found: dict[Node, list[int]] = {tree: [] for tree in trees}
        if not trees:
            return found
        for place, keys in zip(places, engine.match([self.papers[n] for n in places], self.ranks), strict=True):
            for key in keys:
                found[trees[key]].append(place)
        return found

    def unseen(self) -> tuple[Unseen, ...]:
        """The rule's words that no paper has, if there are papers enough to say so."""
        missing = [leaf for leaf in dict.fromkeys(leaves(self.tree)) if may_be_a_slip(leaf) and not self.hits(leaf)]
        return suggested(Rule(self.tree), missing, self.papers, self.shelf)
