"""Discord's markdown as its apps read it: a text → what a person sees, and which markup took effect.

Written from the apps' behaviour, not from the bot's escape, so that the two check each other.
https://support.discord.com/hc/en-us/articles/210298617, https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """`text` as it is seen, `marks` as the kinds of markup in order, `links` as the addresses one can click."""

    text: str = ""
    marks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def __add__(self, other: Read) -> Read:
        return Read(self.text + other.text, self.marks + other.marks, self.links + other.links)


_FENCE = re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n](?:.|\n)*?)\n*```")
_BLOCKS = (
    ("heading", re.compile(r"#{1,3} +")),
    ("small", re.compile(r"-# +")),
    ("quote", re.compile(r">(?:>>)? ")),
    ("list", re.compile(r" *(?:[-*+]|\d+[.)]) ")),
)
_INSIDE = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"
_SHOWN = (  # markup whose place is taken by something of Discord's own
    ("mention", re.compile(r"<@[!&]?\d+>|@everyone|@here")),
    ("channel", re.compile(r"<#\d+>|<id:\w+>")),
    ("command", re.compile(r"</[^>:]+:\d+>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>|:[A-Za-z0-9_+\-]{2,}:")),
    ("time", re.compile(r"<t:-?\d+(?::[tTdDfFRsS])?>")),
    ("link", re.compile(r"<(?:https?|discord|steam|mailto|tel):[^ >]+>")),
    ("link", re.compile(r"(?:https?|discord|steam)://[^\s<]+[^<.,:;\"'\]\s]")),
    ("invite", re.compile(r"discord\.gg/\w+|discord(?:app)?\.com/(?:invite|channels)/\w+")),
)
_STYLES = (
    ("strong", re.compile(r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)", re.S)),
    ("underline", re.compile(r"__((?:\\.|[^\\])+?)__(?!_)", re.S)),
    ("emphasis", re.compile(r"\*(?!\s)((?:\\.|\*\*|[^\\*])+?)(?<!\s)\*(?!\*)", re.S)),
    ("emphasis", re.compile(r"\b_((?:__|\\.|[^\\_])+?)_\b", re.S)),
    ("strike", re.compile(r"~~((?:\\.|[^\\])+?)~~", re.S)),
    ("spoiler", re.compile(r"\|\|((?:\\.|[^\\])+?)\|\|", re.S)),
)
_LITERAL = re.compile(r"\\([^0-9A-Za-z\s])")
_CODE = re.compile(r"(`+)(.*?[^`])\1(?!`)", re.S)
_MASKED = re.compile(rf"\[({_INSIDE})\]\(\s*<?((?:[^\s\\]|\\.)*?)>?\s*\)")


def read(text: str) -> Read:
    """A message's content or an embed's description."""
    seen, at, fresh = Read(), 0, True
    while at < len(text):
        if found := _FENCE.match(text, at):
            seen += Read(found[1], ("codeblock",))
            at, fresh = found.end(), False
            continue
        if fresh and (block := _block(text, at)):
            kind, at = block
            seen += Read("", (kind,))
            continue
        fresh = text[at] == "\n"
        end = _line_end(text, at)
        seen += Read("\n") if fresh else read_inline(text[at:end])
        at = at + 1 if fresh else end
    return seen


def read_inline(text: str) -> Read:
    """One run of text without blocks, such as an embed's title."""
    seen, at = Read(), 0
    while at < len(text):
        piece, at = _inline(text, at)
        seen += piece
    return seen


def _block(text: str, at: int) -> tuple[str, int] | None:
    found = ((kind, match) for kind, shape in _BLOCKS if (match := shape.match(text, at)))
    return next(((kind, match.end()) for kind, match in found), None)


def _line_end(text: str, at: int) -> int:
    ends = [place for place in (text.find("\n", at), text.find("```", at)) if place > at]
    return min(ends, default=len(text))


def _inline(text: str, at: int) -> tuple[Read, int]:
    if found := _LITERAL.match(text, at):
        return Read(found[1]), found.end()
    if found := _CODE.match(text, at):
        return Read(found[2].strip(), ("code",)), found.end()
    if (found := _MASKED.match(text, at)) and re.match(r"https?://", found[2]):
        return Read("", ("masked",), (found[2],)) + read_inline(found[1]), found.end()
    for kind, shape in _SHOWN:
        if found := shape.match(text, at):
            return Read(found[0], (kind,), (found[0],) if kind == "link" else ()), found.end()
    for kind, shape in _STYLES:
        if found := shape.match(text, at):
            return Read("", (kind,)) + read_inline(found[1]), found.end()
    return Read(text[at]), at + 1
