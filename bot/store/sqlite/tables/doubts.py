"""Deliveries of which nobody knows whether the platform took them: how many there are, and ever were."""

from __future__ import annotations

from sqlite_utils import Database

from bot.model import Claim
from bot.ports.lives import Doubt
from bot.store.sqlite.file.connection import rows

_COUNT = """
    INSERT INTO doubted SELECT platform, count(*) FROM delivery WHERE doubt = 1 AND state = 'pending'
    AND (number = ? OR digest = ?) GROUP BY platform
    ON CONFLICT DO UPDATE SET deliveries = deliveries + excluded.deliveries
"""
DOUBTFUL = """
    SELECT platform, sum(now) AS now, sum(ever) AS ever FROM (
        SELECT platform, count(*) AS now, count(*) AS ever FROM delivery
        WHERE doubt = 1 AND state = 'pending' GROUP BY platform
        UNION ALL SELECT platform, 0, deliveries FROM doubted
    ) GROUP BY platform ORDER BY platform
"""


def count(db: Database, claim: Claim) -> None:
    """What is about to be over was in doubt until now."""
    if claim.delivery.doubt:
        db.execute(_COUNT, (claim.delivery.row, claim.delivery.digest))


def doubtful(db: Database) -> list[Doubt]:
    """By platform."""
    return [Doubt(one["platform"], one["now"], one["ever"]) for one in rows(db, DOUBTFUL)]
