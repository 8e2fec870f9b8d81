"""Votes of this installation's own readers, by day. A function, and the port's desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlite_utils import Database

from bot.store.plain import clean
from bot.store.sqlite.desk import Desk
from bot.store.sqlite.file.connection import rows

# From the day to its papers, their deliveries on this platform (`;` is the character after `:`), their votes: by index.
VOTES = """
    SELECT iif(paper.owner IS NULL, paper.id, paper.noun ->> '$.id') AS id,
        count(DISTINCT vote.person) AS votes FROM paper
    CROSS JOIN delivery ON delivery.paper = paper.number
        AND delivery.channel >= :platform || ':' AND delivery.channel < :platform || ';'
    CROSS JOIN vote ON vote.delivery = delivery.number
    WHERE paper.day = :day GROUP BY 1
"""


def votes(db: Database, day: date, platform: str) -> dict[str, int]:
    """By paper, how many people voted for it in channels of this platform."""
    return {
        one["id"]: int(one["votes"]) for one in rows(db, VOTES, {"day": day.isoformat(), "platform": clean(platform)})
    }


class Ballots(Desk):
    """The port of `bot.ports.ballots` over one SQLite file."""

    async def votes(self, day: date, platform: str) -> Mapping[str, int]:
        return await self._do(votes, day, platform)
