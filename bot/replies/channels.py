"""What a rule would bring, what a channel has said, and the overview of all channels that a person can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import rounds, summary
from bot.model import Button, Channel, Customs, Entry, Item, Line, Options, Post, Reply, Span, Subscription
from bot.replies.words import counted, line, typed, who

BLOCK = 2_500
"""Characters of a listing in one paragraph: Slack's blocks of text hold 3,000."""
RULES = 4
RULE = 100


def no_such(number: int) -> Reply:
    """Nothing to test."""
    ways = Line((Span("/subscriptions lists them."),), "small")
    return Reply(Post(line(f"This channel has no subscription #{number}."), (ways,)))


def tested(
    one: Subscription, wanted: Options, items: tuple[Item, ...], matched: int, base: int, now: datetime
) -> Reply:
    """The posts of the last seven days as they would look here; nothing is posted, kept or counted."""
    head = line(f"What #{one.id} ", Span(one.rule, "code"), " would bring; nothing is posted")
    if not items:
        none = f"None of the {counted(base, 'paper')} of the last 7 days matches."
        return Reply(Post(head, (line(f"{none} /papers change {one.id} RULE changes it."),)))
    many = f"{matched:,} of the {counted(base, 'paper')} of the last 7 days"
    manner = "as one digest" if wanted.mode != "instant" else "each as a message of its own"
    cut = f"; the newest {len(items)} of them" if matched > len(items) else ""
    shown = summary.digest(items, day=rounds.local_date(wanted, now), total=matched)
    told = Line((Span(f"{many} {'matches' if matched == 1 else 'match'}{cut}, as they come here, {manner}:"),))
    entries = tuple(replace(entry, button=None) for entry in shown.entries)
    return Reply(Post(head, (told,), entries=entries))


def exported(text: str) -> Reply:
    """A channel's rules and options, to copy."""
    lines = tuple(Line((Span(part),), "pre") for part in _parts(text))
    how = Line((Span("Whoever runs the bot reads it in with: paper-round import FILE"),), "small")
    return Reply(Post(line("This channel's rules and options, to copy:"), (*lines, how)))


def _parts(text: str) -> list[str]:
    """The text in paragraphs that fit, none of its lines torn."""
    parts = [""]
    for row in text.strip().split("\n"):
        if parts[-1] and len(parts[-1]) + len(row) > BLOCK:
            parts.append("")
        parts[-1] += ("\n" if parts[-1] else "") + row
    return parts


# ── the overview ──


@dataclass(frozen=True, slots=True)
class View:
    """A channel as one person sees it: `mine` are the rules they may end."""

    channel: Channel
    customs: Customs
    rules: tuple[Subscription, ...]
    mine: tuple[Subscription, ...]
    last: Item | None
    may_pause: bool

    @property
    def name(self) -> str:
        """What stands for it where its platform's name is not known."""
        return f"#{self.channel.place}" if self.channel.platform == "local" else str(self.channel)

    @property
    def number(self) -> int:
        """What its buttons carry: a subscription of it."""
        return self.rules[0].id


def overview(views: tuple[View, ...], total: int) -> Reply:
    """Each channel with its rules, who made them, its last post; and what can be done with all of them."""
    if not views:
        return Reply(Post(line("None of the channels that you can see has rules yet.")))
    rules = sum(len(view.rules) for view in views)
    head = line(f"{counted(rules, 'rule')} in {counted(total, 'channel')} that you can see")
    more = (
        [Line((Span(f"{total - len(views):,} further channels are not shown."),), "small")]
        if total > len(views)
        else []
    )
    entries = tuple(_entry(view) for view in views)
    return Reply(Post(head, entries=entries, closing=tuple(more), buttons=_all(views)))


