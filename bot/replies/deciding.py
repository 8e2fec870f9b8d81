"""Who may change what comes here, in words."""

from __future__ import annotations

from dataclasses import replace

from bot import rights
from bot.model import Line, Post, Reply, Span
from bot.replies.words import who


def settled(shown: Reply | None, decided: rights.Who, person: str, default: rights.Who | None = None) -> Reply:
    """Who may change rules from now on, said to the channel too; below it the settings as `shown`, if those changed.

    `default`: who may where channels say nothing, by the config.
    """
    told = Line((Span("Done: rules here can be changed by "), *_named(decided), Span(".")))
    back = Line((Span("To open them to all: /papers settings who:anyone"),), "small")
    lines = shown.post.lines if shown else () if "anyone" in decided else (back,)
    if default in (None, rights.MANAGERS):
        lines = (*_typed_as(decided, person), *lines)
    public = Line((who(person), Span(" decided that rules here can be changed by "), *_named(decided), Span(".")))
    return Reply(Post(told, lines), public=Post(public))


def stands(shown: Reply, decided: rights.Who) -> Reply:
    """The channel's settings as `shown`, with who may change them, where that is not everybody."""
    if "anyone" in decided:
        return shown
    told = Line((Span("Rules here can be changed by "), *_named(decided), Span(".")))
    *lines, hint = shown.post.lines
    return replace(shown, post=replace(shown.post, lines=(*lines, told, hint)))


def _typed_as(decided: rights.Who, person: str) -> tuple[Line, ...]:
    """Where the short command is shown to those alone who manage a channel: what the others type."""
    if decided == rights.MANAGERS or not person.startswith("discord:"):
        return ()
    type_ = Span(" to those who manage the channel; everybody else has ")
    shown = (Span("Discord shows "), Span("/subscribe", "code"), type_, Span("/papers subscribe", "code"), Span("."))
    return (Line(shown, "small"),)


def _named(decided: rights.Who) -> tuple[Span, ...]:
    spans = [Span(rights.spoken(decided))]
    named = rights.people(decided)
    for place, one in enumerate(named, 1):
        spans += [Span(" and " if place == len(named) else ", "), who(one)]
    return tuple(spans)
