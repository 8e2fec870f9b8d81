"""poll, deliver, answer: one function each, read from top to bottom. No I/O of its own: it is handed the world."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import commands, replies, rules, schedule, summary
from bot.errors import LeaseLost, PaperRoundError, Refused, RulesChanged, SourceFailed, TryLater, WordsWrong
from bot.matching import Matcher, plan
from bot.model import (
    Ask,
    Bookmark,
    Claim,
    Delivery,
    Feed,
    Paper,
    Poll,
    Press,
    Reading,
    Reply,
    Rulebook,
    Subscription,
)
from bot.ports import Chat, Clock, Fetch, Fetched, Store

log = logging.getLogger("paper-round")

LEASE = timedelta(minutes=5)
"""Longer than any platform makes us wait for one answer, shorter than a reader's patience after a crash."""

TOMORROW = timedelta(days=1)
"""How far ahead of ours a feed's clock may be: it may be tomorrow already where the feed is made."""

RECENT = 1000
"""Papers a preview and a search look back on."""

Read = Callable[[Fetched, Feed, Bookmark], Awaitable[Reading]]
"""What a body says, off the event loop. Entries that the bookmark before it shows to be recorded may be left out."""


@dataclass(frozen=True, slots=True)
class World:
    """What the flow works with. `matching` lets one batch at a time into the engine, `opening` one person at a time
    open a delivery's thread."""

    store: Store
    clock: Clock
    fetch: Fetch
    read: Read
    chats: Mapping[str, Chat]
    matcher: Matcher
    matching: asyncio.Lock = field(default_factory=asyncio.Lock)
    opening: dict[int, asyncio.Lock] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought: papers in the feed, those never seen before, deliveries made; and when it is due again."""

    feed: Feed
    due: datetime
    papers: int = 0
    new: int = 0
    deliveries: int = 0
    baseline: bool = False
    odd: tuple[str, ...] = ()


# ── poll ────────────────────────────────────────────────────────────────────────────────────────────


async def poll(feed: Feed, world: World) -> Polled:
    """Read a feed, find what is new, plan who hears of it, and record it all in one transaction.

    `SourceFailed` when it cannot be read; that is recorded too, with the time of the next try.
    """
    before = await world.store.bookmark(feed.address) or Bookmark(feed.address)
    answered = False
    try:
        fetched = await world.fetch(feed, before)
        answered = True
        reading = None if fetched.body is None else await world.read(fetched, feed, before)
    except SourceFailed as error:
        await world.store.record(Poll(_failed(before, error, answered, world.clock())), world.clock())
        raise
    return await _record(feed, before, fetched, reading, world)


def _failed(before: Bookmark, error: SourceFailed, answered: bool, now: datetime) -> Bookmark:
    """What is remembered of a poll that failed; `answered`: the owner did send something, only it was no feed."""
    return schedule.after_failure(before, now, str(error), after=error.after, gone=error.gone, answered=answered)


async def _record(feed: Feed, before: Bookmark, fetched: Fetched, reading: Reading | None, world: World) -> Polled:
    now = world.clock()
    papers = tuple(_sober(paper, now) for paper in reading.papers) if reading else ()
    bookmark = _bookmark(feed, fetched, reading, now)
    if before.baseline_at is None:  # first sight: everything is known from now on, nothing is posted
        await world.store.record(Poll(bookmark, papers), now)
        return Polled(feed, _due(bookmark, now), len(papers), len(papers), 0, True, reading.odd if reading else ())
    if not papers:  # most polls of most feeds: nobody need be asked who would want nothing
        await world.store.record(Poll(bookmark), now)
        return Polled(feed, _due(bookmark, now), odd=reading.odd if reading else ())
    while True:
        new, planned, version = await _planned(papers, world)
        try:
            made = await world.store.record(Poll(bookmark, papers, planned, version), now)
        except RulesChanged:
            continue  # somebody subscribed while we matched; their rule counts from that moment, so match again
        odd = reading.odd if reading else ()
        return Polled(feed, _due(bookmark, now), len(papers), len(new), made, False, odd)


async def _planned(papers: tuple[Paper, ...], world: World) -> tuple[list[Paper], tuple[Delivery, ...], int]:
    """The papers never seen before, who hears of them, and the rulebook's version that says so."""
    book = await world.store.rulebook()
    new = await world.store.unknown(papers)
    async with world.matching:
        return new, await asyncio.to_thread(_plan, new, book, world.matcher), book.version