def _all(views: tuple[View, ...]) -> tuple[Button, ...]:
    held, ended = [view for view in views if view.may_pause], [view for view in views if view.mine]
    running = any(view.customs.paused_until is None for view in held)
    hold = Button(f"{'Pause' if running else 'Resume'} all {len(held)}", "hold:0")
    end = Button("End all rules…", "ending:0")
    return (*([hold] if len(held) > 1 else []), *([end] if len(ended) > 1 else []))


def _entry(view: View) -> Entry:
    lines = (Line((_named(view), Span(f" — {counted(len(view.rules), 'rule')}{_paused(view)}"))), _last(view))
    rules = tuple(_rule(one) for one in view.rules[:RULES])
    rest = len(view.rules) - RULES
    more = (Line((Span(f"and {rest:,} more"),), "small"),) if rest > 0 else ()
    return Entry(view.name, (*lines, *rules, *more), Button("Open", f"go:{view.number}"))


def opened(view: View) -> Reply:
    """One channel of the overview, with what this person may do there."""
    rules = tuple(_rule(one) for one in view.rules)
    pause = "Pause this channel" if view.customs.paused_until is None else "Resume this channel"
    buttons = [Button(pause, f"hold:{view.number}")] if view.may_pause else []
    if view.mine:
        every = "all its rules" if len(view.mine) == len(view.rules) else f"{len(view.mine)} of its rules"
        buttons.append(Button(f"End {every}", f"drop:{view.number}", "danger"))
    told = (
        []
        if buttons
        else [Line((Span("What comes there is changed in the channel itself, by those who may."),), "small")]
    )
    return Reply(Post(Line((_named(view), Span(_paused(view)))), (_last(view), *rules, *told), tuple(buttons)))


def dropped(view: View, ended: tuple[Subscription, ...]) -> Reply:
    """Rules of a channel were ended from the overview."""
    told = summary.cut(", ".join(f"#{one.id} {typed(one)}" for one in ended), 300)
    post = Post(Line((Span("Done: nothing more is posted in "), _named(view), Span(" for "), Span(told, "code"))))
    return Reply(post, replaces=True)


def ending(views: Sequence[View]) -> Reply:
    """Before many channels fall silent at once, it is asked."""
    if not views:
        return nothing()
    rules = counted(sum(len(view.mine) for view in views), "rule")
    head = line(f"End {rules} in {counted(len(views), 'channel')}?")
    told = Line((Span("Each channel is told, and can take it back with Undo."),), "small")
    return Reply(Post(head, (told,), (Button(f"End {rules}", "drop:0", "danger"),)))


def dropped_all(rules: int, places: int) -> Reply:
    """The rules of many channels were ended."""
    each = "It is told, and can take it back there." if places == 1 else "Each is told, and can take it back there."
    told = line(f"Done: {counted(rules, 'rule')} ended in {counted(places, 'channel')}. {each}")
    return Reply(Post(told), replaces=True)


def nothing() -> Reply:
    """None of the rules that are seen is theirs to end."""
    return Reply(Post(line("There is no rule here that you may end; /papers overview shows what there is.")))


def gone() -> Reply:
    """A channel that cannot be seen any more, or has no rules any more."""
    return Reply(Post(line("That channel has no such rule any more; /papers overview shows what there is.")))


def _named(view: View) -> Span:
    return Span(view.name, "strong", channel=str(view.channel))


def _paused(view: View) -> str:
    lost = ", cannot be posted to" if view.customs.lost_since else ""
    return lost + (", paused" if view.customs.paused_until else "")


def _last(view: View) -> Line:
    if view.last is None or view.last.delivery.posted_at is None:
        return Line((Span("Nothing has been posted there yet."),), "small")
    at, title = view.last.delivery.posted_at, summary.cut(summary.shown_title(view.last.paper), RULE)
    return Line((Span(f"Last post on {at.day} {at:%B %Y}: {title}"),), "small")


def _rule(one: Subscription) -> Line:
    shown = summary.cut(typed(one), RULE)
    return Line((Span(f"#{one.id} ", "strong"), Span(shown, "code"), Span(" — by "), who(one.creator)), "item")
