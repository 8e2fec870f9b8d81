"""The small pieces that answers are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot import options, rounds
from bot.model import Line, Options, Span, Subscription


def who(person: str) -> Span:
    """Somebody on their platform; the visitors of a local channel have no names."""
    platform, _, name = person.partition(":")
    return Span("A visitor" if platform == "local" else name, person=person)


def line(*parts: str | tuple[str, Literal["strong", "code"]] | Span) -> Line:
    return Line(tuple(span(part) for part in parts))


def span(part: str | tuple[str, Literal["strong", "code"]] | Span) -> Span:
    if isinstance(part, Span):
        return part
    return Span(part) if isinstance(part, str) else Span(*part)


def typed(subscription: Subscription) -> str:
    """The rule with its options, as one would type it."""
    return f"{subscription.rule} {options.write(subscription.options)}".strip()


def counted(number: int, noun: str) -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def moment(at: datetime, wanted: Options, now: datetime) -> str:
    """`today at 09:00`, `on Tuesday at 09:00`, with its date where that is more than six days away; in their zone."""
    there, today = rounds.local(wanted, at), rounds.local(wanted, now)
    days = (there.date() - today.date()).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    named = named or (f"on {there:%A}" if abs(days) < 7 else f"on {there:%A} {there.day} {there:%B %Y}")
    return f"{named} at {there:%H:%M}"


def called(source: str) -> str:
    """A source as people speak of it."""
    return "the sample" if source == "sample:" else source
