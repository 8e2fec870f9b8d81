"""What a rule might be instead: another rule, named by what is other, counted, and how far it is from what is good.

Good is what brings about `COMFORTABLE` papers a week and still means what the rule meant. A variant's *distance* from
that is the natural logarithm of how many times too many or too few it brings, and on top of it how much of the meaning
is in *doubt*. The doubts were set by reading what is offered for 60 rules of labs on 3,000 papers of arXiv.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, permutations

from bot.rules.tree import Acronym, And, Node, Phrase, Prefix, Rule, Word

LITTLE, COMFORTABLE, MUCH = 5.0, 10.0, 20.0
"""Papers a week: one a working day, below which a rule may be too narrow; what a team reads with pleasure; and four a
working day, above which it may be too wide."""
FLOOD = 30.0
"""Papers a week that are too many for a variant."""
SHOWN = 3
TOGETHER, CLEARLY = 0.1, 0.15
"""The share of papers with all of some words in which they stand side by side, so that they may be one thing (*reward
model*: 0.15 of the papers that have both); and from which on nobody doubts it (*image editing*: 0.45)."""
WORDS = 4
"""Words that may be one phrase; of more there are thousands of orders."""

Rate = Callable[[int], float | None]
"""Papers a week, of so many papers of the base; None while less than a week is stored."""
Words = Word | Acronym | Phrase


@dataclass(frozen=True, slots=True)
class Variant:
    """`papers`: how many of the base it finds; `weekly` is None while too little is stored to say."""

    rule: Rule
    name: str
    papers: int
    weekly: float | None
    distance: float


def variant(tree: Node, name: str, papers: int, rate: Rate, doubt: float) -> Variant:
    off = abs(math.log(max(weight(papers, rate), 0.1) / COMFORTABLE))
    return Variant(Rule(tree), name, papers, rate(papers), off + doubt)


def weight(papers: int, rate: Rate) -> float:
    """Papers a week; what less than a stored week has counts as a week's."""
    weekly = rate(papers)
    return papers if weekly is None else weekly


def nearest(found: Iterable[Variant]) -> tuple[Variant, ...]:
    """The best few, each rule once, by the name that leaves least in doubt."""
    best: dict[Rule, Variant] = {}
    for one in sorted(found, key=lambda one: (one.distance, one.name)):
        best.setdefault(one.rule, one)
    return tuple(best.values())[:SHOWN]


def loose(node: And) -> tuple[Words, ...]:
    """The words and phrases of a conjunction that may stand anywhere, if they are few enough to try every order."""
    words = tuple(part for part in node.parts if isinstance(part, Word | Acronym | Phrase) and not part.field)
    return words if 1 < len(words) <= WORDS else ()


def orders(words: Iterable[Words]) -> list[Phrase]:
    """These words as one phrase, in every order."""
    return [Phrase(tuple(chain.from_iterable(map(_spread, order)))) for order in permutations(words)]


def _spread(words: Words) -> tuple[Word | Acronym | Prefix, ...]:
    return words.words if isinstance(words, Phrase) else (words,)
