"""A rule without one of its terms."""

from __future__ import annotations

from bot.rules.backtest import left_out
from bot.rules.tree import Rule, leaves
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
