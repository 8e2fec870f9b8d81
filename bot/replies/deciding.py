"""Who may change what comes here, in words."""

from __future__ import annotations

from dataclasses import replace

from bot import rights
from bot.model import Line, Post, Reply, Span
from bot.replies.words import who


def settled(shown: Reply, decided: rights.Who, person: str) -> Reply:
    """The channel's settings as `shown`, and that it was changed who may change them, said to the channel too."""
    done = Line((Span("Done: rules here can be changed by "), *_named(decided), Span(".")))
    post = replace(
        shown.post, headline=done, lines=(*_typed_as(decided, person), shown.post.headline, *shown.post.lines)
    )
    public = Line((who(person), Span(" decided that rules here can be changed by "), *_named(decided), Span(".")))
    return replace(shown, post=post, public=Post(public))


def stands(shown: Reply, decided: rights.Who) -> Reply:
    """The channel's settings as `shown`, with who may change them, where that is not everybody."""
    if "anyone" in decided:
        return shown
    told = Line((Span("Rules here can be changed by "), *_named(decided), Span(".")))
    return replace(shown, post=replace(shown.post, lines=(*shown.post.lines, told)))


def _typed_as(decided: rights.Who, person: str) -> tuple[Line, ...]:
    """Where the short command is shown to those alone who manage a channel: what the others type."""
    if decided == rights.MANAGERS or not person.startswith("discord:"):
        return ()
    type_ = Span(" to those who manage the channel; everybody else has ")
    shown = (Span("Discord shows "), Span("/subscribe", "code"), type_, Span("/papers subscribe", "code"), Span("."))
    return (Line(shown, "small"),)


def _named(decided: rights.Who) -> tuple[Span, ...]:
    spans = [Span(rights.spoken(decided))]
    for one in rights.people(decided):
        spans += [Span(", "), who(one)]
    return tuple(spans)
