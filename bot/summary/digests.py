"""Papers that share a message: the day's digest, what a channel begins with, what was above its limit, what waited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.model import Bundle, Delivery, Entry, Item, Line, Paper, Post, Span
from bot.summary.cards import TALK, byline, compact, discuss, shown_title, signals, title, updates, why
from bot.summary.telling import gist
from bot.summary.words import Said, counted, cut, joined, listed, one_line, plain, weekday

NAME = 70
"""Characters of a paper's name in a menu. Slack takes 75: https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""

RULES = 4
RULE = 80
WEEK = 3

NOBODY: Mapping[int, str] = {}


def digest(
    items: Sequence[Item],
    *,
    day: date,
    kind: Bundle = "digest",
    part: int = 1,
    parts: int = 1,
    total: int | None = None,
    rest: int = 0,
    rules: Sequence[str] = (),
    late: tuple[datetime, datetime] | None = None,
    since: datetime | None = None,
    paused: bool = False,
    week: Sequence[Line] = (),
    threads: Mapping[int, str] = NOBODY,
    weekly: bool = False,
) -> Post:
    """One message of `parts` with these papers, in this order, each in two lines with its way to a thread.

    `total` counts the papers of all parts and of the `rest`, which stand one a line in the thread of this message (0:
    of none, or of another message). `late`: when it was due and when it goes out, in the channel's zone. `since`: when
    what waited began to wait, in the channel's zone; `paused`: because somebody wanted it so. `threads`: addresses of
    papers' threads by their delivery's row. The week's lines stand in the last part. No papers: it says so,
    and `weekly` whether it was a week's.
    """
    number = total if total is not None else len(items) + rest
    weekly = weekly or (bool(items) and items[0].delivery.options.mode == "weekly")
    said = [_opening(kind, items, number, rules, since, paused), _late(late)] if part == 1 else []
    closing = [_rest(rest), *(week[:WEEK] if part == parts else ())]
    return Post(
        headline=Line((Span(_headline(kind, day, number, weekly) + _part(part, parts), "strong"),)),
        lines=tuple(line for line in said if line.spans),
        entries=tuple(_entry(item, threads) for item in items),
        closing=tuple(line for line in closing if line.spans),
    )


def one_liners(items: Sequence[Item], *, part: int = 1, parts: int = 1, total: int | None = None) -> Post:
    """The rest of a digest for its thread: a paper a line, none left out."""
    number = total if total is not None else len(items)
    return Post(
        headline=Line((Span(f"The other {counted(number, 'paper')}{_part(part, parts)}", "strong"),)),
        entries=tuple(_one_line(item) for item in items),
    )


def week(voted: Sequence[Item], discussed: Sequence[Item]) -> tuple[Line, ...]:
    """At most three lines: what this channel voted for most this week, and what it discussed most, that first.

    `voted` counts by the deliveries' own votes, in any order; `discussed` comes with the most discussed first.
    """
    liked = sorted((item for item in voted if item.delivery.votes), key=lambda i: (-i.delivery.votes, i.delivery.row))
    talked = [item for item in discussed if item.delivery.row not in {one.delivery.row for one in liked[:2]}][:1]
    lines = [_week(f"{_most('voted for', place)} ({counted(item.delivery.votes, 'vote')}): ", item)
             for place, item in enumerate(liked[: WEEK - len(talked)])]  # fmt: skip
    return (*lines, *(_week("Discussed most here this week: ", item) for item in talked))


def _most(verb: str, place: int) -> str:
    return f"Also {verb}" if place else f"{verb.capitalize()} most here this week"


def _week(words: str, item: Item) -> Line:
    return Line((Span(words), Span(cut(shown_title(item.paper), 120), url=item.paper.url)), "small")


# ── what stands above the papers ──


def _headline(kind: Bundle, day: date, number: int, weekly: bool) -> str:
    count = counted(number, "paper") if number else "no new papers"
    match kind:
        case "start":
            return f"To begin with: {count}"
        case "overflow":
            return f"The rest of {weekday(day)}: {count}"
        case "waited":
            return f"What waited: {count}"
    return f"{'The week to ' if weekly else ''}{weekday(day)}: {count}"


def _part(part: int, parts: int) -> str:
    return f" ({part} of {parts})" if parts > 1 else ""


