"""What happens when a paper is met again, and when two turn out to be one. Decides only: pure, for every database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.model import Delivery, Original, Paper, Reason, Signals
from bot.store.plain import clean, utc, whole

_T = TypeVar("_T")


def ids(paper: Paper) -> tuple[str, ...]:
    """Every id the paper is known by, its own first, as the store keeps them (cleaned, once each)."""
    return _once(clean(name) for name in (paper.id, *paper.aliases))


def first_seen(paper: Paper, now: datetime) -> Paper:
    """The paper as it is kept when nobody knew it: seen now, its moments in UTC, its ids clean."""
    own, *aliases = ids(paper)
    return replace(_bounded(paper), id=own, aliases=tuple(aliases), seen=now)


def update(known: Paper, found: Paper) -> Paper:
    """What is known of a paper once it was met again: id, source, first sight and first announcement stay.

    Text, authors and links of a newer (or the same) version win; a source that names no version fills gaps only
    where a version is known, as some cut characters out of titles. Signals are the latest that were told.
    """
    found = _bounded(found)
    newer, older = (found, known) if _supersedes(found, known) else (known, found)
    own, *aliases = _once([*ids(known), *ids(found)])
    return replace(
        known,
        id=own,
        aliases=tuple(aliases),
        version=newer.version if newer.version is not None else older.version,
        title=newer.title or older.title,
        authors=newer.authors or older.authors,
        abstract=newer.abstract or older.abstract,
        url=newer.url or older.url,
        pdf_url=newer.pdf_url or older.pdf_url,
        categories=_once([*newer.categories, *older.categories]),
        published=known.published or found.published,
        announced=known.announced or found.announced,
        announce="new" if "new" in (known.announce, found.announce) else found.announce,
        signals=_latest(known.signals, found.signals),
        original=Original(
            (newer if newer.title else older).original.title, (newer if newer.abstract else older).original.abstract
        ),
    )


def change(known: Paper, found: Paper) -> tuple[Paper, Paper] | None:
    """What was known and what will be, if anything is told that was not known; a new version is announced as one."""
    after = update(known, found)
    again = found.announce.startswith("replace") and after.version != known.version
    return None if after == known else (known, replace(after, announce=found.announce) if again else after)


def gain(reasons: Sequence[Reason], more: Iterable[Reason]) -> tuple[Reason, ...]:
    """All reasons, each once, in the order they came."""
    return _once([*reasons, *more])


def standing(delivery: Delivery, leased: bool) -> tuple[bool, bool, bool, int, float, int]:
    """How much has been done of a delivery: of two in one channel for one paper, the higher stays.

    Sent, then posted but unfinished, then in somebody's hands, then still to do; the earlier of two equal ones.
    """
    return (
        delivery.state == "sent",
        delivery.message is not None,
        leased,
        {"sent": 3, "pending": 2, "held": 1}.get(delivery.state, 0),
        -delivery.posted_at.timestamp() if delivery.posted_at else 0.0,
        -delivery.row,
    )


def _supersedes(found: Paper, known: Paper) -> bool:
    if known.version is None:
        return True
    return found.version is not None and found.version >= known.version


def _latest(known: Signals, found: Signals) -> Signals:
    told = {name: value for name in Signals.__slots__ if (value := getattr(found, name)) not in (None, ())}
    return replace(known, **told)


def _bounded(paper: Paper) -> Paper:
    """Numbers that a column takes, moments in UTC: what strangers wrote may be neither."""
    signals = paper.signals
    return replace(
        paper,
        version=None if paper.version is None else whole(paper.version),
        published=paper.published and utc(paper.published),
        announced=paper.announced and utc(paper.announced),
        signals=replace(
            signals,
            upvotes=None if signals.upvotes is None else whole(signals.upvotes),
            comments=None if signals.comments is None else whole(signals.comments),
        ),
    )


def _once(things: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(things))
