"""Papers for benchmarks: a file of one JSON object a line, gzipped or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from bot.model import Paper


def load(path: Path) -> list[Paper]:
    """The papers of a file with `id title abstract authors categories` a line."""
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Paper(
            f"arxiv:{row['id']}",
            row["title"],
            "bench",
            abstract=row.get("abstract") or "",
            authors=tuple(row.get("authors") or ()),
            categories=tuple(row.get("categories") or ()),
        )
        for row in rows
    ]
