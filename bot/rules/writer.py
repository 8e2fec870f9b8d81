"""A rule in canonical words, and in words a person reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.rules.tree import (
    Acronym,
    And,
    Author,
    Category,
    Exact,
    Fact,
    Leaf,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Rule,
    Top,
    Word,
)

OPERATORS = frozenset({"or", "and", "not"})
_PLAIN = re.compile(r"\w[\w.*-]*")


def write(rule: Rule) -> str:
    """The rule in canonical words: `parse(write(rule)) == rule`, and equal rules are written alike."""
    return spell(rule.tree)


def spell(node: Node) -> str:
    """A part of a rule in canonical words."""
    match node:
        case And(parts):
            return " ".join(_grouped(part) for part in parts)
        case Or(parts):
            return " OR ".join(_grouped(part) for part in parts)
        case Not(part):
            return "-" + _grouped(part)
        case _:
            return _leaf(node)


def _grouped(node: Node) -> str:
    return f"({spell(node)})" if isinstance(node, And | Or) else spell(node)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Word() | Acronym() | Prefix() | Phrase() | Exact():
            return f"{leaf.field}:{_words(leaf)}" if leaf.field else _words(leaf)
        case Author(names):
            return f"author:{_quoted(' '.join(names))}"
        case Category(text, stem):
            return f"category:{_quoted(f'{text}*' if stem else text)}"
        case Number(field, compare, value):
            return f"{field}:{compare}{value}"
        case Fact(kind, value):
            return f"{kind}:{value}"
        case Top(count):
            return f"top:{count}"


def _words(leaf: Word | Acronym | Prefix | Phrase | Exact) -> str:
    match leaf:
        case Word(text):
            return f'"{text}"' if text in OPERATORS else text
        case Acronym(text):
            return text
        case Prefix(text):
            return f"{text}*"
        case Phrase(words):
            return f'"{" ".join(bare(word) for word in words)}"'
        case Exact(text):
            return f'="{text}"'


def bare(word: Word | Acronym | Prefix) -> str:
    """A word as it stands inside a phrase."""
    return f"{word.text}*" if isinstance(word, Prefix) else word.text


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text not in OPERATORS else f'"{text}"'


def all_of(parts: Iterable[Node]) -> Node:
    """The canonical `And`: flat, without doubles, in order; a single part stands for itself."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    ordered = tuple(sorted(dict.fromkeys(flat), key=_order))
    return ordered[0] if len(ordered) == 1 else And(ordered)


def any_of(parts: Iterable[Node]) -> Node:
    """The canonical `Or`, as `all_of` is for `And`."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    ordered = tuple(sorted(dict.fromkeys(flat), key=_order))
    return ordered[0] if len(ordered) == 1 else Or(ordered)


def none_of(part: Node) -> Node:
    """The canonical exclusion: twice is not at all, and of alternatives each is excluded."""
    match part:
        case Not(inner):
            return inner
        case Or(parts):
            return all_of(none_of(inner) for inner in parts)
        case _:
            return Not(part)


def _order(node: Node) -> tuple[bool, str]:
    return isinstance(node, Not), spell(node)
