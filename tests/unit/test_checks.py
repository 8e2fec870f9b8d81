"""What a doctor finds: clocks, and our own sentences cut into what is wrong and what mends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.checks import clock, failed, fault, note, ok, split

NOW = datetime(2026, 8, 17, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (timedelta(), ""),
        (timedelta(seconds=-59), ""),
        (timedelta(minutes=5), "5 minutes ahead of"),
        (timedelta(hours=-3), "3 hours behind"),
        (timedelta(days=400), "400 days ahead of"),
    ],
)
def test_a_clock_is_off_from_a_minute_on(off: timedelta, told: str) -> None:
    found = clock("Mon, 17 Aug 2026 09:00:00 GMT", NOW + off, "Slack")
    assert found.verdict == ("fault" if told else "ok")
    assert told in found.said


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 17 Aug 2026 09:00:00", "Mon, 99 Aug 2026 09:00:00 GMT"])
def test_a_date_that_tells_nothing_is_no_fault(date: str) -> None:
    assert clock(date, NOW, "Slack").verdict == "note"


@pytest.mark.parametrize(
    ("sentence", "said", "remedy"),
    [
        ("X is not set: put there Y, at https://z.", "X is not set.", "Put there Y, at https://z."),
        ("X is refused (why). Put there Y.", "X is refused (why).", "Put there Y."),
        ("It broke.", "It broke.", "Look at what is named there."),
    ],
)
def test_our_sentences_say_what_mends_them(sentence: str, said: str, remedy: str) -> None:
    assert split("x", sentence) == fault("x", said, remedy)


def test_only_a_fault_fails() -> None:
    assert not failed([ok("a", "b"), note("a", "b")])
    assert failed([ok("a", "b"), fault("a", "b", "c")])
