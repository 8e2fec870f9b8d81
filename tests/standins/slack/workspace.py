"""What the stand-in holds: channels, people's views, messages; and how a message reads to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Room:
    """A channel as the bot meets it."""

    id: str
    private: bool = False
    member: bool = True
    archived: bool = False


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

    @property
    def shown(self) -> str:
        """What a person reads: the blocks, or the text where there are none."""
        return read(self.blocks) if self.blocks else self.text

    @property
    def buttons(self) -> dict[str, str]:
        """Each button's label and its value."""
        found = [item for block in self.blocks if block["type"] == "actions" for item in block["elements"]]
        return {item["text"]["text"]: item["value"] for item in found}


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
        return "".join(span.get("text", "") for span in block["elements"])
    if kind in ("header", "section"):
        return str(block["text"]["text"])
    return str(block.get("text", ""))
