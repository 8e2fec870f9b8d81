"""The words of the command line, and streams that do not take the answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.door.command import daily, environment, paper_round

DAY = daily(("2608.00001", "Señales de pájaros…", "Birds sing."))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "day.json").write_text(DAY)
    return tmp_path


def test_without_a_command_the_words_are_those_of_run(home: Path) -> None:
    """`paper-round --once` is `paper-round run --once`, wherever the database is named."""
    for words in (("--once", "--source", "day.json"), ("--store", "x.db", "--once", "--source", "day.json")):
        ended = paper_round(home, *words)
        assert ended.code == 0
        assert "The database is" in ended.err


def test_a_word_that_is_left_out_needs_no_quotes(home: Path) -> None:
    """`-video` belongs to the rule; options of ours are still read, before and after it."""
    ended = paper_round(home, "subscribe", "local:general", "diffusion", "-video", "--json")
    assert [row["rule"] for row in ended.rows] == ["diffusion -video"]
    assert paper_round(home, "unsubscribe", "--json", "local:general", "diffusion", "-video").code == 0
    assert "usage" in paper_round(home, "subscribe", "-h").out
    assert paper_round(home, "subscribe", "local:general", "birds", "--jsonn").code == 2


def test_a_mailbox_is_not_subscribed_by_somebody_else(home: Path) -> None:
    """Its owner agrees first, and that is done on the pages."""
    ended = paper_round(home, "subscribe", "email:ada@example.org", "birds")
    assert (ended.code, paper_round(home, "subscriptions", "--json").rows) == (2, [])
    assert "/mail" in ended.err


def test_a_source_of_the_config_that_names_nothing_is_told_by_file_and_key(home: Path) -> None:
    """Like every other wrong value."""
    (home / "mine.toml").write_text("[[sources]]\naddress = 'day.json'\n[[sources]]\naddress = 'nonsense'\n")
    ended = paper_round(home, "--config", "mine.toml", "--once")
    assert ended.code == 2
    assert "mine.toml" in ended.err
    assert "[[sources]] number 2, address" in ended.err


def test_start_up_says_the_whole_path_of_its_database(home: Path) -> None:
    """A name alone is another file in every folder."""
    assert str(home / "near.db") in paper_round(home, "--store", "near.db", "--once", "--source", "day.json").err


def test_the_sample_is_left_out_beside_a_platform_and_that_is_said(home: Path) -> None:
    """Whoever asked for it by name hears why nothing comes."""
    ended = paper_round(home, "--once", "--source", "sample:", DISCORD_TOKEN="t")
    assert "The sample is left out" in ended.err


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_a_rules_file_without_a_rule_is_told(home: Path, text: str) -> None:
    """It is a mistake, and no match would look like an answer."""
    (home / "rules.txt").write_text(text)
    assert paper_round(home, "match", "--rules", "rules.txt", "day.json").code == 2


def test_a_rules_file_saved_by_a_windows_editor_is_read(home: Path) -> None:
    """Its byte order mark is no part of the first rule."""
    (home / "rules.txt").write_bytes(b"\xef\xbb\xbfbirds\r\n")
    assert [row["rule"] for row in paper_round(home, "match", "--json", "--rules", "rules.txt", "day.json").rows] == [
        "birds"
    ]


def shell(home: Path, line: str, **env: str) -> tuple[int, str, str]:
    asked = line.replace("paper-round", f"{sys.executable} -m bot")
    done = subprocess.run(
        ["bash", "-c", asked], cwd=home, env=environment(home, **env), capture_output=True, timeout=50
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full, as Linux has one to try with")
@pytest.mark.parametrize("stream", ["> /dev/full", ">&-"])
def test_an_answer_that_cannot_be_written_is_one_sentence(home: Path, stream: str) -> None:
    """Exit 1: the world failed."""
    code, _, err = shell(home, f"paper-round feed day.json {stream}")
    assert code == 1
    assert err.startswith("The answer cannot be written")
    assert err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_failure(home: Path) -> None:
    """`| head`, and a reader who was never there."""
    for reader in ("head -1", "true"):
        code, _, err = shell(home, f"set -o pipefail; paper-round feed day.json | {reader}")
        assert (code, err) == (0, "")


def test_nobody_to_hear_the_sentences_is_no_failure(home: Path) -> None:
    """The exit code still tells."""
    assert shell(home, "paper-round feed nonsense 2>&-")[0] == 2
    assert shell(home, "paper-round match --rule birds day.json 2>&-")[0] == 0


def test_a_terminal_without_unicode_gets_its_answer(home: Path) -> None:
    """A table with marks, and JSON that loses nothing."""
    code, out, err = shell(home, "paper-round feed day.json", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert "Se?ales" in out
    code, out, _ = shell(home, "paper-round feed --json day.json", PYTHONIOENCODING="ascii")
    assert "Se\\u00f1ales de p\\u00e1jaros\\u2026" in out


def test_a_local_channel_that_no_browser_could_open_takes_no_subscription(home: Path) -> None:
    """Its posts would stand where nobody can read them."""
    ended = paper_round(home, "subscribe", "local:lesegruppe-größe", "birds")
    assert (ended.code, paper_round(home, "subscriptions", "--json").rows) == (2, [])
    assert "letters, digits" in ended.err
