"""The moment of subscribing: what a rule would mean, the form to change it, who is told, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import options, rights, rules, summary
from bot.commands.forms import OTHERS, SAME
from bot.model import Button, Field, Form, Line, Options, Post, Reply, Span, Subscription
from bot.preview import lines as preview_of
from bot.replies import when
from bot.replies.when import how
from bot.replies.words import line, typed, who
from bot.rules.tree import Word, leaves

RULE = 300
"""Characters of a rule in a sentence; the list and the form show the whole of it."""

MODES = {"instant": "Each paper at once", "daily": "One digest a day", "weekly": "One digest a week"}


@dataclass(frozen=True, slots=True)
class Around:
    """What else a preview depends on.

    `wider` is the button of a wider rule, `before` the subscription that would be changed, `was` all that counts for
    it now. `barred`: who may change rules here, where this person may not. `personal`: it comes to the person alone.
    """

    wider: Button | None = None
    before: Subscription | None = None
    was: Options | None = None
    shared: bool = False
    barred: rights.Who | None = None
    personal: bool = False
    outsider: bool = False
    """Whether the person is of another company, whose people change nothing here."""
    placeless: bool = False
    """Nobody has said which time zone the channel, or another one of its team or server, lives in."""


ALONE = Around()


def preview(
    draft: int, wish: Subscription, caught: rules.Backtest, wanted: Options, now: datetime, around: Around = ALONE
) -> Reply:
    """What a subscription would mean, before it is made: nothing has been changed yet. `wanted`: all that counts."""
    lines = (
        Line((Span("You would get "), *rules.describe(caught.rule), Span("."))),
        Line((Span(how(wanted, now, personal=around.personal)),)),
        *_mistaken(wish, caught.rule),
        *(_zone_wanted(wanted, around) or when.zone(wish, wanted)),
        *_until_now(wanted, now, around),
        *_outsiders(around),
        *preview_of(caught, wanted),
        *_passing_on(wish, around),
    )
    return Reply(Post(_question(wish, around), lines, _buttons(draft, around)))


def _question(wish: Subscription, around: Around) -> Line:
    before = around.before
    if before is None:
        whom = "yourself" if around.personal else "this channel"
        return line(f"Subscribe {whom} to ", (wish.rule, "code"), "?")
    if before.rule == wish.rule:
        return line(f"Change how #{before.id} ", (wish.rule, "code"), " comes?")
    return line(f"Change #{before.id} ", (summary.cut(before.rule, RULE), "code"), " to ", (wish.rule, "code"), "?")


def _mistaken(wish: Subscription, rule: rules.Rule) -> tuple[Line, ...]:
    """Words that say when papers come, where they were typed as words of the papers."""
    said = [leaf.text for leaf in leaves(rule.tree) if isinstance(leaf, Word) and leaf.text in MODES]
    if not said or wish.options.mode is not None:
        return ()
    told = f"Papers have to mention {said[0]}. If you meant when they come, type "
    meant = "mode:instant" if said[0] == "instant" else f"mode:{said[0]} at:09:00"
    return (Line((Span(told), Span(meant, "code"), Span(" instead."))),)


def _zone_wanted(wanted: Options, around: Around) -> tuple[Line, ...]:
    """Where a digest's time is a guess: asked for until somebody has said it, for one channel of theirs."""
    if not around.placeless or wanted.mode == "instant":
        return ()
    asked = (Span("Which time zone is yours? Say it once, with "), Span("tz:Europe/Berlin", "code"))
    return (Line((*asked, Span(f" or in Edit…; until then it is {wanted.tz}.")), "small"),)


def _until_now(wanted: Options, now: datetime, around: Around) -> tuple[Line, ...]:
    """How it comes so far, where that would change."""
    if around.was is None or around.was == wanted:
        return ()
    return (Line((Span(f"Until now: {how(around.was, now, personal=around.personal)}"),), "small"),)


