"""Post → what Discord is sent: content or an embed, and buttons, within every limit. Pure.

A post about a paper becomes an embed, a card of its own; anything else is an ordinary message while it is short.
Limits: https://docs.discord.com/developers/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.chat.discord.markdown import ELLIPSIS, block, clean, cut, link, size, spans
from bot.model import Button, Line, Post, Span

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_096
EMBED = 6_000
"""Characters over all texts of a message's embeds."""

LABEL = 80
CUSTOM_ID = 100
BUTTONS = 25
"""Five rows of five. https://docs.discord.com/developers/components/reference"""

THREAD_NAME = 100
"""https://docs.discord.com/developers/resources/channel#start-thread-from-message"""

_PREFIX = {"item": "- ", "quote": "> ", "small": "-# "}
_LEAST = 20
"""Fewer units than this are not worth beginning a line in."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message says, in Discord's terms. Either `content` or `title` and `description` are set."""

    content: str = ""
    title: str = ""
    url: str | None = None
    description: str = ""
    buttons: tuple[Button, ...] = ()


def show(post: Post) -> Shown:
    """A post as Discord will show it; nothing in it is longer than Discord takes."""
    if post.paper is None:
        whole = body((post.headline, *post.lines), DESCRIPTION)
        if size(whole) <= CONTENT:
            return Shown(content=whole or ELLIPSIS, buttons=_buttons(post.buttons))
    return _embed(post)


def body(lines: Sequence[Line], room: int) -> str:
    """The lines as markdown of at most `room` units. The last quiet line stays; what is before it is cut."""
    tail = _line(lines[-1], room // 4) if len(lines) > 1 and lines[-1].kind == "small" else ""
    said, kind = _flow(lines[:-1] if tail else lines, room - size(tail) - 1 if tail else room)
    return said + _between(kind, "small") * bool(said) + tail if tail else said


def thread_name(name: str) -> str:
    """A thread's name: plain text, one line, never empty."""
    return cut(" ".join(clean(name[:CONTENT]).split()), THREAD_NAME) or "Paper"


def _embed(post: Post) -> Shown:
    """A card. Titles draw no mention and, on phones, no code: such a headline becomes the first line."""
    titled = all(part.style in ("plain", "strong") and not part.person for part in post.headline.spans)
    plain = [Span(part.text) for part in post.headline.spans]
    title = spans(plain, TITLE) if titled else ""
    lines = post.lines if title.strip() else (post.headline, *post.lines)
    return Shown(
        title=title.strip(),
        url=next(filter(None, (link(part.url) for part in post.headline.spans)), None) if title.strip() else None,
        description=body(lines, min(DESCRIPTION, EMBED - size(title))) or ("" if title.strip() else ELLIPSIS),
        buttons=_buttons(post.buttons),
    )


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
    """Paragraphs have a blank line between them; everything else stands close."""
    return "\n\n" if before == after == "text" else "\n"


def _line(line: Line, room: int) -> str:
    if line.kind == "pre":
        return block(line.text, room)
    prefix = _PREFIX.get(line.kind, "")
    text = spans(line.spans, room - len(prefix)).strip()
    return prefix + text if text else ""


def _buttons(buttons: Sequence[Button]) -> tuple[Button, ...]:
    """At most 25, each action once: Discord refuses a message whose ids repeat."""
    once = {button.action: button for button in reversed(buttons) if 0 < size(button.action) <= CUSTOM_ID}
    kept = sorted(once.values(), key=buttons.index)[:BUTTONS]
    return tuple(Button(cut(clean(b.label[:CONTENT]).strip(), LABEL) or ELLIPSIS, b.action, b.style) for b in kept)
