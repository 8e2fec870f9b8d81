"""Why a paper is here, in full: each rule, its terms, the field, and the words around them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Delivery, Line, Paper, Post, Reason, Span
from bot.rules import field_text
from bot.summary.cards import shown_title
from bot.summary.words import Said, counted, cut, one_line

AROUND = 45
"""Characters of a snippet on each side of what was found."""

TERM = 60
RULE = 300

_WHERE = {
    "title": "in the title", "abstract": "in the abstract", "keyword": "among the keywords",
    "author": "among the authors", "category": "among the categories", "source": "in the source's name",
    "submitter": "who submitted it", "org": "whose organization it is",
}  # fmt: skip


def why_here(delivery: Delivery, paper: Paper) -> Post:
    """Each rule that matched, and for each of its terms where it stands, with the words around it."""
    headline = Line((Span("Why "), Span(shown_title(paper), "strong", paper.url), Span(" is here")))
    if not delivery.reasons:
        return Post(
            headline, (Line((Span("It was recorded without a reason: the rule may be older than reasons are."),)),)
        )
    rules = dict.fromkeys(reason.rule for reason in delivery.reasons)
    return Post(headline, tuple(line for rule in rules for line in _rule(rule, delivery.reasons, paper)))


def _rule(rule: str, reasons: Iterable[Reason], paper: Paper) -> list[Line]:
    name = (Span("Rule "), Span(cut(one_line(rule), RULE), "code"), Span(":")) if rule else (Span("It matches:"),)
    return [Line(name), *(_reason(reason, paper) for reason in reasons if reason.rule == rule)]


def _reason(reason: Reason, paper: Paper) -> Line:
    term = Span(cut(one_line(reason.term), TERM), "strong")
    where = _WHERE.get(reason.field)
    if where is None:
        return Line((term, Span(f": {_fact(reason, paper)}")), "item")
    snippet = _snippet(reason, field_text(paper, reason.field))
    return Line((term, Span(f" {where}" + (": " if snippet else "")), *snippet), "item")


def _fact(reason: Reason, paper: Paper) -> str:
    """What is so of the paper, where the reason is no word in it."""
    said, wanted = paper.signals, one_line(reason.term).rpartition(":")[2]
    announced = {"new": "as new", "cross": "as a cross-listing", "replace": "as revised"}
    return {
        "votes": f"it has {counted(said.upvotes or 0, 'vote')}",
        "comments": f"it has {counted(said.comments or 0, 'comment')}",
        "has": {"code": "it comes with code", "pdf": "it has a PDF"}.get(wanted, f"it has {wanted}"),
        "on": f"it was announced {announced.get(paper.announce, 'as a revised cross-listing')}",
        "top": "it was among the day's highest",
    }.get(reason.field, "it is so")


def _snippet(reason: Reason, text: str) -> Said:
    """The words around what was found, that itself emphasised; nothing where the text has changed since."""
    start, end = reason.start, reason.end
    if start is None or end is None or not 0 <= start < end <= len(text) or _inside_word(text, start, end):
        return ()
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = "…" + before.partition(" ")[2]
    if end + AROUND < len(text):
        after = after.rpartition(" ")[0] + "…"
    spans = (Span(_flat(before)), Span(one_line(cut(text[start:end], 2 * TERM)), "strong"), Span(_flat(after)))
    return tuple(span for span in spans if span.text)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether the place begins or ends in the middle of a word: it was measured on another text."""
    begins = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return begins or (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())


def _flat(text: str) -> str:
    """One line that keeps whether it begins or ends with a space."""
    return " " * text[:1].isspace() + one_line(text) + " " * (text[-1:].isspace() and bool(text.strip()))
