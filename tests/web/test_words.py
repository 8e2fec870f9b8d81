"""The small pure pieces of the pages: words, addresses, paces, names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import words
from bot.web.allowance import MOST, Allowance
from bot.web.door import bare_host
from bot.web.papers import strip
from bot.web.render import blocks, clip, origin, people, safe_url, shown
from bot.web.visitor import Visitor, called, recognised
from tests.web.stage import line

NOON = datetime(2026, 8, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/subscribe a b", ("subscribe", "a b")),
        ("/SUBSCRIBE\n a\n b ", ("subscribe", "a b")),
        ("/help", ("help", "")),
        ("/ help", None),
        ("help", None),
        ("/usr/bin is a path", None),
        ("//", None),
        ("see /subscribe", None),
    ],
)
def test_a_command_begins_with_a_slash_and_a_word(typed: str, read: tuple[str, str] | None) -> None:
    assert words.command(typed) == read


@given(st.text(st.characters()))
def test_what_is_kept_can_be_stored_and_shown(text: str) -> None:
    kept = words.typed(text)
    kept.encode()
    assert words.typed(kept) == kept
    assert "\x00" not in kept
    assert "\n\n\n" not in kept


@given(st.text(st.characters()))
def test_whatever_is_shown_can_be_encoded(text: str) -> None:
    shown(text).encode()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/chat",
        "http:",
        "http://",
        "https://arxiv.org@evil.example/",
        "https://a b",
        "https://a\\@b",
        "https://[::1",
        "https://x/\x00",
        "https://x/\u202e",
        "https://x/" + "y" * 2000,
        "",
        None,
    ],
)
def test_only_plain_web_addresses_are_linked(url: str | None) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize(
    "url", ["https://arxiv.org/abs/2608.1", "HTTP://x.example:80/a?b=c&d#e", "https://münchen.example/ü"]
)
def test_web_addresses_are_linked_as_they_are(url: str) -> None:
    assert safe_url(url) == url


def test_long_texts_are_cut_at_words_and_long_words_anyhow() -> None:
    assert clip("one two three", 13) == "one two three"
    assert clip("one two, three", 10) == "one two…"
    assert clip("x" * 50, 10) == "x" * 10 + "…"


def test_many_authors_are_counted_not_listed() -> None:
    assert people(("A", "B")) == "A, B"
    assert people(("A", "B", "C"), 2) == "A, B et al. (3 authors)"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("sample:", "sample"),
        ("-", "standard input"),
        ("https://rss.arxiv.org/rss/cs.CL", "rss.arxiv.org"),
        ("/home/me/feeds/day.json", "day.json"),
        ("huggingface:daily", "huggingface:daily"),
    ],
)
def test_a_source_is_named_without_its_whole_address(source: str, said: str) -> None:
    assert origin(source) == said


def test_neighbouring_lines_of_a_kind_stand_together() -> None:
    lines = [line("a"), line("b", kind="item"), line("c", kind="item"), line("d")]
    assert [(kind, len(group)) for kind, group in blocks(lines)] == [("text", 1), ("item", 2), ("text", 1)]


@pytest.mark.parametrize(
    ("given", "host"),
    [("LocalHost:8090", "localhost"), ("[::1]:80", "::1"), ("a.example.", "a.example"), ("", ""), ("[", "")],
)
def test_a_host_is_read_without_its_port(given: str, host: str) -> None:
    assert bare_host(given) == host


def test_an_allowance_is_spent_and_comes_back_with_time() -> None:
    purse = Allowance(2, timedelta(seconds=10))
    assert [purse.spend("a", NOON) for _ in range(3)] == [True, True, False]
    assert purse.spend("b", NOON)
    assert not purse.spend("a", NOON + timedelta(seconds=9))
    assert purse.spend("a", NOON + timedelta(seconds=11))
    assert not purse.spend("a", NOON + timedelta(seconds=5)), "a clock set back gives nothing"


def test_strangers_cannot_fill_the_memory_with_purses() -> None:
    purse = Allowance(1, timedelta(hours=1))
    for n in range(MOST + 10):
        purse.spend(str(n), NOON)
    assert not purse.spend(str(MOST + 9), NOON)
    assert purse.spend("0", NOON), "the purse unused for longest was let go"


def test_a_visitor_is_recognised_by_the_whole_secret_only() -> None:
    assert recognised("a" * 32) == Visitor("a" * 32)
    for cookie in (None, "", "short", "a" * 65, "a" * 31 + "\n", "é" * 32):
        assert recognised(cookie) is None
    assert Visitor("a" * 32).person != Visitor("b" * 32).person
    assert "a" * 32 not in Visitor("a" * 32).person + Visitor("a" * 32).token
    assert Visitor("a" * 32).person.removeprefix("local:") not in Visitor("a" * 32).token


def test_authors_are_called_by_what_they_are_to_the_reader() -> None:
    assert called("paper-round", "local:1") == "Paper Round"
    assert called("local:abcdef", "local:abcdef") == "You"
    assert called("local:abcdef", None) == "Guest abcd"


def test_the_strip_holds_the_days_around_the_one_read() -> None:
    days = [(date(2026, 8, n), n) for n in range(20, 0, -1)]
    assert [count for _, count in strip(date(2026, 8, 10), days, 5)] == [8, 9, 10, 11, 12]
    assert [count for _, count in strip(date(2026, 8, 20), days, 5)] == [16, 17, 18, 19, 20]
    assert [count for _, count in strip(date(2026, 8, 1), days, 5)] == [1, 2, 3, 4, 5]
    assert strip(date(2026, 8, 1), [], 5) == []
