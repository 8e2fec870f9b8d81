"""What a rule would have brought → the lines of a preview. Every count names its base; nothing is promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import summary
from bot.model import Line, Span
from bot.rules import Backtest, Count

TERMS = 6
"""Terms that are counted one by one; a longer rule is told by its first."""


def lines(found: Backtest) -> tuple[Line, ...]:
    """How many papers, which term decides, what would widen it, and the newest examples."""
    return tuple(_lines(found))


def _lines(found: Backtest) -> Iterator[Line]:
    if not found.base:
        yield _text("No papers are stored yet, so there is nothing to compare with.")
        return
    yield Line(tuple(_rate(found)))
    for word in found.unseen:
        meant = f": did you mean {word.meant}?" if word.meant else "."
        yield Line((Span(word.term, "strong"), Span(f" is in none of these papers{meant}")))
    if found.unknown:
        yield _text(
            f"None of these papers has {_listed(found.unknown)} yet: such things come with Hugging Face's feeds, and "
            "for 14 days after it was first seen a paper is asked again as they do."
        )
    if len(found.terms) > 1:
        yield Line(tuple(_terms(found)), "small")
    if found.wider and found.wider[0].term not in [word.term for word in found.unseen]:
        widest = found.wider[0]
        yield Line(
            (Span("Wider: "), Span(widest.rule, "code"), Span(f" in place of {widest.term}: {widest.papers:,}")),
            "small",
        )
    if found.examples:
        yield _text("The newest:" if found.matches > 1 else "It is:")
    yield from map(summary.example, found.examples)


def _rate(found: Backtest) -> Iterator[Span]:
    """How many a week, or, with less than seven days stored, how many there are."""
    among = f" of {_papers(found.base)}{_since(found.since)}"
    if found.weekly is None:
        yield Span(f"{found.matches:,}" if found.matches else "None", "strong")
        yield Span(f"{among} would have matched; it is too early to say how many a week.")
        return
    yield Span(_weekly(found.weekly) if found.recent else "None in the last 30 days", "strong")
    last = f"{found.recent:,} in the last 30 days, " if found.recent else ""
    yield Span(f" {found.spark} ({last}{found.matches:,}{among})")


def _terms(found: Backtest) -> Iterator[Span]:
    """Which term does it: the rule without each, each alone where that says more, and any of them."""
    if len(found.terms) > 2 or not found.without:
        yield Span(f"Each alone: {_counts('', found.terms)}. ")
    if found.without:
        yield Span(f"{_counts('without ', found.without).replace('without', 'Without', 1)}. ")
    yield Span(f"Any of the words: {found.anyway:,}.")


def _counts(before: str, counts: tuple[Count, ...]) -> str:
    return ", ".join(f"{before}{one.term}: {one.papers:,}" for one in counts[:TERMS])


def _weekly(papers: float) -> str:
    """A rate as people say it: less than one a week is so many a month."""
    if papers >= 1:
        return f"{_papers(round(papers))} a week"
    return f"about {max(1, round(papers * 30 / 7))} a month"


def _papers(count: int) -> str:
    return f"{count:,} paper{'s' if count != 1 else ''}"


def _since(since: datetime | None) -> str:
    return f" since {since.day} {since:%B}" if since else ""


def _listed(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _text(words: str) -> Line:
    return Line((Span(words),))
