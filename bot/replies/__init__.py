"""A command's outcome → Reply: the words the bot answers with, the same on every platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot import rules, summary
from bot.errors import OptionError, PaperRoundError, RuleError, TryLater
from bot.feeds import OwnFeed
from bot.health import Health
from bot.model import Channel, Line, Paper, Post, Reply, Span, Subscription
from bot.replies.words import counted, line, typed, who
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


def voted(votes: int) -> Reply:
    """A vote was counted, or taken back."""
    said = f"{votes:,} upvote{'s' if votes != 1 else ''}" if votes else "no upvotes"
    return Reply(Post(line(f"Noted: {said} now. Press again to change your mind.")))


def cited(paper: Paper) -> Reply:
    """A paper's BibTeX entry, to copy."""
    lines = tuple(Line((Span(line),), "pre") for line in summary.bibtex(paper).splitlines())
    return Reply(Post(line("BibTeX, to copy:"), lines))


def cancelled() -> Reply:
    """A preview that came to nothing."""
    return Reply(Post(line("Cancelled; nothing was changed.")), replaces=True)


def gone() -> Reply:
    """A preview's button whose moment has passed."""
    told = "That button is used up. Type the command again: nothing was changed by pressing it."
    return Reply(Post(line(told)), replaces=True)


def nothing_there() -> Reply:
    """A button under a post that is not what it was; the post itself stays."""
    return Reply(Post(line("There is nothing behind that button any more; nothing was changed by pressing it.")))


def no_such(channel: Channel, which: str) -> Reply:
    """Nothing to unsubscribe from."""
    return Reply(
        Post(
            line(f"This channel has no subscription {which}."),
            (Line((Span("/subscriptions lists them."),), "small"),),
        )
    )


def listing(found: Sequence[Subscription], *, personal: bool = False) -> Reply:
    """A channel's subscriptions, numbered; or a person's own."""
    whose = "You have" if personal else "This channel has"
    if not found:
        return Reply(Post(line(f"{whose} no subscriptions yet."), (_first_word(personal),)))
    lines = [Line((Span(f"#{s.id} ", "strong"), Span(typed(s), "code"), *_by(s, personal)), "item") for s in found]
    return Reply(
        Post(
            line(f"{whose} {len(found)} subscription{'s' if len(found) != 1 else ''}:"),
            (*lines, _ways(personal)),
        )
    )


def own_feeds(found: Sequence[OwnFeed], told: Mapping[str, Health]) -> Reply:
    """A channel's own feeds, their keys hidden, and how each is doing (`told`, by its address)."""
    how = Line((Span("/papers feeds add ADDRESS adds one, /papers feeds remove ADDRESS ends one."),), "small")
    if not found:
        return Reply(
            Post(line("This channel has no feeds of its own; it gets what is read for every channel."), (how,))
        )
    lines = [
        Line(
            (Span(mask(one.address), "code"), Span(" — by "), who(one.creator), Span(_doing(told[one.address]))), "item"
        )
        for one in found
    ]
    count = f"{len(found)} feed{'s' if len(found) != 1 else ''}"
    return Reply(Post(line(f"This channel has {count} of its own, seen only by its rules:"), (*lines, how)))


def feed_ended(address: str, channel: Channel, why: str) -> Post:
    """To whoever added a feed that is not asked any more: why, and what takes it out of the list."""
    shown = mask(address)
    how = Line((Span(f"/papers feeds remove {shown}", "code"), Span(" in the channel takes it out.")), "small")
    where = Span(str(channel), channel=str(channel))
    said = line("A feed that you added to ", where, " has ended: ", (shown, "code"))
    return Post(said, (Line((Span(why),)), how))


def _doing(told: Health) -> str:
    since = f" since {told.since:%d %B}" if told.wrong and told.since else ""
    return f" — {told.state}{since}{f': {told.why}' if told.why else ''}"


def feed_added(address: str, person: str, papers: int, title: str) -> Reply:
    """The person's answer, and the public line."""
    shown = mask(address)
    called = f" ({summary.cut(title, 100)})" if title else ""
    count = f"{counted(papers, 'paper')} of it {'is' if papers == 1 else 'are'}"
    known = Line((Span(f"{count} known from now on; what comes later is matched by this channel's rules."),))
    return Reply(
        Post(line("Done: this channel reads ", (shown, "code"), f"{called}."), (known,)),
        public=Post(line(who(person), " added a feed of this channel's own: ", (shown, "code"))),
    )