def _outsiders(around: Around) -> tuple[Line, ...]:
    if not around.shared or around.personal:
        return ()
    return (Line((Span("This channel is shared with another company, whose people will read the posts too."),)),)


def _passing_on(wish: Subscription, around: Around) -> tuple[Line, ...]:
    """What somebody who may not change rules can hand to somebody who may."""
    if around.barred is None:
        return ()
    barring = line(rights.OUTSIDER) if around.outsider else _only(around.barred)
    return (barring, Line((Span("You could pass this on: "), Span(command(wish), "code"))))


def command(wish: Subscription) -> str:
    """What one types to get this."""
    return f"/papers change {wish.id} {typed(wish)}" if wish.id else f"/subscribe {typed(wish)}"


def _buttons(draft: int, around: Around) -> tuple[Button, ...]:
    change = Button("Change" if around.before else "Subscribe", f"confirm:{draft}", "primary")
    first = () if around.barred is not None else (change,)
    wider = (around.wider,) if around.wider else ()
    return (*first, *wider, Button("Edit…", f"edit:{draft}"), Button("Cancel", f"cancel:{draft}"))


LABELS = {
    "rule": "Rule",
    "mode": "How papers come",
    "at": "Time of day of a digest",
    "tz": "Time zone",
    OTHERS: "More options",
}
"""What the form's fields are called, there and where their mistakes are listed."""


def form(draft: int, wish: Subscription, counts: Options) -> Reply:
    """The rule and its options to change; `counts` are the channel's own options, which hold where nothing is given."""
    said = wish.options
    same = (SAME, f"As in this channel: {MODES[counts.mode or 'daily'].lower()}")
    fields = (
        Field("rule", LABELS["rule"], wish.rule, 'Words, "a phrase", OR, -without, title:, author:', needed=True),
        Field("mode", LABELS["mode"], said.mode or SAME, choices=(same, *MODES.items())),
        Field("at", LABELS["at"], said.at or "", f"Such as 08:30. Empty: {counts.at}, as in this channel"),
        Field("tz", LABELS["tz"], said.tz or "", f"Such as Europe/Berlin. Empty: {counts.tz}, as in this channel"),
        Field(OTHERS, LABELS[OTHERS], _others(said), "Such as days:mon-fri max:10 format:card thread:auto"),
    )
    post = Post(line("Change ", (summary.cut(wish.rule, RULE), "code"), ":"))
    return Reply(post, form=Form("Rule and options", f"edited:{draft}", fields, "Preview"))


def _others(said: Options) -> str:
    return options.write(replace(said, mode=None, at=None, tz=None))


def miswritten(wrong: tuple[tuple[str, str], ...]) -> Reply:
    """The form stays open, each mistake at its field; where a platform cannot, it is read as a list."""
    lines = tuple(Line((Span(f"{LABELS.get(name, name)}: ", "strong"), Span(told)), "item") for name, told in wrong)
    return Reply(Post(line("Nothing was changed; this has to be mended first:"), lines), wrong=wrong)


def subscribed(
    made: Subscription,
    person: str,
    *,
    before: Subscription | None,
    undo: int,
    wanted: Options,
    now: datetime,
    rate: str,
    start: int,
    personal: bool = False,
) -> Reply:
    """The person's answer, and the public line with its way back: rules belong to the channel, so it hears of them.

    `rate`: how many to expect; `start`: how many stored papers come at once; `wanted`: all options that count.
    """
    arriving = how(wanted, now, personal=personal)
    ending = f"To end it: /unsubscribe {'me ' if personal else ''}{made.id}"
    mine = Post(
        _done(made, before, personal),
        (Line((Span(arriving),)), *_beginning(start), Line((Span(ending),), "small")),
    )
    if personal:
        return Reply(mine, replaces=True)
    public = Post(
        _announced(made, person, before),
        (Line((Span(" ".join(filter(None, (rate, arriving)))),), "small"),),
        buttons=(Button("Undo", f"undo:{undo}"),),
    )
    return Reply(mine, public=public, replaces=True)


