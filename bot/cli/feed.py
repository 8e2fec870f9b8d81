"""`paper-round feed SOURCE…`: what the bot sees in a feed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from bot.cli.read import readings
from bot.cli.world import print_rows, run, settings
from bot.model import Paper


def main(words: Namespace) -> int:
    """Print every paper of the sources; 1 when one of them could not be read."""
    return run(_feed(words))


async def _feed(words: Namespace) -> int:
    failed = False
    rows: list[dict[str, Any]] = []
    async for reading in readings(words.sources, settings(words)):
        failed |= reading is None
        rows += [row(paper) for paper in (reading.papers if reading else ())]
    print_rows(rows, as_json=words.json, columns={"id": 24, "announce": 13, "title": 90, "authors": 30})
    return int(failed)


def row(paper: Paper) -> dict[str, Any]:
    """A paper as `feed --json` prints it."""
    said = paper.signals
    return {
        "id": paper.id,
        "version": paper.version,
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "url": paper.url,
        "pdf_url": paper.pdf_url,
        "categories": list(paper.categories),
        "published": paper.published.isoformat() if paper.published else None,
        "announce": paper.announce,
        "source": paper.source,
        "upvotes": said.upvotes,
        "comments": said.comments,
        "code_url": said.code_url,
        "keywords": list(said.keywords),
        "submitter": said.submitter,
        "organization": said.organization,
    }
