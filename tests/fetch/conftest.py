"""What the fetch tests share: an owner's server, and a Fetcher that may ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.fetch import Fetcher
from tests.fetch.owner import Owner, fetching, owner


@pytest.fixture
async def site() -> AsyncIterator[Owner]:
    async with owner() as it:
        yield it


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    async with fetching() as it:
        yield it
