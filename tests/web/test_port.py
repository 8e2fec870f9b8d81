"""A port for the pages, or one sentence."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import aiohttp
import pytest

from bot.errors import PlatformFailed, SettingsError
from bot.web import serve
from tests.web.stage import Stage


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


async def test_a_taken_port_leads_to_the_next_free_one(taken: int) -> None:
    served = await serve(Stage().app(), "127.0.0.1", taken)
    try:
        number = int(served.url.rpartition(":")[2])
        assert taken < number <= taken + 20
        async with aiohttp.ClientSession() as session, session.get(f"{served.url}/healthz") as answer:
            assert answer.status == 200
    finally:
        await served.close()


async def test_no_free_port_is_one_sentence(taken: int) -> None:
    with pytest.raises(PlatformFailed, match=r"all taken; set another one as \[web\] port"):
        await serve(Stage().app(), "127.0.0.1", taken, tries=1)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
async def test_a_host_that_is_not_ours_is_one_sentence(host: str) -> None:
    with pytest.raises(SettingsError, match=r"mend \[web\] host"):
        await serve(Stage().app(), host, 0)


async def test_any_free_port_can_be_asked_for() -> None:
    served = await serve(Stage().app(), "127.0.0.1", 0)
    assert not served.url.endswith(":0")
    await served.close()


async def test_the_door_knows_what_it_was_bound_to() -> None:
    """Bound to the network, the pages show and do not let just anybody write."""
    served = await serve(Stage().app(), "0.0.0.0", 0)
    try:
        assert served.url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as session, session.get(f"{served.url}/chat/general") as answer:
            assert "<textarea" not in await answer.text()
    finally:
        await served.close()
