"""Many rules against papers, in memory. Finds what `explain` calls a hit, for every rule at once.

How it is fast, each part measured in `tests/bench/match.py`: equal rules are asked once and fanned out; a rule is
looked at only when its two rarest required terms are there; each term of all rules is looked for once, in 64 papers at
a time; and the rules looked at are judged by arrays of bits.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from bot.model import Paper
from bot.rules.acronyms import KNOWN, Acronyms
from bot.rules.arrays import Longs, first_of_each, lit, ones, where
from bot.rules.fanout import Fanout, Keys
from bot.rules.fold import PIECE, cleaned
from bot.rules.forms import Forms
from bot.rules.frequency import Frequency
from bot.rules.lights import BATCH
from bot.rules.plan import compiled
from bot.rules.scan import Found, Scanner
from bot.rules.shelf import Shelf
from bot.rules.signals import Signals
from bot.rules.tree import Rule
from bot.rules.ways import Ways

AT_ONCE = (1_000, 25_000)
"""Rules that stand as texts of their own at a time while many are loaded, at first and at most: what they leave behind
between what stays is room that nobody gets back, and each time all rules are put in order."""


class Engine:
    """The rules of all subscriptions, by the subscription's key. Not for two threads at once.

    With a `shelf` papers that are on it need not be read again; one engine at a time works with it.
    """

    def __init__(self, acronyms: Acronyms = KNOWN, shelf: Shelf | None = None) -> None:
        self.acronyms = acronyms
        self.frequency = Frequency()
        self.signals = Signals(shelf.lent().forms if shelf is not None else Forms(), self.frequency, acronyms)
        self.ways = Ways(self.signals)
        self.scanner = Scanner(self.signals, shelf)
        self.fanout = Fanout()
        self.looked_at = 0
        """Candidates so far, summed over papers: what the index let through (see `bot.rules.ways`)."""

    def __len__(self) -> int:
        return len(self.fanout)

    @property
    def spellings(self) -> int:
        """Words as papers write them that are remembered; they are never forgotten."""
        return len(self.signals.forms)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Count the words of stored papers, so that rules added later are kept under their rarest terms."""
        self.frequency.learn(PIECE.findall(cleaned(f"{paper.title} {paper.abstract}")) for paper in papers)

    def add(self, key: int, rule: Rule) -> None:
        """Ask this rule from now on; a key that is known changes its rule."""
        self.put(key, compiled(rule, self.acronyms))

    def put(self, key: int, line: str) -> None:
        """`add` for a rule in its `compiled` form."""
        self.remove(key)
        self.fanout.add(self.ways.rule(line), key)

    def load(self, lines: Iterable[tuple[int, str]]) -> None:
        """Ask many rules from now on, each a new key and the rule's `compiled` line from the store.

        What a load makes stays, so the garbage collector is kept from looking through it, now and ever after.
        """
        paused = gc.isenabled()
        gc.disable()
        try:
            self._load(lines)
            gc.freeze()
        finally:
            if paused:
                gc.enable()

    def _load(self, lines: Iterable[tuple[int, str]]) -> None:
        keys: list[Longs] = []
        rules: list[Longs] = []
        for chunk in _chunks(lines):
            keys.append(np.fromiter((key for key, _ in chunk), np.int64, len(chunk)))
            rules.append(self.ways.rules([line for _, line in chunk]))
        if keys:
            self.fanout.fill(np.concatenate(rules), np.concatenate(keys), self.ways.count)
            self.ways.settle()

    def remove(self, key: int) -> None:
        """Ask it no more; a key that is not known is no error."""
        gone = self.fanout.remove(key)
        if gone is not None and gone[1]:
            self.ways.forget(gone[0])

    def match(self, papers: Sequence[Paper], ranks: Mapping[str, int] | None = None) -> list[list[int]]:
        """For each paper the keys whose rules it hits, in ascending order.

        `ranks` are the places of the day's papers in trending order, by id, for `top:`; without them it never hits.
        """
        return [np.sort(keys).tolist() for keys in self.hits(papers, ranks)]

    def hits(self, papers: Sequence[Paper], ranks: Mapping[str, int] | None = None) -> Iterator[Keys]:
        """`match` as arrays, in no order."""
        self.ways.settle_much()
        self.fanout.settle(self.ways.count)
        for start in range(0, len(papers), BATCH):
            batch = papers[start : start + BATCH]
            yield from self.fanout.of(*self.rules(batch, ranks or {}), len(batch))

    def rules(self, papers: Sequence[Paper], ranks: Mapping[str, int]) -> tuple[Longs, Longs]:
        """The hits of up to 64 papers, paper by paper: the number of the rule, the number of the paper."""
        found: Found = self.scanner.scan(papers, ranks)
        rules, bits, looked = self.ways.judged(found)
        self.looked_at += looked
        self.scanner.clear(found)
        places, papers_hit = ones(bits) if len(papers) > 1 else (lit(bits), np.zeros(len(bits), np.int64))
        rules = rules[places]
        again = self.ways.several.reach(self.ways.count).take(rules) > 0
        if again.any():
            once = ~again
            several = where(again)
            once[several[first_of_each(papers_hit[several] << 40 | rules[several])]] = True
            rules, papers_hit = rules[once], papers_hit[once]
        return rules, papers_hit


def _chunks(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """A fiftieth of what was loaded before, each time."""
    rest, loaded, (least, most) = iter(lines), 0, AT_ONCE
    while chunk := list(islice(rest, min(most, max(least, loaded // 50)))):
        loaded += len(chunk)
        yield chunk
