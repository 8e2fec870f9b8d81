"""Where a rule hit a text, as pieces to be marked; and the part of a long text that shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.model import Reason

Pieces = list[tuple[str, bool]]
"""The text in pieces; True: this one is a hit."""

AROUND = 130
"""Characters shown before and after the hits of a long text: with them about three lines."""
LONGEST = 420
LONG = 20_000
"""Characters of a text in which what was found is looked for again."""


def places(reasons: Iterable[Reason], field: str) -> list[tuple[int, int]]:
    """Where the reasons stand in a field, in order, overlapping ones as one."""
    spans = {(r.start, r.end) for r in reasons if r.field == field and r.start is not None and r.end is not None}
    return _joined(spans)


def again(text: str, hits: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The hits, and wherever else the same words stand: reasons name each term's first place in a field."""
    said = {text[start:end].casefold() for start, end in hits if end <= len(text)} - {""}
    if not said or len(text) > LONG:
        return list(hits)
    words = "|".join(map(re.escape, sorted(said, key=len, reverse=True)))
    more = [found.span() for found in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE)]
    return _joined([*hits, *more])


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def marked(text: str, hits: Sequence[tuple[int, int]]) -> Pieces:
    """The whole text, its hits told apart."""
    edges = [0, *(edge for hit in hits for edge in hit if edge <= len(text)), len(text)]
    pieces = [(text[start:end], bool(place % 2)) for place, (start, end) in enumerate(pairwise(edges))]
    return [piece for piece in pieces if piece[0]]


def excerpt(text: str, hits: Sequence[tuple[int, int]]) -> Pieces:
    """Some lines of a long text: around its hits, else its beginning."""
    first = hits[0][0] if hits else 0
    near = [hit for hit in hits if hit[1] <= first + LONGEST - AROUND]
    start = _word(text, first - AROUND) if first > AROUND else 0
    end = len(text) if len(text) <= start + LONGEST else _word(text, start + LONGEST)
    inside = [(a - start, b - start) for a, b in near if b <= end]
    before, after = "… " * (start > 0), " …" * (end < len(text))
    return [(before, False)] * bool(before) + marked(text[start:end].rstrip(), inside) + [(after, False)] * bool(after)


def _word(text: str, at: int) -> int:
    """The beginning of the next word at or after this place."""
    found = re.compile(r"\s\S").search(text, max(0, at - 1))
    return found.start() + 1 if found and found.start() < at + 40 else at
