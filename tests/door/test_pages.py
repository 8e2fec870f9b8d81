"""What the running bot gives its pages: platforms in words, the public address, papers made searchable."""

from __future__ import annotations

import asyncio

import pytest

from bot.cli import pages
from bot.errors import SettingsError, StoreFailed
from bot.model import Bookmark, Paper, Poll
from tests.fakes.store import FakeStore
from tests.web.stage import NOON


def test_a_platform_that_refused_us_says_why() -> None:
    told = pages.platforms(["slack", "local", "discord"], {"slack": "The token is wrong."})
    assert [(p.name, p.told, p.wrong) for p in told] == [
        ("Discord", "connected", False),
        ("Slack", "The token is wrong.", True),
    ]


@pytest.mark.parametrize(
    ("given", "read"),
    [("", None), (" https://papers.example/ ", "https://papers.example"), ("http://h:8/a", "http://h:8/a")],
)
def test_the_public_address_is_read(given: str, read: str | None) -> None:
    assert pages.public_url({"BOT_PUBLIC_URL": given}) == read


@pytest.mark.parametrize(
    "given",
    ["papers.example", "ftp://x", "https://", "https://a b", "https://x?q", "https://me@x", "http://[", "http://x:y"],
)
def test_a_public_address_that_is_none_is_named(given: str) -> None:
    with pytest.raises(SettingsError, match="BOT_PUBLIC_URL"):
        pages.public_url({"BOT_PUBLIC_URL": given})


class Busy(FakeStore):
    """A store that is locked once."""

    times = 0

    async def index(self, limit: int) -> int:
        self.times += 1
        if self.times == 1:
            raise StoreFailed("The database is locked.")
        return await super().index(limit)


async def test_papers_become_searchable_whatever_the_database_does_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "IDLE", pages.IDLE / 100)
    store = Busy()
    await store.record(Poll(Bookmark("f"), tuple(Paper(f"url:{n}", f"P{n}", "f") for n in range(50))), NOON)
    work = asyncio.create_task(pages.keep_searchable(store))
    for _ in range(200):
        if len(await store.narrowed(None, limit=99)) == 50:
            break
        await asyncio.sleep(0.02)
    work.cancel()
    assert len(await store.narrowed(None, limit=99)) == 50
