"""When to ask a feed again, and when to try a delivery again. Pure: the time now is an argument.

The rules are those of a polite poller: conditional at most hourly, unconditional at most daily, never earlier than
the owner asked for, rarely changing feeds less often, and a feed that fails ever less often until it is retired.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from bot.model import Bookmark

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

CONDITIONAL = HOUR
"""A feed that answers "unchanged" cheaply is asked at most this often. https://www.rssboard.org/rss-specification
leaves it open; hourly is what feed owners ask for (https://rachelbythebay.com/fs/help.html)."""

UNCONDITIONAL = DAY
"""A feed without ETag and Last-Modified sends its whole body each time: once a day (same source)."""

LONGEST = DAY
"""The owner's `max-age`, `Expires` and `ttl` are honoured up to a day: settings outlive their reasons."""

QUIET = 0.1
"""A feed unchanged for so long is left alone for a tenth of that: the heuristic of RFC 9111, 4.2.2.
https://www.rfc-editor.org/rfc/rfc9111#section-4.2.2"""

SPREAD = 0.1
"""Feeds are put off by up to a tenth of their interval, each by its own share, so that they do not come together."""

LOCAL = timedelta(minutes=1)
"""How often a file is looked at when nothing else is said: nobody's server is asked."""

FIRST_BACKOFF = timedelta(minutes=15)
"""After the first failure; doubled with each further one, up to `LONGEST_BACKOFF`."""

LONGEST_BACKOFF = DAY
"""Failing feeds are asked at least daily until they are retired (FACTS: "back off to a day, then retire")."""

OFFLINE_BACKOFF = HOUR
"""The longest back-off while our own network is away: no owner is bothered, and we want to notice its return."""

RETIRE_AFTER = timedelta(days=14)
"""Failing for so long, a feed is retired: two weeks outlast a holiday and a move of servers."""

RETIRE_FAILURES = 7
"""And not before so many failures in a row: a laptop asleep for a fortnight has not asked in vain."""

FORGET_MOVE = 3
"""After so many failures at the address a feed moved to, its first address is asked again: the move may be undone."""

FARTHEST = timedelta(days=8)
"""No feed is put off by more: owners are believed up to a week, and a day's back-off has its spread."""

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a retired feed is due."""

FIRST_RETRY = timedelta(seconds=30)
"""After a delivery's first failure; doubled up to `LONGEST_RETRY`."""

ASKED_RETRY = timedelta(seconds=1)
"""The same where the platform says how long it wants to be left alone: then nothing is broken."""

LONGEST_RETRY = timedelta(hours=6)
"""An outage of a platform rarely lasts longer, and the paper is still news then."""

LOST_FOR = timedelta(days=14)
"""So long what waits for a channel that the platform refuses is kept: somebody comes back from a holiday."""

GIVE_UP = timedelta(days=3)
"""A delivery is given up so long after its first try: a long weekend."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed's body says about when to come back.

    `ttl` in minutes, `skip_hours` of the day in GMT (0 to 23; 24 is 0) and `skip_days` in English, as in
    https://www.rssboard.org/rss-specification; `period` from `sy:updatePeriod` and `sy:updateFrequency`
    (https://web.resource.org/rss/1.0/modules/syndication/), a hint only: most are a blog engine's default.
    """

    ttl: float | None = None
    skip_hours: Collection[int] = ()
    skip_days: Collection[str] = ()
    period: timedelta | None = None


def next_poll(
    bookmark: Bookmark,
    now: datetime,
    *,
    wait: float | None = None,
    hints: Hints | None = None,
    changed: bool = True,
    last_change: datetime | None = None,
) -> datetime:
    """When a web feed that has just answered may be asked again.

    `wait` is the seconds of `Fetched.wait`; `changed` says whether it brought another body; `last_change` is when it
    last did, where somebody knows (its Last-Modified counts as well).
    """
    hints = hints or Hints()
    owner = min(max(_seconds(wait), _seconds((hints.ttl or 0.0) * 60)), LONGEST)
    habit = timedelta() if changed else quiet(bookmark, now, last_change)
    if not owner and not changed:
        habit = max(habit, hints.period or habit)
    interval = max(least(bookmark), owner, min(habit, LONGEST))
    place = bookmark.moved_to or bookmark.address  # feeds that were asked for together are due together
    return allowed(now + interval + spread(place, interval), hints)


def next_reading(now: datetime, wait: float | None = None) -> datetime:
    """When a file or the sample is read again: nobody is asked, so only its own pace counts."""
    return now + (LOCAL if wait is None else min(_seconds(wait), LONGEST))


def least(bookmark: Bookmark) -> timedelta:
    """The shortest time between two requests: a day without validators, else an hour."""
    return CONDITIONAL if bookmark.etag or bookmark.modified else UNCONDITIONAL


def quiet(bookmark: Bookmark, now: datetime, last_change: datetime | None) -> timedelta:
    """A tenth of the time since the feed last changed; nothing when nobody knows."""
    known = [when for when in (last_change, _http_date(bookmark.modified)) if when is not None and when <= now]
    return QUIET * (now - max(known)) if known else timedelta()


def spread(address: str, interval: timedelta) -> timedelta:
    """This feed's own share of the spread, always the same: between nothing and a tenth of the interval."""
    share = int.from_bytes(sha256(address.encode("utf-8", "surrogatepass")).digest()[:4], "big") / 2**32
    return interval * SPREAD * share


def allowed(due: datetime, hints: Hints) -> datetime:
    """`due`, or the first full hour after it that the feed does not ask us to skip. Skipping everything is ignored."""
    hours = {hour % 24 for hour in hints.skip_hours}
    days = {day.strip().lower()[:3] for day in hints.skip_days}
    if len(hours) == 24 or days >= set(_DAYS):
        return due
    start = due.astimezone(UTC)
    while start.hour in hours or _DAYS[start.weekday()] in days:  # at most a week of hours
        start = start.replace(minute=0, second=0, microsecond=0) + HOUR
    return start


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def after_failure(
    bookmark: Bookmark,
    now: datetime,
    sentence: str,
    *,
    after: float | None = None,
    gone: bool = False,
    offline: bool = False,
    answered: bool = False,
) -> Bookmark:
    """The bookmark after a poll that failed: why, since when, and when next; ETag and Last-Modified stay.

    `after` and `gone` are those of `SourceFailed`. `offline` says that no feed at all can be reached, so that the
    fault is ours; `answered` that a whole answer came but was no feed, which costs its owner as much as a feed.
    Retired feeds are due `NEVER`, and their error says so.
    """
    failures, since = bookmark.failures + 1, bookmark.failing_since or now
    failed = replace(bookmark, failures=failures, failing_since=since, error=sentence)
    if bookmark.moved_to and (gone or failures == FORGET_MOVE):
        failed, gone = replace(failed, moved_to=None, etag=None, modified=None), False
    if gone:
        return retired(failed, f"{sentence} It is not asked again; take it out of the sources.")
    if not offline and now - since >= RETIRE_AFTER and failures >= RETIRE_FAILURES:
        tried = f"It has failed since {since:%Y-%m-%d}, {failures} times, and is not asked again"
        return retired(failed, f"{sentence} {tried}; mend its address or take it out of the sources.")
    pause = backoff(failures, FIRST_BACKOFF, OFFLINE_BACKOFF if offline else LONGEST_BACKOFF)
    pause = max(pause, _asked(after), least(bookmark) if answered else pause)
    return replace(failed, due=now + pause + spread(bookmark.address, pause))


def retired(bookmark: Bookmark, sentence: str) -> Bookmark:
    """The bookmark of a feed that is not asked again until somebody says so."""
    return replace(bookmark, due=NEVER, error=sentence)


def is_retired(bookmark: Bookmark) -> bool:
    return bookmark.due is not None and bookmark.due >= NEVER


def waits(due: datetime | None, now: datetime) -> bool:
    """Whether a feed is to be left alone still. A wait longer than any was written under a clock that ran ahead."""
    return due is not None and now < due and (due >= NEVER or due <= now + FARTHEST)


def revived(bookmark: Bookmark, now: datetime) -> Bookmark:
    """The bookmark of a feed that somebody wants asked again, as if it had never failed."""
    return replace(bookmark, due=now, failures=0, failing_since=None, error=None)


def after_success(bookmark: Bookmark, due: datetime, **learned: Any) -> Bookmark:
    """The bookmark after a poll that was read to its end: no failure is left, the next is due, and what was learned."""
    return replace(bookmark, due=due, failures=0, failing_since=None, error=None, **learned)


def retry_delivery(
    attempts: int, first_tried: datetime, now: datetime, after: float | None = None, patience: timedelta = GIVE_UP
) -> datetime | None:
    """When to try a delivery again after `attempts` failures; None when it is to be given up.

    `after` is what the platform asked for and is never cut short; within `patience` there is always a last try at its
    end.
    """
    end = first_tried + patience
    if now >= end:
        return None
    first = FIRST_RETRY if after is None else ASKED_RETRY
    return max(min(now + backoff(attempts, first, LONGEST_RETRY), end), now + _asked(after))


def probe(lost_since: datetime | None, now: datetime) -> datetime:
    """When a channel that the platform refuses is tried again: ever later, from minutes to six hours."""
    been = now - lost_since if lost_since else timedelta()
    return now + min(max(been / 2, FIRST_BACKOFF), LONGEST_RETRY)


def backoff(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """`first`, doubled with every failure after the first, never above `longest`."""
    return min(first * (1 << min(max(failures, 1) - 1, 20)), longest)


def _asked(after: float | None) -> timedelta:
    """What was asked for in seconds, believed up to a week."""
    return min(_seconds(after), 7 * DAY)


def _seconds(said: float | None) -> timedelta:
    """Seconds that somebody said, whatever they said: no less than nothing, no more than a year."""
    return timedelta(seconds=min(said, 365 * 86_400.0)) if said and said > 0 else timedelta()


def _http_date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
