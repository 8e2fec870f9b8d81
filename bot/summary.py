"""Deliveries → Posts: what people read about a paper, before any markup.

Chooses and cuts words, never makes any up, and knows nothing of Slack, Discord or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.model import Button, Delivery, Line, Paper, Post, Reason, Span

GIST = 240
"""Characters of the one sentence that says what is new: two lines on a laptop, four on a phone."""

NAME = 30
"""Characters of a title before its colon that are the name of something: LLM-FP4, Long Range Arena."""

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-Z0-9])")
_NOT_AN_END = ("e.g.", "i.e.", "et al.", "vs.", "cf.", "Fig.", "Eq.", "Sec.", "resp.", "approx.", "Dr.", "No.", "St.")
# How authors announce their own news; the strongest claim first (counted by hand over the sample's abstracts).
_AUTHORS = r"\b(?:we|this (?:paper|work|article|study|survey|report)) (?:\w+ )?"
_NEWS = (
    re.compile(_AUTHORS + r"(?:propose|introduce|present)", re.I),
    re.compile(_AUTHORS + r"(?:show|find|demonstrate|prove)", re.I),
    re.compile(_AUTHORS + r"(?:survey|review|study|investigate|provide|develop)", re.I),
    re.compile(r"\b(?:outperform|state-of-the-art|improves?|reduc(?:e|es|ing)|faster)\b", re.I),
)


def sentences(text: str) -> list[str]:
    """The sentences of a plain text, in order; abbreviations such as *et al.* do not end one."""
    found: list[str] = []
    for piece in _SENTENCE.split(text.strip()):
        if found and found[-1].endswith(_NOT_AN_END):
            found[-1] += " " + piece
        elif piece:
            found.append(piece)
    return found


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word's end with an ellipsis where it has to be."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head
    return at_word.rstrip(" ,;:.–-") + "…"


def gist(paper: Paper) -> str:
    """One sentence that says what is new: the source's own summary, else the abstract's most telling sentence."""
    if paper.signals.gist:
        return cut(paper.signals.gist, GIST)
    told = sentences(paper.abstract)
    return cut(next(_telling(paper, told), told[0] if told else ""), GIST)


def _telling(paper: Paper, told: list[str]) -> Iterator[str]:
    """The sentences in which authors say what they did, the strongest claims first; then one about what they named."""
    yield from (sentence for news in _NEWS[:-1] for sentence in told if news.search(sentence))
    name, colon, _ = paper.title.partition(":")
    if colon and len(name) <= NAME:
        yield from (sentence for sentence in told if sentence.lower().startswith(name.lower()))
    yield from (sentence for sentence in told if _NEWS[-1].search(sentence))


def byline(authors: Sequence[str]) -> str:
    """Who wrote it, briefly: two names at the most, then *et al.*"""
    if len(authors) > 2:
        return f"{authors[0]} et al."
    return " and ".join(authors)


def card(delivery: Delivery, paper: Paper) -> Post:
    """The post about one paper: title, who and what is new, why it is here."""
    told = Line(tuple(_joined([_plain(byline(paper.authors)), _plain(gist(paper))], " — ")))
    facts = Line(tuple(_joined([*why(delivery.reasons), *signals(paper), *links(paper)], " · ")), "small")
    return Post(
        headline=Line((Span(paper.title, "strong", paper.url),)),
        lines=tuple(line for line in (told, facts) if line.spans),
        buttons=(Button("Discuss", f"discuss:{delivery.row}"),),
        paper=paper.id,
    )


def opener(paper: Paper) -> Post:
    """What a thread opens with: the abstract in full, who wrote it, where to read it."""
    who = cut(", ".join(paper.authors), 600)
    about = [_plain(", ".join(paper.categories)), *signals(paper), *links(paper)]
    lines = (
        Line((Span(who, "emphasis"),)) if who else None,
        Line((Span(paper.abstract or "The source gives no abstract."),)),
        Line(tuple(_joined(about, " · ")), "small"),
    )
    return Post(
        headline=Line((Span(paper.title, "strong", paper.url),)),
        lines=tuple(line for line in lines if line and line.spans),
        paper=paper.id,
    )


def example(paper: Paper) -> Line:
    """A paper as one line of a list."""
    who = byline(paper.authors)
    return Line((Span(cut(paper.title, 120), url=paper.url), *([Span(f" — {who}")] if who else [])), "item")


def why(reasons: Iterable[Reason]) -> list[tuple[Span, ...]]:
    """Why a paper is here: the terms of the rules that it met, each once, emphasised."""
    terms = list(dict.fromkeys(reason.term for reason in reasons))
    if not terms:
        return []
    shown = [Span(cut(term, 60), "strong") for term in terms[:6]]
    more = [Span(f"{len(terms) - 6} more")] if len(terms) > 6 else []
    return [(Span("matches "), *_joined([(span,) for span in shown + more], ", "))]


def signals(paper: Paper) -> list[tuple[Span, ...]]:
    """What a community says of the paper, as far as the source tells it: votes, comments, code."""
    said = paper.signals
    votes = f"▲ {said.upvotes}" if said.upvotes else ""
    comments = f"{said.comments} comment{'s' if said.comments != 1 else ''}" if said.comments else ""
    code = (Span("code", url=said.code_url),) if said.code_url else ()
    return [spans for spans in (_plain(votes), _plain(comments), code) if spans]


def links(paper: Paper) -> list[tuple[Span, ...]]:
    """Where to read it: PDF, and the Hugging Face page of a paper that came from there."""
    page = f"https://huggingface.co/papers/{paper.id.removeprefix('arxiv:')}"
    from_there = paper.source.startswith("huggingface:") and paper.id.startswith("arxiv:")
    return [
        spans
        for spans in (
            (Span("PDF", url=paper.pdf_url),) if paper.pdf_url else (),
            (Span("from the sample"),) if paper.source == "sample:" else (),
            (Span("Hugging Face", url=page),) if from_there else (),
        )
        if spans
    ]


def _plain(text: str) -> tuple[Span, ...]:
    return (Span(text),) if text else ()


def _joined(groups: Iterable[tuple[Span, ...]], between: str) -> list[Span]:
    """The groups that have something to say, with `between` between them."""
    spans: list[Span] = []
    for group in groups:
        if group:
            spans += [Span(between)] * bool(spans) + list(group)
    return spans
