"""Papers that have been read, kept as the numbers of their words: whoever looks back again need not read them again.

A shelf is lent to one engine after another (see `Engine`). It changes how soon something is found, never what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.model import Paper
from bot.rules.arrays import Ints, Shorts, Where
from bot.rules.chunks import Chunks
from bot.rules.fold import cleaned
from bot.rules.forms import Forms
from bot.rules.lights import BITS, Words
from bot.rules.reading import FIELDS, field_text

TITLE, ABSTRACT, KEYWORDS = range(3)
"""The numbers of these fields."""
WORDS = 1_500_000
"""Words of papers that are kept: some 7,000 papers, 12 MB. Those not looked at for longest go first."""
SPELLINGS = 100_000
"""Spellings that are kept, 35 MB: 5,000 papers of arXiv have 38,000. With more, a shelf is begun anew."""
LETTERS = 20
"""Letters a spelling, on average, above which a shelf is begun anew as well: arXiv has 9."""

Key = tuple[str, int]
"""A paper by its id and by what its fields say: a title that changes makes it another paper to read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper's words: which form, in which field, how it hangs on the one before (see `lights.Words`)."""

    form: Ints
    zone: Shorts
    gap: Shorts


class Shelf:
    """Papers as they were last read. Not for two threads at once."""

    def __init__(self, words: int = WORDS, spellings: int = SPELLINGS) -> None:
        self.most, self.spellings = words, spellings
        self._begin()

    def _begin(self) -> None:
        self.forms = Forms()
        self.kept: dict[Key, Kept] = {}
        self.words = 0

    def lent(self) -> Shelf:
        """The shelf for another engine, once the last one is done; begun anew if too many spellings came together."""
        if len(self.forms) > self.spellings or sum(map(len, self.forms)) > LETTERS * self.spellings:
            self._begin()
        return self

    def arranged(self, papers: Sequence[Paper], named: Sequence[str], chunks: Chunks) -> Words:
        """`lights.arranged`, with what is kept taken from here; `chunks`, of these forms, read the rest."""
        found = self.take(papers, chunks)
        form, zone = np.concatenate([one.form for one in found]), np.concatenate([one.zone for one in found])
        gap = np.concatenate([one.gap for one in found])
        paper = np.arange(len(found), dtype=np.int32).repeat([len(one.form) for one in found])
        wanted = np.array([n <= KEYWORDS or name in named for n, name in enumerate(FIELDS)])
        inside: Where = wanted[zone]
        form, paper = form[inside], paper[inside]
        family = self.forms.family.array.take(form)
        return Words(form, paper, zone[inside].astype(np.int32), gap[inside].astype(np.int32), family, BITS.take(paper))

    def take(self, papers: Sequence[Paper], chunks: Chunks | None = None) -> list[Kept]:
        """Each paper's words; those that are not here, or say something else by now, are read and kept."""
        texts = [tuple(field_text(paper, field) for field in FIELDS) for paper in papers]
        keys = [(paper.id, hash(said)) for paper, said in zip(papers, texts, strict=True)]
        missing = [n for n, key in enumerate(keys) if key not in self.kept]
        found = {key: self.kept.pop(key) for key in dict.fromkeys(keys) if key in self.kept}
        for n, one in zip(missing, self._read([texts[n] for n in missing], chunks or Chunks(self.forms)), strict=True):
            self.words += len(one.form) if keys[n] not in found else 0
            found[keys[n]] = one
        self.kept |= found  # at the end: those looked at last
        self._make_room()
        return [found[key] for key in keys]

    def _read(self, papers: Sequence[tuple[str, ...]], chunks: Chunks) -> Iterator[Kept]:
        texts = [cleaned(text) for fields in papers for text in fields]
        form, text, gap = chunks.read(texts)
        ends = np.searchsorted(text, np.arange(len(papers) + 1) * len(FIELDS))
        zone, short = (text % len(FIELDS)).astype(np.int8), gap.astype(np.int8)
        for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            own = slice(start, end)
            yield Kept(form[own].copy(), zone[own].copy(), short[own].copy())  # a view would keep the whole batch

    def _make_room(self) -> None:
        while self.words > self.most and self.kept:
            self.words -= len(self.kept.pop(next(iter(self.kept))).form)

    def different(self, papers: Sequence[Paper], fields: Sequence[int]) -> Iterator[list[int]]:
        """Each paper's different forms in these fields."""
        for form in self._inside(papers, fields):
            yield list(set(form.tolist()))

    def counted(self, papers: Sequence[Paper], fields: Sequence[int]) -> Counter[str]:
        """How often each word, folded, stands in these fields of all papers."""
        inside = list(self._inside(papers, fields))
        if not inside:
            return Counter()
        often = np.bincount(np.concatenate(inside))
        found: Counter[str] = Counter()
        for form in often.nonzero()[0].tolist():
            found[self.forms.low[form]] += int(often[form])
        return found

    def _inside(self, papers: Sequence[Paper], fields: Sequence[int]) -> Iterator[Ints]:
        wanted = np.zeros(len(FIELDS), np.bool_)
        wanted[list(fields)] = True
        return (one.form[wanted[one.zone]] for one in self.take(papers))
