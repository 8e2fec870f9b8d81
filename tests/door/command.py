"""The program as a person starts it: a process, its words, what it prints and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "DISCORD_", "BOT_"))}
    return {**kept, "XDG_DATA_HOME": str(home), "HOME": str(home), "PYTHONPATH": str(HOUSE), **more}


def paper_round(home: Path, *words: str, stdin: bytes = b"", **env: str) -> Ended:
    """Run one command to its end, in `home`."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=home,
        env=environment(home, **env),
        input=stdin,
        capture_output=True,
        timeout=50,
        check=False,
    )
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
