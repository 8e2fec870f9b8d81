"""What a rule would have brought → the lines of a preview. Every count names its base; nothing is promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import summary
from bot.model import Line, Span
from bot.rules import Backtest, Count, Rule, without

COMFORTABLE = 10.0
"""Papers a week that a team reads with pleasure: a rule is widened towards it, and not beyond `FLOOD`."""
FLOOD = 60.0

TERMS = 6
"""Terms that are counted one by one; a longer rule is told by its first."""


@dataclass(frozen=True, slots=True)
class Widening:
    """A rule that finds more: `name` says what was done in a few words, `papers` how many of the base it finds.

    `weekly` is None while too little is stored to say.
    """

    rule: Rule
    name: str
    papers: int
    weekly: float | None

    @property
    def label(self) -> str:
        """What stands on its button: `Without transformers: 10 a week`."""
        many = _weekly(self.weekly).removeprefix("about ") if self.weekly is not None else _papers(self.papers)
        return f"{self.name}: {many.replace(' papers', '').replace(' paper', '') if self.weekly is not None else many}"


def widest(found: Backtest, now: datetime) -> Widening | None:
    """The best way to more papers: that which comes nearest to what a team likes to read, and floods nobody.

    None for a rule that brings enough, or that no single change widens well.
    """
    if _plenty(found):
        return None
    ways = [way for way in _ways(found, now) if way.papers > found.matches and _bearable(way, found.base)]
    return min(ways, key=lambda way: abs(_rate_of(way) - COMFORTABLE), default=None)


def _plenty(found: Backtest) -> bool:
    """Whether it brings what a team likes to read; what less than a stored week has is less than a week's."""
    return (found.matches if found.weekly is None else found.weekly) >= COMFORTABLE


def _ways(found: Backtest, now: datetime) -> Iterator[Widening]:
    span = max(now - found.since, timedelta(days=1)) if found.since else None

    def made(rule: Rule, name: str, papers: int) -> Widening:
        weekly = None if found.early or span is None else papers * timedelta(days=7) / span
        return Widening(rule, name, papers, weekly)

    for count in found.without:
        if (rule := without(found.rule, count.term)) is not None:
            yield made(rule, f"Without {count.term}", count.papers)
    for wider in found.wider[:1]:
        yield made(wider.whole, wider.rule[1:-1], wider.papers)


def _bearable(way: Widening, base: int) -> bool:
    return way.weekly <= FLOOD if way.weekly is not None else way.papers * 2 <= base


def _rate_of(way: Widening) -> float:
    return way.weekly if way.weekly is not None else float(way.papers)


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
    if found.wider and not _plenty(found) and found.wider[0].term not in [word.term for word in found.unseen]:
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
    return f"About {max(1, round(papers * 30 / 7))} a month"


def _papers(count: int) -> str:
    return f"{count:,} paper{'s' if count != 1 else ''}"


def _since(since: datetime | None) -> str:
    return f" since {since.day} {since:%B}" if since else ""


def _listed(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _text(words: str) -> Line:
    return Line((Span(words),))
