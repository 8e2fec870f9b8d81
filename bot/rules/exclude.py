"""Which words, left out of a rule, would have kept one of its papers away: what "not for us" offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import RuleError
from bot.model import Paper
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.engine import Engine
from bot.rules.fold import STOPS, WORD, family, tokens
from bot.rules.judge import explain
from bot.rules.parser import parse
from bot.rules.shelf import Shelf
from bot.rules.tree import Acronym, Category, Node, Not, Rule, Word, leaves
from bot.rules.writer import all_of, spell

OFFERED = 3
TRIED = 16
FEW = 30
"""Papers, of a base large enough to call a word common."""
OFTEN = 4
READ = 6_000
"""Characters of an abstract that are counted in; a word that stands there four times is what the paper is about."""
COMMON = 0.15
"""A word that more papers than this have says too little of what a paper is about (*model*, *learning*)."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The rule without papers that have `term`; it would have kept away `also` of the `of` other papers it found."""

    term: str
    rule: Rule
    also: int
    of: int


def exclusions(
    rule: Rule, paper: Paper, papers: Sequence[Paper], acronyms: Acronyms = KNOWN, shelf: Shelf | None = None
) -> tuple[Exclusion, ...]:
    """Up to three, those first that cost the rule least and stop most of what is like the paper.

    About 0.2 ms a stored paper, 0.04 where it is on the `shelf`.

    `papers` are stored ones to count among. None when no word of the paper can be left out of the rule.
    """
    tried = [(leaf, without) for leaf in _candidates(rule, paper, acronyms) if (without := _without(rule, leaf))]
    kept = [(leaf, w) for leaf, w in tried[:TRIED] if not explain(w, paper, acronyms=acronyms).hit]
    if not kept:
        return ()
    engine = Engine(acronyms, shelf)
    engine.add(-1, rule)
    for place, (leaf, _) in enumerate(kept):
        engine.add(place, Rule(leaf))
    others = [one for one in papers if one.id != paper.id]
    asked = [set(keys) for keys in engine.match(others)]
    found = [keys for keys in asked if -1 in keys]
    said = _said(paper)
    weighed = []
    for place, (leaf, without) in enumerate(kept):
        offer = Exclusion(spell(leaf), without, sum(place in keys for keys in found), len(found))
        weight = _Weighed(offer, max(1, min(OFTEN, said[family(spell(leaf).lower())])))
        weighed.append((weight.cost(sum(place in keys for keys in asked), len(others)), place, offer))
    return tuple(offer for _, _, offer in sorted(weighed, key=lambda one: one[:2])[:OFFERED])


def _said(paper: Paper) -> Counter[str]:
    """How often the paper says each word."""
    return Counter(family(token.low) for token in tokens(f"{paper.title[:500]}. {paper.abstract[:READ]}"))


@dataclass(frozen=True, slots=True)
class _Weighed:
    offer: Exclusion
    often: int

    def cost(self, papers: int, base: int) -> tuple[bool, bool, bool, float]:
        """A word that no other paper has is a name, and stops nothing else; one that most matches have kills the rule.

        Of the others the one that is rarest among the rule's papers, measured by how often it stands elsewhere; what
        the paper says `often` is what it is about.
        """
        share = (self.offer.also + 0.5) / (self.offer.of + 1)
        return (
            papers > COMMON * base >= FEW,
            share > 0.5,
            papers == 0,
            share * (base + 1) / (papers + 1) / self.often**2,
        )


def _candidates(rule: Rule, paper: Paper, acronyms: Acronyms) -> Iterator[Word | Acronym | Category]:
    """Words of the title and the keywords that name something, then the category it stands in."""
    known = {family(word) for leaf in leaves(rule.tree) for word in WORD.findall(spell(leaf))}
    seen: set[str] = set()
    for token in tokens(f"{paper.title[:500]}. {'. '.join(paper.signals.keywords)[:500]}"):
        root = family(token.low)
        if root in known or root in seen:
            continue
        seen.add(root)
        if name := acronyms.names.get(token.caps):
            yield Acronym(name)
        elif len(token.low) > 3 and token.low.isalpha() and token.low not in STOPS:
            yield Word(token.low)
    yield from (Category(name, stem=False) for name in paper.categories[:1])


def _without(rule: Rule, leaf: Node) -> Rule | None:
    """The rule with a term left out; None where the language cannot say that."""
    try:
        made = Rule(all_of([rule.tree, Not(leaf)]))
        return made if parse(spell(made.tree)) == made else None
    except RuleError:
        return None