def _done(made: Subscription, before: Subscription | None, personal: bool) -> Line:
    whom = "you are" if personal else "this channel is"
    if before is None:
        return line(f"Done: {whom} subscribed. ", (f"#{made.id}", "strong"), " ", (typed(made), "code"))
    return line("Done: ", (f"#{made.id}", "strong"), " is ", (typed(made), "code"), " now.")


def _announced(made: Subscription, person: str, before: Subscription | None) -> Line:
    if before is None:
        return line(who(person), " subscribed this channel to ", (typed(made), "code"), f" (#{made.id})")
    if before.rule == made.rule:
        return line(who(person), " changed how this channel gets ", (typed(made), "code"), f" (#{made.id})")
    was = Span(summary.cut(before.rule, RULE), "code")
    return line(who(person), f" changed #{made.id} from ", was, " to ", (typed(made), "code"))


def _beginning(start: int) -> tuple[Line, ...]:
    if not start:
        return ()
    words = "The newest stored paper comes" if start == 1 else f"The {start} newest stored papers come"
    return (Line((Span(f"{words} at once, to begin with."),)),)


def unsubscribed(
    ended: Sequence[Subscription], person: str, undo: Sequence[int] = (), *, personal: bool = False
) -> Reply:
    """What has ended, said to the channel too, with the way back of each."""
    told = summary.cut(", ".join(f"#{one.id} {typed(one)}" for one in ended), RULE)
    mine = Post(line(f"Done: nothing more {'comes' if personal else 'is posted'} for ", (told, "code")))
    if personal:
        return Reply(mine)
    labels = ["Undo"] if len(ended) == 1 else [f"Undo #{one.id}" for one in ended]
    buttons = tuple(Button(label, f"undo:{n}") for label, n in zip(labels, undo, strict=False))
    return Reply(
        mine, public=Post(line(who(person), " unsubscribed this channel from ", (told, "code")), buttons=buttons)
    )


def taken_back(before: Subscription | None, after: Subscription | None, person: str) -> Reply:
    """A change was undone, said to the channel too."""
    what = _as_it_was(before, after)
    return Reply(Post(line("Undone: ", *what, ".")), public=Post(line(who(person), " took that back: ", *what, ".")))


def _as_it_was(before: Subscription | None, after: Subscription | None) -> tuple[Span, ...]:
    if before is None:
        assert after is not None
        return (Span("this channel is not subscribed to "), Span(typed(after), "code"), Span(" any more"))
    again = " comes as it did before" if after and after.rule == before.rule else " is back"
    return (Span(f"#{before.id} "), Span(typed(before), "code"), Span(again))


def not_taken_back(change: Subscription | None) -> Reply:
    """It was changed since, or taken back already."""
    ways = Line((Span("/subscriptions shows what this channel gets now."),), "small")
    of = f"#{change.id} has" if change else "That has"
    return Reply(Post(line(f"{of} been changed or taken back since; nothing was changed by pressing Undo."), (ways,)))


def barred(who_may: rights.Who, standing: str, suggestion: str = "") -> Reply:
    """Somebody may not change what comes here, and what they could pass on to somebody who may."""
    if standing == "outsider":
        return Reply(Post(line(rights.OUTSIDER)))
    passed = Line((Span("You could pass this on: "), Span(summary.cut(suggestion, 2 * RULE), "code")))
    return Reply(Post(_only(who_may), (passed,) if suggestion else ()))


def _only(who_may: rights.Who) -> Line:
    """Who may change rules, people named by their names."""
    spans = [Span(f"Only {rights.spoken(who_may)} can change what comes here")]
    for place, one in enumerate(rights.people(who_may)):
        spans += [Span(", besides " if place == 0 else ", "), who(one)]
    return Line((*spans, Span(".")))
