"""Dates from feeds → moments in UTC, or None where a feed writes what no calendar holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?")
_YEARLESS = re.compile(r"(?<![+\-:\d])0000\b")
_MAILED = re.compile(r"\d{1,2} [A-Za-z]{3,9} \d{2,4}\b.{0,40}")
EARLIEST, LATEST = 1500, 2200
"""Years that a paper's date may carry; 0, 1 and 9999 are what broken feeds write."""


def moment(fields: object) -> datetime | None:
    """feedparser's nine numbers in UTC → a moment; None for impossible ones."""
    if not isinstance(fields, tuple) or len(fields) < 6 or not EARLIEST <= fields[0] <= LATEST:
        return None
    try:
        year, month, day, hour, minute, second = (int(n) for n in fields[:6])
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def yearless(text: str) -> bool:
    """Whether a date is written in the year 0, which feedparser takes for 2000."""
    return bool(_YEARLESS.search(text))


def parsed(text: object) -> datetime | None:
    """A date or moment as ISO 8601 or as in e-mail (`Fri, 31 May 2019 12:17:58 -0700`), else None; UTC."""
    return iso(text) or mailed(text)


def mailed(text: object) -> datetime | None:
    """A moment as in e-mail; whatever language names the weekday."""
    found = _MAILED.search(text[:100]) if isinstance(text, str) else None
    try:
        fields = parsedate_tz(found[0]) if found else None
    except (ValueError, IndexError):
        return None
    here = moment(fields) if fields else None
    ahead = (fields[9] or 0) if fields else 0
    return here - timedelta(seconds=ahead) if here and abs(ahead) < 86400 else None


def iso(text: object) -> datetime | None:
    """An ISO 8601 date or moment, with or without zone (then UTC); None for anything else."""
    found = _ISO.match(text.strip()) if isinstance(text, str) else None
    if not found or not EARLIEST <= int(found[1]) <= LATEST:
        return None
    year, month, day, hour, minute, second = (int(n or 0) for n in found.groups()[:6])
    micro = int((found[7] or "0").ljust(6, "0")[:6])
    try:
        here = datetime(year, month, day, hour, minute, min(second, 59), micro, tzinfo=_zone(found[8]))
        return here.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
