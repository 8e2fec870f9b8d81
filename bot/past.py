"""A source's days before we knew it: which are fetched once, so that previews are honest at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.model import Bookmark, Feed
from bot.sources.address import HUGGING_FACE

DAYS = 30
"""What a preview and a search look back on: a month."""


def has_past(feed: Feed) -> bool:
    """Whether a source can be asked for a day that is over: Hugging Face's daily papers can.

    `?date=YYYY-MM-DD` of https://huggingface.co/docs/hub/api
    """
    return feed.url == HUGGING_FACE


def missing(bookmark: Bookmark | None, done: Collection[date], now: datetime) -> list[date]:
    """The days to fetch, the latest first; none before the source was first read.

    Only days that were over by then: what came on that day and after it is the poll's, to be posted. Days that are a
    month old by now are let go, as nobody looks back on them.
    """
    first = bookmark.baseline_at if bookmark else None
    if first is None:
        return []
    days = (first.date() - timedelta(days=back) for back in range(1, DAYS + 1))
    return [day for day in days if day not in done and day >= now.date() - timedelta(days=DAYS)]


def on(feed: Feed, day: date) -> Feed:
    """The source as it stood on a day."""
    return replace(feed, url=f"{feed.url}?date={day.isoformat()}")
