"""How a platform would show a message: its own blocks or markdown, read back into pieces for the page. Pure.

What is read is the very data that would be sent there (`Lays`), so that formats can be chosen by looking. It holds
strangers' text in the platform's escaping: everything becomes spans again, and the templates escape those.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.model import Line, Post, Span

Lay = Callable[[Post], dict[str, Any]]
"""A post → the message that a platform would be sent, as its API takes it."""

NAMES = {"slack": "Slack", "discord": "Discord"}

Style = Literal["plain", "strong", "emphasis", "code", "struck"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something to press (`action`), or a list to choose from; one that `folds` opens behind its label."""

    label: str
    action: str = ""
    style: str = "plain"
    choices: tuple[tuple[str, str], ...] = ()
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message, one below the other: paragraphs, in a card if it `frames` them; or what can be pressed."""

    lines: tuple[Line, ...] = ()
    title: Line | None = None
    frames: bool = False
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a platform shows it, and what it was sent."""

    platform: str
    pieces: tuple[Piece, ...]
    sent: str


def seen(platform: str, lay: Lay, post: Post) -> Seen:
    """The post as this platform would show it."""
    sent = lay(post)
    pieces = _slack(sent) if platform == "slack" else _discord(sent)
    return Seen(platform, tuple(pieces), json.dumps(sent, ensure_ascii=False, indent=1))


# ── Slack: https://docs.slack.dev/reference/block-kit/blocks ──


def _slack(sent: Mapping[str, Any]) -> Iterator[Piece]:
    for block in sent["blocks"]:
        match block["type"]:
            case "rich_text":
                yield Piece(tuple(line for part in block["elements"] for line in _rich(part)))
            case "context":
                yield Piece((Line(tuple(_beside(block["elements"])), "small"),))
            case "actions":
                yield Piece(acts=tuple(map(_element, block["elements"])))
            case _:
                yield Piece((Line((Span(_text(block)),)),))


def _rich(part: Mapping[str, Any]) -> Iterator[Line]:
    match part["type"]:
        case "rich_text_list":
            yield from (Line(_spans(item["elements"]), "item") for item in part["elements"])
        case "rich_text_quote":
            yield Line(_spans(part["elements"]), "quote")
        case "rich_text_preformatted":
            yield Line(_spans(part["elements"]), "pre")
        case _:
            yield Line(_spans(part["elements"]))


