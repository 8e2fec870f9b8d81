"""What an answer's headers say: its validators, how long it stays fresh, when its owner wants us back. Pure.

`headers` are aiohttp's: a multidict of text in which bytes that are not UTF-8 stand as lone surrogates.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

from bot.fetch.limits import LONGEST_FRESH, LONGEST_SLOW_DOWN

Headers = CIMultiDictProxy[str]

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]+)", re.IGNORECASE)
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_RESET = re.compile(r";\s*t\s*=\s*([0-9]+)")


def validators(headers: Headers) -> tuple[str | None, str | None]:
    """ETag and Last-Modified of one 200, byte for byte; None for what cannot be sent back unchanged."""
    return _whole(headers.get("ETag")), _whole(headers.get("Last-Modified"))


def conditions(etag: str | None, modified: str | None) -> dict[str, str]:
    """The headers that ask "only if it has changed" (RFC 9110, 13.1)."""
    asked = {"If-None-Match": _whole(etag), "If-Modified-Since": _whole(modified)}
    return {header: value for header, value in asked.items() if value is not None}


def fresh_for(headers: Headers, now: datetime) -> float | None:
    """Seconds the owner says nothing will change: `max-age` less `Age`, else `Expires`; None when nothing is said.

    RFC 9111, 4.2.1: https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1
    """
    cache = ", ".join(headers.getall("Cache-Control", []))
    if found := _MAX_AGE.search(cache):
        return _within(_seconds(found[1]) - _seconds(headers.get("Age", "")), LONGEST_FRESH)
    if "Expires" not in headers:
        return None
    expires = _date(headers["Expires"])
    if expires is None:  # "0" and other non-dates mean: already over
        return 0.0
    return _within((expires - (_date(headers.get("Date", "")) or now)).total_seconds(), LONGEST_FRESH)


def back_after(headers: Headers, now: datetime) -> float | None:
    """Seconds until we are wanted back: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), else the `t=` of
    a `RateLimit` header, as Hugging Face sends it (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers)."""
    said = headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]+", said):
        return _within(_seconds(said), LONGEST_SLOW_DOWN)
    if date := _date(said):
        return _within((date - now).total_seconds(), LONGEST_SLOW_DOWN)
    if found := _RESET.search(headers.get("RateLimit", "")):
        return _within(_seconds(found[1]), LONGEST_SLOW_DOWN)
    return None


def length(headers: Headers) -> int:
    """The bytes that the body is said to have; 0 when nothing is said, or no number."""
    return int(_seconds(headers.get("Content-Length", "")))


def content_type(headers: Headers) -> str:
    """The content type as sent, charset and all, as text that any database takes."""
    return headers.get("Content-Type", "").encode("utf-8", "replace").decode()[:200]


def said_at(headers: Headers) -> str:
    """The owner's own time, as sent; nothing where a cache answered, whose answer has an age."""
    return "" if "Age" in headers else headers.get("Date", "").encode("ascii", "replace").decode()[:40]


def _whole(value: str | None) -> str | None:
    """The value, if it can go out again byte for byte; not if it is empty or holds control characters or non-UTF-8."""
    return None if not value or _UNSENDABLE.search(value) else value


def _seconds(digits: str) -> float:
    """The number; a hostile one of a thousand digits is merely large, and words are 0."""
    digits = digits.strip()
    if not re.fullmatch("[0-9]+", digits):
        return 0.0
    return float(digits[:15])


def _within(seconds: float, most: float) -> float:
    return min(max(0.0, seconds), most)


def _date(text: str) -> datetime | None:
    """An HTTP date of any of the three shapes (RFC 9110, 5.6.7), or None."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
