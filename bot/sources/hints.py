"""What a feed says of when to come back: `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod`. Reads; decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.sources.tags import uncommented

WEEK = 7 * 86_400
HEAD = 64 * 1024
"""Characters before the first entry, and after the last one, in which the owner's wishes are looked for."""

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": WEEK, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
"""https://web.resource.org/rss/1.0/modules/syndication/"""
_ENTRY = re.compile(r"<(?:[A-Za-z]\w{0,20}:)?(?:item|entry)[\s>]")
_SKIPS = re.compile(r"<skip(Hours|Days)\s{0,9}>([^\0]{0,2000}?)</skip\1\s{0,9}>")
_ONE = re.compile(r"<(hour|day)\s{0,9}>\s{0,99}(\w{1,12})\s{0,99}</\1\s{0,9}>")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def ttl(head: Mapping[str, Any]) -> int | None:
    """RSS `ttl`, which is in minutes, in seconds; nonsense (nothing, negative, above a week) is None."""
    minutes = str(head.get("ttl") or "").strip()
    seconds = int(minutes) * 60 if minutes.isdecimal() and len(minutes) < 6 else 0
    return seconds if 0 < seconds <= WEEK else None


def period(head: Mapping[str, Any]) -> int | None:
    """`sy:updatePeriod` divided by `sy:updateFrequency` (once, if it is not said), in seconds; nonsense is None."""
    length = _PERIODS.get(str(head.get("sy_updateperiod") or "").strip().lower())
    times = str(head.get("sy_updatefrequency") or "1").strip()
    if length is None or not times.isdecimal() or len(times) > 5 or not int(times):
        return None
    return max(1, length // int(times))


def skips(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The hours of the day (GMT) and the days of the week on which an RSS feed asks not to be read.

    https://www.rssboard.org/rss-specification#optionalChannelElements: of the channel, so before its items or after.
    feedparser keeps only the last of each.
    """
    first = found.start() if (found := _ENTRY.search(text)) else len(text)
    last = max(text.rfind("</item>"), text.rfind("</entry>"), len(text) - HEAD if found else len(text))
    around = text[: min(first, HEAD)] + text[last:]
    if "<skip" not in around:
        return (), ()
    said = [(m[1], m[2]) for block in _SKIPS.finditer(uncommented(around)) for m in _ONE.finditer(block[2])]
    hours = {int(word) % 24 for kind, word in said if kind == "hour" and word.isdecimal() and int(word) <= 24}
    days = {word.lower() for kind, word in said if kind == "day" and word.lower() in _DAYS}
    return tuple(sorted(hours)), tuple(day for day in _DAYS if day in days)
