"""What the pages need of a database to know what its readers voted for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol


class Ballots(Protocol):
    """Every method is one transaction, as in `Store`."""

    async def votes(self, day: date, platform: str) -> Mapping[str, int]:
        """The day's papers that people voted for in this platform's channels: by id, how many did, each once."""
