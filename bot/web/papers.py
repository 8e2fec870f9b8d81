"""Papers by day, and one paper. Reads the store only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from aiohttp import web

from bot.model import Bookmark, Delivery, Feed, Paper
from bot.ports import Store
from bot.public import PUBLIC, public
from bot.rules.trending import NO_VOTES, heat
from bot.web.desk import desk, page
from bot.web.door import Wrong
from bot.web.render import paper_path
from bot.web.signup import OF_THE_DAY, box

SHEET = 60
"""Papers on one page: some days of arXiv have hundreds."""
DAYS = 4000
"""Days that can be leafed through: eleven years."""
STRIP = 7
VERSIONS = 12


async def front(request: web.Request) -> web.Response:
    """The newest day that has papers, or what happens next when none has."""
    days = await _days(request)
    if days:
        return await _day(request, days[0][0], days)
    return await page(request, "day.html", here="papers", day=None, feeds=await _feeds(request))


async def one_day(request: web.Request) -> web.Response:
    try:
        day = date.fromisoformat(request.match_info["day"])
    except ValueError:
        raise Wrong(404, "There is no such day; a day reads like 2026-08-28.") from None
    return await _day(request, day, await _days(request))


async def _days(request: web.Request) -> list[tuple[date, int]]:
    return await desk(request).store.days(DAYS, own=await desk(request).seeker.open_channels())


async def one_paper(request: web.Request) -> web.Response:
    """A paper by its id; by another id it is known by, the way to it."""
    own = await desk(request).seeker.open_channels()
    paper = await desk(request).store.paper(request.match_info["id"], own=own)
    if paper is None:
        raise Wrong(404, "No paper is known by this id; it may never have reached this installation.")
    if paper.id != request.match_info["id"]:
        raise web.HTTPFound(paper_path(paper.id))
    reached = await desk(request).store.reached(paper.id, own=own)
    came = paper.announced or paper.seen
    here = await desk(request).store.votes(came.date(), PUBLIC) if came else NO_VOTES
    return await page(
        request,
        "paper.html",
        here="papers",
        paper=paper,
        day=came.date() if came else None,
        sample=_sampled([paper]),
        own=here.get(paper.id, 0),
        versions=versions(paper),
        reached=[_reach(one) for one in reached if public(one.channel)],
    )


def versions(paper: Paper) -> list[tuple[int, str]]:
    """The paper's versions with where each is read, the newest first; only arXiv keeps them all."""
    if not paper.version or not paper.id.startswith("arxiv:"):
        return []
    number = paper.id.removeprefix("arxiv:")
    last = range(paper.version, max(0, paper.version - VERSIONS), -1)
    return [(one, f"https://arxiv.org/abs/{number}v{one}") for one in last]


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where a paper went: the rules that wanted it, each with the terms that hit, and what became of it."""

    delivery: Delivery
    rules: tuple[tuple[str, tuple[str, ...]], ...]


def _reach(delivery: Delivery) -> _Reach:
    terms: dict[str, dict[str, None]] = {}
    for reason in delivery.reasons:
        terms.setdefault(reason.rule, {})[reason.term] = None
    return _Reach(delivery, tuple((rule, tuple(found)) for rule, found in terms.items()))


async def _day(request: web.Request, day: date, days: list[tuple[date, int]]) -> web.Response:
    order = "newest" if request.query.get("order") == "newest" else "trending"
    here = await desk(request).store.votes(day, PUBLIC)
    own = await desk(request).seeker.open_channels()
    todays = {paper.id: paper for paper in await desk(request).store.day(day, own=own)}  # two channels' copies are one
    papers = ordered(list(todays.values()), order, here)
    sheets = max(1, -(-len(papers) // SHEET))
    sheet = min(_sheet(request), sheets)
    return await page(
        request,
        "day.html",
        here="papers",
        day=day,
        order=order,
        newest=bool(days) and day == days[0][0],
        total=len(papers),
        papers=papers[(sheet - 1) * SHEET : sheet * SHEET],
        own=here,
        voted=bool(here) or any(paper.signals.upvotes is not None for paper in papers),
        rule_of_day=OF_THE_DAY,
        box=box(request),
        sample=_sampled(papers),
        sheet=sheet,
        sheets=sheets,
        earlier=next((d for d, _ in days if d < day), None),
        later=next((d for d, _ in reversed(days) if d > day), None),
        strip=strip(day, days),
    )


def ordered(papers: list[Paper], order: str, here: Mapping[str, int] = NO_VOTES) -> list[Paper]:
    """The day's papers: the newest first, or trending, by the one formula there is (`bot.rules.trending`).

    `here` are the votes of this installation's public channels, by paper; they count like those of the source.
    """
    if order == "newest":
        return sorted(papers, key=lambda paper: paper.announced or paper.seen or _NEVER, reverse=True)
    return sorted(papers, key=lambda paper: -heat(paper, here.get(paper.id, 0)))


_NEVER = datetime.min.replace(tzinfo=UTC)


def strip(day: date, days: list[tuple[date, int]], most: int = STRIP) -> list[tuple[date, int]]:
    """The days around `day`, oldest first; `days` is newest first."""
    ordered = days[::-1]
    place = sum(1 for d, _ in ordered if d < day)
    start = max(0, min(place - most // 2, len(ordered) - most))
    return list(islice(ordered, start, start + most))


def _sheet(request: web.Request) -> int:
    asked = request.query.get("sheet", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


def _sampled(papers: list[Paper]) -> bool:
    return any(paper.source.startswith("sample:") for paper in papers)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A feed as the empty page tells of it."""

    name: str
    due: datetime | None
    error: str | None


async def _feeds(request: web.Request) -> list[_Reading]:
    feeds = await desk(request).sources()
    known = await _bookmarks(desk(request).store) if feeds else {}
    return [_reading(feed, known.get(feed.address)) for feed in feeds]


async def _bookmarks(store: Store) -> dict[str, Bookmark]:
    return dict(await store.bookmarks())


def _reading(feed: Feed, bookmark: Bookmark | None) -> _Reading:
    if bookmark is None:
        return _Reading(feed.address, None, None)
    return _Reading(feed.address, bookmark.due, bookmark.error)
