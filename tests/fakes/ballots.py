"""The votes of the fake store's readers, by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tests.fakes.tables import Tables


class FakeBallots:
    """`bot.ports.ballots` over `Tables`."""

    tables: Tables

    async def votes(self, day: date, platform: str) -> Mapping[str, int]:
        people: dict[str, set[str]] = {}
        for row, person in self.tables.votes:
            kept = self.tables.deliveries[row]
            noun = self.tables.papers[kept.paper]
            when = noun.announced or noun.seen
            if kept.delivery.channel.platform == platform and when and when.date() == day:
                people.setdefault(noun.id, set()).add(person)
        return {paper: len(found) for paper, found in people.items()}
