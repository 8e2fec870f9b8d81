"""What stands before a document's first element: found, and left behind. DTDs and their entities come to nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"<([A-Za-z_][\w.:-]{0,100})")
_ENTITY = re.compile(
    r"<!ENTITY\s{1,20}([A-Za-z][\w.-]{0,30})\s{1,20}(?:\"([^\"&%<>]{0,50})\"|'([^'&%<>]{0,50})')\s{0,9}>"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the first element starts, its name, and the entities that stand for a few plain characters."""

    at: int
    root: str
    entities: dict[str, str]


def opening(text: str) -> Opening | None:
    """Find the first element; None when there is none. Junk before it (a server's warnings) is passed over."""
    at = 0
    entities: dict[str, str] = {}
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<?", at):
            end = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at) + 3
        elif text.startswith("<!", at):
            end = _declared(text, at)
            entities |= {m[1]: m[2] or m[3] or "" for m in _ENTITY.finditer(text, at, max(at, end))}
        elif found := _NAME.match(text, at):
            return Opening(at, found[1], entities)
        else:
            end = at + 1
        if end <= at:
            return None
        at = end
    return None


def _declared(text: str, at: int) -> int:
    """The end of a DOCTYPE with or without a subset in square brackets; 0 when it never ends."""
    close, subset = text.find(">", at), text.find("[", at)
    if 0 <= subset < close:
        bracket = re.compile(r"\]\s{0,99}>").search(text, subset)
        return bracket.end() if bracket else 0
    return close + 1
