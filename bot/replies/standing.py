"""How a channel and the sources are doing, and why nothing came: one set of words for chat, pages and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import rot, summary
from bot.health import Health
from bot.model import Customs, Item, Line, Options, Paper, Post, Reply, Span
from bot.replies.words import counted, line, moment

SOURCES = 15
WEEK = "in the last 7 days"

_WHY = {
    "new": "has not been asked yet",
    "fresh": "is well",
    "quiet": "is quiet",
    "stale": "is late",
    "slow": "is slow",
    "blocked": "does not let us in",
    "gone": "is gone, and is not asked any more",
    "failing": "fails",
}
_SINCE = {
    "stale": "has been late",
    "blocked": "has not let us in",
    "gone": "has been gone, and was not asked any more,",
    "failing": "has failed",
}
"""The same, before the day on which it began."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as a channel sees it. Of the last seven days: `seen` papers, of which `matched` met a rule here.

    `held` of those wait for a person. `total` is what it has brought since it is known.
    """

    name: str
    health: Health
    due: datetime | None = None
    seen: int = 0
    matched: int = 0
    held: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel: `options` are all that count there, `waiting` what is to come, `next` when; `near` the nearest miss.

    `posted` counts the papers of the last seven days; `at_once` is whether some rule has each in its own message.
    """

    customs: Customs
    options: Options
    rules: int = 0
    last: Item | None = None
    posted: int = 0
    at_once: bool = False
    waiting: int = 0
    next: datetime | None = None
    sources: tuple[Source, ...] = ()
    near: tuple[Paper, str] | None = None
    held: int = field(default=0)


def status(stands: Standing, now: datetime) -> Reply:
    """`/papers status`."""
    lines = (
        *_channel(stands, now),
        *_crowd(stands),
        *_silence(stands, now),
        Line((Span("Sources:"),)),
        *(Line((Span(one.name, "code"), Span(f" {said(one, now)}")), "item") for one in stands.sources[:SOURCES]),
        *_more(stands.sources),
    )
    return Reply(Post(_headline(stands), lines))


def said(one: Source, now: datetime) -> str:
    """A source in a line: its state and why; what it brought this week, and what became of that here."""
    return f"{state(one.health, now)}. {_brought(one, now)}"


def state(health: Health, now: datetime) -> str:
    """A source's state in words: `is quiet: arXiv announces nothing on Saturdays`."""
    told = _WHY[health.state]
    if health.state in ("failing", "blocked", "gone", "stale") and health.since:
        then = ago(health.since, now)
        told = f"{told} (first {then})" if then.endswith("ago") else f"{_SINCE[health.state]} since {then}"
    elif health.state in ("fresh", "quiet") and health.since:
        told += f" (last new {ago(health.since, now)})"
    why = summary.cut(health.why, 200).rstrip(".") if health.state != "new" else ""
    why = why[:1].lower() + why[1:] if why.startswith(("It ", "Its ")) else why
    return f"{told}: {why}" if why else told


def _brought(one: Source, now: datetime) -> str:
    if not one.seen:
        return f"Nothing it brought is dated {WEEK}." if _dated_earlier(one, now) else f"Nothing new {WEEK}."
    held = f", of which {one.held:,} are held for a person" if one.held else ""
    matched = f"{one.matched:,} met a rule here{held}" if one.matched else "none met a rule here"
    return f"{counted(one.seen, 'paper')} {WEEK}; {matched}."


def _dated_earlier(one: Source, now: datetime) -> bool:
    """Whether something new came within the week, and says that it is older."""
    since = one.health.since
    return not one.seen and one.health.state == "fresh" and since is not None and now - since < timedelta(days=7)


def _headline(stands: Standing) -> Line:
    if stands.customs.lost_since:
        return line("Papers cannot be posted here at the moment.")
    if not stands.rules:
        return line("This channel has no rules, so nothing comes.")
    came = f"{_came(stands.posted)} {WEEK}" if stands.last else "nothing has been posted here yet"
    return line(f"This channel has {counted(stands.rules, 'rule')}; {came}.")


def _came(posted: int) -> str:
    return f"{counted(posted, 'paper')} came" if posted else "nothing was posted"


def _channel(stands: Standing, now: datetime) -> list[Line]:
    lost = stands.customs.lost_since is not None
    told = [stands.customs.lost_why or "", _paused(stands, now), _last(stands, now), "" if lost else _next(stands, now)]
    if lost:
        told.append(_until_mended(stands.waiting))
    first = Line((Span("Begin with "), Span("/subscribe transformers quantization", "code"), Span(".")))
    return [*(Line((Span(one),)) for one in told if one), *([] if stands.rules else [first])]


