"""A rule in the form the engine asks it: a line of text that can stand in a store beside the words.

Most rules are a few signals that must all be on and a few that must be off. A line has such a way to match in each of
its parts; whatever does not fit keeps its words, and is judged as a tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.fold import family, forms
from bot.rules.ground import speaks
from bot.rules.tree import And, Node, Not, Or, Rule, Word
from bot.rules.words import meaning_pieces
from bot.rules.writer import spell

WAY, PART, EITHER, OFF, SAID, TREE = "\x1e", "\x1f", "\x1d", "\x1c", "!", "?"
"""Signs between ways to match, their parts, alternatives; before parts that are off; a part of its own in a way that
names its announcements; before the words of a tree. No rule can hold the control characters."""

FORM = 1
"""Goes up when lines of before mean something else."""

_PROBE = (
    "quantisation behaviour modelling analyses catalogues centre learnt corpora transformers tokenization objective "
    "organic Schrödinger β-VAE LLMs GPT-4 don't naïveté fine-tuning finetuned universities pretrained multimodality"
)
"""Words for every rule of the folding; a folding that reads one of them otherwise is another."""

MOST_ON = 4
MOST_OFF = 2


def compiled(rule: Rule, acronyms: Acronyms = KNOWN) -> str:
    """The rule as the engine's line. The same rule gives the same line, as long as the table of acronyms stays."""
    tree = rule.tree
    simple = isinstance(tree, Or) and any(isinstance(part, And) for part in tree.parts)
    ways = [_way(part, acronyms) for part in (tree.parts if simple and isinstance(tree, Or) else (tree,))]
    known = [way for way in ways if way is not None]
    return WAY.join(known) if len(known) == len(ways) else TREE + spell(tree)


def folding(acronyms: Acronyms = KNOWN) -> str:
    """A name for all that lines depend on besides the rule: the form, the folding, the table of acronyms."""
    words = [
        *_PROBE.split(),
        *(word for meanings in acronyms.meanings.values() for text in meanings for word in text.split()),
    ]
    read = [forms(word) for word in words]
    whole = (FORM, sorted(acronyms.names.items()), sorted(acronyms.meanings.items()), read)
    return sha256(repr(whole).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _way(node: Node, acronyms: Acronyms) -> str | None:
    parts = node.parts if isinstance(node, And) else (node,)
    wanted = [part for part in parts if not isinstance(part, Not)]
    unwanted = [part.part for part in parts if isinstance(part, Not)]
    flat = all(_is_flat(part) for part in wanted) and not any(isinstance(part, And | Or) for part in unwanted)
    if not flat or len(wanted) > MOST_ON or len(unwanted) > MOST_OFF or covering(wanted, acronyms):
        return None
    if any(speaks(part) for part in wanted if isinstance(part, Or)):
        return None
    said = [SAID] if any(speaks(part) for part in wanted) else []
    return PART.join([*said, *(_either(part) for part in wanted), *(OFF + spell(part) for part in unwanted)])


def _is_flat(node: Node) -> bool:
    if isinstance(node, Or):
        return not any(isinstance(part, And | Or | Not) for part in node.parts)
    return not isinstance(node, And)


def _either(node: Node) -> str:
    return EITHER.join(spell(part) for part in node.parts) if isinstance(node, Or) else spell(node)


def covering(parts: Sequence[Node], acronyms: Acronyms) -> list[tuple[str, str, frozenset[str]]]:
    """The acronyms that say several of these words at once: (capitals, field, families), as `Judge.beside` sees it."""
    words = [(part.field, family(part.text)) for part in parts if isinstance(part, Word)]
    if len(words) < 2:
        return []
    meanings = _meanings(acronyms)
    asked: dict[str, set[str]] = {}
    for field, own in words:
        asked.setdefault(field, set()).add(own)
    return [
        (name, field, families)
        for field, own in dict.fromkeys(words)
        for name, families in meanings.get(own, ())
        if families <= asked[field]
    ]


@lru_cache(maxsize=8)
def _meanings(acronyms: Acronyms) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """What acronyms mean, by the first word of it in the alphabet."""
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, meanings in acronyms.meanings.items():
        for meaning in meanings:
            families = frozenset(piece.family for piece in meaning_pieces(meaning))
            found.setdefault(min(families), []).append((name.upper(), families))
    return found