def feed_removed(address: str, person: str) -> Reply:
    """What has ended, said to the channel too."""
    shown = mask(address)
    return Reply(
        Post(line("Done: this channel does not read ", (shown, "code"), " any more.")),
        public=Post(line(who(person), " removed a feed of this channel's own: ", (shown, "code"))),
    )


def no_such_feed(address: str) -> Reply:
    """Nothing to remove."""
    listed = Line((Span("/papers feeds lists them."),), "small")
    return Reply(
        Post(line("This channel has no feed ", (summary.cut(mask(address), 300), "code"), " of its own."), (listed,))
    )


def searched(rule: rules.Rule, caught: Caught) -> Reply:
    """Stored papers that match, for the person who asked."""
    return Reply(
        Post(
            line("Papers for ", (rules.write(rule), "code")),
            (
                Line(tuple(_count(caught))),
                *(summary.example(paper) for paper in caught.matches[:FOUND]),
            ),
        )
    )


def discuss(paper: Paper, thread: str) -> Reply:
    """Where a paper is discussed."""
    return Reply(Post(line("Discuss ", (summary.cut(paper.title, 150), "strong"), " in its thread.")), thread=thread)


def helped(found: Sequence[Subscription] = ()) -> Reply:
    """What can be typed, and below it the channel's subscriptions `found`, if that was asked for."""
    told = line("Paper Round brings new papers that match your rules to this channel.")
    listed = listing(found).post if found else None
    return Reply(Post(told, (*_commands(), *((listed.headline, *listed.lines) if listed else ()))))


def wrong(error: PaperRoundError) -> Reply:
    """What was not understood, where, and what mends it; or what the world did."""
    if isinstance(error, TryLater):
        return Reply(Post(line(str(error)), (line("Please try it once more in a moment."),)))
    lines = (Line((Span(error.caret()),), "pre"),) if isinstance(error, (RuleError, OptionError)) else ()
    return Reply(Post(line(str(error)), lines))


def broken() -> Reply:
    """Our own fault: said plainly, without its innards."""
    return Reply(
        Post(line("That went wrong on our side; nothing was changed. It is in the bot's log. Please try it once more."))
    )


_COMMANDS = (
    ("To begin", (
        ("/subscribe transformers quantization", "papers that mention both words, in any of their forms"),
        ('/subscribe "state space" OR mamba -survey', "a phrase or a word, without surveys"),
        ("/subscribe me mamba", "for you alone, in your own messages"),
    )),
    ("For the channel", (
        ("/subscriptions", "the list; /subscriptions me: what you get alone"),
        ("/papers change 1 mamba -vision", "another rule under the same number"),
        ("/papers test 1", "what a rule would bring; nothing is posted"),
        ("/unsubscribe 1", "ends one; /unsubscribe all ends all"),
        ("/papers settings at:08:30 tz:Europe/Berlin", "when and how papers come"),
        ("/papers pause 3d", "nothing for three days, and nothing is lost; /papers resume"),
        ("/papers feeds add https://example.org/feed.xml", "a feed of this channel's own"),
    )),
    ("To look something up", (
        ("/papers status", "how this channel and the sources are doing, and why nothing came"),
        ("/papers why 2405.04324", "what became of a paper (by id, link or title) and what each rule says of it"),
        ("/papers search diffusion", "papers seen so far"),
        ("/papers top 14d", "the best that this channel had"),
        ("/papers saved", "what you kept for later"),
        ("/papers overview", "all channels that you can see; also: /papers find, /papers export"),
    )),
)  # fmt: skip


def _commands() -> Iterator[Line]:
    for about, commands in _COMMANDS:
        yield Line((Span(about, "strong"),))
        yield from (Line((Span(words, "code"), Span(f" — {meaning}")), "item") for words, meaning in commands)


def _by(subscription: Subscription, personal: bool) -> tuple[Span, ...]:
    return () if personal else (Span(" — by "), who(subscription.creator))


def _ways(personal: bool) -> Line:
    """What can be typed below a list."""
    me = "me " if personal else ""
    change = "" if personal else " /papers change NUMBER RULE gives one another rule, /papers test NUMBER tries one."
    return Line((Span(f"/unsubscribe {me}NUMBER ends one.{change}"),), "small")


def _first_word(personal: bool = False) -> Line:
    me = "me " if personal else ""
    return Line((Span("Try "), Span(f"/subscribe {me}transformers quantization", "code")))


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
