"""How and when a channel gets its papers, what it had, and that it cannot be posted to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import options, rounds, summary
from bot.model import Channel, Customs, Item, Line, Options, Post, Reply, Span, Subscription
from bot.replies.words import line, who

FOUND = 10


def how(wanted: Options, now: datetime, *, personal: bool = False) -> str:
    """How papers arrive, in words, with the time of the next digest. `wanted`: all that counts."""
    if wanted.mode == "instant":
        return _at_once(wanted, "sent to you" if personal else "posted here")
    then = rounds.local(wanted, rounds.next_round(wanted, now))
    days = options.spoken(wanted.days).removeprefix("on ")
    what = "as one digest a week" if wanted.mode == "weekly" else f"as one digest a day, {days}".strip()
    most = f" It shows the best {wanted.max}, the others one a line in its thread." if wanted.max else ""
    return f"They come {what} at {wanted.at} ({wanted.tz}); the next on {then:%A} {then.day} {then:%B}.{most}"


def zone(wish: Subscription, wanted: Options) -> tuple[Line, ...]:
    """By which zone's clock a digest comes, and how to change it; nothing where the rule itself says so."""
    if wanted.mode == "instant" or wish.options.tz is not None:
        return ()
    said = Span("For another time zone: ")
    return (Line((said, Span("/papers settings tz:Asia/Tokyo", "code")), "small"),)


def _at_once(wanted: Options, brought: str) -> str:
    days = f" {options.spoken(wanted.days)}".rstrip()
    extras = ["its abstract"] * (wanted.format == "full") + ["its thread"] * (wanted.thread == "auto")
    extra = f", with {' and '.join(extras)}" if extras else ""
    most = f" What is above {wanted.max} a day comes in one digest at midnight." if wanted.max else ""
    return f"Each is {brought} as soon as it is seen{days}{extra}.{most}"


def settings(customs: Customs, wanted: Options, now: datetime, person: str, *, changed: bool) -> Reply:
    """How the channel gets its papers, unless a subscription says otherwise."""
    said = Line((Span(how(wanted, now)),))
    held = [Line((Span(_paused(customs.paused_until, wanted)),))] if customs.paused_until else []
    example = Span("/papers settings mode:daily at:09:00 tz:Europe/Berlin", "code")
    hint = Line((Span("To change it: "), example), "small")
    head = "Done: this channel's papers" if changed else "This channel's papers"
    public = Post(line(who(person), " changed how this channel gets its papers."), (said,))
    mine = Post(line(f"{head}, unless a rule says otherwise:"), (said, *held, hint))
    return Reply(mine, public=public if changed else None)


def paused(until: datetime, wanted: Options, person: str) -> Reply:
    """Nothing is posted for a while, and nothing is lost. `wanted`: all that counts, its zone too."""
    told = _paused(until, wanted)
    lines = (Line((Span(told),)),)
    public = Post(line(who(person), " paused this channel."), lines)
    return Reply(Post(line("Done: this channel is paused."), lines), public=public)


def _paused(until: datetime, wanted: Options) -> str:
    when = "until somebody types /papers resume"
    if until.year < 9000:
        then = rounds.local(wanted, until)
        when = f"before {then:%A} {then.day} {then:%B, %H:%M} ({wanted.tz})"
    return f"Nothing is posted here {when}; what matches waits and comes in one digest."


def resumed(person: str, *, was: bool) -> Reply:
    """Posts go on."""
    if not was:
        return Reply(Post(line("This channel is not paused; its papers come as they should.")))
    told = (Line((Span("What waited comes in one digest."),)),)
    public = Post(line(who(person), " resumed this channel's papers."), told)
    return Reply(Post(line("Done: this channel's papers come again."), told), public=public)


def top(items: Sequence[Item], days: int) -> Reply:
    """What this channel has had of late, the best first."""
    span = "day" if days <= 1 else f"{days:,} days"
    if not items:
        return Reply(Post(line(f"This channel has had no papers in the last {span}.")))
    some = f", the best {FOUND} of {len(items):,}" if len(items) > FOUND else ""
    lines = tuple(summary.example(item.paper) for item in items[:FOUND])
    return Reply(Post(line(f"What this channel had in the last {span}{some}:"), lines))


def lost(channel: Channel, why: str, mine: Sequence[Subscription]) -> Post:
    """To whoever subscribed a channel that cannot be posted to: what waits, and what mends it."""
    theirs = summary.cut(", ".join(one.rule for one in mine), 300)
    kept = "What matches waits for up to 14 days, and comes in one digest once this is mended."
    return Post(
        line("Papers for ", (theirs, "code"), " cannot be posted in ", Span(str(channel), channel=str(channel)), "."),
        (Line((Span(why),)), Line((Span(kept),), "small")),
    )


def rate(weekly: float | None) -> str:
    """How many to expect; nothing while it is too early to say."""
    if weekly is None:
        return ""
    return f"About {round(weekly):,} a week." if weekly >= 1 else "Less than one a week."
