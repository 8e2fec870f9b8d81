"""When feeds are asked: each as it falls due, its past beside it; and a single round of everything, for `--once`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus

from bot import flow, past, sources
from bot.cli.posting import CHANNELS_AT_ONCE, TICK, WORKER, end, tend
from bot.cli.progress import Told, progress, quiet, steps
from bot.cli.rota import Rota
from bot.errors import SourceFailed, StoreFailed, WordsWrong
from bot.feeds import OwnFeed, from_chat
from bot.flow import Polled, World, backfill, renewing, silence
from bot.model import Bookmark, Claim, Feed
from bot.schedule import FIRST_BACKOFF, LONGEST_BACKOFF, NEVER, backoff, waits

log = logging.getLogger("paper-round")

GAP = 5.0
"""Seconds between two requests for a source's past: thirty days in three minutes, a fiftieth of what Hugging Face
allows a stranger. https://huggingface.co/docs/hub/rate-limits"""

LOOK = 60.0
"""Seconds between two looks at which days are due again: the shortest wait is two hours."""

POLLS = 64
"""Polls under way at the same time, each of another host: as many as there are requests (`fetch.limits`)."""

AFTER_A_FAULT = timedelta(minutes=5)
"""Before a feed is tried again whose poll failed by the database, or by ourselves."""


# ── feeds ───────────────────────────────────────────────────────────────────────────────────────────


async def poll_all(feeds: list[Feed], world: World) -> None:
    """Poll every feed whenever it is due, each on its own, until cancelled; channels' own feeds come and go."""
    rota, version, looked = Rota(POLLS), -1, -TICK
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    busy: dict[Feed, asyncio.Task[datetime]] = {}
    try:
        while True:
            if loop.time() >= looked + TICK:
                version = await _reloaded(rota, feeds, version, world)
                looked = loop.time()
            for feed in [feed for feed, task in busy.items() if task.done()]:
                rota.done(feed, busy.pop(feed).result(), world.clock())
            taken = rota.take(world.clock()) if version >= 0 else []
            known = await _bookmarks(taken, world) if taken else {}
            for feed in taken:
                busy[feed] = loop.create_task(_turn(feed, world, known.get(feed.address)))
                busy[feed].add_done_callback(lambda _: ended.set())
            ended.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await ended.wait()
    finally:
        await end(list(busy.values()))


async def _reloaded(rota: Rota, feeds: list[Feed], version: int, world: World) -> int:
    """The version of what is watched, which is read again when another has written something."""
    try:
        if (turned := await world.store.version()) != version:
            known = await world.store.next_polls()
            own = await world.store.feeds()
            watched = await asyncio.to_thread(_watched, feeds, own)
            rota.load({feed: known.get(feed.address) for feed in watched}, world.clock())
    except StoreFailed as error:
        log.warning("%s", error)
        return version
    return turned


def _watched(feeds: list[Feed], own: Sequence[OwnFeed]) -> list[Feed]:
    """The operator's feeds, then channels' own, each once."""
    found = []
    for one in own:
        try:
            found.append(from_chat(one.address))
        except WordsWrong as error:  # a form of address that an older version knew
            log.warning("%s (a feed of %s's own)", error, one.channel)
    return list(dict.fromkeys([*feeds, *found]))


async def sound(feeds: list[Feed], world: World) -> list[Feed]:
    """What is watched, less what fails: one that fails is asked by itself, so that it takes no other with it."""
    known = await world.store.bookmarks()
    watched = _watched(feeds, await world.store.feeds())
    return [feed for feed in watched if feed.address not in known or not known[feed.address].failures]


async def _bookmarks(feeds: list[Feed], world: World) -> Mapping[str, Bookmark]:
    """Those of feeds that are asked together, in one step; none where the store fails, as each poll will tell it."""
    try:
        return await world.store.bookmarks([feed.address for feed in feeds])
    except StoreFailed:
        return {}


async def _turn(feed: Feed, world: World, before: Bookmark | None) -> datetime:
    """A feed's turn, and when its next one comes; `before` is its bookmark, where it is known."""
    if feed.url == "sample:" and not await _is_read(feed, world):
        return world.clock() + timedelta(seconds=TICK)
    return await _poll(feed, world, before)


