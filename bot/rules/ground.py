"""New papers only, unless the rule says otherwise: what `on:` means where nothing is said."""

from __future__ import annotations

from bot.rules.tree import And, Fact, Node, Or
from bot.rules.writer import all_of, any_of

NEW = Fact("on", "new")


def ground(node: Node) -> Node:
    """The rule's tree with `on:new` put beside every way to match that names no other announcement."""
    if isinstance(node, Or):
        return any_of(ground(part) for part in node.parts)
    if speaks(node):
        parts = node.parts if isinstance(node, And) else (node,)
        return all_of(ground(part) if isinstance(part, Or) and speaks(part) else part for part in parts)
    return all_of([node, NEW])


def speaks(node: Node) -> bool:
    """Whether a part asks for a kind of announcement (an exclusion does not)."""
    match node:
        case And(parts) | Or(parts):
            return any(speaks(part) for part in parts)
        case Fact("on"):
            return True
        case _:
            return False
