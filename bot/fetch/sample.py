"""The sample: papers that come with the bot, replayed as if a day went by in two minutes. No network is asked.

The file is a JSON object with `papers`, in the order they appear, and `baseline`, how many are there at the start.
What is handed on is the same object with fewer papers; how many have been handed on so far stands in the ETag.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import SourceFailed
from bot.fetch.threads import in_thread
from bot.model import Bookmark
from bot.ports import Fetched

CONTENT_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the sample is and how fast it goes: `step` papers every `pause` seconds (48 take two minutes)."""

    load: Callable[[], bytes]
    step: int = 1
    pause: float = 2.5

    @staticmethod
    def at(path: Path) -> Sample:
        """The sample whose file is here."""
        return Sample(path.read_bytes)


async def replay(sample: Sample, bookmark: Bookmark) -> Fetched:
    """The papers after those handed on so far; no body once all are."""
    document = await in_thread(lambda: _document(sample))
    papers, baseline = document["papers"], document["baseline"]
    known = _count(bookmark.etag)
    upto = min(len(papers), baseline if known is None else known + sample.step)
    first = known or 0
    if known is not None and first >= len(papers):
        return Fetched(None, bookmark)
    body = json.dumps(document | {"papers": papers[first:upto]}, ensure_ascii=False).encode("utf-8", "replace")
    wait = sample.pause if upto < len(papers) else None
    return Fetched(body, replace(bookmark, etag=str(upto)), wait, CONTENT_TYPE)


def _document(sample: Sample) -> dict[str, Any]:
    try:
        document = json.loads(sample.load())
        papers, baseline = document["papers"], document["baseline"]
    except (OSError, ValueError, RecursionError, LookupError, TypeError) as error:
        raise _unusable() from error
    if not isinstance(document, dict) or not isinstance(papers, list) or not isinstance(baseline, int) or baseline < 0:
        raise _unusable()
    return document


def _unusable() -> SourceFailed:
    return SourceFailed("The sample that comes with the bot cannot be read; installing Paper Round again mends it.")


def _count(etag: str | None) -> int | None:
    """How many papers have been handed on; None before the first."""
    return int(etag) if etag and etag.isascii() and etag.isdigit() and len(etag) < 10 else None
