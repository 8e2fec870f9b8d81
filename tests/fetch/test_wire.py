"""One connection for one request: the first of a host's addresses that answers, and nothing that was not asked for."""

from __future__ import annotations

import pytest
from yarl import URL

from bot.errors import SourceFailed
from bot.fetch import Limits
from bot.fetch.wire import request
from tests.fetch.owner import BODY, Names, Owner, ask, fetching, wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"


async def test_of_several_addresses_the_one_that_answers_is_asked(site: Owner) -> None:
    site.says()
    async with fetching(lookup=Names({"two.example": ["::1", "127.0.0.1"]})) as fetch:
        assert (await ask(fetch, site.url(host="two.example"))).body == BODY
    assert [asked.host for asked in site.asked] == [f"two.example:{site.port}"]


async def test_answers_about_answers_to_come_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    async with wire(early + OK, repeat=False) as line, fetching() as fetch:
        assert (await ask(fetch, line.url())).body == b"x"


async def test_answers_to_come_that_never_do_end_in_time() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\n"
    async with wire(early, early, pause=0.01) as line, fetching(limits=Limits(seconds=0.2)) as fetch:
        with pytest.raises(SourceFailed, match=r"took longer than 0.2 seconds"):
            await ask(fetch, line.url())
        await line.hung_up.wait()


async def test_what_comes_after_the_answer_is_not_read() -> None:
    async with wire(OK + OK.replace(b"x", b"y"), repeat=False) as line, fetching() as fetch:
        assert (await ask(fetch, line.url())).body == b"x"


def test_no_header_of_ours_can_begin_another_line() -> None:
    with pytest.raises(ValueError, match="end of a line"):
        request(URL("http://a.example/"), {"X": "1\r\nY: 2"})