def _plan(new: list[Paper], book: Rulebook, matcher: Matcher) -> tuple[Delivery, ...]:
    matcher.follow(book)
    return plan(matcher.matches(new))


def _sober(paper: Paper, now: datetime) -> Paper:
    """A paper from the year 9999 would be the newest for ever: a date more than a day ahead is no date."""
    return replace(paper, announced=None) if paper.announced and paper.announced > now + TOMORROW else paper


def _bookmark(feed: Feed, fetched: Fetched, reading: Reading | None, now: datetime) -> Bookmark:
    """The feed's bookmark after a poll that was read to its end, with the time of the next."""
    if feed.url.startswith(("http:", "https:")):
        hints = schedule.Hints(ttl=reading.ttl / 60 if reading and reading.ttl else None)
        changed = fetched.body is not None
        due = schedule.next_poll(fetched.bookmark, now, wait=fetched.wait, hints=hints, changed=changed)
    else:
        due = schedule.next_reading(now, fetched.wait)
    return replace(schedule.after_success(fetched.bookmark, due), baseline_at=fetched.bookmark.baseline_at or now)


def _due(bookmark: Bookmark, now: datetime) -> datetime:
    return bookmark.due or now


# ── deliver ─────────────────────────────────────────────────────────────────────────────────────────


async def claim(world: World, worker: str, limit: int) -> list[Claim]:
    """Take what is due now, at most one delivery a channel."""
    pace = {platform: chat.pace for platform, chat in world.chats.items()}
    return await world.store.claim(worker, world.clock(), lease=LEASE, limit=limit, pace=pace)


async def deliver(claim: Claim, world: World) -> bool:
    """Post → remember → thread → remember → done. True when the channel has it; every failure is written down."""
    try:
        message = claim.delivery.message or await _headline(claim, world)
        if claim.delivery.options.thread == "auto" and not claim.delivery.thread:
            await _open_thread(replace(claim.delivery, message=message), claim.paper, world)
        await world.store.done(claim)
    except LeaseLost:
        return False  # another worker carries on from what we remembered
    except TryLater as error:
        await _try_later(claim, error, world)
        return False
    except Refused as error:
        await _end(claim, "refused", str(error), world)
        return False
    return True


async def _headline(claim: Claim, world: World) -> str:
    delivery = claim.delivery
    chat = world.chats[delivery.channel.platform]
    message = await chat.post(delivery.channel, summary.card(delivery, claim.paper), delivery.key)
    await world.store.posted(claim, message, world.clock())
    return message


async def _open_thread(delivery: Delivery, paper: Paper, world: World) -> str:
    chat, message = world.chats[delivery.channel.platform], delivery.message or ""
    name, key = summary.cut(paper.title, 100), f"{delivery.key}|thread"
    thread = await chat.thread(delivery.channel, message, name, summary.opener(paper), key)
    await world.store.threaded(delivery.row, thread)
    return thread


async def _try_later(claim: Claim, error: TryLater, world: World) -> None:
    now = world.clock()
    attempts, first_tried = claim.delivery.attempts + 1, claim.delivery.first_tried or now
    due = schedule.retry_delivery(attempts, first_tried, now, error.after)
    if due is None:
        await _end(claim, "given_up", str(error), world)
        return
    try:
        await world.store.later(claim, due, str(error), now)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)


async def _end(claim: Claim, state: str, reason: str, world: World) -> None:
    log.warning("%s for %s: %s (%s)", claim.paper.id, claim.delivery.channel, reason, state)
    try:
        await world.store.fail(claim, state, reason)
    except LeaseLost:
        log.info("delivery %s was taken over by another worker", claim.delivery.row)


# ── answer ──────────────────────────────────────────────────────────────────────────────────────────


