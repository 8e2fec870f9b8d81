"""The sample: the first papers a newcomer reads, so its file is held to what the README promises of it."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TypedDict

import pytest

FILE = Path(__file__).parents[2] / "config" / "sample" / "papers.json"


class Entry(TypedDict):
    """One paper of the sample: `abstract` is our summary, not the authors' abstract."""

    key: str
    title: str
    abstract: str


class Sample(TypedDict):
    """The whole file: the first `baseline` papers are known at first sight, the others are replayed in order."""

    kind: str
    about: str
    baseline: int
    papers: list[Entry]


@pytest.fixture(scope="module")
def sample() -> Sample:
    read: Sample = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def not_plain(text: str) -> bool:
    """Whether a text holds what a reader should never see: control characters, TeX, links, stray spaces."""
    controls = any(unicodedata.category(mark).startswith("C") for mark in text)
    return controls or re.search(r"[\\$]|http|  ", text) is not None or text != text.strip() or not text


def positions(sample: Sample, *stems: str) -> list[int]:
    """Where, counted from 1, the papers stand whose title or summary has a word beginning with each stem."""
    texts = [f"{paper['title']} {paper['abstract']}" for paper in sample["papers"]]
    wanted = [re.compile(rf"\b{stem}", re.IGNORECASE) for stem in stems]
    return [place for place, text in enumerate(texts, 1) if all(stem.search(text) for stem in wanted)]


def test_the_sample_says_plainly_that_it_is_the_sample(sample: Sample) -> None:
    assert sample["kind"] == "paper-round-sample"
    assert "sample" in sample["about"]
    assert "our own words" in sample["about"]


def test_the_sample_holds_73_papers_of_which_25_are_the_baseline(sample: Sample) -> None:
    assert len(sample["papers"]) == 73
    assert sample["baseline"] == 25


def test_every_paper_has_exactly_a_key_a_title_and_a_summary(sample: Sample) -> None:
    assert {tuple(paper) for paper in sample["papers"]} == {("key", "title", "abstract")}
    assert {type(words) for paper in sample["papers"] for words in paper.values()} == {str}


def test_no_two_papers_share_a_key_or_a_title(sample: Sample) -> None:
    assert len({paper["key"] for paper in sample["papers"]}) == len(sample["papers"])
    assert len({paper["title"].casefold() for paper in sample["papers"]}) == len(sample["papers"])


def test_every_title_and_summary_is_plain_text(sample: Sample) -> None:
    assert [paper["key"] for paper in sample["papers"] if not_plain(paper["title"])] == []
    assert [paper["key"] for paper in sample["papers"] if not_plain(paper["abstract"])] == []


@pytest.mark.parametrize("text", ["", "bell \x07", "\u202eright to left", "$x$", r"\eg", "see http://a.b", "two  gaps"])
def test_the_check_for_plain_text_sees_what_is_not(text: str) -> None:
    assert not_plain(text)


def test_every_summary_is_one_paragraph_of_40_to_130_words_ending_in_a_sentence(sample: Sample) -> None:
    lengths = {paper["key"]: len(paper["abstract"].split()) for paper in sample["papers"]}
    assert {key: words for key, words in lengths.items() if not 40 <= words <= 130} == {}
    assert [paper["key"] for paper in sample["papers"] if not paper["abstract"].endswith(".")] == []


def test_transformers_quantization_is_seen_in_the_preview_and_in_the_replay(sample: Sample) -> None:
    found = positions(sample, "transformer", "quantiz")
    assert len(found) >= 4
    assert [place for place in found if place <= sample["baseline"]]
    assert [place for place in found if place > sample["baseline"]]


def test_the_first_replayed_paper_is_about_transformers_and_quantization(sample: Sample) -> None:
    """So that whoever subscribes to the README's example sees a post within seconds."""
    assert sample["baseline"] + 1 in positions(sample, "transformer", "quantiz")


def test_a_paper_about_language_models_is_among_the_first_four_replayed(sample: Sample) -> None:
    first = range(sample["baseline"] + 1, sample["baseline"] + 5)
    assert set(first) & set(positions(sample, "language models?"))