async def _is_read(feed: Feed, world: World) -> bool:
    """Whether the sample's day may go on: when somebody is there to read it. Its baseline is read at once."""
    try:
        return not await world.store.bookmark(feed.address) or bool((await world.store.rulebook()).subscriptions)
    except StoreFailed:
        return False  # whoever claims deliveries tells it


async def _poll(feed: Feed, world: World, before: Bookmark | None) -> datetime:
    """One poll, told in one line; its outcome never stops the others."""
    try:
        polled = await flow.poll(feed, world, before)
    except (SourceFailed, StoreFailed) as error:
        _count_failure(feed, error, world)
        due = await _next_try(feed, error, world)
        log.warning("%s%s", _sentence(feed, error), "" if due >= NEVER else f" Next try at {due:%H:%M} UTC.")
        return due
    except Exception:  # our own mistake with one feed: the others are polled all the same
        log.exception("%s: a poll broke off; it is tried again in a while", _name(feed))
        return world.clock() + AFTER_A_FAULT
    _tell_polled(polled, world)
    return polled.due


def _count_failure(feed: Feed, error: SourceFailed | StoreFailed, world: World) -> None:
    if isinstance(error, SourceFailed):
        world.tally.unread(feed, limited=error.status == HTTPStatus.TOO_MANY_REQUESTS)


async def _next_try(feed: Feed, error: Exception, world: World) -> datetime:
    """When the bookmark says; in a while where the failure could not be written there."""
    if isinstance(error, SourceFailed):
        with contextlib.suppress(StoreFailed):
            known = await world.store.bookmark(feed.address)
            if known and known.due:
                return known.due
    return world.clock() + AFTER_A_FAULT


def _after(error: SourceFailed | StoreFailed) -> float:
    """The seconds that a feed's owner asked us to stay away."""
    return (error.after or 0.0) if isinstance(error, SourceFailed) else 0.0


def _sentence(feed: Feed, error: Exception) -> str:
    name, said = _name(feed), str(error)
    return said if name in said else f"{name}: {said}"


def _name(feed: Feed) -> str:
    return "the sample" if feed.url == "sample:" else sources.mask(feed.address)


def _tell_polled(polled: Polled, world: World) -> None:
    world.tally.polled(polled.feed, read=polled.papers, new=polled.new, planned=polled.deliveries)
    if not (polled.odd or polled.baseline or polled.new or polled.deliveries or polled.held):
        return  # nearly always: not even its name is needed
    name = _name(polled.feed)
    figures = {"source": name, "papers": polled.papers, "new": polled.new, "planned": polled.deliveries}
    for odd in polled.odd:
        log.info("%s: %s", name, odd)
    if polled.baseline:
        known = "1 paper is" if polled.papers == 1 else f"{polled.papers} papers are"
        log.info("%s: %s known from now on; what comes later is posted", name, known, extra=figures)
    elif polled.deliveries or (polled.new and polled.feed.url != "sample:"):  # the sample's day has 48 quiet polls
        log.info("%s: %d new of %d, %d to post", name, polled.new, polled.papers, polled.deliveries, extra=figures)
    if polled.held:
        log.warning("%s: %s", name, polled.held)


async def fill_in_all(feeds: list[Feed], world: World, gap: float = GAP) -> None:
    """Fetch the past of the sources that have one, in the background, until all of it is there."""
    await asyncio.gather(*(_fill_in(feed, world, gap) for feed in feeds if past.has_past(feed)))


async def _fill_in(feed: Feed, world: World, gap: float) -> None:
    """A day a request, the latest first; a day that fails is tried again after the others, ever later."""
    failed, found, left = 0, 0, True
    while left:
        pause = gap
        try:
            days = await backfill.missing(feed, world)
            found += await backfill.fetch(feed, days[failed % len(days)], world) if days else 0
            left = days != []
        except (SourceFailed, StoreFailed) as error:
            failed += 1
            pause = gap and max(backoff(failed, FIRST_BACKOFF, LONGEST_BACKOFF).total_seconds(), _after(error))
            log.warning("%s Its past is fetched later.", _sentence(feed, error))
        await asyncio.sleep(pause if left else 0)
    if found:
        log.info("%s: %d papers of the days before are stored, to be searched", _name(feed), found)


