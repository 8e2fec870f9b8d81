"""What a rule is: frozen values, equal when they mean the same in the same words, whatever their order and case.

A rule is a tree of `And`, `Or` and `Not` over leaves. `field` is "" (title, abstract and keywords) or a field's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TEXT = ("title", "abstract", "keyword")
"""The fields that words without a field are looked for in."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word's family: `text` is folded to lower case, accents kept."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Acronym:
    """Capitals that match capitals: `text` as people write it (`LLM`, `MoE`), singular."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin with `text`."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other, each with an empty field of its own."""

    words: tuple[Word | Acronym | Prefix, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Exact:
    """Characters exactly as written, not inside a longer word."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """A name: `given` names or initials in order, then the last one, in lower case."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category, or with `stem` all that begin with `text` (`cs.*`), in lower case."""

    text: str
    stem: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A count that the community gives: `votes:>=20`. A paper whose source does not say never matches."""

    field: Literal["votes", "comments"]
    compare: Literal[">=", ">", "<=", "<", "="]
    value: int


@dataclass(frozen=True, slots=True)
class Fact:
    """`has:code`, `on:cross`: something a paper has, or how it was announced."""

    kind: Literal["has", "on"]
    value: str


@dataclass(frozen=True, slots=True)
class Top:
    """Among the day's `count` highest in trending order."""

    count: int


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts, in canonical order, none of them an `And`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two parts, in canonical order, none of them an `Or`."""

    parts: tuple[Node, ...]


Leaf = Word | Acronym | Prefix | Phrase | Exact | Author | Category | Number | Fact | Top
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Rule:
    """What a team wants to read. Made by `parse`; hashable, and equal to every rule that means the same words."""

    tree: Node


def leaves(node: Node) -> tuple[Leaf, ...]:
    """All leaves, in canonical order, excluded ones too."""
    match node:
        case And(parts) | Or(parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(part):
            return leaves(part)
        case _:
            return (node,)


def wanted(node: Node) -> tuple[Leaf, ...]:
    """The leaves that a paper may have, in canonical order; excluded ones are not among them."""
    match node:
        case And(parts) | Or(parts):
            return tuple(leaf for part in parts for leaf in wanted(part))
        case Not():
            return ()
        case _:
            return (node,)


def alternatives(node: Node, *, inside: bool = False) -> tuple[Leaf, ...]:
    """The leaves of which a paper needs one only, in canonical order: those that stand `inside` an OR."""
    match node:
        case And(parts) | Or(parts):
            within = inside or isinstance(node, Or)
            return tuple(leaf for part in parts for leaf in alternatives(part, inside=within))
        case Not():
            return ()
        case _:
            return (node,) if inside else ()


def demands(node: Node) -> bool:
    """Whether a paper must have something to match: exclusions alone demand nothing."""
    match node:
        case Not():
            return False
        case And(parts):
            return any(demands(part) for part in parts)
        case Or(parts):
            return all(demands(part) for part in parts)
        case _:
            return True
