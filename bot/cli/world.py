"""What several commands need of the world: settings, a store, a fetcher, a clock, printing."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot import config, sources
from bot.config import Settings
from bot.errors import WordsWrong, WorldFailed
from bot.fetch import Fetcher, Sample
from bot.model import Feed
from bot.ports import Store
from bot.proxies import is_proxied, proxy_for, require_proxies


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def settings(words: Namespace) -> Settings:
    """Settings for these words of the command line."""
    return config.load(words.config, words.store, config.environment())


def source(address: str) -> Feed:
    """The feed of an address; a file that is there needs no slash and no ending to be one.

    Only for addresses of the operator's: those of strangers never name files.
    """
    try:
        return sources.resolve(address)
    except WordsWrong:
        try:
            there = Path(address).is_file()
        except ValueError:  # a NUL in the name
            there = False
        if there:
            return Feed(address, address)
        raise


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, closed again whatever happens."""
    from bot import store

    opened = await store.open(settings.store)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def opened_fetch(settings: Settings) -> AsyncIterator[Fetcher]:
    """The fetcher, its connections closed again whatever happens. `SettingsError` for a proxy that is none."""
    require_proxies(settings.env)
    fetcher = Fetcher(
        allow_private=settings.file.polling.allow_private_feeds,
        version=program_version(),
        clock=clock,
        sample=Sample.at(config.shipped("sample/papers.json")),
        proxy=(lambda address: proxy_for(address, settings.env)) if is_proxied(settings.env) else None,
    )
    try:
        yield fetcher
    finally:
        await fetcher.close()


def program_version() -> str:
    """The installed version."""
    try:
        return version("paper-round")
    except PackageNotFoundError:
        return "0"


def run(work: Coroutine[Any, Any, int]) -> int:
    """Run it to its end."""
    return asyncio.run(work)


def print_rows(rows: Iterable[dict[str, Any]], *, as_json: bool, columns: dict[str, int]) -> None:
    """Rows on stdout: JSON objects, or a table of `columns` (name → width; 0: as wide as it is)."""
    lines = _json_lines(rows) if as_json else _table(list(rows), columns)
    try:
        for line in lines:
            sys.stdout.write(line.encode("utf-8", "replace").decode("utf-8") + "\n")  # lone surrogates become a mark
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, AttributeError) as error:  # a full disk; no stdout at all (`>&-`)
        why = getattr(error, "strerror", None) or "it is closed"
        raise WorldFailed(f"The answer cannot be written to standard output: {why}.") from error


def _json_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Escaped where the terminal's encoding is not Unicode, so that nothing is lost there."""
    plain = not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    return (json.dumps(row, ensure_ascii=plain, default=str) for row in rows)


def _table(rows: list[dict[str, Any]], columns: dict[str, int]) -> Iterator[str]:
    if rows:
        yield "  ".join(_fit(name.upper(), width) for name, width in columns.items()).rstrip()
    for row in rows:
        yield "  ".join(_fit(row[name], width) for name, width in columns.items()).rstrip()


def tell(text: str) -> None:
    """One sentence beside the answer, on stderr."""
    if sys.stderr is not None:  # `2>&-`: nobody wants to hear it
        sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


def _fit(value: object, width: int) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)
    return text if not width else (text if len(text) <= width else text[: width - 1] + "…").ljust(width)
