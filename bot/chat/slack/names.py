"""The people and channels that a post speaks of → what they are called. Pure; names stay plain: nobody is pinged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.model import Line, Post, Span

MOST = 30
"""People, and channels, looked up for one post."""
ALONE = "your own messages"
"""What a person's messages with the bot are called: only that person is ever shown them."""


def people(post: Post) -> list[str]:
    """Slack's ids of the people whom the post speaks of, each once, at most `MOST`."""
    return list(dict.fromkeys(user for span in _spans(post) if (user := _user(span))))[:MOST]


def channels(post: Post) -> list[str]:
    """Slack's ids of the channels that it speaks of, people's own messages left out."""
    found = dict.fromkeys(place for span in _spans(post) if (place := _place(span.channel)))
    return [place for place in found if not place.startswith("D")][:MOST]


def named(post: Post, names: Mapping[str, str]) -> Post:
    """The post with those people's and channels' names; who has none here keeps what the post calls them."""
    if not names and not any(span.channel for span in _spans(post)):
        return post
    return replace(
        post,
        headline=_line(post.headline, names),
        lines=_lines(post.lines, names),
        entries=tuple(
            replace(entry, name=_called(entry.name, names), lines=_lines(entry.lines, names)) for entry in post.entries
        ),
        closing=_lines(post.closing, names),
    )


def _spans(post: Post) -> Iterator[Span]:
    listed = (line for entry in post.entries for line in entry.lines)
    return (span for line in (post.headline, *post.lines, *listed, *post.closing) for span in line.spans)


def _lines(lines: Sequence[Line], names: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(_line(line, names) for line in lines)


def _line(line: Line, names: Mapping[str, str]) -> Line:
    return replace(line, spans=tuple(_span(span, names) for span in line.spans))


def _span(span: Span, names: Mapping[str, str]) -> Span:
    if span.channel:
        return replace(span, text=_called(span.channel, names, span.text))
    return replace(span, text=names.get(_user(span), span.text))


def _called(channel: str, names: Mapping[str, str], otherwise: str = "") -> str:
    """A channel's name, where the text is a channel of Slack's."""
    place = _place(channel)
    if place.startswith("D"):
        return ALONE
    return f"#{names[place]}" if place in names else otherwise or channel


def _place(channel: str | None) -> str:
    platform, _, place = (channel or "").partition(":")
    return place.rpartition("/")[2] if platform == "slack" and "/" in place else ""


def _user(span: Span) -> str:
    """The id in `slack:U…`; nothing for everybody else."""
    platform, _, user = (span.person or "").partition(":")
    return user if platform == "slack" else ""
