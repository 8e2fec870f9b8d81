"""Files and standard input: read whole each time, and every way in which that fails is one sentence."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import SourceFailed
from bot.fetch import Fetcher
from bot.fetch.files import read_file
from bot.fetch.threads import in_thread
from bot.model import Bookmark
from tests.fetch.owner import BODY, QUICK, ask, fetching


async def sentence(fetch: Fetcher, address: str) -> str:
    with pytest.raises(SourceFailed) as failed:
        await ask(fetch, address)
    assert (failed.value.gone, failed.value.after) == (False, None)
    return str(failed.value)


async def test_a_file_is_read_every_time_with_its_digest(tmp_path: Path, fetch: Fetcher) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(BODY)
    first = await ask(fetch, str(file))
    again = await ask(fetch, str(file), first.bookmark)
    assert (first.body, again.body, again.wait) == (BODY, BODY, None)
    assert again.bookmark == replace(Bookmark(str(file)), digest=hashlib.sha256(BODY).hexdigest())


@pytest.mark.parametrize("spelling", ["feed one.xml", "./feed one.xml", "file:feed%20one.xml", "sub/../feed one.xml"])
async def test_a_relative_path_begins_where_it_was_told(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "feed one.xml").write_bytes(BODY)
    async with fetching(base=tmp_path) as fetch:
        assert (await ask(fetch, spelling)).body == BODY


@pytest.mark.parametrize("host", ["", "localhost"])
async def test_a_file_address_names_a_file_of_this_machine(tmp_path: Path, fetch: Fetcher, host: str) -> None:
    file = tmp_path / "für alle.xml"
    file.write_bytes(BODY)
    assert (await ask(fetch, f"FILE://{host}{file.as_uri().removeprefix('file://')}")).body == BODY


async def test_a_pipe_is_read_to_its_end(fetch: Fetcher) -> None:
    out, into = os.pipe()
    os.write(into, BODY)
    os.close(into)
    try:
        assert (await ask(fetch, f"/dev/fd/{out}")).body == BODY
    finally:
        os.close(out)


async def test_a_missing_file_is_a_sentence(tmp_path: Path, fetch: Fetcher) -> None:
    (tmp_path / "feed.xml").write_bytes(BODY)
    for address in (str(tmp_path / "none.xml"), str(tmp_path / "feed.xml" / "inside")):
        assert await sentence(fetch, address) == f"There is no file {address}."


async def test_a_folder_is_a_sentence(tmp_path: Path, fetch: Fetcher) -> None:
    assert await sentence(fetch, str(tmp_path)) == f"{tmp_path} is a folder; name a feed's file in it."


class Locked(type(Path())):  # type: ignore[misc]
    """A file that this user may not read; the one who runs the tests may read them all."""

    def open(self, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")


class Torn(type(Path())):  # type: ignore[misc]
    """A file on a disk that fails."""

    def open(self, *_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (Locked("feed.xml"), "feed.xml may not be read by this user."),
        (Torn("feed.xml"), "feed.xml cannot be read (Input/output error)."),
    ],
)
async def test_a_file_that_cannot_be_read_is_a_sentence(path: Path, said: str) -> None:
    with pytest.raises(SourceFailed) as failed:
        await read_file(path, Bookmark("feed.xml"), 100)
    assert str(failed.value) == said


@pytest.mark.parametrize("address", ["a\0b.xml", "\ud800.xml", "a\nb\u202e.xml", "x" * 10_000, "file:///a%00b", ""])
async def test_a_name_that_no_file_has_is_a_readable_sentence(tmp_path: Path, address: str) -> None:
    async with fetching(base=tmp_path) as fetch:
        said = await sentence(fetch, address)
    assert said.isprintable()
    assert said.encode()
    assert len(said) < 300


async def test_a_file_has_the_same_cap_as_a_feed(tmp_path: Path) -> None:
    file = tmp_path / "big.xml"
    async with fetching(limits=replace(QUICK, body=2**20)) as fetch:
        file.write_bytes(bytes(2**20))
        assert len((await ask(fetch, str(file))).body or b"") == 2**20
        file.write_bytes(bytes(2**20 + 1))
        assert await sentence(fetch, str(file)) == f"{file} holds more than 1 MiB, which is more than a feed should."
        assert (
            await sentence(fetch, "/dev/zero") == "/dev/zero holds more than 1 MiB, which is more than a feed should."
        )


@pytest.mark.parametrize("address", ["ftp://example.org/feed", "gopher://example.org", "javascript://x"])
async def test_other_kinds_of_address_are_refused_by_name(fetch: Fetcher, address: str) -> None:
    assert "Feeds are read over http and https, or from a file, not over " in await sentence(fetch, address)


async def test_a_file_address_of_another_machine_is_refused(fetch: Fetcher) -> None:
    assert "only name a file on this machine" in await sentence(fetch, "file://server/share/feed.xml")


async def test_standard_input_is_read_once_and_kept() -> None:
    reads: list[int] = []

    def read() -> bytes:
        reads.append(1)
        return BODY

    async with fetching(stdin=read) as fetch:
        answers = await asyncio.gather(ask(fetch, "-"), ask(fetch, "-"))
    assert [answer.body for answer in answers] == [BODY, BODY]
    assert len(reads) == 1


async def test_standard_input_that_is_closed_is_a_sentence() -> None:
    def closed() -> bytes:
        raise OSError(9, "Bad file descriptor")

    async with fetching(stdin=closed) as fetch:
        assert "Standard input cannot be read" in await sentence(fetch, "-")


async def test_standard_input_has_the_same_cap_as_a_feed() -> None:
    async with fetching(stdin=lambda: bytes(11), limits=replace(QUICK, body=10)) as fetch:
        assert "Standard input holds more than" in await sentence(fetch, "-")


READ_STDIN = """
import asyncio, sys
from datetime import UTC, datetime
from bot.fetch import Fetcher
from bot.model import Bookmark, Feed

async def main():
    fetch = Fetcher(allow_private=False, version="0", clock=lambda: datetime.now(UTC))
    try:
        async with asyncio.timeout(float(sys.argv[1])):
            print((await fetch(Feed("-", "-"), Bookmark("-"))).body)
    except TimeoutError:
        print("nobody wrote")
    print("aiohttp" in sys.modules)

asyncio.run(main())
"""


async def read_stdin(seconds: str, given: bytes | None) -> tuple[bytes, bytes, int | None]:
    """A process that reads its standard input; `given` None leaves the pipe open and empty."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        READ_STDIN,
        seconds,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    if given is not None:
        process.stdin.write(given)
        process.stdin.close()
    out, err = await process.stdout.read(), await process.stderr.read()
    code = await process.wait()
    process.stdin.close()
    return out, err, code


async def test_standard_input_is_read_without_the_weight_of_the_web() -> None:
    assert await read_stdin("30", BODY) == (b"%r\nFalse\n" % BODY, b"", 0)


async def test_a_pipe_that_nobody_writes_to_does_not_hold_up_the_end() -> None:
    assert await read_stdin("0.2", None) == (b"nobody wrote\nFalse\n", b"", 0)


async def test_what_a_thread_raises_reaches_whoever_waits() -> None:
    def fail() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        await in_thread(fail)


async def test_a_thread_that_ends_after_everybody_left_disturbs_nobody() -> None:
    started, over = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def late() -> None:
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(over.wait(), loop).result(20)
        raise LookupError("too late")

    waiting = asyncio.create_task(in_thread(late))
    await started.wait()
    waiting.cancel()
    over.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0.01)
