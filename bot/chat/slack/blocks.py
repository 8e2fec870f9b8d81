"""Post → Block Kit. Pure: what a stranger wrote only ever stands in plain_text or in a rich_text text element.

There nothing of it is read as markup: no mention, link, emoji, bold, code or quote can be forged.
Every limit is measured on what is sent, and text is cut with an ellipsis; no paragraph is dropped without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any
from urllib.parse import urlsplit

from bot.chat.slack.menus import OPTION, actions
from bot.chat.slack.small import context
from bot.chat.slack.text import clean, cut, escape, one_line, size
from bot.model import Entry, Line, Post, Span

Block = dict[str, Any]

PARAGRAPH = 3000
"""Characters in a text object. https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""
URL = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
AROUND = 67
"""Characters that stand around a paragraph: a budget holds so many paragraphs at most."""
BUDGET = 12_000
"""Characters over all blocks of a message, as JSON.

Undocumented; Slack answers `msg_blocks_too_long` near 13,200 (https://github.com/slackapi/bolt-js/issues/2509), and has
refused 11,341 characters of text in many small elements (https://github.com/slackapi/bolt-js/issues/2867): the wrapping
counts too, so it is the JSON that is measured.
"""
PAGE = 40_000
"""Characters over all blocks of a modal or a Home; Slack names no figure, and nobody reads more."""
FALLBACK = 4000
"""Characters of the `text` beside the blocks. https://docs.slack.dev/reference/methods/chat.postMessage#truncating"""

