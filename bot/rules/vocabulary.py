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
from bot.rules.tree import Acronym, Category, Leaf, Phrase, Prefix, Rule, Word, leaves, wanted
from bot.rules.writer import spell
from bot.taxonomy import CATEGORIES

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
    terms = [leaf for leaf in dict.fromkeys(leaves(rule.tree)) if may_be_a_slip(leaf)]
    if not terms or len(papers) < FEWEST:
        return ()
    shelf = Shelf() if shelf is None else shelf
    engine = Engine(acronyms, shelf)
    for key, leaf in enumerate(terms):
        engine.add(key, Rule(leaf))
    seen = {key for keys in engine.match(papers) for key in keys}
    return suggested(rule, [leaf for key, leaf in enumerate(terms) if key not in seen], papers, shelf)


def may_be_a_slip(leaf: Leaf) -> bool:
    """Whether no paper having it may be a slip of the pen: words, and categories, of which there are only so many."""
    return isinstance(leaf, Word | Acronym | Prefix | Phrase | Category)


def suggested(rule: Rule, missing: Sequence[Leaf], papers: Sequence[Paper], shelf: Shelf) -> tuple[Unseen, ...]:
    """The rule's terms that no paper has, each with what may be meant; nothing below `FEWEST` papers.

    That nothing has to be left out is as it should be, unless another word was meant.
    """
    if not missing or len(papers) < FEWEST:
        return ()
    have, asked_for = shelf.counted(papers, (TITLE, ABSTRACT)), wanted(rule.tree)
    told = [(leaf, Unseen(spell(leaf), meant(leaf, have))) for leaf in missing]
    return tuple(one for leaf, one in told if one.meant or leaf in asked_for)


def meant(leaf: Leaf, have: Mapping[str, int]) -> str | None:
    """The stored papers' word that is written most alike, the more common of two alike; or arXiv's category."""
    if isinstance(leaf, Category) and not leaf.stem:
        known = {code.casefold(): code for code in CATEGORIES}
        close = difflib.get_close_matches(leaf.text.casefold(), known, n=1, cutoff=0.75)
        return f"category:{known[close[0]]}" if close and close[0] != leaf.text.casefold() else None
    if not isinstance(leaf, Word) or len(leaf.text) < 4:
        return None
    low = fold(leaf.text)
    near = [word for word in have if word[0] == low[0] and abs(len(word) - len(low)) < 3 and have[word] > 1]
    close = difflib.get_close_matches(low, near, n=3, cutoff=0.8)
    ranked = sorted(close, key=lambda word: (-round(difflib.SequenceMatcher(None, low, word).ratio(), 1), -have[word]))
    return ranked[0] if ranked else None
