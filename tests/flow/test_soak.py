"""Two months of accidents in little: every match is accounted for, and nothing is said twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.soak import Size, run


@pytest.mark.timeout(300)
async def test_two_months_of_accidents_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Outages, lost answers, cuts, clocks, pauses, archived channels, thinning: see the bench for the whole year."""
    year = await run(Size(days=62, feeds=6, channels=23, rules=120, papers=24), tmp_path / "soak.db")
    sums = year.account()
    assert sums["expected"] > 300
    assert (sums["missing"], sums["doubled"], sums["uncalled for"]) == (0, 0, 0)
    assert sums["posted in a digest"] + sums["posted alone"] > sums["expected"] * 0.8
    assert year.counts["held, then let go"] > 50
    assert year.counts["moves"] >= 4
    assert year.counts["cuts"] >= 3
    assert year.counts["thinned"] >= 1
    assert year.counts["starts"] >= 6
