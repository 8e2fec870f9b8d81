"""Papers by any of the ids they are known by: everybody's in `alias`, those of channels' copies in `claim`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
from sqlite_utils import Database

from bot.model import Channel
from bot.store.plain import clean
from bot.store.sqlite.file.connection import rows

NAMED = "SELECT id, paper FROM alias WHERE id IN (SELECT value FROM json_each(?))"
CLAIMS = "SELECT id, paper FROM claim WHERE channel = ? AND id IN (SELECT value FROM json_each(?))"

SEEN = "(owner IS NULL OR owner IN (SELECT value FROM json_each(?)))"
"""What a paper must be to be seen by somebody who may see the copies of these channels."""
FOUND = """
    SELECT paper FROM alias WHERE id = ?1
    UNION SELECT paper FROM claim WHERE id = ?1 AND channel IN (SELECT value FROM json_each(?2))
"""
"""The numbers of a paper by one id, for whom `channels` says."""


def numbers(db: Database, wanted: Iterable[str], channel: Channel | None = None) -> dict[str, int]:
    """The papers' row numbers, by those of the ids that everybody knows; with a channel, as that one knows them too.

    No id is in both: what a feed of all names is everybody's.
    """
    if not (looked_for := list(wanted)):
        return {}
    asked = msgspec.json.encode(looked_for).decode()
    found = {alias["id"]: alias["paper"] for alias in rows(db, NAMED, (asked,))}
    if channel is not None:
        found |= {claim["id"]: claim["paper"] for claim in rows(db, CLAIMS, (clean(str(channel)), asked))}
    return found


def channels(own: Collection[Channel]) -> str:
    """Channels as the questions above take them."""
    return msgspec.json.encode([clean(str(channel)) for channel in own]).decode()
