"""What the stand-in holds: channels, people's views, messages; and how a message reads to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Room:
    """A channel as the bot meets it. `person` is whose direct messages they are; None: a channel of many."""

    id: str
    private: bool = False
    member: bool = True
    archived: bool = False
    name: str = "general"
    creator: str = "U0ADA"
    person: str | None = None
    shared: bool = False
    """With another company (Slack Connect)."""
    people: set[str] = field(default_factory=lambda: {"U0ADA", "U0BOB"})
    """Who is in it, beside the bot."""

    @property
    def history(self) -> str:
        """The scope that reads it."""
        return "im:history" if self.person else "groups:history" if self.private else "channels:history"

    @property
    def reading(self) -> str:
        """The scope that tells what it is."""
        return "im:read" if self.person else "groups:read" if self.private else "channels:read"


@dataclass(slots=True)
class Person:
    """A member of the workspace."""

    id: str
    name: str
    zone: str = "Europe/Berlin"
    admin: bool = False
    owner: bool = False
    team: str = "T0LAB"
    deleted: bool = False
    guest: bool = False
    stranger: bool = False
    """Of another company, and seen here only by a shared channel."""


@dataclass(slots=True)
class Said:
    """A message. `only` is the one person who sees it, when it is ephemeral."""

    ts: str
    channel: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str | None = None
    only: str | None = None
    metadata: Json | None = None
    fields: Json = field(default_factory=dict)
    """Everything that was sent with it."""
    author: str = "U0BOT"
    edits: int = 0
    unfurled: dict[str, list[Json]] = field(default_factory=dict)
    """What the bot put under it, by the link."""

    @property
    def shown(self) -> str:
        """What a person reads: the blocks, or the text where there are none."""
        return read(self.blocks) if self.blocks else self.text

    @property
    def elements(self) -> list[Json]:
        """What stands in its actions blocks."""
        return [item for block in self.blocks if block["type"] == "actions" for item in block["elements"]]

    @property
    def buttons(self) -> dict[str, str]:
        """Each button's label and its value."""
        return {item["text"]["text"]: item["value"] for item in self.elements if item["type"] == "button"}

    @property
    def choices(self) -> dict[str, str]:
        """What each menu offers, and the value behind it."""
        options = [option for item in self.elements for option in item.get("options", [])]
        return {option["text"]["text"]: option["value"] for option in options}

    def pressed(self, action: str) -> Json:
        """What Slack sends when a person presses the button or chooses the option that carries `action`."""
        for item in self.elements:
            chosen = next((option for option in item.get("options", []) if option["value"] == action), None)
            if chosen is not None:
                kept: Json = {key: value for key, value in item.items() if key != "options"}
                return kept | {"selected_option": chosen}
            if item.get("value") == action:
                return dict(item)
        raise AssertionError(f"nothing in the message carries {action!r}")


def read(blocks: list[Json]) -> str:
    """The blocks as a person reads them, a line a paragraph."""
    return "\n".join(filter(None, map(_read, blocks)))


def spans(thing: Any) -> list[Json]:
    """All elements of rich text, however deep."""
    if isinstance(thing, list):
        return [span for item in thing for span in spans(item)]
    if isinstance(thing, dict) and "elements" in thing:
        return spans(thing["elements"])
    return [thing]


def _read(block: Json) -> str:
    kind = block["type"]
    if kind in ("rich_text", "context", "rich_text_list"):
        return "\n".join(map(_read, block["elements"]))
    if kind.startswith("rich_text_"):
        return "".join(span.get("text") or f"#{span.get('channel_id')}" for span in block["elements"])
    if kind in ("header", "section"):
        return str(block["text"]["text"])
    return str(block.get("text", ""))
