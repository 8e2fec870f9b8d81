"""Papers for benchmarks: a file of one JSON object a line, gzipped or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from bot.model import Paper


def load(path: Path) -> list[Paper]:
    """The papers of a file with `id title abstract authors categories` a line."""
    body = path.read_bytes()
    text = (gzip.decompress(body) if path.suffix == ".gz" else body).decode()
    rows = [json.loads(line) for line in text.splitlines()]
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
