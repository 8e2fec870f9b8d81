"""A paper as the rules see it: its fields' words with their places, folded once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Paper
from bot.rules.fold import Token, tokens

FIELDS = ("title", "abstract", "keyword", "source", "submitter", "org")
"""The fields whose words can be searched, in the order reasons are given."""


def field_text(paper: Paper, field: str) -> str:
    """The text that a reason's `start` and `end` point into; lists are joined by ", "."""
    signals = paper.signals
    match field:
        case "title":
            return paper.title
        case "abstract":
            return paper.abstract
        case "keyword":
            return ", ".join(signals.keywords)
        case "author":
            return ", ".join(paper.authors)
        case "category":
            return ", ".join(paper.categories)
        case "source":
            return paper.source
        case "submitter":
            return signals.submitter or ""
        case "org":
            return signals.organization or ""
    return ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper and the words of its fields. `rank` is its place in the day's trending order, if known."""

    paper: Paper
    words: dict[str, tuple[Token, ...]]
    rank: int | None = None


def read(paper: Paper, rank: int | None = None) -> Reading:
    """Fold a paper's fields once, for any number of rules."""
    return Reading(paper, {field: tokens(field_text(paper, field)) for field in FIELDS}, rank)
