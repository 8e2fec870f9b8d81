"""Which paper of a digest comes first, and which share a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.model import Item, Post
from bot.rules.trending import heat

Render = Callable[[Sequence[Item], int, int], Post]
Fits = Callable[[Post], bool]


def ranked(items: Iterable[Item]) -> list[Item]:
    """The best first: by votes (the source's and the channel's own), rules that matched, recency; then by row.

    Papers that are all here for their place in their day (`top:10`) stand in trending order, as on the day's page.
    """
    found = list(items)
    if found and all(any(reason.field == "top" for reason in item.delivery.reasons) for item in found):
        return sorted(found, key=lambda item: (-heat(item.paper, item.delivery.votes), item.delivery.row))
    return sorted(found, key=_rank)


def _rank(item: Item) -> tuple[int, int, float, int]:
    paper, delivery = item.paper, item.delivery
    votes = (paper.signals.upvotes or 0) + delivery.votes
    rules = len({reason.rule for reason in delivery.reasons})
    when = paper.announced or paper.published or paper.seen
    return -votes, -rules, -when.timestamp() if when else 0.0, delivery.row


def split(items: Sequence[Item], render: Render, fits: Fits) -> list[list[Item]]:
    """The items in as few messages as hold them, in their order; a paper that does not fit even alone stands alone.

    `render` lays out some of them as message `part` (from 1) of `parts`; what only the last one says is counted in.
    `fits` is asked a few times for each message, not for each paper: fewer papers are taken to need less room.
    """
    if not items:
        return []
    if fits(render(items, 1, 1)):
        return [list(items)]
    parts: list[list[Item]] = []
    while left := items[sum(map(len, parts)) :]:
        parts.append(list(left[: _fitting(left, len(parts) + 1, len(items) + 1, render, fits)]))
    return _ended(parts, render, fits)


def _fitting(left: Sequence[Item], part: int, parts: int, render: Render, fits: Fits) -> int:
    """How many of those left go into this message, at least one. `parts` has all digits, and this is not the last."""
    return _most(len(left), lambda count: fits(render(left[:count], part, parts)))


def _most(count: int, holds: Callable[[int], bool]) -> int:
    """The largest number up to `count` that holds, at least 1: doubled while it holds, then halved in between."""
    low, high = 1, 2
    while high <= count and holds(high):
        low, high = high, high * 2
    high = min(high, count + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _ended(parts: list[list[Item]], render: Render, fits: Fits) -> list[list[Item]]:
    """The last message says more (how many more there are, the week): it gives papers to one more if it must."""
    last = parts[-1]
    if fits(render(last, len(parts), len(parts))) or len(last) == 1:
        return parts
    first = len(last) - _most(len(last) - 1, lambda count: fits(render(last[-count:], len(parts) + 1, len(parts) + 1)))
    return [*parts[:-1], last[:first], last[first:]]