def _spans(elements: list[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(_shown(one), _style(one), one.get("url")) for one in elements)


def _shown(element: Mapping[str, Any]) -> str:
    return f"@{element['user_id']}" if element["type"] == "user" else str(element.get("text", ""))


def _style(element: Mapping[str, Any]) -> Style:
    said = element.get("style", {})
    named: dict[str, Style] = {"code": "code", "strike": "struck", "bold": "strong", "italic": "emphasis"}
    return next((style for name, style in named.items() if said.get(name)), "plain")


_MRKDWN = re.compile(r"<(?P<url>https?://[^|>]+)\|(?P<name>[^>]*)>|\*(?P<bold>[^*]+)\*|(?P<text>[^<*]+|.)", re.DOTALL)


def _beside(parts: Sequence[Mapping[str, Any]]) -> Iterator[Span]:
    """A context block's elements, with air between them."""
    for number, part in enumerate(parts):
        yield from (Span(" "),) if number else ()
        yield from _small(part)


def _small(part: Mapping[str, Any]) -> Iterator[Span]:
    """A context block's text; where it is mrkdwn, with its links and bold words."""
    if part["type"] != "mrkdwn":
        yield Span(part["text"])
        return
    for found in _MRKDWN.finditer(part["text"]):
        if found["url"]:
            yield Span(html.unescape(found["name"]), url=html.unescape(found["url"]))
        elif found["bold"]:
            yield Span(html.unescape(found["bold"]), "strong")
        else:
            yield Span(html.unescape(found["text"]))


def _element(element: Mapping[str, Any]) -> Act:
    options = tuple((one["text"]["text"], one["value"]) for one in element.get("options", ()))
    match element["type"]:
        case "overflow":
            return Act("⋯", choices=options, folds=True)
        case "button":
            return Act(element["text"]["text"], element.get("value", ""), element.get("style", "plain"))
        case _:
            return Act(element.get("placeholder", {}).get("text", "Choose…"), choices=options)


def _text(block: Mapping[str, Any]) -> str:
    return str(block.get("text", {}).get("text", ""))


# ── Discord: https://docs.discord.com/developers/resources/message ──


def _discord(sent: Mapping[str, Any]) -> Iterator[Piece]:
    if sent.get("content"):
        yield Piece(tuple(markdown(sent["content"])))
    for embed in sent.get("embeds", ()):
        title = Line(_inline(embed["title"], url=embed.get("url"))) if embed.get("title") else None
        yield Piece(tuple(markdown(embed.get("description") or "")), title, frames=True)
    for row in sent.get("components", ()):
        yield Piece(acts=tuple(map(_component, row["components"])))


_BUTTONS = {1: "primary", 2: "plain", 3: "primary", 4: "danger"}
"""https://docs.discord.com/developers/components/reference#button-button-styles"""


def _component(one: Mapping[str, Any]) -> Act:
    if "options" in one:
        return Act(one.get("placeholder", "Choose…"), choices=tuple((o["label"], o["value"]) for o in one["options"]))
    folded = tuple((name, action) for name, action in one.get("opens", ()))
    return Act(one["label"], one["custom_id"], _BUTTONS.get(one["style"], "plain"), folded, folds=bool(folded))


_PREFIX: tuple[tuple[str, Literal["small", "item", "quote"]], ...] = (
    ("-# ", "small"),
    ("- ", "item"),
    ("> ", "quote"),
)


def markdown(text: str) -> Iterator[Line]:
    """Discord's markdown, as far as our own adapter writes it; an empty line is a line without words."""
    for place, part in enumerate(re.split(r"```\n?(.*?)```", text, flags=re.DOTALL)):
        if place % 2:
            yield Line((Span(part.strip("\n")),), "pre")
            continue
        for row in part.strip("\n").split("\n") if part.strip("\n") else ():
            kind = next(((mark, kind) for mark, kind in _PREFIX if row.startswith(mark)), None)
            yield Line(_inline(row.removeprefix(kind[0])), kind[1]) if kind else Line(_inline(row))


_TOKEN = re.compile(
    r"\\(?P<literal>[^a-zA-Z0-9\s])|``\s(?P<wide>.*?)\s``|`(?P<code>[^`]+)`|\[(?P<name>(?:\\.|[^\]\\])*)\]\(<(?P<url>[^>]*)>\)"
    r"|<@(?P<who>\d+)>|(?P<mark>\*\*|~~|\*)|(?P<text>[^\\`\[<*~]+|.)",
    re.DOTALL,
)
_MARKS: dict[str, Style] = {"**": "strong", "~~": "struck", "*": "emphasis"}


def _inline(text: str, style: Style = "plain", url: str | None = None) -> tuple[Span, ...]:
    """One line's spans. Marks do not nest in what our adapter writes, but in a link's words."""
    made: list[Span] = []
    for found in _TOKEN.finditer(text):
        if mark := found["mark"]:
            style = "plain" if style == _MARKS[mark] else _MARKS[mark]
        elif found["url"] is not None:
            made += _inline(found["name"], style, found["url"])
        elif code := found["wide"] or found["code"]:
            made.append(Span(code, "code", url))
        else:
            said = found["literal"] or found["text"] or f"@{found['who']}"
            made.append(Span(said.replace("\u200b", ""), style, url))
    return _joined(made)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours of one style as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].style, joined[-1].url) == (span.style, span.url):
            joined[-1] = Span(joined[-1].text + span.text, span.style, span.url)
        else:
            joined.append(span)
    return tuple(span for span in joined if span.text)
