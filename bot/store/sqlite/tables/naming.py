"""Papers by any of the ids they are known by."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlite_utils import Database

from bot.store.sqlite.file.connection import rows

NAMED = "SELECT id, paper FROM alias WHERE id IN (SELECT value FROM json_each(?))"


def numbers(db: Database, wanted: Iterable[str]) -> dict[str, int]:
    """The papers' row numbers, by those of the ids that are known."""
    if not (looked_for := list(wanted)):
        return {}
    asked = msgspec.json.encode(looked_for).decode()
    found = rows(db, NAMED, (asked,))
    return {alias["id"]: alias["paper"] for alias in found}