def _opening(
    kind: Bundle, items: Sequence[Item], number: int, rules: Sequence[str], since: datetime | None, paused: bool
) -> Line:
    """Which rules found them, and for what is no daily digest, why it comes."""
    asked = _rules(rules)
    found: Said = (Span("Found by "), *asked) if asked else ()
    if len(rules) == 1 and (top := re.fullmatch(r"top:(\d+)", rules[0])):
        found = (Span(f"The {top[1]} highest of each day that is over, by votes, comments and age."),)
    match kind:
        case "start":
            own: Said = asked or (Span("your rule"),)
            words: Said = (Span("From the last seven days, found by "), *own, Span(". New ones follow."))
        case "overflow":
            most = items[0].delivery.options.max if items else None
            said = f"More than your max of {most} posts a day came" if most else "More came than you want as posts"
            words = (Span(f"{said}: {'these are' if number != 1 else 'this is'} what was above it."),)
        case "waited":
            words = (Span(_waited(since, paused)),)
        case _:
            words = (
                found if number else (Span("Nothing new was found by "), *(asked or (Span("your rules"),)), Span("."))
            )
    return Line(words, "small")


def _waited(since: datetime | None, paused: bool) -> str:
    when = f" since {weekday(since.date())}" if since else ""
    return f"This channel was paused{when}." if paused else f"I could not post here{when}; nothing was lost."


def _rules(rules: Sequence[str]) -> Said:
    """The rules as they are written, the first few by name."""
    shown: list[Said] = [(Span(cut(one_line(rule), RULE), "code"),) for rule in dict.fromkeys(rules)]
    more: list[Said] = [(Span(f"{counted(len(shown) - RULES, 'more rule')}"),)] if len(shown) > RULES else []
    return listed([*shown[:RULES], *more])


def _late(late: tuple[datetime, datetime] | None) -> Line:
    if late is None:
        return Line((), "small")
    due, sent = late
    day = "" if due.date() == sent.date() else f" on {weekday(due.date())}"
    return Line(
        (Span(f"Late: it was due{day} at {due:%H:%M} and goes out at {sent:%H:%M}; the bot was away."),), "small"
    )


def _rest(rest: int) -> Line:
    more = f"And {counted(rest, 'more paper')}, one line each, in this message's thread."
    return Line((Span(more),) if rest else ())


# ── a paper ──


def _entry(item: Item, threads: Mapping[int, str]) -> Entry:
    delivery, paper = item.delivery, item.paper
    who = byline(paper.authors)
    first = Line((*title(delivery, paper), *plain(f" — {who}" if who else "")))
    lines = (first, *_told(delivery, paper, _here(delivery, threads.get(delivery.row))), updates(delivery))
    return Entry(
        cut(shown_title(paper), NAME), tuple(line for line in lines if line.spans), discuss(delivery), paper.id
    )


def _told(delivery: Delivery, paper: Paper, here: list[Said]) -> list[Line]:
    """Its one sentence and what is known of it: on one line, or, where there is room for cards, in whole and below."""
    words = tuple(reason for reason in delivery.reasons if reason.field != "top")  # the digest's opening says that
    if (delivery.options.format or "compact") == "compact":
        told = compact(replace(delivery, reasons=words), paper, where=False)
        return [Line(joined([told.spans, *here], " · "))]
    facts = [*why(words), *signals(paper, TALK), *here]
    return [Line(plain(gist(paper))), Line(joined(facts, " · "), "small")]


def _here(delivery: Delivery, thread: str | None) -> list[Said]:
    """What the channel itself has made of it: its votes, its thread."""
    votes = plain(f"{counted(delivery.votes, 'vote')} here" if delivery.votes else "")
    return [votes, (Span("its thread", url=thread),) if thread else ()]


def _one_line(item: Item) -> Entry:
    who = byline(item.paper.authors)
    title_spans = title(item.delivery, item.paper)
    plainer = [
        Span(span.text, "plain" if span.url and span.style == "strong" else span.style, span.url)
        for span in title_spans
    ]
    line = Line((*plainer, *plain(f" — {who}" if who else "")), "item")
    return Entry(cut(shown_title(item.paper), NAME), (line,), discuss(item.delivery), item.paper.id)
