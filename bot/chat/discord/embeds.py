"""Post → what Discord is sent: content or an embed, and what can be pressed, within every limit. Pure.

A post about papers becomes an embed, a card of its own; anything else is an ordinary message while it is short.
Limits: https://docs.discord.com/developers/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from bot.chat.discord.markdown import ELLIPSIS, block, clean, cut, link, size, spans
from bot.chat.discord.menus import Menu, Pressable, pressable
from bot.model import Button, Entry, Line, Post, Span

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_096
EMBED = 6_000
"""Characters over all texts of a message's embeds: one with a full title and description stays below."""

THREAD_NAME = 100
"""https://docs.discord.com/developers/resources/channel#start-thread-from-message"""

_PREFIX = {"item": "- ", "quote": "> ", "small": "-# "}
_LEAST = 20
"""Fewer units than this are not worth beginning a line in."""
PAPER, WITHDRAWN = 0xB04424, 0x655F56
"""The bar beside a card: the pages' own colour, so that papers are seen among what people write; none is left to one
that was withdrawn."""

_BY = " — "
"""Stands before who wrote a paper, in the same line as its title."""
_ENDLESS = 10**6
"""Room in which nothing is cut."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message says, in Discord's terms. Either `content` or `title` and `description` are set.

    `whole`: nothing of the post was cut or left out.
    """

    content: str = ""
    title: str = ""
    url: str | None = None
    description: str = ""
    colour: int = PAPER
    buttons: tuple[Button, ...] = ()
    menus: tuple[Menu, ...] = ()
    whole: bool = True


def show(post: Post) -> Shown:
    """A post as Discord will show it; nothing in it is longer than Discord takes."""
    below = pressable(post.buttons, post.entries, post.more)
    if post.paper is None and not any(entry.paper for entry in post.entries):
        said, whole = words((post.headline, *post.lines), post.entries, post.closing, CONTENT)
        if whole:
            return Shown(said or ELLIPSIS, buttons=below.buttons, menus=below.menus, whole=below.whole)
    return _embed(post, below)


