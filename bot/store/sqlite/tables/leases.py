"""The one way to change a delivery in somebody's hands: by showing the lease it is under."""

from __future__ import annotations

from sqlite_utils import Database

from bot.errors import LeaseLost
from bot.model import Claim


def change(db: Database, claim: Claim, what: str, *values: object) -> None:
    """Change the delivery if the lease shown is the one it is under, in one statement."""
    asked = f"UPDATE delivery SET {what} WHERE number = ? AND lease = ? AND leased_until IS NOT NULL"  # noqa: S608 — our own words
    if not db.execute(asked, (*values, claim.delivery.row, claim.lease)).rowcount:
        raise LeaseLost(
            f"The delivery {claim.delivery.row} to {claim.delivery.channel} is not under lease {claim.lease} "
            "any more: another worker has it, or has finished it."
        )