async def answer(asked: Ask | Press, world: World) -> Reply:
    """What the bot says to words and presses. Never raises: what is wrong comes back in a sentence."""
    try:
        return await (_press(asked, world) if isinstance(asked, Press) else _command(asked, world))
    except PaperRoundError as error:
        if not isinstance(error, WordsWrong):
            log.warning("%s in %s: %s", type(asked).__name__, asked.channel, error)
        return replies.wrong(error)
    except Exception:  # the person gets a sentence, the log the traceback: an adapter must never see one
        log.exception("an answer in %s failed", asked.channel)
        return replies.broken()


async def _command(ask: Ask, world: World) -> Reply:
    match commands.read(ask):
        case commands.Subscribe(rule, wanted):
            return await _preview(ask, Subscription(ask.channel, rules.write(rule), ask.person, wanted), rule, world)
        case commands.Unsubscribe() as which:
            return await _unsubscribe(ask, which, world)
        case commands.Search(rule):
            return replies.searched(rule, await _caught(rule, world))
        case commands.Subscriptions():
            return replies.listing(await world.store.subscriptions(ask.channel))
        case commands.Help():
            return replies.helped()


async def _preview(ask: Ask, wish: Subscription, rule: rules.Rule, world: World) -> Reply:
    caught = await _caught(rule, world)
    known = await _same_rule(wish, world)
    draft = await world.store.draft(wish, world.clock())
    return replies.preview(draft, rule, wish.options, caught, known)


async def _caught(rule: rules.Rule, world: World) -> replies.Caught:
    """What the rule would have brought of the papers seen of late; matched off the event loop."""
    papers = await world.store.papers(limit=RECENT)
    hits = await asyncio.to_thread(lambda: tuple(paper for paper in papers if rules.explain(rule, paper).hit))
    oldest = min((day for paper in papers if (day := paper.announced or paper.seen)), default=None)
    return replies.Caught(hits, len(papers), f"{oldest.day} {oldest:%B %Y}" if oldest else "")


async def _unsubscribe(ask: Ask, which: commands.Unsubscribe, world: World) -> Reply:
    found = await world.store.subscriptions(ask.channel)
    if which.number is not None:
        found, named = [s for s in found if s.id == which.number], f"#{which.number}"
    elif which.rule is not None:
        words = rules.write(which.rule)
        found, named = [s for s in found if s.rule == words], words
    else:
        named = "at all"
    ended = [gone for s in found if (gone := await world.store.unsubscribe(ask.channel, s.id))]
    return replies.unsubscribed(ended, ask.person) if ended else replies.no_such(ask.channel, named)


async def _press(press: Press, world: World) -> Reply:
    verb, _, number = press.action.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return replies.nothing_there()
    match verb:
        case "confirm":
            return await _confirm(press, int(number), world)
        case "cancel":
            await world.store.take_draft(int(number), press.channel, press.person)
            return replies.cancelled()
        case "discuss":
            return await _discuss(press, int(number), world)
    return replies.nothing_there()


async def _confirm(press: Press, draft: int, world: World) -> Reply:
    before = {s.id for s in await world.store.subscriptions(press.channel)}
    made = await world.store.confirm(draft, press.channel, press.person, world.clock())
    if made is None:
        return replies.gone()
    return replies.subscribed(made, press.person, updated=made.id in before)


async def _same_rule(wish: Subscription, world: World) -> Subscription | None:
    return next((s for s in await world.store.subscriptions(wish.channel) if s.rule == wish.rule), None)


async def _discuss(press: Press, row: int, world: World) -> Reply:
    """Open a paper's one thread in this channel, or find the one that is there."""
    delivery = await world.store.delivery(row)
    paper = await world.store.paper(delivery.paper) if delivery else None
    if not delivery or not paper or not delivery.message or delivery.channel != press.channel:
        return replies.nothing_there()
    async with world.opening.setdefault(row, asyncio.Lock()):  # two people press at once: one thread
        delivery = await world.store.delivery(row) or delivery
        thread = delivery.thread or await _open_thread(delivery, paper, world)
    return replies.discuss(paper, thread)