def words(lines: Sequence[Line], entries: Sequence[Entry], closing: Sequence[Line], room: int) -> tuple[str, bool]:
    """Paragraphs, entries and closing paragraphs as markdown of at most `room` units, and whether that is all of them.

    Where they do not fit, whole entries are left out from the end and counted, then paragraphs are cut; the closing
    stays as long as there is room for anything else.
    """
    if not entries:
        whole, _ = _flow((*lines, *closing), _ENDLESS)
        return (whole, True) if size(whole) <= room else (body((*lines, *closing), room), False)
    listed = _listed(entries, room)
    whole = _stacked([_flow(lines, _ENDLESS)[0], *listed, _flow(closing, _ENDLESS)[0]], entries)
    if len(listed) == len(entries) and size(whole) <= room:
        return whole, True
    tail = body(closing, room // 4) if closing else ""
    head = body(lines, room // 3) if lines else ""
    return _as_many(head, listed, entries, tail, room), False


def body(lines: Sequence[Line], room: int) -> str:
    """The lines as markdown of at most `room` units. The last quiet line stays; what is before it is cut."""
    tail = _line(lines[-1], room // 4) if len(lines) > 1 and lines[-1].kind == "small" else ""
    said, kind = _flow(lines[:-1] if tail else lines, room - size(tail) - 1 if tail else room)
    return said + _between(kind, "small") * bool(said) + tail if tail else said


def thread_name(name: str) -> str:
    """A thread's name: plain text, one line, never empty."""
    return cut(" ".join(clean(name[:CONTENT]).split()), THREAD_NAME) or "Paper"


def _embed(post: Post, below: Pressable) -> Shown:
    """A card. Titles draw no mention and, on phones, no code: such a headline becomes the first line."""
    head, by = parted(post.headline)
    titled = all(part.style in ("plain", "strong", "struck") and not (part.person or part.channel) for part in head)
    plain = [Span(part.text, "struck" if part.style == "struck" else "plain") for part in head]
    endless = spans(plain, _ENDLESS).strip()
    title = spans(plain, TITLE).strip() if titled else ""
    lines = _signed(by, post.lines) if title else (post.headline, *post.lines)
    said, whole = words(lines, post.entries, post.closing, DESCRIPTION)
    return Shown(
        title=title,
        url=next(filter(None, (link(part.url) for part in head)), None) if title else None,
        colour=WITHDRAWN if any(part.style == "struck" for part in head) else PAPER,
        description=said or ("" if title else ELLIPSIS),
        buttons=below.buttons,
        menus=below.menus,
        whole=below.whole and whole and (title == endless or not title),
    )


def parted(headline: Line) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The title, and who wrote it: an embed's title is one link, in bold, and names are neither."""
    parts = headline.spans
    for place, part in enumerate(parts[1:], 1):
        if parts[place - 1].url and not part.url and part.style == "plain" and part.text.startswith(_BY):
            return parts[:place], (Span(part.text.removeprefix(_BY)), *parts[place + 1 :])
    return parts, ()


def _signed(by: tuple[Span, ...], lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Who wrote it stands before the first paragraph."""
    if not by or not lines or lines[0].kind != "text":
        return (Line(by), *lines) if by else lines
    return (Line((*by, Span(_BY), *lines[0].spans)), *lines[1:])


def _listed(entries: Sequence[Entry], room: int) -> list[str]:
    """Each entry's lines, close together: what stands apart are the entries. Ends with the first one without room."""
    listed: list[str] = []
    for entry in entries:
        listed.append("\n".join(filter(None, (_line(line, _ENDLESS) for line in entry.lines))))
        room -= size(listed[-1]) + 1
        if room < 0:
            break
    return listed


def _stacked(parts: Sequence[str], entries: Sequence[Entry]) -> str:
    """Papers of two lines have air between them, a list of single lines stands close."""
    airy = any(len(entry.lines) > 1 for entry in entries)
    head, *listed, tail = parts
    return "\n\n".join(part for part in (head, ("\n\n" if airy else "\n").join(filter(None, listed)), tail) if part)


def _as_many(head: str, listed: Sequence[str], entries: Sequence[Entry], tail: str, room: int) -> str:
    """The first entries that fit, each whole, and how many more there are."""
    reach = accumulate((size(each) + 1 for each in listed), initial=size(head) + size(tail))
    for kept in range(min(len(listed), sum(1 for end in reach if end <= room)), 0, -1):
        said = _stacked([head, *listed[:kept], f"{ELLIPSIS} and {len(entries) - kept} more", tail], entries)
        if size(said) <= room:
            return said
    return _stacked([head, tail], ())


def _flow(lines: Sequence[Line], room: int) -> tuple[str, str]:
    """The lines one below the other, as many as fit, and the kind of the last one."""
    said, last = "", ""
    for kind, same in groupby(lines, key=lambda line: line.kind):
        for line in [_pre(list(same))] if kind == "pre" else list(same):
            between = _between(last, kind) * bool(said)
            left = room - size(said) - size(between)
            if left < _LEAST:
                return said + f"\n{ELLIPSIS}" * (room - size(said) > 1 and not said.endswith(ELLIPSIS)), last
            if text := _line(line, left):
                said, last = said + between + text, kind
    return said, last


def _pre(lines: Sequence[Line]) -> Line:
    return Line((Span("\n".join(line.text for line in lines)),), "pre")


def _between(before: str, after: str) -> str:
    """A paragraph has a blank line before it, except below what keeps a distance by itself; all else stands close."""
    return "\n\n" if after == "text" and before in ("text", "item", "small") else "\n"


def _line(line: Line, room: int) -> str:
    if line.kind == "pre":
        return block(line.text, room)
    prefix = _PREFIX.get(line.kind, "")
    text = spans(line.spans, room - len(prefix)).strip()
    return prefix + text if text else ""
