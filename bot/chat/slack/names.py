"""The people whom a post speaks of → what they are called. Pure; names stay plain text, so nobody is pinged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.model import Line, Post, Span

MOST = 20
"""People looked up for one post."""


def people(post: Post) -> list[str]:
    """Slack's ids of the people whom the post speaks of, each once, at most `MOST`."""
    listed = (line for entry in post.entries for line in entry.lines)
    spans = (span for line in (post.headline, *post.lines, *listed, *post.closing) for span in line.spans)
    return list(dict.fromkeys(user for span in spans if (user := _user(span))))[:MOST]


def named(post: Post, names: Mapping[str, str]) -> Post:
    """The post with those people's names; who has none here keeps what the post calls them."""
    if not names:
        return post
    return replace(
        post,
        headline=_line(post.headline, names),
        lines=_lines(post.lines, names),
        entries=tuple(replace(entry, lines=_lines(entry.lines, names)) for entry in post.entries),
        closing=_lines(post.closing, names),
    )


def _lines(lines: Sequence[Line], names: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(_line(line, names) for line in lines)


def _line(line: Line, names: Mapping[str, str]) -> Line:
    return replace(line, spans=tuple(replace(span, text=names.get(_user(span), span.text)) for span in line.spans))


def _user(span: Span) -> str:
    """The id in `slack:U…`; nothing for everybody else."""
    platform, _, user = (span.person or "").partition(":")
    return user if platform == "slack" else ""
