"""The program as a person starts it: its words, what it prints, how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.__main__ import main
from bot.cli.logs import Stderr

T = TypeVar("T")

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment without tokens, whose data folder is `home`."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "DISCORD_", "BOT_", "SMTP_"))
    }
    return {**kept, "XDG_DATA_HOME": str(home), "HOME": str(home), "PYTHONPATH": str(HOUSE), **more}


def paper_round(home: Path, *words: str, **env: str) -> Ended:
    """Run one command to its end in `home`, in this process: the same front door without Python's start-up."""
    before = dict(os.environ)
    out, err = io.StringIO(), io.StringIO()
    os.environ.clear()
    os.environ.update(environment(home, **env))
    try:
        with contextlib.chdir(home), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _code(words)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Ended(code, out.getvalue(), err.getvalue())


def _code(words: tuple[str, ...]) -> int:
    try:
        return main([*words])
    except SystemExit as end:  # argparse: --help, or words it does not know
        return end.code if isinstance(end.code, int) else 1
    finally:
        for handler in [*logging.getLogger().handlers]:  # `run` logs to this command's stderr only
            if isinstance(handler, Stderr):
                logging.getLogger().removeHandler(handler)


def process(home: Path, *words: str, stdin: bytes = b"") -> Ended:
    """Run one command to its end in a process of its own."""
    asked = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(asked, cwd=home, env=environment(home), input=stdin, capture_output=True, timeout=50)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def daily(*papers: tuple[str, str, str]) -> str:
    """A day of Hugging Face papers: (arXiv id, title, summary)."""
    return json.dumps(
        [
            {
                "paper": {
                    "id": number,
                    "title": title,
                    "summary": summary,
                    "authors": [{"name": "Ada Lovelace"}],
                    "upvotes": 3,
                    "publishedAt": "2026-08-15T00:00:00.000Z",
                    "submittedOnDailyAt": "2026-08-17T00:00:00.000Z",
                },
                "numComments": 1,
            }
            for number, title, summary in papers
        ]
    )


@contextmanager
def running(home: Path, *words: str, **env: str) -> Iterator[Running]:
    """`run` as a process of its own, until the block ends; then it is told to stop, and must."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", *words],
        cwd=home,
        env=environment(home, PYTHONUNBUFFERED="1", **env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    bot = Running(process)
    try:
        yield bot
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            bot.close()


class Running:
    """A running bot and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)  # grows line by line: extend takes them as they come

    def says(self, words: str, within: float = 20) -> str:
        """The first line that holds `words`, once it has been said."""
        return eventually(lambda: next((line for line in [*self.lines] if words in line), ""), within, self.lines)

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.says("Open http").split()[1].removesuffix("/chat/general")

    def close(self) -> None:
        self._reader.join(timeout=5)
        assert self.process.stderr is not None
        self.process.stderr.close()


def eventually(look: Callable[[], T], within: float = 20, told: object = "") -> T:
    """What `look` finds, as soon as it finds something; fails with what was told instead."""
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"nothing came; said so far: {told}"
        time.sleep(0.05)
    return found
