"""Names of authors, out of the one string in which many feeds write them all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.sources.text import plain, shortened

MOST = 5000
"""Authors that are kept; the largest collaborations in physics list about 3,000."""

_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){1,4}(?:,? ?(?:Jr|Sr|I{1,3}|IV)\.?)?")
_TEAM = re.compile(r"\b(?:Collaboration|Consortium|Group|Team|Network|Initiative)s?\b", re.IGNORECASE)
_MAIL = re.compile(r"<?[^\s<>()@]{1,64}@[^\s<>()@]{1,255}>?")
_FOR = re.compile(r"^(?:(?:for|on behalf of) )?(?:the )?", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&)\s+")


def pieces(text: str, separators: str = ",") -> list[str]:
    """Split at separators outside of brackets; an unclosed bracket holds on to the end."""
    if "(" not in text and "[" not in text and len(separators) == 1:
        return [p for part in text.split(separators) if (p := part.strip())]
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth = max(0, depth + (char in "([") - (char in ")]"))
        if char in separators and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [p.strip() for p in [*parts, text[start:]] if p.strip()]


def _teams(text: str) -> tuple[str, list[str]]:
    """The text without its brackets (affiliations, footnote numbers), and the collaborations named in them."""
    if "(" not in text:
        return text, []
    outside: list[str] = []
    inside: list[str] = []
    depth = 0
    for char in text:
        depth += char == "("
        (inside if depth else outside).append(char)
        depth = max(0, depth - (char == ")"))
    named = [_FOR.sub("", t.strip(" ,;")) for t in re.split(r"[()]", "".join(inside))]
    return "".join(outside), [t for t in named if t and _TEAM.search(t) and len(t) < 120]


def listed(text: str) -> list[str]:
    """arXiv's one string: names between commas, `on behalf of the X Collaboration` and affiliations in brackets."""
    names: list[str] = []
    for piece in pieces(plain(text)):
        name, teams = _teams(piece)
        names += [*pieces(name), *teams]
    return names


def _paired(parts: list[str]) -> list[str] | None:
    """`Kaur, M., Shukla, A.` → `M. Kaur`, `A. Shukla`; None when the parts are no surname-initials pairs."""
    if len(parts) < 2 or len(parts) % 2 or not all(_INITIALS.fullmatch(p) for p in parts[1::2]):
        return None
    return [f"{first} {last}" for last, first in zip(parts[::2], parts[1::2], strict=True)]


def named(text: str) -> list[str]:
    """Any other feed's author field: one name, or several in whichever way they are written."""
    text = " ".join(_MAIL.sub(" ", plain(text)).split()).strip(" ,;()")
    if ";" in text:
        return [name for piece in pieces(text, ";") for name in (_paired(pieces(piece)) or [piece])]
    parts = pieces(text)
    if pairs := _paired(parts):
        return pairs
    each = [p.strip() for part in parts for p in _AND.split(part.removeprefix("and "))]
    if len(each) > 1 and all(" " in name for name in each):
        return each
    return [text] if text else []


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order, as plain text of bearable length."""
    kept: dict[str, None] = {}
    for name in names:
        tidy = shortened(" ".join(name.split()).strip(" ,;"), 200)
        if any(c.isalpha() for c in tidy) and len(kept) < MOST:
            kept.setdefault(tidy)
    return tuple(kept)
