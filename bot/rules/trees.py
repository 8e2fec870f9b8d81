"""Rules that are more than a few signals on and off, judged as trees over a batch: each part is bits, one a paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from bot.rules.arrays import Bits
from bot.rules.fold import family
from bot.rules.glue import Glued, beside
from bot.rules.ground import ground
from bot.rules.plan import covering
from bot.rules.signals import Signals
from bot.rules.tree import And, Node, Not, Or, Word

_ALL = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Tree:
    """A part of a rule. `kind` is "leaf" (with `signal`), "not", "and" or "or".

    In an "and" `words[n]` is the signal of part n if it is a word, which its neighbours can stand up for:
    `covers` are acronyms (signal) that say several of its words at once.
    """

    kind: str
    signal: int = 0
    parts: tuple[Tree, ...] = ()
    covers: tuple[tuple[int, frozenset[int]], ...] = ()


def plant(node: Node, signals: Signals) -> Tree:
    """The tree of a rule, with new papers meant where nothing is said."""
    return _grow(ground(node), signals)


def _grow(node: Node, signals: Signals) -> Tree:
    match node:
        case And(parts):
            grown = tuple(_grow(part, signals) for part in parts)
            return Tree("and", 0, grown, _covers(parts, signals))
        case Or(parts):
            return Tree("or", 0, tuple(_grow(part, signals) for part in parts))
        case Not(part):
            return Tree("not", 0, (_grow(part, signals),))
        case Word(text, field):
            return Tree("word", signals.word(family(text), field))
    signal = signals.leaf(node)
    choices = [Tree("leaf", one) for one in signals.members(signal)]
    return Tree("or", 0, tuple(choices)) if len(choices) > 1 else choices[0]


def _covers(parts: tuple[Node, ...], signals: Signals) -> tuple[tuple[int, frozenset[int]], ...]:
    found = covering(list(parts), signals.acronyms)
    return tuple(
        (signals.capitals(caps, field), frozenset(signals.word(word, field) for word in families))
        for caps, field, families in found
    )


def words_together(tree: Tree) -> Iterator[tuple[int, int]]:
    """The pairs of words, by signal, that stand side by side in some part of a rule."""
    if tree.kind == "and":
        yield from combinations([part.signal for part in tree.parts if part.kind == "word"], 2)
    for part in tree.parts:
        yield from words_together(part)


def judge(tree: Tree, rows: Bits, glued: Glued) -> int:
    """The papers of the batch that the tree hits, as bits."""
    match tree.kind:
        case "and":
            return _all_of(tree, rows, glued)
        case "or":
            bits = 0
            for part in tree.parts:
                bits |= judge(part, rows, glued)
            return bits
        case "not":
            return ~judge(tree.parts[0], rows, glued) & _ALL
        case _:
            return int(rows[tree.signal])


def _all_of(tree: Tree, rows: Bits, glued: Glued) -> int:
    bits = _ALL
    words = [part.signal for part in tree.parts if part.kind == "word"]
    for part in tree.parts:
        own = judge(part, rows, glued)
        if part.kind == "word":
            own |= beside(part.signal, words, glued)
            for caps, covered in tree.covers:
                own |= int(rows[caps]) if part.signal in covered else 0
        bits &= own
        if not bits:
            break
    return bits


def needed(tree: Tree, signals: Signals) -> tuple[int, ...]:
    """Signals of which one at least is on for every paper the tree hits: the rarest such choice."""
    match tree.kind:
        case "and":
            choices = [found for part in tree.parts if (found := _needed_part(part, tree, signals))]
            return min(choices, key=lambda choice: _share(choice, signals), default=())
        case "or":
            sides = [needed(part, signals) for part in tree.parts]
            return tuple(dict.fromkeys(signal for side in sides for signal in side)) if all(sides) else ()
        case "not":
            return ()
        case _:
            return (tree.signal,)


def _needed_part(part: Tree, whole: Tree, signals: Signals) -> tuple[int, ...]:
    found = needed(part, signals)
    if part.kind == "word":
        found += tuple(caps for caps, covered in whole.covers if part.signal in covered)
    return found


def _share(choice: tuple[int, ...], signals: Signals) -> float:
    return sum(signals.weight[signal] for signal in choice)
