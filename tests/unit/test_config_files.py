"""Secrets in files of their own: `NAME_FILE`, as containers keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load, unfiled
from bot.errors import SettingsError


def test_a_file_stands_for_its_variable(tmp_path: Path) -> None:
    """Its last line break is no part of the secret."""
    (tmp_path / "slack").write_text("xoxb-1-2\n")
    (tmp_path / "bot.toml").write_text("")
    env = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "slack")}
    assert unfiled(env)["SLACK_BOT_TOKEN"] == "xoxb-1-2"
    assert load(str(tmp_path / "bot.toml"), None, env).env["SLACK_BOT_TOKEN"] == "xoxb-1-2"


def test_other_programs_files_are_not_read() -> None:
    env = {"POSTGRES_PASSWORD_FILE": "/nowhere", "LOG_FILE": "/nowhere/too"}
    assert unfiled(env) == env


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), (b"", "is empty"), (b" \n", "is empty"), (b"x" * 9000, "too long"), (b"\xff", "UTF-8")],
)
def test_a_file_that_holds_no_secret_is_named(content: bytes | None, told: str, tmp_path: Path) -> None:
    """With the variable and the path, and without what is in it."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=told) as wrong:
        unfiled({"DISCORD_TOKEN_FILE": str(path)})
    assert "DISCORD_TOKEN_FILE" in str(wrong.value)
    assert str(path) in str(wrong.value)


def test_both_forms_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("b")
    with pytest.raises(SettingsError, match="both set"):
        unfiled({"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": str(tmp_path / "t")})
