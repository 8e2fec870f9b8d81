"""Why a paper is here or is not: when it was seen, what became of it, and what each rule says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import summary
from bot.health import Health
from bot.model import Bookmark, Delivery, Line, Options, Paper, Post, Reason, Reply, Span, Subscription
from bot.replies.posts import card
from bot.replies.standing import state
from bot.replies.words import called, line, moment
from bot.rules import Explanation

RULE = 120
RULES = 12
"""Rules that are told one by one; those that come nearest first."""
SOURCES = 12
TERMS = 4

_FIELDS = {"title": "title", "abstract": "abstract", "keyword": "keywords", "author": "authors", "org": "organization"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one subscription's rule says of a paper; `made` is when it began."""

    subscription: Subscription
    told: Explanation
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A paper in a channel: its delivery there, what the rules say, and why none of its hits was posted, if so."""

    paper: Paper
    here: Delivery | None
    said: tuple[Said, ...]
    unposted: str = ""
    wanted: Options = field(default_factory=Options)
    """All that counts in the channel: its clock tells when."""


@dataclass(frozen=True, slots=True)
class Could:
    """A source that this channel hears of."""

    name: str
    health: Health
    kept: Bookmark | None


def why(trace: Trace, now: datetime) -> Reply:
    """`/papers why` for a paper that is known."""
    lines = (
        Line((Span(_seen(trace, now)),)),
        Line(_fate(trace, now)),
        *([Line((Span(trace.unposted),))] if trace.unposted else []),
        *_rules(trace.said),
    )
    return Reply(Post(_title(trace.paper), lines), thread=trace.here.thread if trace.here else None)


def found(paper: Paper, here: Delivery | None, now: datetime) -> Reply:
    """A paper's card, and where it is discussed here: this channel's thread only."""
    post = card(paper)
    if here is None or not (here.message or here.thread):
        told = "It has not been posted in this channel."
    elif here.thread:
        told = f"Discussed here {_when(here.posted_at, here, now)}: the thread has what was said."
    else:
        told = f"Posted here {_when(here.posted_at, here, now)}; nobody has opened its thread yet."
    lines = (*post.lines, Line((Span(told),)))
    return Reply(replace(post, lines=lines), thread=here.thread if here else None)


def several(papers: Sequence[Paper]) -> Reply:
    """More than one paper may be meant."""
    lines = [Line((*summary.example(paper).spans, Span(" · "), Span(paper.id, "code")), "item") for paper in papers]
    return Reply(Post(line("More than one paper may be meant. The newest; ask again with its id:"), tuple(lines)))


def unknown(words: str) -> Reply:
    """Nothing is known by that name."""
    if not words.strip():
        return Reply(Post(line("No paper of this channel stands in that message.")))
    named = Span(summary.cut(" ".join(words.split()), RULE), "code")
    return Reply(Post(line("No stored paper is known as ", named, ".")))


def never(words: str, ids: Sequence[str], could: Sequence[Could], now: datetime) -> Reply:
    """`/papers why` for a paper that was never seen: which sources could have had it."""
    named = Span(summary.cut(" ".join(words.split()), RULE), "code")
    head = line("No source has brought ", named, " so far.")
    if not ids:
        head = line("No stored paper has ", named, " in its title. With its id or link this can be looked up exactly.")
    lines = [_could(one, ids, now) for one in could[:SOURCES]]
    told = Line((Span("Where it could have come from:" if lines else "No sources are read."),))
    return Reply(Post(head, (told, *lines)))


def _could(one: Could, ids: Sequence[str], now: datetime) -> Line:
    said = _condition(one.name, ids)
    since = one.kept.baseline_at if one.kept else None
    read = f" Read since {since.day} {since:%B %Y}." if since else ""
    return Line((Span(one.name, "code"), Span(f" — {said}. It {state(one.health, now)}.{read}")), "item")


def _condition(name: str, ids: Sequence[str]) -> str:
    """When a source would bring such a paper."""
    scheme, _, rest = name.partition(":")
    arxiv = not ids or any(one.startswith("arxiv:") for one in ids)
    if scheme == "arxiv":
        return (
            f"if it was announced as new in {rest.replace('+', ' or ')}" if arxiv else "arXiv has no paper of that id"
        )
    if scheme == "huggingface":
        return "if somebody there has put it on the list" if arxiv else "it lists papers of arXiv only"
    return "if it stands in that feed"


def _title(paper: Paper) -> Line:
    known = paper.id.startswith(("arxiv:", "doi:"))  # other ids are ours, and say nothing to a person
    number = (Span(f" · {summary.cut(paper.id, 80)}"),) if known else ()
    return Line((Span(summary.shown_title(paper), "strong", paper.url), *number))


def _seen(trace: Trace, now: datetime) -> str:
    paper = trace.paper
    if paper.seen is None:
        return f"Brought by {called(paper.source)}."
    dated = paper.announced or paper.published
    announced = f", which dates it {dated.day} {dated:%B %Y}" if dated and dated.date() != paper.seen.date() else ""
    return f"First seen {moment(paper.seen, trace.wanted, now)}, from {called(paper.source)}{announced}."


def _fate(trace: Trace, now: datetime) -> tuple[Span, ...]:
    """What became of it in this channel."""
    here = trace.here
    if here is None:
        hit = any(one.told.hit for one in trace.said)
        return (Span("It was not posted here." if hit else "It was not posted here: no rule of this channel hits it."),)
    match here.state:
        case "sent":
            return (Span(f"Posted here {_when(here.posted_at, here, now)}{_together(here)}.{_thread(here)}"),)
        case "pending" if here.error:
            return (Span(f"It waits to be posted, and is tried again: {here.error}"),)
        case "pending":
            return (Span(f"It waits to be posted{_due(here, now)}."),)
        case "held":
            return (Span(f"It is held for a person to look at: {here.error or 'its day is far above the usual'}"),)
        case "refused":
            return (Span(f"The platform refused it: {here.error or 'it gave no reason'}"),)
    return (Span(f"It was given up: {here.error or 'the platform could not be reached in time'}"),)


def _together(here: Delivery) -> str:
    return {None: "", "digest": " in a digest", "start": " as a first look at a new rule"}.get(
        here.bundle, " with others that had waited"
    )


def _thread(here: Delivery) -> str:
    return " Its thread is here:" if here.thread else " Nobody has opened its thread yet."


def _due(here: Delivery, now: datetime) -> str:
    if here.due is None or here.due <= now:
        return "; it is its turn within a minute or so"
    return f" with the digest {_when(here.due, here, now)}" if here.bundle else f" {_when(here.due, here, now)}"


def _when(at: datetime | None, here: Delivery, now: datetime) -> str:
    return moment(at, here.options, now) if at else "some time ago"


# ── what the rules say ──


def _rules(said: tuple[Said, ...]) -> list[Line]:
    ordered = sorted(said, key=lambda one: (not one.told.hit, len(one.told.missing)))
    lines = [_rule(one) for one in ordered[:RULES]]
    if len(said) > RULES:
        lines.append(Line((Span(f"{len(said) - RULES:,} further rules are further away."),), "small"))
    return lines or [Line((Span("This channel has no rules yet."),))]


def _rule(one: Said) -> Line:
    number, rule = Span(f"#{one.subscription.id} ", "strong"), Span(summary.cut(one.subscription.rule, RULE), "code")
    if one.told.hit:
        return Line((number, rule, Span(f" hits: {_met(one.told.reasons)}.")), "item")
    met = f" It has {_met(one.told.reasons)}." if one.told.reasons else ""
    return Line((number, rule, Span(f" misses, {one.told.near or 'by more than one term'}.{met}")), "item")


def _met(reasons: tuple[Reason, ...]) -> str:
    """`quantization in the title, transformers in the abstract`, each term once."""
    terms: dict[str, str] = {}
    for reason in reasons:
        terms.setdefault(reason.term, _FIELDS.get(reason.field, "") if reason.start is not None else "")
    told = [
        f"{summary.cut(term, 60)} in the {where}" if where else summary.cut(term, 60) for term, where in terms.items()
    ]
    more = f" and {len(told) - TERMS} more" if len(told) > TERMS else ""
    return ", ".join(told[:TERMS]) + more
