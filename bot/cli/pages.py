"""What the pages need of the running bot: platforms and how they are, the public address, papers made searchable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import SettingsError, StoreFailed
from bot.ports import Store

if TYPE_CHECKING:
    from bot.web.desk import Platform

log = logging.getLogger("paper-round")

NAMES = {"email": "Mail"}
"""Platforms that are called otherwise than their channels begin."""

BATCH = 16
"""Papers made searchable at once: some 30 ms of the store's time, so that nothing waits long behind them."""
IDLE = timedelta(seconds=2)
"""How often new papers are looked for; a search makes the newest of them searchable itself."""


def platforms(connected: Iterable[str], refused: Mapping[str, str]) -> list[Platform]:
    """The platforms in words; `refused` says why some will not have us."""
    from bot.web.desk import Platform

    return [
        Platform(NAMES.get(name, name.capitalize()), refused.get(name, "connected"), wrong=name in refused)
        for name in sorted(connected)
        if name != "local"
    ]


def public_url(env: Mapping[str, str]) -> str | None:
    """`BOT_PUBLIC_URL` without a slash at its end; `SettingsError` when it is no address of pages."""
    given = env.get("BOT_PUBLIC_URL", "").strip()
    if not given:
        return None
    try:
        parts = urlsplit(given)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and "@" not in parts.netloc
    except ValueError:
        fine = None
    if not fine or parts.query or parts.fragment or any(c.isspace() for c in given):
        raise SettingsError(
            f"BOT_PUBLIC_URL is {given!r}; give the address people open the pages at, such as https://papers.example.org."
        )
    return given.rstrip("/")


async def keep_searchable(store: Store) -> None:
    """Make papers searchable as they come, a few at a time, until cancelled."""
    while True:
        try:
            left = await store.index(BATCH)
        except StoreFailed as error:
            log.warning("papers are not made searchable for now: %s", error)
            left = 0
        await asyncio.sleep(0.05 if left else IDLE.total_seconds())
