"""What takes longer than a second shows that it goes on, on a terminal; anywhere else it is quiet."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import bot.store
from bot.chat import local
from bot.cli import copies, exchanging, firsts, progress
from bot.flow import World, backfill
from bot.matching import Matcher
from bot.model import Bookmark, Feed, Poll
from bot.sources.address import HUGGING_FACE
from tests.door.command import environment, paper_round
from tests.flow.stage import FakeFetch

pytestmark = pytest.mark.timeout(180)
pty = pytest.importorskip("pty", reason="progress is shown on a terminal, and Windows has none that a test can be")
NOW = datetime(2026, 8, 17, 12, tzinfo=UTC)
FEED = b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [{"id": "1", "title": "Birds"}]}'


@dataclass
class Slow:
    """A feed whose owner answers when told to."""

    url: str = ""
    answer: threading.Event = field(default_factory=threading.Event)


@contextmanager
def slow() -> Iterator[Slow]:
    found = Slow()

    class Owner(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.answer.wait(30)
            self.send_response(200)
            self.send_header("Content-Type", "application/feed+json")
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, format: str, *args: object) -> None:
            """Not on our own stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Owner)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/feed.json"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.answer.set()
        server.shutdown()
        server.server_close()


class Terminal:
    """A terminal that is stderr to somebody."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.text = ""

    def shows(self, words: str) -> bool:
        """Wait until it shows them; False when it was hung up before."""
        while words not in self.text:
            try:
                read = os.read(self.ours, 4096)
            except OSError:  # Linux: the other end is closed
                return False
            if not read:
                return False
            self.text += read.decode(errors="replace")
        return True


@contextmanager
def on_a_terminal(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    """A command as a person sees it, with stderr on a terminal."""
    (home / "mine.toml").write_text("[polling]\nallow_private_feeds = true\n[web]\nport = 0\n")
    terminal = Terminal()
    asked = [sys.executable, "-m", "bot", *words, "--config", "mine.toml"]
    env = environment(home, TERM="xterm", COLUMNS="100")
    process = subprocess.Popen(asked, cwd=home, env=env, stdout=subprocess.PIPE, stderr=terminal.theirs)
    os.close(terminal.theirs)
    try:
        yield process, terminal
    finally:
        process.terminate()
        process.communicate(timeout=30)
        os.close(terminal.ours)


@pytest.mark.parametrize("words", [("feed",), ("match", "--rule", "birds")])
def test_a_source_that_takes_long_is_seen_to_be_read(tmp_path: Path, words: tuple[str, ...]) -> None:
    """The owner answers only once the terminal has shown it; then the answer comes as ever."""
    with slow() as feed, on_a_terminal(tmp_path, *words, feed.url) as (process, terminal):
        assert terminal.shows("Reading http")
        feed.answer.set()
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"Birds" in out


@pytest.mark.parametrize(
    ("words", "shown"), [(("run",), "Reading sources for the first time"), (("run", "--once"), "Reading sources")]
)
def test_a_first_poll_shows_how_far_it_is_and_what_is_said_meanwhile(
    tmp_path: Path, words: tuple[str, ...], shown: str
) -> None:
    """Lines of the log stand whole above the bar."""
    with slow() as feed, on_a_terminal(tmp_path, *words, "--source", feed.url) as (_, terminal):
        assert terminal.shows(shown)
        feed.answer.set()
        assert terminal.shows("1 paper is known from now on; what comes later is posted")


def test_where_no_terminal_is_nothing_is_shown(tmp_path: Path) -> None:
    """However long it takes: a bar in a file is noise."""
    (tmp_path / "mine.toml").write_text("[polling]\nallow_private_feeds = true\n")
    with slow() as feed:
        threading.Timer(progress.PATIENCE + 0.5, feed.answer.set).start()
        asked = [sys.executable, "-m", "bot", "feed", feed.url, "--config", "mine.toml"]
        env = environment(tmp_path)
        done = subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True, timeout=50)
    assert (done.returncode, done.stderr) == (0, b"")


async def test_the_past_of_a_source_is_counted_by_its_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all are there."""
    shown: list[tuple[str, int, int]] = []

    async def follow(doing: str, look: progress.Look) -> None:
        while (far := await look())[0] < far[1]:
            shown.append((doing, *far))
            left = await backfill.missing(feed, world)
            assert left
            day = left[0]
            await store.backfill(feed.address, day, (), NOW, Bookmark(feed.address, baseline_at=NOW))

    monkeypatch.setattr(firsts, "is_watched", lambda: True)
    monkeypatch.setattr(firsts, "follow", follow)
    store = await bot.store.open(str(tmp_path / "a.db"))
    feed, fetch = Feed("huggingface:daily", HUGGING_FACE), FakeFetch([[]])
    world = World(store, lambda: NOW, fetch, fetch.read, {"local": local.connect(store, lambda: NOW)}, Matcher())
    await store.record(Poll(Bookmark(feed.address, baseline_at=NOW - timedelta(hours=1))), NOW)
    await firsts.show([feed], world)
    await store.close()
    whole = shown[0][2]
    assert whole >= 28
    assert [done for _, done, _ in shown] == list(range(whole))
    assert shown[0][0] == "Fetching the days before, of huggingface:daily"


def test_copies_and_imports_tell_how_far_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backup and restore by pages, an import by its changes; each to its end."""
    told: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def watched(doing: str) -> Iterator[progress.Told]:
        yield lambda done, whole: told.setdefault(doing, []).append((done, whole))

    monkeypatch.setattr(copies, "progress", watched)
    monkeypatch.setattr(exchanging, "progress", watched)
    for rule in ("birds", "fish", "mamba"):
        assert paper_round(tmp_path, "subscribe", "local:general", rule, "--store", "a.db").code == 0
    (tmp_path / "rules.toml").write_text(paper_round(tmp_path, "export", "--store", "a.db").out)
    assert paper_round(tmp_path, "import", "rules.toml", "--store", "b.db").code == 0
    assert paper_round(tmp_path, "backup", "copy.db", "--store", "a.db").code == 0
    assert paper_round(tmp_path, "restore", "copy.db", "--store", "c.db").code == 0
    assert told["Importing"] == [(1, 3), (2, 3), (3, 3)]
    for doing in ("Copying", "Restoring"):
        assert told[doing][-1][0] == told[doing][-1][1] > 1


async def test_what_others_do_is_followed_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at all where nobody watches."""
    looks: list[int] = []

    async def look() -> tuple[int, int]:
        looks.append(len(looks))
        return len(looks), 3

    monkeypatch.setattr(progress, "is_watched", lambda: False)
    await progress.follow("Waiting", look, often=0)
    assert looks == []
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    await asyncio.wait_for(progress.follow("Waiting", look, often=0), 30)
    assert len(looks) == 3
