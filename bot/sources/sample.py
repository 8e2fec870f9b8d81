"""The sample that comes with the bot: real titles, our own summaries, no dates and no authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.model import Feed
from bot.sources.gather import Entry, Sheet
from bot.sources.identity import Names

KIND = "paper-round-sample"

Object = Mapping[str, Any]


def recognised(document: Object) -> bool:
    """Whether a JSON object is a slice of the sample."""
    return document.get("kind") == KIND or (isinstance(document.get("papers"), list) and "about" in document)


def _text(thing: Object, name: str) -> str:
    found = thing.get(name)
    return str(found).strip() if isinstance(found, str | int) else ""


def sheet(document: Object, feed: Feed, odd: tuple[str, ...] = ()) -> Sheet:
    """The papers of the slice, as `guid:sample:#<key>`, wherever the document lies."""
    listed = document.get("papers")
    papers = [p for p in listed if isinstance(p, Mapping)] if isinstance(listed, list) else []
    entries = [
        Entry(
            Names(_text(p, "key") or _text(p, "id").removeprefix("sample:"), words=_text(p, "title")),
            _text(p, "title"),
            _text(p, "abstract"),
        )
        for p in papers
    ]
    return Sheet(entries, "The sample", "sample", odd=odd, feed=Feed("sample:", feed.url))
