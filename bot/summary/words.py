"""Sentences, cuts that end well, and lists as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from bot.model import Span

Said = tuple[Span, ...]

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-Z0-9])")
_NOT_AN_END = (
    "e.g.", "i.e.", "et al.", "vs.", "cf.", "Fig.", "Figs.", "Eq.", "Sec.", "Tab.", "resp.", "approx.", "Dr.", "No.",
    "St.", "w.r.t.", "a.k.a.", "Prof.", "U.S.", "incl.",
)  # fmt: skip
_DANGLING = re.compile(
    r"an?|the|and|or|nor|but|of|in|on|at|to|for|from|with|without|by|via|as|into|onto|over|under|than|that|which|who"
    r"|whose|where|when|while|if|is|are|was|were|be|been|its|their|our|we|this|these|those|both|between|such|not|only"
    r"|each|using|thus|through|across|against|per|because|during|towards?|upon|about|called|named|namely|i\.e\.|e\.g\."
    r"|has|have|can|may|will|more|most|very|it|they|also|novel|new|first|including|\w{3,}ly|[\d,.]+",
    re.IGNORECASE,
)
"""Words that promise another; a text is not cut behind them."""

_CLAUSE = re.compile(
    r"(?:;| [–—-]|,)(?= (?:which|where|while|whereas|with|and (?:the|an?|we|it|then|is|are|can)|but|that|so|yet|thus"
    r"|thereby|without|because|as|by|when|followed|allowing|\w+ing)\b)|;|:(?= )| [–—](?= )"
)
"""Where a sentence may end early and still have said something whole."""


def one_line(text: str) -> str:
    """The text without line breaks and runs of spaces, whatever its source promised."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a plain text, in order; abbreviations such as *et al.* do not end one."""
    found: list[list[str]] = []
    for piece in _SENTENCE.split(text.strip()):
        if found and found[-1][-1].endswith(_NOT_AN_END):
            found[-1].append(piece)
        elif piece:
            found.append([piece])
    return [" ".join(pieces) for pieces in found]


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word's end with an ellipsis where it has to be.

    It does not end behind a word that promises another (*of the…*) or inside a bracket, where that costs little.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if " " in head[limit // 2 :] and text[limit - 1] != " ":
        head = head.rsplit(" ", 1)[0]
    return _well_ended(head, limit // 2) + "…"


def cut_at_clause(text: str, limit: int) -> str:
    """As `cut`, but where a clause ends in the last part of what fits, the text is cut there."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    ends = [found.start() for found in _CLAUSE.finditer(text, limit * 11 // 20, limit + 10) if found.start() < limit]
    whole = [end for end in ends if _open_bracket(head[:end]) is None]
    return _well_ended(head[: whole[-1]], limit // 2) + "…" if whole else cut(text, limit)


def _well_ended(head: str, least: int) -> str:
    """Without an unclosed bracket, words that promise more and commas at the end, as long as `least` is left."""
    start = _open_bracket(head)
    if start is not None and start >= least:
        head = head[:start]
    head = head.rstrip(" ,;:.–—-")
    while " " in head[least:] and _DANGLING.fullmatch(head.rsplit(" ", 1)[1]):
        head = head.rsplit(" ", 1)[0].rstrip(" ,;:.–—-")
    return head


def _open_bracket(text: str) -> int | None:
    """Where the last bracket opens that is not closed."""
    opened = []
    for place, character in enumerate(text):
        if character in "([":
            opened.append(place)
        elif character in ")]" and opened:
            opened.pop()
    return opened[0] if opened else None


def plain(text: str) -> Said:
    """The text as it stands; nothing for none."""
    return (Span(text),) if text else ()


def joined(groups: Iterable[Said], between: str) -> Said:
    """The groups that have something to say, with `between` between them."""
    spans: list[Span] = []
    for group in groups:
        if group:
            spans += [Span(between)] * bool(spans) + list(group)
    return tuple(spans)


def listed(items: Sequence[Said]) -> Said:
    """`a, b and c`."""
    last = (Span(" and "), *items[-1]) if len(items) > 1 else tuple(items[-1] if items else ())
    return (*joined(items[:-1], ", "), *last)


def counted(number: int, noun: str) -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def weekday(day: date) -> str:
    """`Tuesday 25 November`."""
    return f"{day:%A} {day.day} {day:%B}"
