"""`paper-round run` as a process: what it says, whom it hears, how it stops."""

from __future__ import annotations

import signal
import socket
import urllib.request
from pathlib import Path

from tests.door.command import HOUSE, daily, eventually, paper_round, running

SAMPLE = ("--source", "sample:")


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: str = answer.read().decode()
        return body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def config(home: Path, port: int) -> tuple[str, str]:
    (home / "mine.toml").write_text(f"[web]\nport = {port}\n")
    return ("--config", "mine.toml")


def test_it_says_where_its_pages_and_its_database_are(tmp_path: Path) -> None:
    """The two things a newcomer needs; and the front page shows the sample, and says that it is."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        assert str(tmp_path) in bot.says("database")
        bot.says("known from now on")
        page = read(bot.url + "/")
    assert "This is the sample" in page
    assert "A Survey of Large Language Models" in page


def test_what_another_process_subscribes_is_followed(tmp_path: Path) -> None:
    """A rule from the command line brings posts from the running bot within seconds."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        bot.says("known from now on")
        assert paper_round(tmp_path, "subscribe", "local:general", "transformers quantization").code == 0
        rows = eventually(lambda: paper_round(tmp_path, "deliveries", "--json").rows, told=bot.lines)
        page = eventually(lambda: (p := read(bot.url + "/chat/general")) and "LLM-FP4" in p and p, told=bot.lines)
    assert rows[0]["channel"] == "local:general"
    assert page


def test_it_stops_calmly_when_told(tmp_path: Path) -> None:
    """SIGTERM is exit 0, without a traceback, and what is kept is kept."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        bot.says("known from now on")
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(timeout=20) == 0
    assert not [line for line in bot.lines if "Traceback" in line or "Error" in line]


def test_after_a_kill_the_next_run_takes_over(tmp_path: Path) -> None:
    """The lock dies with its process, and the sample goes on where it was."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        bot.says("known from now on")
        bot.process.kill()
        bot.process.wait(timeout=20)
    assert paper_round(tmp_path, "subscribe", "local:general", "transformers quantization").code == 0
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        rows = eventually(lambda: paper_round(tmp_path, "deliveries", "--json").rows, told=bot.lines)
    assert rows


def test_a_second_run_on_the_same_database_says_so(tmp_path: Path) -> None:
    """Exit 1, naming the database; the first goes on."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        bot.says("known from now on")
        second = paper_round(tmp_path, "run", *SAMPLE, *config(tmp_path, free_port()))
        assert second.code == 1
        assert "paper-round.db" in second.err
        assert "Traceback" not in second.err
        assert bot.process.poll() is None


def test_a_taken_port_gives_way_to_the_next(tmp_path: Path) -> None:
    """The address that is printed is the one that answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(tmp_path, *SAMPLE, *config(tmp_path, port)) as bot:
            assert not bot.url.endswith(f":{port}")
            assert read(bot.url + "/healthz")


def test_a_feed_that_cannot_be_reached_is_one_calm_line(tmp_path: Path) -> None:
    """Which feed, why, and when it is tried next; the others go on."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    sources = ("--source", "https://feeds.invalid/rss", "--source", "day.json")
    with running(tmp_path, *sources, *config(tmp_path, free_port())) as bot:
        line = bot.says("feeds.invalid")
        bot.says("1 paper is known")
    assert "Next try at" in line
    assert len([line for line in bot.lines if "feeds.invalid" in line]) == 1


def test_a_platform_that_is_not_connected_is_told_when_somebody_waits_for_it(tmp_path: Path) -> None:
    """A rule for Slack without Slack's tokens: said at start-up, with the variables to set."""
    (tmp_path / "day.json").write_text(daily(("2608.00001", "Birds", "They sing.")))
    once = ("run", "--once", "--source", "day.json")
    assert "not connected" not in paper_round(tmp_path, *once).err
    assert paper_round(tmp_path, "subscribe", "slack:T1/C1", "birds").code == 0
    told = paper_round(tmp_path, *once).err
    assert "Slack has subscriptions but is not connected" in told
    assert "SLACK_BOT_TOKEN and SLACK_APP_TOKEN" in told


def test_the_procfile_starts_what_the_readme_says() -> None:
    """The worker is the command without which nothing runs."""
    assert (HOUSE / "Procfile").read_text().strip() == "worker: paper-round run"


def test_a_second_bot_on_one_database_says_so_and_ends(tmp_path: Path) -> None:
    """Whatever it is started for; the first one goes on."""
    with running(tmp_path, *SAMPLE, *config(tmp_path, free_port())) as bot:
        bot.says("known from now on")
        for more in ((), ("--once",)):
            second = paper_round(tmp_path, "run", *more, *SAMPLE, "--config", "mine.toml")
            assert second.code == 1
            assert "is already running on the database" in second.err
            assert "stop that one first" in second.err
        assert bot.process.poll() is None
