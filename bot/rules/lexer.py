"""A rule's characters to its signs: words, quotes, fields, operators, parentheses."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.rules.typed import Typed

FIELDS = {
    "title": "title", "ti": "title", "titles": "title",
    "abstract": "abstract", "abs": "abstract", "ab": "abstract", "summary": "abstract",
    "author": "author", "au": "author", "authors": "author",
    "category": "category", "cat": "category", "categories": "category",
    "source": "source", "src": "source", "feed": "source",
    "keyword": "keyword", "kw": "keyword", "keywords": "keyword",
    "submitter": "submitter", "by": "submitter",
    "org": "org", "organization": "org", "organisation": "org",
    "votes": "votes", "upvotes": "votes", "comments": "comments",
    "has": "has", "on": "on", "top": "top",
}  # fmt: skip
"""What a field may be called, and its name in canonical rules."""

OPTIONS = frozenset(["mode", "at", "tz", "days", "format", "max", "thread", "start", "publish", "empty", "via"])
CALLED = {
    "limit": "max", "time": "at", "timezone": "tz", "zone": "tz", "when": "mode", "every": "mode", "day": "days",
    "digest": "mode", "frequency": "mode", "style": "format",
}  # fmt: skip
"""What options are called elsewhere."""
SHOWN = ("title", "abstract", "author", "category", "source", "keyword", "submitter", "org", "votes", "comments")

Kind = Literal["(", ")", "or", ",", "and", "not", "field", "quote", "exact", "word"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a rule: `text` is what it says, `start` and `end` its place in the plain text."""

    kind: Kind
    text: str
    start: int
    end: int


_SIGN = re.compile(
    r"""(?P<space>\s+)
      | (?P<paren>[()])
      | (?P<bar>\|+)
      | (?P<comma>[,;])
      | (?P<amp>&&?(?=[\s(]))
      | (?P<not>(?:-+|!)(?=[^\s)|,;\-]))
      | (?P<plus>\+(?=[\w("=\s]|$))
      | (?P<exact>="(?P<literal>[^"]*)")
      | (?P<quote>"(?P<phrase>[^"]*)")
      | (?P<apos>'(?P<said>[^'"]*\s[^'"]*)'(?!\w))
      | (?P<field>(?P<name>[A-Za-z]+):(?!/))\s*
      | (?P<count>(?:up)?votes|comments)(?=[<>=])
      | =(?P<form>[^\s()"|,;]+)
      | (?P<word>(?:[^\s()"|,;]|(?<=[0-9]),(?=[0-9]))+)
    """,
    re.VERBOSE | re.IGNORECASE,
)


_MENTION = re.compile(r"[@#!&]{1,2}(?:[UWC][A-Z0-9]{6,}|[0-9]{15,})")
"""A person or a channel as Slack and Discord write them inside."""


def signs(typed: Typed) -> Iterator[Sign]:
    """The signs of a rule in order; `RuleError` at the first that is none."""
    at = 0
    while at < len(typed.plain):
        found = _SIGN.match(typed.plain, at)
        if found is None:
            raise _unreadable(typed, at)
        at = found.end()
        sign = _sign(typed, found)
        if sign is not None:
            yield sign


def _sign(typed: Typed, found: re.Match[str]) -> Sign | None:
    start, end, text = *found.span(), found.group()
    match found.lastgroup:
        case "space" | "plus":
            return None
        case "paren":
            return Sign("(" if text == "(" else ")", text, start, end)
        case "bar":
            return Sign("or", text, start, end)
        case "comma":
            return Sign(",", text, start, end)
        case "amp":
            return Sign("and", text, start, end)
        case "not":
            return Sign("not", text, start, end)
        case "exact" | "form":
            return Sign("exact", found["literal"] if found["form"] is None else found["form"], start, end)
        case "quote" | "apos":
            return Sign("quote", found["said"] if found["phrase"] is None else found["phrase"], start, end)
        case "field" | "count":
            return Sign("field", _field(typed, found), start, end)
        case _:
            return _word(typed, text, start, end)


def _field(typed: Typed, found: re.Match[str]) -> str:
    name = found["name"] or found["count"]
    known = FIELDS.get(name.casefold())
    if known is not None:
        return known
    start, end = found.start(), found.start() + len(name) + 1
    if name.casefold() in OPTIONS:
        raise typed.wrong(f"{name}: is an option of a subscription and has no place inside a rule.", start, end)
    option = CALLED.get(name.casefold()) or next(iter(difflib.get_close_matches(name.casefold(), OPTIONS, n=1)), None)
    close = difflib.get_close_matches(name.casefold(), list(FIELDS), n=1)
    if option is not None and not close:
        raise typed.wrong(f"There is no option called {name}, did you mean {option}:?", start, end)
    meant = f"did you mean {FIELDS[close[0]]}:?" if close else f"There are {', '.join(f'{f}:' for f in SHOWN)}."
    raise typed.wrong(f"There is no field called {name}{',' if close else '.'} {meant}", start, end)


def _word(typed: Typed, text: str, start: int, end: int) -> Sign | None:
    if text.strip("/\\") == "":
        raise typed.wrong("A slash stands alone: write OR between words of which either will do.", start, end)
    if _MENTION.fullmatch(text):
        raise typed.wrong(
            'A mention is no word of a paper: leave it out, or name an author as author:"Tri Dao".', start, end
        )
    if text.startswith("/"):
        raise typed.wrong(
            "Regular expressions are not used here: write the words themselves, a beginning as quantiz*, "
            'an order of words as "state space", or exact characters as ="A*".',
            start,
            end,
        )
    if "://" in text:
        raise typed.wrong("A link says nothing about a paper's words: write words, or source: and a name.", start, end)
    if text.strip("-") == "":
        raise typed.wrong("A dash stands alone: to exclude a word, write -word without a space.", start, end)
    operator = {"or": "or", "and": "and", "not": "not", "||": "or", "&": "and", "&&": "and"}.get(text.casefold())
    if operator is not None:
        return Sign(operator, text, start, end)  # type: ignore[arg-type]  # one of the three kinds above
    return Sign("word", text, start, end)


def _unreadable(typed: Typed, at: int) -> Exception:
    c = typed.plain[at]
    if c == '"':
        return typed.wrong('This quote is not closed: put another " after the phrase.', at, at + 1)
    if c == "=":
        return typed.wrong('After = comes the exact form in quotes: ="A*".', at, at + 1)
    return typed.wrong(f"{c} cannot be read here.", at, at + 1)
