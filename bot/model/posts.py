"""What is said, before any markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `text` is plain: markup characters in it mean themselves.

    `person` is somebody on the platform (`slack:U1`), shown there by name and never pinged; `text` stands in elsewhere.
    `channel` is one of its channels (`slack:T1/C1`), shown in the same way.
    """

    text: str
    style: Literal["plain", "strong", "emphasis", "code", "struck"] = "plain"
    url: str | None = None
    person: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `pre` keeps its spaces and wants a monospaced font; `small` is said quietly."""

    spans: tuple[Span, ...]
    kind: Literal["text", "item", "quote", "small", "pre"] = "text"

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `action` reads `verb:number` and is checked against the store when it comes back."""

    label: str
    action: str
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in a list: its lines, kept together whatever happens, and what can be pressed for it.

    A platform without room for a button beside each gathers them in one menu below the list, by `name`.
    """

    name: str
    lines: tuple[Line, ...]
    button: Button | None = None
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What to say, before any markup, in this order: headline, paragraphs, entries, closing paragraphs, buttons.

    `more` are seldom wanted and stand in a menu. `plain` reads well in a notification.
    `topics` are what it may be filed under, the closest first: rules, categories. `publish`: readers who follow the
    channel from elsewhere get it too, where a platform has such. `after` is the message it goes on from, where each
    message would begin a subject of its own.
    """

    headline: Line
    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    paper: str | None = None
    """The id of the paper this post is about, if it is about one."""
    entries: tuple[Entry, ...] = ()
    closing: tuple[Line, ...] = ()
    more: tuple[Button, ...] = ()
    topics: tuple[str, ...] = ()
    publish: bool = False
    after: str | None = None

    @property
    def plain(self) -> str:
        listed = [line for entry in self.entries for line in entry.lines]
        return "\n".join([self.headline.text, *(line.text for line in (*self.lines, *listed, *self.closing))])


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. Its answer comes back under `name`; `choices` (value, label) leave no others."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a person fills in and sends, five fields at most; it comes back as a press of `action` with its fields."""

    title: str
    action: str
    fields: tuple[Field, ...]
    send: str = "Save"
