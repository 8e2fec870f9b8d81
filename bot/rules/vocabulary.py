"""The words that stored papers have, and a rule's words that none of them has: nobody gets a rule that cannot match."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import Paper
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.engine import Engine
from bot.rules.fold import fold
from bot.rules.shelf import ABSTRACT, TITLE, Shelf
from bot.rules.tree import Acronym, Leaf, Phrase, Prefix, Rule, Word, leaves
from bot.rules.writer import spell

FEWEST = 20
"""Below so many stored papers nothing is said about words they do not have."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A term that no stored paper has, and the word that may be meant."""

    term: str
    meant: str | None = None


def unseen(
    rule: Rule, papers: Sequence[Paper], acronyms: Acronyms = KNOWN, shelf: Shelf | None = None
) -> tuple[Unseen, ...]:
    """The rule's words that no stored paper has, each with what may be meant (`transfomers`: *transformers*)."""
    terms = [leaf for leaf in dict.fromkeys(leaves(rule.tree)) if is_words(leaf)]
    if not terms or len(papers) < FEWEST:
        return ()
    shelf = Shelf() if shelf is None else shelf
    engine = Engine(acronyms, shelf)
    for key, leaf in enumerate(terms):
        engine.add(key, Rule(leaf))
    seen = {key for keys in engine.match(papers) for key in keys}
    return suggested([leaf for key, leaf in enumerate(terms) if key not in seen], papers, shelf)


def is_words(leaf: Leaf) -> bool:
    """Whether a leaf looks for words, so that no paper having it may be a slip of the pen."""
    return isinstance(leaf, Word | Acronym | Prefix | Phrase)


def suggested(missing: Sequence[Leaf], papers: Sequence[Paper], shelf: Shelf) -> tuple[Unseen, ...]:
    """The terms that no paper has, each with the word that may be meant; nothing below `FEWEST` papers."""
    if not missing or len(papers) < FEWEST:
        return ()
    have = shelf.counted(papers, (TITLE, ABSTRACT))
    return tuple(Unseen(spell(leaf), meant(leaf, have)) for leaf in missing)


def meant(leaf: Leaf, have: Mapping[str, int]) -> str | None:
    """The stored papers' word that is written most alike, the more common one of two alike."""
    if not isinstance(leaf, Word) or len(leaf.text) < 4:
        return None
    low = fold(leaf.text)
    near = [word for word in have if word[0] == low[0] and abs(len(word) - len(low)) < 3 and have[word] > 1]
    close = difflib.get_close_matches(low, near, n=3, cutoff=0.8)
    ranked = sorted(close, key=lambda word: (-round(difflib.SequenceMatcher(None, low, word).ratio(), 1), -have[word]))
    return ranked[0] if ranked else None
