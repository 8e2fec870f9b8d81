"""A person's Home: what is due next, what they follow alone, what they saved, and the channels they can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import replies, summary
from bot.model import Customs, Line, Options, Paper, Post, Reply, Span, Subscription
from bot.replies import channels
from bot.replies.when import how
from bot.replies.words import counted, line, moment, typed

DUE, SAVED = 6, 5
"""Lines of either that are shown."""


@dataclass(frozen=True, slots=True)
class Due:
    """A channel's next digest, and how many papers wait for it now; `personal`: the person's own messages."""

    channel: str
    at: datetime
    options: Options
    waiting: int
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Mine:
    """What a person follows alone, with all options that count for it; `customs` are those of their own messages."""

    customs: Customs
    rules: tuple[tuple[Subscription, Options], ...]


def home(
    mine: Mine, due: Sequence[Due], saved: Sequence[Paper], views: tuple[channels.View, ...], total: int, now: datetime
) -> Reply:
    """All of it. `views` are the first of the `total` channels that the person can see and that have rules."""
    listed = channels.overview(views, total).post
    lines = (*_next(due, now), *_alone(mine, now), *_kept(saved), _title("Your channels"), listed.headline)
    told = replies.helped().post
    closing = (*listed.closing, _title("What you can type"), *told.lines)
    return Reply(Post(line("Your papers"), lines, listed.buttons, entries=listed.entries, closing=closing))


def _title(words: str) -> Line:
    return Line((Span(words, "strong"),))


def _next(due: Sequence[Due], now: datetime) -> list[Line]:
    first = sorted(due, key=lambda one: one.at)
    told = [_due(one, now) for one in first[:DUE]]
    rest = [Line((Span(f"and {counted(len(first) - DUE, 'channel')} later"),), "small")] if len(first) > DUE else []
    none = line("No digest is planned: papers come as they are seen, or nothing is followed yet.")
    return [_title("Due next"), *(told or [none]), *rest]


def _due(one: Due, now: datetime) -> Line:
    where = Span("your own messages") if one.personal else Span(one.channel, channel=one.channel)
    waits = f": {counted(one.waiting, 'paper')} so far" if one.waiting else ""
    return Line((where, Span(f", {moment(one.at, one.options, now)} ({one.options.tz}){waits}")), "item")


def _alone(mine: Mine, now: datetime) -> list[Line]:
    title = _title("For you alone")
    if not mine.rules:
        return [title, line("Nothing yet. ", ("/subscribe me RULE", "code"), " sends papers to you alone.")]
    paused = [Line((Span("Paused: /papers resume here, in your messages, goes on."),), "small")]
    told = [
        Line(
            (Span(f"#{one.id} ", "strong"), Span(typed(one), "code"), Span(f" — {_arriving(wanted, now)}")),
            "item",
        )
        for one, wanted in mine.rules
    ]
    return [title, *told, *(paused if mine.customs.paused_until and mine.customs.paused_until > now else ())]


def _arriving(wanted: Options, now: datetime) -> str:
    said = how(wanted, now, personal=True)
    return said[:1].lower() + said[1:]


def _kept(saved: Sequence[Paper]) -> list[Line]:
    if not saved:
        return []
    more = [Line((Span("/papers saved", "code"), Span(" lists the others.")), "small")] if len(saved) > SAVED else []
    return [_title("Saved for later"), *(summary.example(paper) for paper in saved[:SAVED]), *more]
