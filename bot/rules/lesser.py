"""A rule with one of its terms left out or put otherwise, and with a slip of the pen put right."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.rules.tree import (
    And,
    Fact,
    Leaf,
    Node,
    Number,
    Or,
    Rule,
    Top,
    Word,
    alternatives,
    demands,
    leaves,
)
from bot.rules.vocabulary import Unseen
from bot.rules.writer import all_of, any_of, spell


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


def left_out(node: Node, leaf: Leaf) -> Node | None:
    """The rule without a wanted term; None when nothing that demands something would be left."""
    if node == leaf:
        return None
    if isinstance(node, And | Or):
        parts = [rest for part in node.parts if (rest := left_out(part, leaf)) is not None]
        if not parts:
            return None
        rest = all_of(parts) if isinstance(node, And) else any_of(parts)
        return rest if demands(rest) else None
    return node


def replaced(node: Node, old: Node, new: Node) -> Node:
    """The rule with a part replaced wherever it is wanted."""
    if node == old:
        return new
    if isinstance(node, And | Or):
        parts = [replaced(part, old, new) for part in node.parts]
        return all_of(parts) if isinstance(node, And) else any_of(parts)
    return node


def corrected(rule: Rule, slips: Iterable[Unseen]) -> Rule | None:
    """The rule with each word that no paper has as it may be meant; None where nothing may be."""
    tree = rule.tree
    for slip in slips:
        for leaf in leaves(rule.tree):
            if slip.meant and isinstance(leaf, Word) and spell(leaf) == slip.term:
                tree = replaced(tree, leaf, Word(slip.meant, leaf.field))
    return Rule(tree) if tree != rule.tree else None
