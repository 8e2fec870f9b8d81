"""For a rule that brings much: what would bring the best of it. Each answer is counted on the stored papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from bot.rules.asked import Asked
from bot.rules.lesser import replaced
from bot.rules.tree import Acronym, And, Node, Number, Or, Phrase, Prefix, Word
from bot.rules.variants import (
    CLEARLY,
    FLOOD,
    MUCH,
    TOGETHER,
    Rate,
    Variant,
    Words,
    loose,
    nearest,
    orders,
    variant,
    weight,
)
from bot.rules.writer import all_of, spell

LESS = 0.7
"""The share of its papers that a narrower rule may still bring, to be worth a word."""
FEWEST = 2.0
"""Papers a week that it must bring."""

LOOSE, LEFT, TITLED, ALL_TITLED, VOTED = 0.3, 0.2, 0.8, 1.0, 0.9
"""Doubts: words that are seldom side by side; each word that is left out of the phrase; papers without a word, or any,
in the title may be as good; and so may those that few have voted for, or not yet. A phrase of all words that clearly is
one leaves none."""
VOTES = (10, 20, 50)


@dataclass(frozen=True, slots=True)
class _Idea:
    tree: Node
    name: str
    doubt: float


def narrower(asked: Asked, rate: Rate) -> tuple[Variant, ...]:
    """The best first; nothing for a rule that does not bring much, and nothing in the first days."""
    have = asked.hits(asked.tree)
    if rate(len(have)) is None or weight(len(have), rate) <= MUCH:
        return ()
    ideas = [*_phrased(asked), *_titled(asked), *_voted(asked)]
    found = asked.among(list(dict.fromkeys(one.tree for one in ideas)), have)
    counted = [variant(one.tree, one.name, len(found[one.tree]), rate, one.doubt) for one in ideas]
    less = [one for one in counted if one.papers <= LESS * len(have) and weight(one.papers, rate) >= FEWEST]
    return nearest(one for one in less if weight(one.papers, rate) <= FLOOD) or nearest(less)


def _phrased(asked: Asked) -> Iterator[_Idea]:
    """Words side by side, where they stand so in many of the papers, and the same in the title."""
    for conjunction in _conjunctions(asked.tree):
        have = asked.among([conjunction], asked.hits(asked.tree))[conjunction]
        words = loose(conjunction)
        for some in (some for size in range(2, len(words) + 1) for some in combinations(words, size)):
            phrase, share = _usual_order(asked, some, have)
            if share >= TOGETHER:
                doubt = LEFT * (len(words) - len(some)) + LOOSE * (share < CLEARLY)
                for one, more in ((phrase, 0), (replace(phrase, field="title"), TITLED)):
                    rest = all_of([one, *(part for part in conjunction.parts if part not in some)])
                    yield _Idea(replaced(asked.tree, conjunction, rest), spell(one), doubt + more)


def _usual_order(asked: Asked, words: Sequence[Words], places: Sequence[int]) -> tuple[Phrase, float]:
    """The order in which these words stand side by side, and in which share of these papers."""
    found = asked.among(orders(words), places)
    phrase = max(orders(words), key=lambda order: len(found[order]))
    return phrase, len(found[phrase]) / max(1, len(places))


def _conjunctions(node: Node) -> Iterator[And]:
    if isinstance(node, And):
        yield node
    elif isinstance(node, Or):
        for part in node.parts:
            yield from _conjunctions(part)


def _titled(asked: Asked) -> Iterator[_Idea]:
    """A term, or all of them, in the title."""
    plain = [leaf for leaf in asked.wanted if isinstance(leaf, Word | Acronym | Phrase | Prefix) and not leaf.field]
    everything = asked.tree
    for leaf in plain:
        inside = replace(leaf, field="title")
        everything = replaced(everything, leaf, inside)
        yield _Idea(replaced(asked.tree, leaf, inside), spell(inside), TITLED)
    if len(plain) > 1:
        yield _Idea(everything, "All in the title", ALL_TITLED)


def _voted(asked: Asked) -> Iterator[_Idea]:
    """With votes of others, where most of the papers come with votes."""
    known = [asked.papers[place].signals.upvotes is not None for place in asked.hits(asked.tree)]
    if 2 * sum(known) > len(known):
        for votes in VOTES:
            leaf = Number("votes", ">=", votes)
            yield _Idea(all_of([asked.tree, leaf]), spell(leaf), VOTED)
