"""A command's outcome → Reply: the words the bot answers with, the same on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot import options, rounds, rules, summary
from bot.errors import OptionError, PaperRoundError, RuleError
from bot.feeds import OwnFeed
from bot.model import Button, Channel, Customs, Item, Line, Options, Paper, Post, Reply, Span, Subscription
from bot.preview import lines as preview_of
from bot.sources import mask

FOUND = 10
"""Papers in the answer to a search."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What a search found: `matches` (newest first) among `base` stored papers."""

    matches: tuple[Paper, ...]
    base: int
    since: str = ""
    """The day of the oldest of them, as a person writes it."""


def preview(
    draft: int, wish: Subscription, caught: rules.Backtest, known: Subscription | None, wanted: Options, now: datetime
) -> Reply:
    """What a subscription would mean, before it is made: nothing has been changed yet. `wanted`: all that counts."""
    lines = (
        Line((Span("You would get "), *rules.describe(caught.rule), Span("."))),
        Line((Span(how(wanted, now)),)),
        *preview_of(caught),
    )
    label = "Update" if known else "Subscribe"
    buttons = (Button(label, f"confirm:{draft}", "primary"), Button("Cancel", f"cancel:{draft}"))
    return Reply(Post(_line("Subscribe this channel to ", (wish.rule, "code"), "?"), lines, buttons))


def subscribed(
    subscription: Subscription, person: str, *, updated: bool, wanted: Options, now: datetime, rate: str, start: int
) -> Reply:
    """The person's answer, and the public line: rules belong to the channel, so the channel hears of them.

    `rate`: how many to expect; `start`: how many stored papers come at once; `wanted`: all options that count.
    """
    done = "updated" if updated else "subscribed"
    mine = Post(
        _line(
            f"Done: this channel is {done}. ", (f"#{subscription.id}", "strong"), " ", (_typed(subscription), "code")
        ),
        (
            Line((Span(how(wanted, now)),)),
            *_beginning(start),
            Line((Span(f"To end it: /unsubscribe {subscription.id}"),), "small"),
        ),
    )
    verb = "changed how this channel gets" if updated else "subscribed this channel to"
    public = Post(
        _line(_who(person), f" {verb} ", (_typed(subscription), "code"), f" (#{subscription.id})"),
        (Line((Span(" ".join(filter(None, (rate, how(wanted, now))))),), "small"),),
    )
    return Reply(mine, public=public, replaces=True)


def _beginning(start: int) -> tuple[Line, ...]:
    if not start:
        return ()
    words = "The newest stored paper comes" if start == 1 else f"The {start} newest stored papers come"
    return (Line((Span(f"{words} at once, to begin with."),)),)


def rate(weekly: float | None) -> str:
    """How many to expect; nothing while it is too early to say."""
    if weekly is None:
        return ""
    return f"About {round(weekly):,} a week." if weekly >= 1 else "Less than one a week."


def settings(customs: Customs, wanted: Options, now: datetime, person: str, *, changed: bool) -> Reply:
    """How the channel gets its papers, unless a subscription says otherwise."""
    said = Line((Span(how(wanted, now)),))
    held = [Line((Span(_paused(customs.paused_until)),))] if customs.paused_until else []
    example = Span("/papers settings mode:daily at:09:00 tz:Europe/Berlin", "code")
    hint = Line((Span("To change it: "), example), "small")
    head = "Done: this channel's papers" if changed else "This channel's papers"
    public = Post(_line(_who(person), f" changed how this channel gets its papers. {how(wanted, now)}"))
    mine = Post(_line(f"{head}, unless a rule says otherwise:"), (said, *held, hint))
    return Reply(mine, public=public if changed else None)


def paused(until: datetime, person: str) -> Reply:
    """Nothing is posted for a while, and nothing is lost."""
    told = _paused(until)
    return Reply(Post(_line(f"Done. {told}")), public=Post(_line(_who(person), f" paused this channel. {told}")))


def _paused(until: datetime) -> str:
    dated = until.year < 9000
    when = f"before {until:%A} {until.day} {until:%B, %H:%M} UTC" if dated else "until somebody types /papers resume"
    return f"Nothing is posted here {when}; what matches waits and comes in one digest."


def resumed(person: str, *, was: bool) -> Reply:
    """Posts go on."""
    if not was:
        return Reply(Post(_line("This channel is not paused; its papers come as they should.")))
    told = "What waited comes in one digest."
    public = Post(_line(_who(person), f" resumed this channel's papers. {told}"))
    return Reply(Post(_line(f"Done. {told}")), public=public)


def top(items: Sequence[Item], days: int) -> Reply:
    """What this channel has had of late, the best first."""
    span = "day" if days <= 1 else f"{days:,} days"
    if not items:
        return Reply(Post(_line(f"This channel has had no papers in the last {span}.")))
    some = f", the best {FOUND} of {len(items):,}" if len(items) > FOUND else ""
    lines = tuple(summary.example(item.paper) for item in items[:FOUND])
    return Reply(Post(_line(f"What this channel had in the last {span}{some}:"), lines))


