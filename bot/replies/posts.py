"""What is answered to the buttons below a post: sending papers away, keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import rights, rules, summary
from bot.model import Button, Channel, Delivery, Line, Options, Paper, Post, Reply, Span, Subscription
from bot.replies.subscribing import RULE, barred, command
from bot.replies.words import line

TITLE = 120


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be left out of one rule; `drafts` are the changes by their numbers, where the person may make them."""

    subscription: Subscription
    found: tuple[rules.Exclusion, ...]
    drafts: tuple[int, ...]


def card(paper: Paper) -> Post:
    """A paper by itself, with nothing to press."""
    shown = Delivery(paper.id, Channel("", ""), options=Options(format="card"))
    return replace(summary.post(shown, paper), buttons=(), more=())


def saved(paper: Paper, *, new: bool, row: int) -> Reply:
    """The paper was kept for later; the first time its card goes to the person."""
    title = Span(summary.cut(summary.shown_title(paper), TITLE), "strong")
    lines = (Line((Span("/papers saved", "code"), Span(" lists all that you keep.")), "small"),)
    if not new:
        away = (Button("Remove it", f"unsave:{row}"),)
        return Reply(Post(line("You have saved ", title, " already."), lines, away))
    return Reply(Post(line("Saved for later: ", title), lines), told=card(paper))


def unsaved(paper: Paper, *, was: bool) -> Reply:
    """It is not kept any more."""
    title = Span(summary.cut(summary.shown_title(paper), TITLE), "strong")
    said = line("Removed from what you saved: ", title) if was else line(title, " was not among what you saved.")
    return Reply(Post(said), replaces=True)


def not_for_us(paper: Paper, offers: tuple[Offer, ...], who: rights.Who | None, standing: str) -> Reply:
    """For each rule what would have kept the paper away, at what cost; to press, or to pass on."""
    title = Span(summary.cut(summary.shown_title(paper), TITLE), "strong")
    if not offers:
        return Reply(Post(line("No rule of this channel asks for ", title, " any more: nothing like it comes again.")))
    lines = [part for offer in offers for part in _offer(offer)]
    buttons = tuple(button for offer in offers for button in _buttons(offer, many=len(offers) > 1))
    if who is not None:
        lines += [barred(who, standing).post.headline, *_suggestions(offers)]
    return Reply(Post(line("What would have kept ", title, " away:"), tuple(lines), buttons))


def _offer(offer: Offer) -> list[Line]:
    rule = Span(summary.cut(offer.subscription.rule, RULE), "code")
    if not offer.found:
        ways = f"/unsubscribe {offer.subscription.id} ends the rule."
        return [line(f"#{offer.subscription.id} ", rule, f": nothing in it can be left out that easily. {ways}")]
    others = offer.found[0].of
    base = f" found {others:,} other paper{'s' if others != 1 else ''} of late. Without those that have:"
    costs = [_cost(found) for found in offer.found]
    return [line(f"#{offer.subscription.id} ", rule, base if others else ", without papers that have:"), *costs]


def _cost(found: rules.Exclusion) -> Line:
    lost = "no other would be lost" if not found.also else f"{found.also:,} other{'s' if found.also != 1 else ''} lost"
    return Line((Span(found.term, "strong"), Span(f" — {lost}" if found.of else "")), "item")


def _buttons(offer: Offer, *, many: bool) -> list[Button]:
    of = f"#{offer.subscription.id}: " if many else ""
    return [
        Button(f"{of}Leave out {found.term}", f"confirm:{draft}")
        for found, draft in zip(offer.found, offer.drafts, strict=False)
    ]


def _suggestions(offers: tuple[Offer, ...]) -> list[Line]:
    """What somebody who may could type, for the first exclusion of each rule."""
    wishes = [
        replace(one.subscription, rule=rules.write(one.found[0].rule)) for one in offers if one.found and not one.drafts
    ]
    return [Line((Span("You could pass this on: "), Span(command(wish), "code"))) for wish in wishes]


KEPT = 20
"""Saved papers that are shown, the newest."""


def kept(papers: Sequence[Paper]) -> Reply:
    """What a person saved."""
    if not papers:
        how = Line((Span("The menu below each post has Save for later."),), "small")
        return Reply(Post(line("You have saved no papers yet."), (how,)))
    newest = f", the newest {KEPT}" if len(papers) == KEPT else ""
    return Reply(Post(line(f"What you saved for later{newest}:"), tuple(summary.example(paper) for paper in papers)))
