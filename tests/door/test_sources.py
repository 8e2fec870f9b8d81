"""`paper-round sources`: what a person reads of each source, and what a program does."""

from __future__ import annotations

from pathlib import Path

from tests.door.command import daily, paper_round

KEYS = ["address", "state", "since", "newest", "next_try", "seen", "left_out", "error"]


def config(home: Path, *addresses: str, more: str = "") -> None:
    """Settings that name these sources."""
    told = "".join(f"[[sources]]\naddress = '{address}'\n" for address in addresses)
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "bot.toml").write_text(told + more)


def test_each_source_has_a_state(tmp_path: Path) -> None:
    """Those never asked, those that answer and those that fail, in the order of the settings."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    (tmp_path / "page.html").write_text("<!doctype html><title>No entry</title>")
    config(tmp_path, "./day.json", "./page.html", "./missing.xml")
    assert [row["state"] for row in paper_round(tmp_path, "sources", "--json").rows] == ["new"] * 3
    assert paper_round(tmp_path, "run", "--once").code == 1
    rows = paper_round(tmp_path, "sources", "--json").rows
    assert [list(row) for row in rows] == [KEYS] * 3
    assert [row["state"] for row in rows] == ["fresh", "blocked", "failing"]
    assert (rows[0]["seen"], rows[0]["left_out"], rows[0]["error"]) == (1, 0, None)
    assert rows[0]["newest"].startswith("2026-08-17")
    assert "HTML page" in rows[1]["error"]
    assert all(row["since"] and row["next_try"] for row in rows)
    table = paper_round(tmp_path, "sources").out.splitlines()
    assert table[0].split() == [key.upper() for key in KEYS]
    assert len(table) == 4


def test_the_keys_in_an_address_are_not_shown(tmp_path: Path) -> None:
    """Neither in the table nor in JSON."""
    config(tmp_path, "https://me:hunter2@feeds.example/a?token=hunter2")
    for words in (("sources",), ("sources", "--json")):
        shown = paper_round(tmp_path, *words)
        assert shown.code == 0
        assert "feeds.example" in shown.out
        assert "hunter2" not in shown.out + shown.err


def test_a_source_read_by_hand_is_listed_too(tmp_path: Path) -> None:
    """What the database remembers stands after the settings' sources."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    config(tmp_path)
    assert paper_round(tmp_path, "run", "--once", "--source", "day.json").code == 0
    (row,) = paper_round(tmp_path, "sources", "--json").rows
    assert (row["address"], row["state"], row["seen"]) == ("day.json", "fresh", 1)
