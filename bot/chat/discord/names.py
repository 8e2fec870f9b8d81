"""`discord:123` in an answer → the name people know, as plain text: nobody is pinged, nothing is forged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.model import Line, Post, Span

SOMEBODY = "Somebody"
MOST = 20
"""People looked up for one answer."""

_PERSON = re.compile(r"\bdiscord:(\d{15,21})\b")


def people(*posts: Post | None) -> list[int]:
    """The ids of the people that the answers speak of; a post about a paper speaks of none."""
    spans = (span for post in posts if post and post.paper is None for line in _lines(post) for span in line.spans)
    found = (int(person) for span in spans if span.style == "plain" for person in _PERSON.findall(span.text))
    return list(dict.fromkeys(found))[:MOST]


def named(post: Post, names: Mapping[int, str]) -> Post:
    """The post with names in the place of ids."""
    if post.paper is not None:
        return post
    return replace(post, headline=_line(post.headline, names), lines=tuple(_line(line, names) for line in post.lines))


def _lines(post: Post) -> tuple[Line, ...]:
    return (post.headline, *post.lines)


def _line(line: Line, names: Mapping[int, str]) -> Line:
    return replace(line, spans=tuple(_span(span, names) if span.style == "plain" else span for span in line.spans))


def _span(span: Span, names: Mapping[int, str]) -> Span:
    return replace(span, text=_PERSON.sub(lambda found: names.get(int(found[1]), SOMEBODY), span.text))
