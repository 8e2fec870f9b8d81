"""The sample is replayed from its file: a baseline, then one paper after the other, then nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import SourceFailed
from bot.fetch import Fetcher, Sample
from bot.model import Bookmark, Feed
from bot.ports import Fetched
from tests.fetch.owner import ask, fetching

TITLES = ["one", "two", "three", "four", "five"]
SAMPLE = json.dumps(
    {"kind": "sample", "baseline": 2, "papers": [{"title": title} for title in TITLES], "about": "ünser"}
).encode()


def titles(answer: Fetched) -> Sequence[str]:
    document = json.loads(answer.body or b"null")
    assert (document["kind"], document["about"]) == ("sample", "ünser")
    return [paper["title"] for paper in document["papers"]]


async def replayed(fetch: Fetcher, mark: Bookmark) -> list[Fetched]:
    answers = [await ask(fetch, "sample:", mark)]
    while answers[-1].body is not None:
        answers.append(await ask(fetch, "sample:", answers[-1].bookmark))
    return answers


async def test_the_baseline_comes_first_and_then_one_paper_at_a_time() -> None:
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        *answers, end = await replayed(fetch, Bookmark("sample:"))
    assert [titles(answer) for answer in answers] == [["one", "two"], ["three"], ["four"], ["five"]]
    assert [answer.bookmark.etag for answer in answers] == ["2", "3", "4", "5"]
    assert [answer.wait for answer in answers] == [2.5, 2.5, 2.5, None]
    assert (end.body, end.bookmark, end.wait) == (None, answers[-1].bookmark, None)


async def test_the_pace_can_be_set() -> None:
    async with fetching(sample=Sample(lambda: SAMPLE, step=2, pause=0.5)) as fetch:
        *answers, _ = await replayed(fetch, Bookmark("sample:"))
    assert [titles(answer) for answer in answers] == [["one", "two"], ["three", "four"], ["five"]]
    assert answers[0].wait == 0.5


async def test_a_poll_that_was_not_recorded_brings_the_same_papers_again() -> None:
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        mark = (await ask(fetch, "sample:")).bookmark
        assert titles(await ask(fetch, "sample:", mark)) == titles(await ask(fetch, "sample:", mark)) == ["three"]


async def test_a_restart_goes_on_where_it_was() -> None:
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        mark = (await ask(fetch, "sample:")).bookmark
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        assert titles(await ask(fetch, "sample:", replace(mark, failures=1))) == ["three"]


@pytest.mark.parametrize(("etag", "first"), [("spoiled", ["one", "two"]), ("٣", ["one", "two"]), ("0", ["one"])])
async def test_a_spoiled_bookmark_begins_again(etag: str, first: list[str]) -> None:
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        assert titles(await ask(fetch, "sample:", Bookmark("sample:", etag=etag))) == first


@pytest.mark.parametrize("etag", ["5", "6", "999999999"])
async def test_a_sample_that_has_become_shorter_has_ended(etag: str) -> None:
    async with fetching(sample=Sample(lambda: SAMPLE)) as fetch:
        assert (await ask(fetch, "sample:", Bookmark("sample:", etag=etag))).body is None


async def test_a_sample_that_is_all_baseline_ends_at_once() -> None:
    sample = json.dumps({"baseline": 9, "papers": [{"title": "one"}]}).encode()
    async with fetching(sample=Sample(lambda: sample)) as fetch:
        first = await ask(fetch, "sample:")
        assert (first.bookmark.etag, first.wait) == ("1", None)
        assert (await ask(fetch, "sample:", first.bookmark)).body is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b"{}", b'{"papers": 7, "baseline": 1}', b'{"papers": [], "baseline": -1}', b"\xff"],
)
async def test_a_sample_that_cannot_be_read_is_a_sentence(content: bytes) -> None:
    async with fetching(sample=Sample(lambda: content)) as fetch:
        with pytest.raises(SourceFailed, match="The sample that comes with the bot cannot be read"):
            await ask(fetch, "sample:")


async def test_a_sample_that_is_missing_is_a_sentence() -> None:
    def missing() -> bytes:
        raise FileNotFoundError(2, "No such file")

    async with fetching(sample=Sample(missing)) as fetch:
        with pytest.raises(SourceFailed, match="The sample that comes with the bot cannot be read"):
            await ask(fetch, "sample:")
    async with fetching(sample=Sample.at(Path("nowhere.json"))) as fetch:
        with pytest.raises(SourceFailed, match="The sample that comes with the bot cannot be read"):
            await ask(fetch, "sample:")
    async with fetching() as fetch:
        with pytest.raises(SourceFailed, match="There is no sample here"):
            await fetch(Feed("a name", "sample:"), Bookmark("a name"))