async def renew_all(feeds: list[Feed], world: World, gap: float = GAP) -> None:
    """Ask again for the days of the last fortnight whenever they are due, one after the other, until cancelled."""
    while True:
        try:
            for feed in _watched(feeds, await world.store.feeds()):
                await _renew(feed, world, gap)
        except StoreFailed as error:
            log.warning("%s", error)
        await asyncio.sleep(LOOK)


async def _renew(feed: Feed, world: World, gap: float) -> bool:
    """The days that are due now; False when one of them failed, and the others wait with it."""
    for day in await renewing.due(feed, world):
        try:
            _tell_renewed(await renewing.renew(feed, day, world), day, world)
        except SourceFailed as error:
            log.warning("%s Votes of %s are looked up later.", _sentence(feed, error), f"{day:%d %B}")
            return False
        except StoreFailed:
            raise
        except Exception:  # our own mistake with one day: feeds are polled all the same
            log.exception("%s: %s could not be looked up again", _name(feed), f"{day:%d %B}")
            return False
        await asyncio.sleep(gap)
    return True


def _tell_renewed(polled: Polled, day: date, world: World) -> None:
    world.tally.polled(polled.feed, read=polled.papers, new=polled.new, planned=polled.deliveries)
    if polled.deliveries:
        log.info("%s: %s again, %d to post", _name(polled.feed), f"{day:%d %B}", polled.deliveries)


# ── once ────────────────────────────────────────────────────────────────────────────────────────────


async def once(feeds: list[Feed], world: World) -> int:
    """Poll what is due, deliver what is due, and return the exit code: 1 when a source or a delivery failed."""
    known = await world.store.bookmarks()
    failed = False
    watched = _watched(feeds, await world.store.feeds())
    for feed in steps("Reading sources", watched):
        mark = known.get(feed.address)
        if feed.url.startswith(("http:", "https:")) and mark and mark.due and waits(mark.due, world.clock()):
            log.info("%s: not due before %s", sources.mask(feed.address), f"{mark.due:%d %B %H:%M} UTC")
        else:
            failed |= not await _polled(feed, world)
        failed |= not await _renew(feed, world, gap=0)
    with progress("Posting") as told:
        failed |= await _deliver_due(world, told)
    await silence.arrange(world)
    while await tend(world):  # what is paced, or was edited a moment ago, is for the next run
        pass
    return int(failed)


async def _polled(feed: Feed, world: World) -> bool:
    """One poll of a single run; whether it could be read."""
    try:
        _tell_polled(await flow.poll(feed, world), world)
    except SourceFailed as error:
        _count_failure(feed, error, world)
        log.warning("%s", _sentence(feed, error))
        return False
    return True


async def _deliver_due(world: World, told: Told = quiet) -> bool:
    """Deliver until nothing is due any more; True when something could not be delivered."""
    failed, sent = False, 0
    while True:
        claims = await flow.claim(world, WORKER, CHANNELS_AT_ONCE)
        took = await _delivered(claims, world)
        sent += sum(one for one, claim in zip(took, claims, strict=True) if not claim.delivery.message)
        failed |= not all(took)
        told(sent, 0)
        if not claims:
            due = await world.store.due(list(world.chats))
            wait = (due - world.clock()).total_seconds() if due else None
            if wait is None or wait > 10:  # paced channels are waited for; what was put off is for the next run
                break
            await asyncio.sleep(max(0.01, wait))
    log.info("%d posted", sent)
    return failed


async def _delivered(claims: list[Claim], world: World) -> list[bool]:
    """Which of them their channels have; what broke is raised once every other has ended."""
    took = await asyncio.gather(*(flow.deliver(claim, world) for claim in claims), return_exceptions=True)
    for ended in took:
        if isinstance(ended, BaseException):
            raise ended
    return [ended for ended in took if ended is True or ended is False]
