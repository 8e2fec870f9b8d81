"""Nouns as plain values that any database takes: clean text, UTC moments of one width, JSON. Pure.

Moments are text `2026-08-17T09:00:00.000000Z`, so that they sort as they follow each other and a person can read them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

Noun = TypeVar("Noun")

BIGGEST = 2**63 - 1
"""The largest whole number of SQLite and PostgreSQL: https://sqlite.org/datatype3.html"""


def clean(text: str) -> str:
    """The text without what no database takes: NULs and lone surrogates become U+FFFD; split pairs are joined."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def exact(text: str | None) -> bytes | None:
    """Text kept byte for byte whatever it holds (a feed's address, an ETag); `read_exact` is its way back."""
    return None if text is None else text.encode("utf-8", "surrogatepass")


def read_exact(kept: bytes | None) -> str | None:
    return None if kept is None else kept.decode("utf-8", "surrogatepass")


def whole(number: int) -> int:
    """The number, held within what a database's INTEGER takes."""
    return max(-BIGGEST, min(BIGGEST, number))


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken as UTC, and one at the edge of time stays where it reads."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """The moment as text of one width, in UTC."""
    return utc(moment).isoformat(timespec="microseconds").replace("+00:00", "Z")


def stamp_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def moment(text: str) -> datetime:
    """The way back from `stamp`."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def place(moment: datetime, number: int) -> int:
    """Where a paper stands in time: by the second, of one second by its number. Later is greater, and fits 64 bits."""
    seconds = (utc(moment) - _EPOCH) // timedelta(seconds=1)
    return (seconds << 24) | (number & 0xFFFFFF)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pack(noun: object) -> str:
    """The noun as JSON, its text cleaned."""
    try:
        packed = msgspec.json.encode(noun)
    except UnicodeEncodeError:
        packed = b"\\u0000"
    if b"\\u0000" in packed:  # a NUL, or the six characters themselves: the long way does both right
        packed = msgspec.json.encode(_cleaned(msgspec.to_builtins(noun)))
    return packed.decode()


def unpack(packed: str, kind: type[Noun]) -> Noun:
    """The noun of `kind` that `pack` made; keys of later versions are passed over, missing ones take their default."""
    return msgspec.json.decode(packed, type=kind)


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list() | tuple():
            return [_cleaned(part) for part in value]
        case dict():
            return {key: _cleaned(part) for key, part in value.items()}
    return value
