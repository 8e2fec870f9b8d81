"""`export`, `import` and `forget` as people type them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.door.command import paper_round

A, B = "slack:T0LAB/C0GENERAL", "discord:1/2"


def rules(home: Path, store: str) -> set[tuple[str, str, str]]:
    rows = paper_round(home, "subscriptions", "--json", "--store", store).rows
    return {(row["channel"], row["rule"], row["options"]) for row in rows}


def test_rules_go_from_bot_to_bot_and_platform_to_platform(tmp_path: Path) -> None:
    """A dry run shows the difference and changes nothing; importing twice changes nothing the second time."""
    for rule in ("transformers quantization mode:daily", '"state space" max:3'):
        assert paper_round(tmp_path, "subscribe", A, *rule.split(), "--store", "a.db").code == 0
    out = paper_round(tmp_path, "export", "--store", "a.db")
    assert out.code == 0
    (tmp_path / "rules.toml").write_text(out.out)
    dry = paper_round(tmp_path, "import", "rules.toml", "--dry-run", "--map", f"{A}={B}", "--store", "b.db")
    assert (dry.code, rules(tmp_path, "b.db")) == (0, set())
    assert "2 would be new" in dry.err
    first = paper_round(tmp_path, "import", "rules.toml", "--map", f"{A}={B}", "--store", "b.db")
    assert first.code == 0
    assert rules(tmp_path, "b.db") == {(B, rule, wish) for _, rule, wish in rules(tmp_path, "a.db")}
    again = paper_round(tmp_path, "import", "rules.toml", "--map", f"{A}={B}", "--store", "b.db")
    assert "0 new, 0 changed, 2 as they are" in again.err
    assert again.out == ""


def test_one_channels_rules_can_be_had_alone(tmp_path: Path) -> None:
    for channel in (A, B):
        assert paper_round(tmp_path, "subscribe", channel, "mamba").code == 0
    out = paper_round(tmp_path, "export", B).out
    assert B in out
    assert A not in out


def test_a_mistake_in_the_file_names_its_line_and_nothing_is_taken(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        f'[[channel]]\nid = "{A}"\n[[channel.rule]]\nrule = "fine"\noptions = "max:1000"\n'
    )
    ended = paper_round(tmp_path, "import", "bad.toml")
    assert ended.code == 2
    assert "Line 5" in ended.err
    assert rules(tmp_path, str(next(tmp_path.rglob("*.db"), "x.db"))) == set()
    assert paper_round(tmp_path, "import", "nowhere.toml").code == 2
    assert paper_round(tmp_path, "import", "bad.toml", "--map", "x").code == 2


def test_a_forgotten_person_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    """Every column of every table is looked through."""
    assert paper_round(tmp_path, "subscribe", A, "mamba", "--store", "a.db").code == 0
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("UPDATE subscription SET creator = 'slack:U0ADA'")
        db.execute("INSERT INTO draft (channel, person, at, noun) VALUES (?, 'slack:U0ADA', '2026', '{}')", (A,))
        db.execute("INSERT INTO told VALUES ('rot|slack:U0ADA', '2026-08-17 09:00:00.000000')")
        heard = '{"person":"slack:U0ADA","words":"mamba"}'
        row = ("slack", "k", "ask", heard, "way", 0, None, "2026", 1)
        db.execute("INSERT INTO errand VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute(
            "INSERT INTO custom (channel, options, who) VALUES (?, '{}', ?)", (A, '["slack:U0ADA","slack:U0BOB"]')
        )
        noun = '{"channel":"slack:T/C","person":"slack:U0ADA"}'
        db.execute("INSERT INTO budget VALUES ('slack:U0ADA', '2026-08-17 09:00:00.000000')")
        db.execute("INSERT INTO amendment (channel, at, noun) VALUES (?, '2026', ?)", (A, noun))
    ended = paper_round(tmp_path, "forget", "slack:U0ADA", "--store", "a.db", "--json")
    assert ended.code == 0
    assert {row["table"] for row in ended.rows} == {
        *("subscription", "draft", "told", "errand", "custom", "amendment", "budget"),
    }
    with sqlite3.connect(tmp_path / "a.db") as db:
        dump = "\n".join(db.iterdump())
    assert "U0ADA" not in dump
    assert "U0BOB" in dump
    assert "Nothing is kept" in paper_round(tmp_path, "forget", "slack:U0ADA", "--store", "a.db").err
    assert paper_round(tmp_path, "forget", "ada").code == 2
