"""What becomes of a paper after a channel has had it: each told once, quietly, in one short sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.model import Delivery, Line, News, Paper, Post, Reason, Span
from bot.summary.words import counted, cut, one_line

MANY = 100
"""Votes that are worth a word."""

_WITHDRAWN = re.compile(
    r"""\b(?:this|the)\ (?:\w+\ )?(?:paper|article|submission|manuscript|preprint|work|version)
        (?:\ \w+){0,2}?\ (?:has|have|is|was)\ (?:now\ |since\ )?(?:been\ )?(?:withdrawn|retracted)\b
      | ^\W{0,3}(?:paper\ |article\ )?(?:withdrawn|retracted)\b
        (?:\W*$|\ (?:by|due|because|as|for|from|at)\b|\W{0,3}[:.\]\)])
      | \b(?:has\ been|is|was)\ (?:withdrawn|retracted)\ by\ (?:the\ )?(?:\w+\ )?(?:authors?|arXiv)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""How arXiv's and bioRxiv's withdrawn papers say so, in place of an abstract or before the title."""

_READ = 1_500


def what_happened(before: Paper, after: Paper) -> tuple[News, ...]:
    """What is new between two sights of one paper; nothing where a source merely stopped saying it."""
    return tuple(_happened(before, after))


def another_rule(reasons: Iterable[Reason]) -> News:
    """That a rule finds the paper now which did not when it was posted. `reasons` are the new rule's."""
    rules = list(dict.fromkeys(cut(one_line(reason.rule or reason.term), MANY) for reason in reasons))
    shown = rules[0] if rules else "another rule"
    more = f" (and {counted(len(rules) - 1, 'more rule')})" if len(rules) > 1 else ""
    return News("rule", f"It now also matches: {shown}{more}")


def update(news: News, paper: Paper) -> Post:
    """The quiet reply in the paper's thread: the sentence, and the place to look."""
    label, url = {
        "version": ("Read it", paper.url),
        "withdrawn": ("Its page", paper.url),
        "code": ("See it", paper.signals.code_url),
        "featured": ("Its page", page(paper)),
        "votes": ("Its page", page(paper)),
    }.get(news.kind, ("", None))
    return Post(Line((Span(one_line(news.text)), *((Span(" "), Span(label, url=url)) if url else ())), "small"))


def is_withdrawn(delivery: Delivery, paper: Paper) -> bool:
    """Whether the paper is to be shown as withdrawn: its own words say so, or that was the last told of its text."""
    told = [news.kind for news in delivery.news if news.kind in ("withdrawn", "version")]
    return says_withdrawn(paper) or told[-1:] == ["withdrawn"]


def says_withdrawn(paper: Paper) -> bool:
    """Whether title or abstract say that the paper has been withdrawn."""
    return bool(_WITHDRAWN.search(paper.title[:_READ]) or _WITHDRAWN.search(paper.abstract[:_READ]))


def page(paper: Paper) -> str | None:
    """The paper's page on Hugging Face, which every arXiv paper has."""
    number = paper.id.removeprefix("arxiv:")
    return f"https://huggingface.co/papers/{number}" if paper.id.startswith("arxiv:") else None


def _happened(before: Paper, after: Paper) -> Iterator[News]:
    if says_withdrawn(after):
        if not says_withdrawn(before):
            yield News("withdrawn", "This paper has been withdrawn.")
    elif _is_newer(before, after):
        yield News("version", f"Version {after.version} is out.")
    if after.signals.code_url and not before.signals.code_url:
        yield News("code", "Its code has been released.")
    if _is_featured(after) and not _is_featured(before):
        yield News("featured", "It is among Hugging Face's daily papers.")
    if (before.signals.upvotes or 0) < MANY <= (after.signals.upvotes or 0):
        yield News(
            "votes", f"It has more than {MANY} votes on Hugging Face." if _past(after) else f"It has {MANY} votes."
        )


def _past(paper: Paper) -> bool:
    return (paper.signals.upvotes or 0) > MANY


def _is_newer(before: Paper, after: Paper) -> bool:
    """A later version than the one known; where none was known, one that is announced as a replacement."""
    if after.version is None or after.version < 2:
        return False
    return after.version > before.version if before.version else after.announce in ("replace", "replace-cross")


def _is_featured(paper: Paper) -> bool:
    """Only Hugging Face's daily papers carry votes or the name of a submitter."""
    said = paper.signals
    return paper.source.startswith("huggingface:") or said.upvotes is not None or said.submitter is not None