def voted(votes: int) -> Reply:
    """A vote was counted, or taken back."""
    said = f"there {'is' if votes == 1 else 'are'} {votes or 'none'} now. Press again to change your mind."
    return Reply(Post(_line(f"Noted: {said}")))


def cited(paper: Paper) -> Reply:
    """A paper's BibTeX entry, to copy."""
    lines = tuple(Line((Span(line),), "pre") for line in summary.bibtex(paper).splitlines())
    return Reply(Post(_line("BibTeX, to copy:"), lines))


def lost(channel: Channel, why: str, mine: Sequence[Subscription]) -> Post:
    """To whoever subscribed a channel that cannot be posted to: what waits, and what mends it."""
    theirs = summary.cut(", ".join(one.rule for one in mine), 300)
    kept = "What matches waits for up to 14 days, and comes in one digest once this is mended."
    return Post(
        _line("Papers for ", (theirs, "code"), f" cannot be posted in {channel}."),
        (Line((Span(why),)), Line((Span(kept),), "small")),
    )


def cancelled() -> Reply:
    """A preview that came to nothing."""
    return Reply(Post(_line("Cancelled; nothing was changed.")), replaces=True)


def gone() -> Reply:
    """A preview's button whose moment has passed."""
    told = "That button is used up. Type the command again: nothing was changed by pressing it."
    return Reply(Post(_line(told)), replaces=True)


def nothing_there() -> Reply:
    """A button under a post that is not what it was; the post itself stays."""
    return Reply(Post(_line("There is nothing behind that button any more; nothing was changed by pressing it.")))


def unsubscribed(ended: Sequence[Subscription], person: str) -> Reply:
    """What has ended, said to the channel too."""
    told = ", ".join(f"#{subscription.id} {_typed(subscription)}" for subscription in ended)
    return Reply(
        Post(_line("Done: nothing more is posted for ", (summary.cut(told, 300), "code"))),
        public=Post(_line(_who(person), " unsubscribed this channel from ", (summary.cut(told, 300), "code"))),
    )


def no_such(channel: Channel, which: str) -> Reply:
    """Nothing to unsubscribe from."""
    return Reply(
        Post(
            _line(f"This channel has no subscription {which}."),
            (Line((Span("/subscriptions lists them."),), "small"),),
        )
    )


def listing(found: Sequence[Subscription]) -> Reply:
    """A channel's subscriptions, numbered."""
    if not found:
        return Reply(Post(_line("This channel has no subscriptions yet."), (_first_word(),)))
    lines = [
        Line((Span(f"#{s.id} ", "strong"), Span(_typed(s), "code"), Span(" — by "), _who(s.creator)), "item")
        for s in found
    ]
    return Reply(
        Post(
            _line(f"This channel has {len(found)} subscription{'s' if len(found) != 1 else ''}:"),
            (*lines, Line((Span("/unsubscribe NUMBER ends one."),), "small")),
        )
    )


def own_feeds(found: Sequence[OwnFeed]) -> Reply:
    """A channel's own feeds, their keys hidden."""
    how = Line((Span("/papers feeds add ADDRESS adds one, /papers feeds remove ADDRESS ends one."),), "small")
    if not found:
        return Reply(
            Post(_line("This channel has no feeds of its own; it gets what is read for every channel."), (how,))
        )
    lines = [Line((Span(mask(one.address), "code"), Span(" — by "), _who(one.creator)), "item") for one in found]
    count = f"{len(found)} feed{'s' if len(found) != 1 else ''}"
    return Reply(Post(_line(f"This channel has {count} of its own, seen only by its rules:"), (*lines, how)))


def feed_added(address: str, person: str, papers: int, title: str) -> Reply:
    """The person's answer, and the public line."""
    shown = mask(address)
    called = f" ({summary.cut(title, 100)})" if title else ""
    known = Line(
        (Span(f"{papers:,} papers of it are known from now on; what comes later is matched by this channel's rules."),)
    )
    return Reply(
        Post(_line("Done: this channel reads ", (shown, "code"), f"{called}."), (known,)),
        public=Post(_line(_who(person), " added a feed of this channel's own: ", (shown, "code"))),
    )


def feed_removed(address: str, person: str) -> Reply:
    """What has ended, said to the channel too."""
    shown = mask(address)
    return Reply(
        Post(_line("Done: this channel does not read ", (shown, "code"), " any more.")),
        public=Post(_line(_who(person), " removed a feed of this channel's own: ", (shown, "code"))),
    )


def no_such_feed(address: str) -> Reply:
    """Nothing to remove."""
    listed = Line((Span("/papers feeds lists them."),), "small")
    return Reply(
        Post(_line("This channel has no feed ", (summary.cut(mask(address), 300), "code"), " of its own."), (listed,))
    )


