"""Bad input from the command line: one sentence that says what and what to do, the right exit code, no traceback."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.door.command import HOUSE, Ended, daily, paper_round, process

EMPTY_ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Quiet</title></feed>'
FEED_ERROR = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Feed error for query: http://rss.arxiv.org/rss/cs.XX</title>'
    "<link>http://rss.arxiv.org/rss/cs.XX</link><description>Bad archive 'cs.XX'.</description></channel></rss>"
)


def calm(ended: Ended, code: int) -> None:
    """The exit code, something said on stderr, and no traceback."""
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert ended.err.strip()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        ("<html><body>Please wait</body></html>", "HTML"),
        ("just words", ""),
        ('{"error": "not found"}', ""),
        ("[1, 2]", ""),
        (FEED_ERROR, "cs.XX"),
        ("\x00\x00\x00", ""),
        (daily(("2608.00001", "A", "B"))[:100], ""),
    ],
)
def test_a_source_that_is_no_feed_is_told(tmp_path: Path, body: str, says: str) -> None:
    """Exit 1, without a line of answer."""
    (tmp_path / "odd").write_text(body)
    ended = paper_round(tmp_path, "feed", "--json", "odd")
    calm(ended, 1)
    assert ended.out == ""
    assert "odd" in ended.err
    assert says.lower() in ended.err.lower()


def test_an_empty_feed_is_no_failure(tmp_path: Path) -> None:
    """A quiet weekend is exit 0."""
    (tmp_path / "quiet.xml").write_text(EMPTY_ATOM)
    ended = paper_round(tmp_path, "feed", "--json", "quiet.xml")
    assert (ended.code, ended.out) == (0, "")


@pytest.mark.parametrize(
    "source", ["missing.xml", ".", "bad\udc80name", "https://nowhere.invalid/feed", "gopher://x/y"]
)
def test_a_source_that_cannot_be_reached_is_told(tmp_path: Path, source: str) -> None:
    """Exit 1 or 2 with its sentence."""
    ended = paper_round(tmp_path, "feed", source)
    calm(ended, 1 if "." in source and "gopher" not in source else 2)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/feed", "http://localhost/feed", "http://169.254.169.254/", "http://[::1]/"]
)
def test_private_addresses_are_refused_with_the_setting_that_allows_them(tmp_path: Path, address: str) -> None:
    """Feeds on one's own network must be asked for."""
    ended = paper_round(tmp_path, "feed", address)
    calm(ended, 1)
    assert "allow_private_feeds" in ended.err


@pytest.mark.parametrize("rule", ["", '"open', "(a", "-only -not", "/a.*b/", "a" * 501, "\udc80"])
def test_an_unreadable_rule_is_told_with_its_place(tmp_path: Path, rule: str) -> None:
    """Exit 2, nothing kept."""
    calm(paper_round(tmp_path, "subscribe", "local:general", rule), 2)
    assert paper_round(tmp_path, "subscriptions", "--json").rows == []


@pytest.mark.parametrize(
    "channel", ["general", "teams:x", "slack:T1", "local:", "local:a/b", "discord:1/2/3", "local:a b"]
)
def test_an_unknown_channel_is_told_with_the_forms_there_are(tmp_path: Path, channel: str) -> None:
    """Exit 2, with an example."""
    ended = paper_round(tmp_path, "subscribe", channel, "birds")
    calm(ended, 2)
    assert "local:general" in ended.err


def test_unsubscribing_from_what_is_not_there_is_told(tmp_path: Path) -> None:
    """Exit 2."""
    calm(paper_round(tmp_path, "unsubscribe", "local:general", "birds"), 2)


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("[web]\nport = 'x'\n", "[web] port"),
        ("[web]\nprot = 1\n", "prot"),
        ("[polling]\nallow_private_feeds = 'yes'\n", "[polling] allow_private_feeds"),
        ("sources = 3\n", "sources"),
        ("[[sources]]\nadress = 'x'\n", "adress"),
        ("[web\n", "TOML"),
        ("[web]\nport = 99999\n", "[web] port"),
    ],
)
def test_a_wrong_setting_is_named_by_file_and_key(tmp_path: Path, toml: str, key: str) -> None:
    """Exit 2."""
    (tmp_path / "mine.toml").write_text(toml)
    ended = paper_round(tmp_path, "run", "--once", "--config", "mine.toml")
    calm(ended, 2)
    assert "mine.toml" in ended.err
    assert key in ended.err


def test_half_of_a_platforms_tokens_is_told(tmp_path: Path) -> None:
    """Exit 2, naming the variable that is missing."""
    ended = paper_round(tmp_path, "run", "--once", SLACK_BOT_TOKEN="xoxb-1")
    calm(ended, 2)
    assert "SLACK_APP_TOKEN" in ended.err
    assert "xoxb-1" not in ended.err


@pytest.mark.parametrize("kind", ["corrupt", "folder", "read-only", "no-folder", "scheme"])
def test_a_database_that_cannot_be_used_is_told(tmp_path: Path, kind: str) -> None:
    """One sentence that names the file and the way out."""
    path = tmp_path / "round.db"
    match kind:
        case "corrupt":
            path.write_bytes(b"this is not a database, it is a letter" * 200)
        case "folder":
            path.mkdir()
        case "read-only":
            if os.geteuid() == 0:  # root may write anywhere, so give it a place where nothing can be made
                path = Path("/proc/round.db")
            else:
                tmp_path.chmod(0o500)
        case "no-folder":
            (tmp_path / "file").write_text("x")
            path = tmp_path / "file" / "round.db"
        case "scheme":
            path = Path("mysql:host/db")
    ended = paper_round(tmp_path, "subscriptions", "--store", str(path))
    calm(ended, 2 if kind == "scheme" else 1)


def test_a_database_that_is_locked_is_told(tmp_path: Path) -> None:
    """After a few seconds of patience."""
    assert paper_round(tmp_path, "subscribe", "local:general", "birds", "--store", "round.db").code == 0
    other = sqlite3.connect(tmp_path / "round.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        calm(paper_round(tmp_path, "subscribe", "local:general", "bees", "--store", "round.db"), 1)
    finally:
        other.close()


def test_help_and_version_need_nothing(tmp_path: Path) -> None:
    """They answer before any slow room is imported."""
    asked = process(tmp_path, "--help")
    assert (asked.code, "COMMAND" in asked.out) == (0, True)
    assert "paper-round" in paper_round(tmp_path, "--version").out


def test_help_imports_no_slow_room() -> None:
    """`--help` starts within three times the time of bare Python because it imports next to nothing."""
    look = "import sys; from bot.__main__ import parser; parser(); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=HOUSE, capture_output=True, text=True, check=True, timeout=50
    )
    slow = {"asyncio", "aiohttp", "discord", "slack_bolt", "feedparser", "sqlite_utils", "msgspec", "jinja2", "logging"}
    assert not slow & set(done.stdout.split())


@pytest.mark.parametrize(
    "address", ["", "https://slack.com/api/", "http://192.0.2.1/api/", "http://127.0.0.1.example/", "http://[::1"]
)
def test_a_platform_is_never_hurried(tmp_path: Path, address: str) -> None:
    """`[limits] pace` is for a stand-in on this machine; the sentence names the key, and the variable to set."""
    (tmp_path / "mine.toml").write_text("[limits]\npace = 50\n")
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": address}
    ended = paper_round(tmp_path, "run", "--once", "--source", "-", "--config", "mine.toml", **tokens)
    calm(ended, 2)
    assert "[limits] pace" in ended.err
    assert "SLACK_API_URL" in ended.err