def _until_mended(waiting: int) -> str:
    """What waits in a channel that cannot be posted to, and how it comes."""
    if not waiting:
        return "Nothing waits yet; what matches until this is mended comes in one digest."
    return f"{counted(waiting, 'paper')} wait{'s' if waiting == 1 else ''}, to come in one digest once this is mended."


def _paused(stands: Standing, now: datetime) -> str:
    until = stands.customs.paused_until
    if until is None or until <= now:
        return ""
    dated = until.year < 9000
    when = f" and goes on {moment(until, stands.options, now)}" if dated else " until somebody types /papers resume"
    return f"It is paused{when}. What matches waits."


def _last(stands: Standing, now: datetime) -> str:
    if stands.last is None:
        return ""
    posted = stands.last.delivery.posted_at
    when = moment(posted, stands.options, now) if posted else "some time ago"
    title = summary.cut(summary.shown_title(stands.last.paper), 120)
    return f"Last post: {when}, {title}{'' if title.endswith(('?', '!', '.', '…')) else '.'}"


def _next(stands: Standing, now: datetime) -> str:
    if not stands.rules:
        return ""
    held = f" {counted(stands.held, 'paper')} wait for a person: the day they came on is far above the usual." * bool(
        stands.held
    )
    if stands.next is None:
        waits = f" {counted(stands.waiting, 'paper')} wait for their turn." if stands.waiting else ""
        return f"Each paper is posted as soon as it is seen.{waits}{held}"
    waits = f", with {counted(stands.waiting, 'paper')} so far" if stands.waiting else "; nothing waits for it yet"
    return f"Next digest: {moment(stands.next, stands.options, now)} ({stands.options.tz}){waits}.{held}"


def _crowd(stands: Standing) -> list[Line]:
    return [Line(rot.fewer(""))] if stands.at_once and stands.posted > rot.MANY else []


def missed(rule: int, missing: Sequence[str]) -> str:
    """By what a rule missed a paper, as a clause."""
    if tuple(missing) == ("on:new",):
        return f"rule #{rule} asks for new papers only, and it is none (on:cross and on:revised are the others)"
    lacks = [term for term in missing if not term.startswith("-")]
    spared = [term for term in missing if term.startswith("-")]
    by = [f"lacks {' and '.join(lacks)}" if lacks else "", f"is kept out by {' and '.join(spared)}" if spared else ""]
    return f"for rule #{rule} it {' and '.join(filter(None, by))}"


def _silence(stands: Standing, now: datetime) -> list[Line]:
    """Why nothing came, where nothing did."""
    if not stands.rules or stands.posted or stands.waiting or stands.customs.lost_since:
        return []
    seen = sum(one.seen for one in stands.sources)
    wrong = [one for one in stands.sources if one.health.wrong]
    if not stands.sources:
        why = "no sources are read, so nothing can."
    elif not seen:
        earlier = any(_dated_earlier(one, now) for one in stands.sources)
        why = f"None of what came is dated {WEEK}." if earlier else "No source brought anything new."
        why += " See what is wrong with them below." if wrong else ""
    else:
        why = f"None of the {counted(seen, 'paper')} {WEEK} met a rule of this channel."
    spans = [Span(f"Why nothing came: {why}")]
    if stands.near:
        paper, short = stands.near
        title = summary.cut(summary.shown_title(paper), 120)
        spans += [Span(" The nearest was "), Span(title, url=paper.url), Span(f": {short}.")]
    return [Line(tuple(spans))]


def _more(sources: Sequence[Source]) -> list[Line]:
    if not sources:
        return [Line((Span("None are read."),), "small")]
    rest = len(sources) - SOURCES
    return [Line((Span(f"and {rest:,} more."),), "small")] if rest > 0 else []


def ago(moment: datetime, now: datetime) -> str:
    """`5 minutes ago`, `3 hours ago`; from a day on its date, `12 May`."""
    hours = (now - moment).total_seconds() / 3600
    if 0 <= hours < 1:
        return f"{max(1, round(hours * 60))} minutes ago" if round(hours * 60) > 1 else "a minute ago"
    if 0 <= hours < 24:
        return f"{round(hours)} hours ago" if round(hours) > 1 else "an hour ago"
    return f"{moment.day} {moment:%B %Y}" if moment.year != now.year else f"{moment.day} {moment:%B}"