_STYLES = {"strong": "bold", "emphasis": "italic", "code": "code", "struck": "strike"}
_WEB = re.compile(r"https?://[^\s<>|\"\\^`{}]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the blocks are for: how many there may be, and characters over all of them."""

    blocks: int
    budget: int

    @property
    def lines(self) -> int:
        """Paragraphs that can fit."""
        return self.budget // AROUND


MESSAGE = Sheet(50, BUDGET)
"""https://docs.slack.dev/reference/block-kit/blocks"""
VIEW = Sheet(100, PAGE)
"""A modal or a Home. https://docs.slack.dev/reference/views"""


@dataclass(frozen=True, slots=True)
class Tidy:
    """A post without tricks: as much of it as can be said, and how many paragraphs and papers it had."""

    post: Post
    lines: int
    entries: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How tightly a post is packed: characters a paragraph, a link's address and a name in a menu; quiet lines; and how
    many paragraphs and papers of a list stay."""

    paragraph: int = PARAGRAPH
    url: int = URL
    quiet: bool = True
    name: int = OPTION
    lines: int | None = None
    entries: int | None = None


_WHOLE = (Fit(), Fit(quiet=False))
_FITS = (Fit(2000), Fit(1500), Fit(1000), Fit(700), Fit(500), Fit(300, 1000, quiet=False))
_TIGHT = (Fit(200, 300, quiet=False, name=40), Fit(100, 100, quiet=False, name=20))


def blocks(post: Post, sheet: Sheet = MESSAGE) -> list[Block]:
    """The post as Block Kit. The longest paragraphs are cut first; what cannot be said at all is counted.

    `ValueError` when the buttons alone are more than a message holds: buttons cannot be cut.
    """
    tidy = _tidied(post, sheet)
    sizes = [size(line.text) for line in _all(tidy.post)]
    for fit in chain(_WHOLE, _FITS, _TIGHT, _fewer(tidy)):
        if not _might_hold(sizes if fit.entries is None else (), fit, sheet) or _many(tidy, fit, sheet):
            continue
        laid = _lay(tidy, fit, sheet)
        if _holds(laid, sheet):
            return laid
    raise ValueError(f"{len(post.buttons)} buttons are more than a Slack message holds")


def fits(post: Post) -> bool:
    """Whether one message holds the post without anything being cut or left out; menus may shorten a name."""
    tidy = _tidied(post, MESSAGE)
    sizes = [size(line.text) for line in _all(tidy.post)]
    if max(sizes) > PARAGRAPH or not _might_hold(sizes, Fit(), MESSAGE) or _many(tidy, Fit(), MESSAGE):
        return False
    return any(_holds(_lay(tidy, fit, MESSAGE), MESSAGE) for fit in _WHOLE)


def fallback(post: Post) -> str:
    """What a notification and a screen reader say: plain, escaped so that it can mention nobody."""
    said: list[str] = []
    room = FALLBACK
    for line in _all(post):
        if room < 0:
            break
        parts = filter(None, (one_line(part).strip() for part in clean(line.text[: 4 * FALLBACK]).split("\n")))
        for part in parts:
            said.append(part)
            room -= len(part)
    return escape(cut("\n".join(said), FALLBACK)) or "…"


def weight(laid: Sequence[Block]) -> int:
    """How much of `BUDGET` the blocks take."""
    return size(json.dumps(laid, ensure_ascii=False, separators=(",", ":")))


def _holds(laid: Sequence[Block], sheet: Sheet) -> bool:
    return len(laid) <= sheet.blocks and weight(laid) <= sheet.budget


def _might_hold(sizes: Sequence[int], fit: Fit, sheet: Sheet) -> bool:
    """Whether it is worth a try: not too much before anything is put around it."""
    return len(sizes) <= sheet.lines and sum(min(one, fit.paragraph) for one in sizes) <= sheet.budget


def _many(tidy: Tidy, fit: Fit, sheet: Sheet) -> bool:
    """Whether there are more paragraphs than fit; what is beyond them was not even read."""
    lines = tidy.lines if fit.lines is None else min(fit.lines, tidy.lines)
    entries = tidy.entries if fit.entries is None else min(fit.entries, tidy.entries)
    return lines + entries > sheet.lines


def _fewer(tidy: Tidy) -> Iterator[Fit]:
    """Half of the papers, a quarter, … none; and then the same with the paragraphs."""
    papers, lines = tidy.entries, tidy.lines
    yield from (replace(_TIGHT[-1], entries=papers >> halved) for halved in range(1, papers.bit_length() + 1))
    yield from (replace(_TIGHT[-1], entries=0, lines=lines >> halved) for halved in range(1, lines.bit_length() + 1))


def _all(post: Post) -> Iterator[Line]:
    return chain([post.headline], post.lines, *(entry.lines for entry in post.entries), post.closing)


def _tidied(post: Post, sheet: Sheet) -> Tidy:
    """The post without tricks and empty paragraphs. Of a very long one only what can fit is looked at closely."""
    lines = [line for line in post.lines if line.text.strip()]
    entries = [one for one in post.entries if one.button or any(line.text.strip() for line in one.lines)]
    tidy = replace(
        post,
        headline=_tidy(post.headline),
        lines=_tidy_all(lines[: sheet.lines]),
        entries=tuple(replace(one, lines=_tidy_all(one.lines[: sheet.lines])) for one in entries[: sheet.lines]),
        closing=_tidy_all(post.closing[: sheet.lines]),
    )
    return Tidy(tidy, len(lines), len(entries))


def _tidy_all(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(line for line in map(_tidy, lines) if line.text.strip())


def _tidy(line: Line) -> Line:
    """The line without tricks, and without what is far beyond its room."""
    tidy = clean if line.kind == "pre" else one_line
    spans = (replace(span, text=tidy(span.text[: 4 * PARAGRAPH])[: PARAGRAPH + 1]) for span in line.spans)
    return replace(line, spans=tuple(spans))


def _lay(tidy: Tidy, fit: Fit, sheet: Sheet) -> list[Block]:
    post = tidy.post
    lines = [*post.lines[: fit.lines], *_left(tidy.lines, fit.lines, "lines")]
    entries = post.entries[: fit.entries]
    closing = [*_left(tidy.entries, fit.entries, "papers"), *(post.closing if fit.lines is None else ())]
    head = [(post.headline, True)] if post.headline.text.strip() else []
    pressed = actions(entries, post.buttons, post.more, fit.name)
    pieces = [
        *_pieces([*head, *((line, False) for line in lines)], fit),
        *(piece for entry in entries for piece in _entry(entry, fit)),
        *_pieces([(line, False) for line in closing], fit),
    ]
    return _pack(pieces, sheet.blocks - len(pressed)) + pressed


def _left(all_of_them: int, kept: int | None, what: str) -> list[Line]:
    """How many are not said."""
    left = 0 if kept is None else max(0, all_of_them - kept)
    return [Line((Span(f"… and {left:,} more {what}."),))] if left else []


# ── paragraphs ──────────────────────────────────────────────────────────────────────────────────────


def _pieces(lines: Sequence[tuple[Line, bool]], fit: Fit) -> Iterator[Block]:
    """Paragraphs as rich text elements or context blocks; list items, quotes and code that follow each other join."""
    for (kind, _), run in groupby(lines, key=lambda pair: (pair[0].kind, pair[1])):
        content = [_spans(line, fit, title) for line, title in run]
        yield from _join("text" if kind == "small" and not fit.quiet else kind, content)


def _join(kind: str, content: list[list[Block]]) -> Iterator[Block]:
    if kind == "item":
        sections = [{"type": "rich_text_section", "elements": spans} for spans in content]
        yield {"type": "rich_text_list", "style": "bullet", "elements": sections}
    elif kind in ("quote", "pre"):
        name = "rich_text_quote" if kind == "quote" else "rich_text_preformatted"
        yield {"type": name, "elements": _broken(content)}
    elif kind == "small":
        yield from map(_small, content)
    else:
        yield from ({"type": "rich_text_section", "elements": spans} for spans in content)


def _entry(entry: Entry, fit: Fit) -> Iterator[Block]:
    """A paper of a list, its lines in one piece."""
    content = [_spans(line, fit, title=False) for line in entry.lines]
    if content:
        yield {"type": "rich_text_section", "elements": _broken(content)}


def _broken(content: list[list[Block]]) -> list[Block]:
    """Several lines as one run of elements, a line break between them."""
    return [element for n, spans in enumerate(content) for element in ([_text("\n")] if n else []) + spans]


def _small(spans: list[Block]) -> Block:
    """A context block; a quiet line that is not safe in one is said like any other."""
    return context(spans) or {"type": "rich_text_section", "elements": spans}


def _spans(line: Line, fit: Fit, title: bool) -> list[Block]:
    """The line's spans as rich text elements, cut where its room ends. A title is bold; one that names a paper, or
    leads somewhere, only there."""
    title = title and not any(span.url and span.style == "strong" for span in line.spans)
    made: list[Block] = []
    room = fit.paragraph
    rest = size(line.text)
    for span in line.spans:
        text = span.text
        whole = size(text) < room or rest <= room
        shown = text if whole else cut(text + " ", room)
        if shown:
            made.append(_element(span, shown, fit, title=title, pre=line.kind == "pre"))
        if not whole:
            break
        room, rest = room - size(text), rest - size(text)
    return made


def _element(span: Span, text: str, fit: Fit, *, title: bool, pre: bool) -> Block:
    url = _link(span.url, fit.url)
    element: Block = {"type": "link", "url": url, "text": text} if url else _text(text)
    if place := _place(span):
        element = {"type": "channel", "channel_id": place}
    names = {_STYLES[span.style]} if span.style != "plain" else set()
    names |= {"bold"} if title else set()
    if names and not pre:
        element["style"] = dict.fromkeys(sorted(names), True)
    return element


def _link(url: str | None, limit: int) -> str | None:
    """The address if a click on it can only open a web page; None leaves the text without a link."""
    if not url or size(url) > limit or url != clean(url) or not _WEB.fullmatch(url):
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:  # such as an IPv6 address without its bracket
        return None


def _place(span: Span) -> str:
    """The id of a channel of Slack's, which Slack shows by the name it has now, to those who may see it."""
    platform, _, place = (span.channel or "").partition(":")
    found = place.rpartition("/")[2]
    return found if platform == "slack" and re.fullmatch(r"[CG][A-Z0-9]+", found) else ""


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────────


def _pack(pieces: list[Block], room: int) -> list[Block]:
    """A block a paragraph, for air; where that is too many, neighbours share one, and quiet lines are said aloud."""
    apart = [_wrap([piece]) for piece in pieces]
    if len(apart) <= room:
        return apart
    runs = groupby(pieces, key=lambda piece: piece["type"] == "context")
    return [block for small, run in runs for block in (list(run) if small else [_wrap(list(run))])]


def _wrap(pieces: list[Block]) -> Block:
    return pieces[0] if pieces[0]["type"] == "context" else {"type": "rich_text", "elements": pieces}
