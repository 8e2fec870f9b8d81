"""`paper-round address`: a secret address for a channel's page, kept until it is ended."""

from __future__ import annotations

from pathlib import Path

from tests.door.command import paper_round


def test_an_address_stays_until_it_is_ended_and_is_another_one_after(tmp_path: Path) -> None:
    store = ("--store", "round.db", "--json")
    first, again = (paper_round(tmp_path, "address", "slack:T1/C1", *store).rows[0] for _ in range(2))
    assert first == again
    assert first["channel"] == "slack:T1/C1"
    assert first["address"].startswith("/shared/")
    assert len(first["address"]) == len("/shared/") + 32
    assert "leads nowhere now" in paper_round(tmp_path, "address", "slack:T1/C1", "--end", *store).err
    assert "has no address" in paper_round(tmp_path, "address", "slack:T1/C1", "--end", *store).err
    assert paper_round(tmp_path, "address", "slack:T1/C1", *store).rows[0] != first


def test_a_channel_that_cannot_be_named_is_told(tmp_path: Path) -> None:
    assert paper_round(tmp_path, "address", "nowhere", "--store", "round.db").code == 2
