"""A command's outcome → Reply: the words the bot answers with, the same on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot import options, rules, summary
from bot.errors import OptionError, PaperRoundError, RuleError
from bot.model import Button, Channel, Line, Options, Paper, Post, Reply, Span, Subscription
from bot.preview import lines as preview_of

FOUND = 10
"""Papers in the answer to a search."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What a search found: `matches` (newest first) among `base` stored papers."""

    matches: tuple[Paper, ...]
    base: int
    since: str = ""
    """The day of the oldest of them, as a person writes it."""


def preview(draft: int, wish: Subscription, caught: rules.Backtest, known: Subscription | None) -> Reply:
    """What a subscription would mean, before it is made: nothing has been changed yet."""
    lines = (
        Line((Span("You would get "), *rules.describe(caught.rule), Span("."))),
        Line((Span(_how(wish.options)),)),
        *preview_of(caught),
    )
    label = "Update" if known else "Subscribe"
    buttons = (Button(label, f"confirm:{draft}", "primary"), Button("Cancel", f"cancel:{draft}"))
    return Reply(Post(_line("Subscribe this channel to ", (wish.rule, "code"), "?"), lines, buttons))


def subscribed(subscription: Subscription, person: str, *, updated: bool) -> Reply:
    """The person's answer, and the public line: rules belong to the channel, so the channel hears of them."""
    done = "updated" if updated else "subscribed"
    mine = Post(
        _line(
            f"Done: this channel is {done}. ", (f"#{subscription.id}", "strong"), " ", (_typed(subscription), "code")
        ),
        (
            Line((Span("New papers that match are posted here as they come; those known already are not."),)),
            Line((Span(f"To end it: /unsubscribe {subscription.id}"),), "small"),
        ),
    )
    verb = "changed how this channel gets" if updated else "subscribed this channel to"
    public = Post(_line(_who(person), f" {verb} ", (_typed(subscription), "code"), f" (#{subscription.id})"))
    return Reply(mine, public=public, replaces=True)


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
        ("/papers search diffusion", "papers seen so far, only for you"),
    )
    return [Line((Span(words, "code"), Span(f" — {meaning}")), "item") for words, meaning in typed]


def _first_word() -> Line:
    return Line((Span("Try "), Span("/subscribe transformers quantization", "code")))


def _how(wanted: Options) -> str:
    """How posts arrive, in words: what is honoured today, and what is only kept."""
    now = "Each is posted here as soon as it is seen" + (", with its thread." if wanted.thread == "auto" else ".")
    instant = replace(wanted, thread=None, mode=None if wanted.mode == "instant" else wanted.mode)
    later = options.describe(instant)
    return f"{now} Kept for when the bot can do it: {later}." if later else now


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
