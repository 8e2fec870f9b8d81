"""The tables. One page a database, picked by the scheme of the store's URL; a second database is one more line here."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.checks import Check
from bot.errors import SettingsError
from bot.ports import Store

PAGES = {"sqlite": "bot.store.sqlite"}
"""Scheme → the module with `connect(place, worker, patience)`; imported when first asked for, as databases are slow."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two characters at least: `C:` is a disk


async def open(url: str, *, worker: str = "paper-round", patience: timedelta = timedelta(seconds=10)) -> Store:  # noqa: A001 — read as store.open
    """Open the database at `url`: a file's path, or `sqlite:` and a path. It and its folder are made where missing.

    `worker` is the name under which this process leads and that others are told; `patience` is how long a step waits
    for another program's lock. `SettingsError` for an address of no known database, `StoreFailed` for one that
    cannot be used.
    """
    scheme, place = _split(url)
    store: Store = await importlib.import_module(PAGES[scheme]).connect(place, worker=worker, patience=patience)
    return store


def examine(url: str) -> list[Check]:
    """What a doctor finds at `url`, without changing or making anything."""
    scheme, place = _split(url)
    found: list[Check] = importlib.import_module(f"{PAGES[scheme]}.file.examining").examine(place)
    return found


def backup(url: str, target: Path, told: Callable[[int, int], None]) -> dict[str, int]:
    """Copy the database to a new file while a bot may run on it; rows by table. `told` hears (done, all)."""
    scheme, place = _split(url)
    found: dict[str, int] = importlib.import_module(f"{PAGES[scheme]}.file.copying").backup(place, target, told)
    return found


def restore(url: str, source: Path, told: Callable[[int, int], None], stamp: str) -> tuple[dict[str, int], Path | None]:
    """Put a backup in the database's place: its rows by table, and where the replaced file is, named by `stamp`."""
    scheme, place = _split(url)
    page = importlib.import_module(f"{PAGES[scheme]}.file.copying")
    found: tuple[dict[str, int], Path | None] = page.restore(place, source, told, stamp)
    return found


def _split(url: str) -> tuple[str, str]:
    found = _SCHEME.match(url)
    scheme, place = (found[1].lower(), url[found.end() :].removeprefix("//")) if found else ("sqlite", url)
    if scheme not in PAGES:
        raise SettingsError(
            f"There is no database for {scheme}: addresses; the store is a file's path, such as paper-round.db, "
            "or sqlite: and a path (a file whose name has a colon reads ./name:with)."
        )
    if not place.strip() or place == ":memory:" or "\0" in place:
        raise SettingsError(
            f"The store {url!r} names no file that keeps anything; write a file's path, such as paper-round.db."
        )
    return scheme, place