def searched(rule: rules.Rule, caught: Caught) -> Reply:
    """Stored papers that match, for the person who asked."""
    return Reply(
        Post(
            _line("Papers for ", (rules.write(rule), "code")),
            (
                Line(tuple(_count(caught))),
                *(summary.example(paper) for paper in caught.matches[:FOUND]),
            ),
        )
    )


def discuss(paper: Paper, thread: str) -> Reply:
    """Where a paper is discussed."""
    return Reply(Post(_line("Discuss ", (summary.cut(paper.title, 150), "strong"), " in its thread.")), thread=thread)


def helped(found: Sequence[Subscription] = ()) -> Reply:
    """What can be typed, and below it the channel's subscriptions `found`, if that was asked for."""
    told = _line("Paper Round brings new papers that match your rules to this channel.")
    listed = listing(found).post if found else None
    return Reply(Post(told, (*_commands(), *((listed.headline, *listed.lines) if listed else ()))))


def wrong(error: PaperRoundError) -> Reply:
    """What was not understood, where, and what mends it; or what the world did."""
    lines = (Line((Span(error.caret()),), "pre"),) if isinstance(error, (RuleError, OptionError)) else ()
    return Reply(Post(_line(str(error)), lines))


def broken() -> Reply:
    """Our own fault: said plainly, without its innards."""
    return Reply(
        Post(
            _line("That went wrong on our side; nothing was changed. It is in the bot's log. Please try it once more.")
        )
    )


def _commands() -> list[Line]:
    typed = (
        ("/subscribe transformers quantization", "papers that mention both words (or their word family)"),
        ('/subscribe "state space" OR mamba -survey', "a phrase or a word, without surveys"),
        ("/subscriptions", "what this channel gets"),
        ("/unsubscribe 1", "end one by its number; or all"),
        ("/papers settings at:08:30 tz:Europe/Berlin", "when and how papers come"),
        ("/papers pause 3d", "nothing for a while, and nothing lost; /papers resume"),
        ("/papers top 14d", "the best that this channel had, only for you"),
        ("/papers search diffusion", "papers seen so far, only for you"),
        ("/papers feeds add https://example.org/feed.xml", "a feed of this channel's own"),
    )
    return [Line((Span(words, "code"), Span(f" — {meaning}")), "item") for words, meaning in typed]


def _first_word() -> Line:
    return Line((Span("Try "), Span("/subscribe transformers quantization", "code")))


def how(wanted: Options, now: datetime) -> str:
    """How papers arrive, in words, with the time of the next digest. `wanted`: all that counts."""
    if wanted.mode == "instant":
        return _at_once(wanted)
    then = rounds.local(wanted, rounds.next_round(wanted, now))
    what = "a weekly digest" if wanted.mode == "weekly" else f"one digest a day {options.spoken(wanted.days)}".strip()
    most = f" It shows the best {wanted.max}, the others one a line in its thread." if wanted.max else ""
    return f"They come in {what}, at {wanted.at} ({wanted.tz}); the next on {then:%A} {then.day} {then:%B}.{most}"


def _at_once(wanted: Options) -> str:
    days = f" {options.spoken(wanted.days)}".rstrip()
    thread = ", with its thread" if wanted.thread == "auto" else ""
    most = f" What is above {wanted.max} a day comes in one digest at midnight." if wanted.max else ""
    return f"Each is posted here as soon as it is seen{days}{thread}.{most}"


def _count(caught: Caught) -> list[Span]:
    """How many there were, and whether all of them are listed below."""
    if not caught.base:
        return [Span("No papers are stored yet, so there is nothing to compare with.")]
    among = f" of the {caught.base:,} paper{'s' if caught.base != 1 else ''} seen"
    among += f" since {caught.since}" if caught.since else ""
    found = len(caught.matches)
    match = "matches" if found == 1 else "match"
    if not found:
        return [Span("None", "strong"), Span(f"{among} {match}.")]
    newest = "; the newest:" if found > FOUND else ":"
    return [Span(f"{found:,}", "strong"), Span(f"{among} {match}{newest}")]


def _typed(subscription: Subscription) -> str:
    """The rule with its options, as one would type it."""
    return f"{subscription.rule} {options.write(subscription.options)}".strip()


def _who(person: str) -> Span:
    """Somebody on their platform; the visitors of a local channel have no names."""
    platform, _, name = person.partition(":")
    return Span("A visitor" if platform == "local" else name, person=person)


def _line(*parts: str | tuple[str, Literal["strong", "code"]] | Span) -> Line:
    return Line(tuple(_span(part) for part in parts))


def _span(part: str | tuple[str, Literal["strong", "code"]] | Span) -> Span:
    if isinstance(part, Span):
        return part
    return Span(part) if isinstance(part, str) else Span(*part)
