"""`paper-round status`: the words of the chat on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.door.command import daily, paper_round
from tests.door.test_sources import config


def test_a_channel_stands_in_words_and_in_json(tmp_path: Path) -> None:
    """What it follows, what came, and how each source is doing."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    config(tmp_path, "./day.json", "./missing.xml")
    assert "No channel has rules yet" in paper_round(tmp_path, "status").err
    assert paper_round(tmp_path, "subscribe", "local:general", "birds").code == 0
    paper_round(tmp_path, "run", "--once")
    told = paper_round(tmp_path, "status").out
    assert told.startswith("local:general\n  This channel has 1 rule; nothing has been posted here yet.\n")
    assert "./day.json is well" in told
    assert "./missing.xml fails (first" in told
    assert paper_round(tmp_path, "status", "local:general").out.splitlines()[0] == "local:general"
    (row,) = paper_round(tmp_path, "status", "--json").rows
    assert (row["channel"], row["rules"], row["posted"]) == ("local:general", 1, 0)
    assert [source["state"] for source in row["sources"]] == ["fresh", "failing"]


def test_a_channel_that_cannot_be_named_is_a_sentence(tmp_path: Path) -> None:
    answer = paper_round(tmp_path, "status", "general")
    assert answer.code == 2
    assert "Channels read local:general" in answer.err
