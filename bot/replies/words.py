"""The small pieces that answers are made of."""

from __future__ import annotations

from typing import Literal

from bot import options
from bot.model import Line, Span, Subscription


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
