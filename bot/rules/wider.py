"""For a rule that brings little: what would bring more of the same. Each answer is counted on the stored papers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.rules.asked import Asked
from bot.rules.fold import STOPS, WORD, family
from bot.rules.frequency import Frequency
from bot.rules.lesser import replaced
from bot.rules.shelf import KEYWORDS, TITLE
from bot.rules.tree import Acronym, And, Leaf, Node, Not, Or, Phrase, Prefix, Word, leaves
from bot.rules.variants import (
    COMFORTABLE,
    FLOOD,
    LITTLE,
    TOGETHER,
    Rate,
    Variant,
    loose,
    nearest,
    orders,
    variant,
    weight,
)
from bot.rules.writer import all_of, any_of, bare, spell

MORE, WEEKLY = 1.5, 1.0
"""Times as many papers a wider rule must bring, and how many more a week, to be worth a word."""
LEAP = 10
"""Times as many it may bring: above that it is another subject, unless it still brings no more than is comfortable."""
PART = 1 / 3
"""The share of the papers that it may bring in the first days, when nobody can say how many a week that is."""

DROPPED, RAREST, APART, LOOSENED = 0.2, 0.5, 0.5, 0.6
"""Doubts: a term is gone; it was the most telling one; what is left are words that seldom stand together; a phrase or
a field is no longer one. A word that is added beside another leaves none."""

TELLING = 0.045
"""The share of all papers that what is left may be about: *quantization* says what a team reads, *transformers* and
*detection* do not, however few papers of a small store have them."""
USUAL = Frequency()

CANDIDATES = 6
"""Terms of a rule, and words beside the rest of it for each, that are looked at."""
AFFINE, OFTEN = 10.0, 3
"""How many times more often than by chance, and in how many papers, a word must stand beside a term to be offered as
an alternative to it (*ASR* beside *whisper*: 98 times, *LLM*: 1.9). Without that any common word would do."""
Named = Word | Acronym
COMMON = 0.1
"""A word that more titles than this have is an alternative to nothing."""


def wider(asked: Asked, rate: Rate) -> tuple[Variant, ...]:
    """The best first; nothing for a rule that brings enough."""
    have = len(asked.hits(asked.tree))
    if weight(have, rate) >= LITTLE:
        return ()
    beside, loosened = _beside(asked), _loosened(asked)
    asked.ask([*loosened, *(word for words in beside.values() for word in words)])
    found = [*_shorter(asked, rate), *_alternatives(asked, beside, rate)]
    found += [variant(tree, name, len(asked.hits(tree)), rate, LOOSENED) for tree, name in loosened.items()]
    return nearest(one for one in found if _is_more(one, have, len(asked.papers), rate))


def _is_more(one: Variant, have: int, base: int, rate: Rate) -> bool:
    """Whether it brings enough more to be worth a word, and not too much."""
    much = weight(one.papers, rate)
    if one.papers < MORE * have or much < weight(have, rate) + WEEKLY:
        return False
    if one.weekly is None and one.papers > PART * base:
        return False
    return much <= COMFORTABLE or (much <= FLOOD and one.papers <= LEAP * have)


# ── a term left out ─────────────────────────────────────────────────────────────────────────────────


def _shorter(asked: Asked, rate: Rate) -> Iterator[Variant]:
    rarest = min(asked.lesser, key=lambda leaf: len(asked.hits(leaf)), default=None)
    for leaf, rest in asked.lesser.items():
        papers = asked.hits(rest)
        one = variant(rest, f"Without {spell(leaf)}", len(papers), rate, DROPPED + RAREST * (leaf == rarest))
        if weight(len(papers), rate) <= FLOOD and _share(rest) < TELLING:
            yield one if _is_one_thing(rest, papers, asked) else replace(one, distance=one.distance + APART)


def _share(node: Node) -> float:
    """The share of all papers in the world that are about this, guessed from how common its words are."""
    match node:
        case And(parts):
            return math.prod(_share(part) for part in parts)
        case Or(parts):
            return sum(_share(part) for part in parts)
        case Phrase(words):
            return min(map(_share, words)) / 2
        case Word(text, "") | Acronym(text, ""):
            return USUAL.of(family(text))
        case Not():
            return 1
        case _:
            return 0


def _is_one_thing(rest: Node, places: Sequence[int], asked: Asked) -> bool:
    """Whether what is wanted is a single term, or words that stand side by side in many of these papers."""
    if not isinstance(rest, And):
        return True
    if not (words := loose(rest)):
        return False
    return max(map(len, asked.among(orders(words), places).values())) > TOGETHER * len(places)


# ── a word beside a term ────────────────────────────────────────────────────────────────────────────


def _beside(asked: Asked) -> dict[Leaf, list[Named]]:
    """For each term that costs papers: the words that stand in titles beside the rest, more than elsewhere."""
    cost = {leaf: len(asked.hits(rest)) - len(asked.hits(asked.tree)) for leaf, rest in asked.lesser.items()}
    plain = [leaf for leaf in cost if isinstance(leaf, Word | Acronym | Phrase | Prefix) and not leaf.field]
    costly = sorted((leaf for leaf in plain if cost[leaf] > 0), key=lambda leaf: -cost[leaf])[:CANDIDATES]
    return _telling(asked, {leaf: set(asked.hits(asked.lesser[leaf])) for leaf in costly}) if costly else {}


def _alternatives(asked: Asked, beside: Mapping[Leaf, Sequence[Named]], rate: Rate) -> Iterator[Variant]:
    named: dict[Node, str] = {}
    for leaf, words in beside.items():
        for word in words:
            if _affinity(asked, leaf, word) >= AFFINE:
                named[replaced(asked.tree, leaf, any_of([leaf, word]))] = f"{spell(leaf)} OR {spell(word)}"
    places = sorted({place for leaf in beside for place in asked.hits(asked.lesser[leaf])} if named else ())
    for tree, papers in asked.among(list(named), places).items():
        yield variant(tree, named[tree], len(papers), rate, 0)


def _affinity(asked: Asked, one: Leaf, other: Leaf) -> float:
    """How many times more often than by chance two terms stand in one paper; 0 where it is a matter of a few."""
    both = len(set(asked.hits(one)) & set(asked.hits(other)))
    return both * len(asked.papers) / (len(asked.hits(one)) * len(asked.hits(other))) if both >= OFTEN else 0


def _telling(asked: Asked, costly: Mapping[Leaf, set[int]]) -> dict[Leaf, list[Named]]:
    known = {family(word) for leaf in leaves(asked.tree) for word in WORD.findall(spell(leaf))}
    here: dict[Leaf, Counter[Named]] = {leaf: Counter() for leaf in costly}
    everywhere: Counter[Named] = Counter()
    name = _namer(asked)
    for place, forms in enumerate(asked.shelf.different(asked.papers, (TITLE, KEYWORDS))):
        words = {word for form in forms if (word := name(form)) and family(word.text) not in known}
        everywhere.update(words)
        for leaf, places in costly.items():
            if place in places:
                here[leaf].update(words)
    base = len(asked.papers)
    rare = {word: titles / base for word, titles in everywhere.items() if titles <= COMMON * base}
    return {leaf: _most_telling(here[leaf], rare, len(places)) for leaf, places in costly.items()}


def _most_telling(here: Counter[Named], share: Mapping[Named, float], titles: int) -> list[Named]:
    """Those that stand in more of these titles than their share of all titles lets expect."""
    seen = {word: often for word, often in here.items() if often > 1 and word in share}
    telling = {word: often * math.log(often / (titles * share[word])) for word, often in seen.items()}
    return sorted(telling, key=lambda word: (-telling[word], word.text))[:CANDIDATES]


def _namer(asked: Asked) -> Callable[[int], Named | None]:
    """What a word of a title or a keyword, given by its form's number, names, if anything."""
    forms = asked.shelf.forms
    capitals = list(forms.capitals)

    @cache
    def name(form: int) -> Named | None:
        low, caps = forms.low[form], forms.caps[form]
        acronym = asked.acronyms.names.get(capitals[caps]) if caps >= 0 else None
        if acronym:
            return Acronym(acronym)
        return Word(low) if len(low) > 3 and low.isalpha() and low not in STOPS else None

    return name


# ── a term that may stand otherwise ─────────────────────────────────────────────────────────────────


def _loosened(asked: Asked) -> dict[Node, str]:
    return {
        replaced(asked.tree, leaf, node): name
        for leaf in asked.wanted
        for node, name in _looser(leaf, seen=bool(asked.hits(leaf)))
    }


def _looser(leaf: Leaf, *, seen: bool) -> Iterator[tuple[Node, str]]:
    """A phrase that papers have was meant as one."""
    if isinstance(leaf, Phrase) and not seen and all(word.text not in STOPS for word in leaf.words):
        apart = all_of(replace(word, field=leaf.field) for word in leaf.words)
        yield apart, f"{' '.join(map(bare, leaf.words))}, also apart"
    if isinstance(leaf, Word | Acronym | Phrase | Prefix) and leaf.field in ("title", "abstract"):
        anywhere = replace(leaf, field="")
        yield anywhere, f"{spell(anywhere)}, also outside the {leaf.field}"
