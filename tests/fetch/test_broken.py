"""Servers that are ill or not there: one calm sentence each, in plain words."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from pathlib import Path

import pytest

from bot.errors import SourceFailed
from bot.fetch import Fetcher
from tests.fetch.owner import BODY, Names, Owner, ask, fetching, wire

OK = b"HTTP/1.1 200 OK\r\n"


async def sentence(fetch: Fetcher, url: str) -> str:
    with pytest.raises(SourceFailed) as failed:
        await ask(fetch, url)
    return str(failed.value).replace(url.split("/")[2], "it")


# ── broken ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "it hung up without an answer."),
        (OK + b"Content-Length: 100\r\n\r\nshort", "it broke off in the middle of its answer."),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\nshort", "it broke off in the middle of its answer."),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nshort", "it did not answer in proper HTTP."),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "it did not answer in proper HTTP."),
        (b"HTTP/1.1 banana\r\n\r\n", "it did not answer in proper HTTP."),
        (OK + b"X: \0\r\n\r\n", "it did not answer in proper HTTP."),
        (OK + b"Content-Length: minus\r\n\r\n", "it did not answer in proper HTTP."),
        (
            OK + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
            "it sent a packed answer that cannot be unpacked.",
        ),
        (
            OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY, mtime=0)[:-12],
            "it broke off in the middle of its answer.",
        ),
        (
            OK + b"Content-Encoding: br\r\n\r\nxxx",
            "it packed its answer in a way that nobody asked for (only gzip was).",
        ),
        (
            OK + b"Content-Encoding: gzip, gzip\r\n\r\nxxx",
            "it packed its answer in a way that nobody asked for (only gzip was).",
        ),
    ],
)
async def test_a_broken_answer_is_a_sentence(answer: bytes, said: str) -> None:
    async with wire(answer, repeat=False) as line, fetching() as fetch:
        assert await sentence(fetch, line.url()) == said


@pytest.mark.parametrize(
    ("answer", "body", "kind"),
    [
        (OK + b"\r\n", b"", ""),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", b"", ""),
        (OK + b"Content-Encoding: utf-8\r\n\r\n\0\xff<", b"\0\xff<", ""),
        (OK + b"Content-Type: text/\xff; charset=\xe9\r\n\r\nx", b"x", "text/?; charset=?"),
    ],
)
async def test_odd_answers_are_handed_on_as_they_are(answer: bytes, body: bytes, kind: str) -> None:
    async with wire(answer, repeat=False) as line, fetching() as fetch:
        answered = await ask(fetch, line.url())
    assert (answered.body, answered.content_type) == (body, kind)


# ── nobody there ────────────────────────────────────────────────────────────────────────────────────


def failing_lookup(number: int):  # type: ignore[no-untyped-def]
    def lookup(host: str, port: int, family: int) -> list[tuple[object, ...]]:
        raise socket.gaierror(number, "in the system's words")

    return lookup


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (socket.EAI_NONAME, "no such host"),
        (socket.EAI_AGAIN, "its name could not be looked up; is there a network?"),
        (socket.EAI_FAIL, "no such host"),
    ],
)
async def test_a_name_that_cannot_be_found_is_one_calm_sentence(number: int, why: str) -> None:
    async with fetching(lookup=failing_lookup(number)) as fetch:
        assert await sentence(fetch, "https://rss.arxiv.org/rss/cs.CL") == f"it could not be reached ({why})."


async def test_a_name_without_addresses_is_one_calm_sentence() -> None:
    async with fetching(lookup=Names({"empty.example": []})) as fetch:
        assert "could not be reached" in await sentence(fetch, "http://empty.example/")


async def test_a_label_of_64_letters_is_no_such_host() -> None:
    async with fetching(lookup=None) as fetch:
        assert await sentence(fetch, f"http://{'a' * 64}.example/") == "it could not be reached (no such host)."


async def test_a_closed_port_is_one_calm_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with fetching() as fetch:
        assert await sentence(fetch, f"http://127.0.0.1:{port}/") == "it could not be reached (connection refused)."


async def test_https_where_there_is_none_is_one_calm_sentence(site: Owner, fetch: Fetcher) -> None:
    said = await sentence(fetch, site.url().replace("http:", "https:"))
    assert said == "it could not be reached (no secure connection could be agreed on)."


async def test_a_certificate_of_its_own_making_is_not_trusted(fetch: Fetcher) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("selfmade.pem"))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        said = await sentence(fetch, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert said == "it could not be reached (its certificate is not to be trusted: self-signed certificate)."
