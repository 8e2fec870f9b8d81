"""Nouns as plain values: laws over any text and any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Line, Options, Post, Reason, Signals, Span
from bot.store.plain import BIGGEST, clean, exact, moment, pack, read_exact, stamp, unpack, utc, whole

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from("\0\ud83e\uddea\\u"))
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=st.none() | ZONES)


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_cleaning_it_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert clean(cleaned.encode().decode()) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_that_needs_no_cleaning_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_the_two_halves_of_a_split_character_are_joined() -> None:
    assert clean("\ud83e\uddea and \ud83e alone") == "🧪 and \ufffd alone"


@given(ANY_TEXT)
def test_exact_text_comes_back_byte_for_byte(text: str) -> None:
    assert read_exact(exact(text)) == text
    assert (exact(None), read_exact(None)) == (None, None)


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (utc(one) < utc(other))
    assert moment(stamp(one)) == utc(one)
    assert len(stamp(one)) == len("2026-08-17T09:00:00.000000Z")


def test_a_moment_without_a_zone_is_utc_and_one_at_the_edge_of_time_stays_where_it_reads() -> None:
    edge = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    assert utc(datetime(2026, 8, 17)) == datetime(2026, 8, 17, tzinfo=UTC)  # noqa: DTZ001 — a feed's date without a zone
    assert utc(edge) == datetime.max.replace(tzinfo=UTC)


@given(st.integers())
def test_whole_numbers_stay_within_what_a_column_takes(number: int) -> None:
    assert abs(whole(number)) <= BIGGEST
    assert whole(number) == number or abs(number) > BIGGEST


@given(ANY_TEXT, ANY_TEXT)
def test_a_packed_noun_comes_back_with_its_text_cleaned(text: str, other: str) -> None:
    post = Post(Line((Span(text, "code", other),)), (Line((Span(other),), "pre"),), paper=text)
    wanted = Post(
        Line((Span(clean(text), "code", clean(other)),)), (Line((Span(clean(other)),), "pre"),), paper=clean(text)
    )
    assert unpack(pack(post), Post) == wanted
    reasons = (Reason(text, other, 1, 2), Reason(other, text))
    assert unpack(pack(reasons), tuple[Reason, ...]) == tuple(
        Reason(clean(r.term), clean(r.field), r.start, r.end) for r in reasons
    )


def test_packed_nouns_of_other_versions_are_read() -> None:
    assert unpack('{"upvotes": 3, "stars": 5}', Signals) == Signals(upvotes=3)
    assert unpack("{}", Options) == Options()
