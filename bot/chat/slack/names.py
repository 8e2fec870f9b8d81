"""People's ids in what the bot answers → what they are called. Pure; names stay plain text, so nobody is pinged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.model import Line, Post, Span

_PERSON = re.compile(r"\bslack:([UW][A-Z0-9]{2,20})\b")
MOST = 20
"""People looked up for one answer."""


def people(post: Post) -> list[str]:
    """The ids of the people whom the post speaks of in its own words, each once, at most `MOST`."""
    found = (match[1] for span in _own(post) for match in _PERSON.finditer(span.text))
    return list(dict.fromkeys(found))[:MOST]


def named(post: Post, names: Mapping[str, str]) -> Post:
    """The post with those people's names."""
    if not names:
        return post
    lines = tuple(_line(line, names) for line in post.lines)
    return replace(post, headline=_line(post.headline, names), lines=lines)


def _own(post: Post) -> Iterator[Span]:
    for line in (post.headline, *post.lines):
        yield from filter(_speaks, line.spans)


def _speaks(span: Span) -> bool:
    """A rule as it was typed stands in code, and a title is a link: those stay as they are."""
    return span.style == "plain" and span.url is None


def _line(line: Line, names: Mapping[str, str]) -> Line:
    spans = (_span(span, names) if _speaks(span) else span for span in line.spans)
    return replace(line, spans=tuple(spans))


def _span(span: Span, names: Mapping[str, str]) -> Span:
    return replace(span, text=_PERSON.sub(lambda match: names.get(match[1], match[0]), span.text))
