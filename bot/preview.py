"""What a rule would have brought → the lines of a preview. Every count names its base; nothing is promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import summary
from bot.model import Line, Options, Span
from bot.rules import Backtest, Count, Variant
from bot.rules.variants import FLOOD

TERMS = 6
"""Terms that are counted one by one; a longer rule is told by its first."""


def offered(found: Backtest) -> Variant | None:
    """What the rule might be instead: wider where it brings little, narrower where it brings much, else nothing."""
    return next(iter((*found.wider, *found.narrower)), None)


def label(other: Variant) -> str:
    """What stands on its button: `Without transformers: 10 a week`."""
    return f"{other.name}: {_brought(other)}"


def _brought(other: Variant) -> str:
    if other.weekly is None:
        return _papers(other.papers)
    return _weekly(other.weekly).removeprefix("about ").replace(" papers", "").replace(" paper", "")


def lines(found: Backtest, wanted: Options | None = None) -> tuple[Line, ...]:
    """How many papers, which term decides, what else it might be, the newest examples. `wanted`: all that counts."""
    return tuple(_lines(found, wanted or Options()))


def _lines(found: Backtest, wanted: Options) -> Iterator[Line]:
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
    if not any(word.meant for word in found.unseen):
        yield from _others("Wider: ", [one for one in found.wider if not one.name.startswith("Without ")])
        yield from _others("Narrower: ", found.narrower)
    if found.weekly is not None and found.weekly > FLOOD and not wanted.max:
        most = "what is above ten a day comes in one digest at midnight"
        if wanted.mode != "instant":
            most = "a digest shows the best ten, and the others one a line in its thread"
        yield Line((Span("Or all of them, but calmer, with "), Span("max:10", "code"), Span(f": {most}.")), "small")
    if found.examples:
        yield _text("The newest:" if found.matches > 1 else "This one:")
    yield from map(summary.example, found.examples)


def _rate(found: Backtest) -> Iterator[Span]:
    """How many a week, or, with less than seven days stored, how many there are."""
    among = f" of {_papers(found.base)}{_since(found.since)}"
    if found.weekly is None:
        yield Span(f"{found.matches:,}" if found.matches else "None", "strong")
        yield Span(f"{among} would have matched; it is too early to say how many a week.")
        return
    rate = _weekly(found.weekly)
    yield Span(rate[:1].upper() + rate[1:] if found.recent else "None in the last 30 days", "strong")
    last = f"{found.recent:,} in the last 30 days, " if found.recent else ""
    drawn = f" {found.spark}" if found.recent else ""  # nothing, drawn, looks like a gap to be filled in
    yield Span(f"{drawn} ({last}{found.matches:,}{among})")


def _terms(found: Backtest) -> Iterator[Span]:
    """Which term does it: the rule without each, each alone where that says more, and any of them."""
    if len(found.terms) > 2 or not found.without:
        yield Span(f"Each alone: {_counts('', found.terms)}. ")
    if found.without:
        yield Span(f"{_counts('without ', found.without).replace('without', 'Without', 1)}. ")
    yield Span(f"Any of the words: {found.anyway:,}.")


def _others(title: str, variants: Sequence[Variant]) -> Iterator[Line]:
    """What else the rule might be, in a line."""
    if variants:
        told = [part for one in variants for part in (Span(f"{one.name}: "), Span(_brought(one), "strong"), Span("; "))]
        yield Line((Span(title), *told[:-1], Span(".")), "small")


def _counts(before: str, counts: tuple[Count, ...]) -> str:
    return ", ".join(f"{before}{one.term}: {one.papers:,}" for one in counts[:TERMS])


def _weekly(papers: float) -> str:
    """A rate as people say it: less than one a week is so many a month."""
    if papers >= 1:
        return f"{_papers(round(papers))} a week"
    return f"about {_papers(max(1, round(papers * 30 / 7)))} a month"


def _papers(count: int) -> str:
    return f"{count:,} paper{'s' if count != 1 else ''}"


def _since(since: datetime | None) -> str:
    return f" since {since.day} {since:%B}" if since else ""


def _listed(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _text(words: str) -> Line:
    return Line((Span(words),))
