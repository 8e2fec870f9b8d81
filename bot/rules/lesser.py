"""A rule without one of its terms, and with a slip of the pen put right."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.rules.backtest import left_out, replaced
from bot.rules.tree import Fact, Number, Rule, Top, Word, alternatives, leaves
from bot.rules.vocabulary import Unseen
from bot.rules.writer import spell


def terms(rule: Rule) -> tuple[str, ...]:
    """The rule's terms in canonical words, as `explain` names them; excluded ones, too."""
    return tuple(dict.fromkeys(spell(leaf) for leaf in leaves(rule.tree)))


def without(rule: Rule, term: str) -> Rule | None:
    """The rule with this term left out; None when it has no such term, or nothing would be left that is wanted."""
    for leaf in leaves(rule.tree):
        if spell(leaf) == term:
            rest = left_out(rule.tree, leaf)
            return Rule(rest) if rest is not None and rest != rule.tree else None
    return None


def fruitless(rule: Rule, seen: Collection[str]) -> tuple[str, ...]:
    """The alternatives by which no paper was found: those of the rule that are not among the terms seen."""
    leaves = [leaf for leaf in alternatives(rule.tree) if not isinstance(leaf, Number | Fact | Top)]
    return tuple(term for term in dict.fromkeys(map(spell, leaves)) if term not in seen)


def corrected(rule: Rule, slips: Iterable[Unseen]) -> Rule | None:
    """The rule with each word that no paper has as it may be meant; None where nothing may be."""
    tree = rule.tree
    for slip in slips:
        for leaf in leaves(rule.tree):
            if slip.meant and isinstance(leaf, Word) and spell(leaf) == slip.term:
                tree = replaced(tree, leaf, Word(slip.meant, leaf.field))
    return Rule(tree) if tree != rule.tree else None
