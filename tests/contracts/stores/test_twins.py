"""The fake and SQLite are twins: whatever is asked of both, in any order, both answer the same."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import bot.store
from bot.errors import PaperRoundError
from bot.feeds import OwnFeed
from bot.model import Bookmark, Claim, Delivery, Paper, Poll, Signals, State
from bot.ports import Store
from bot.rules import parse
from bot.rules.narrow import needs
from tests.contracts.stores.nouns import FEED, GENERAL, NOW, PACE, RANDOM, TEAM, message, paper, subscription, take, why
from tests.fakes.store import FakeStore

Ask = Callable[[Store, list[Claim], int], object]
"""Something asked of a store, given the claims it handed out so far and the second it is asked at."""

NAMES = st.sampled_from("abcdef").map("url:{}".format)
CHANNELS = st.sampled_from((GENERAL, RANDOM, TEAM))
SECONDS = st.integers(0, 90)
STATES: tuple[State, ...] = ("pending", "pending", "pending", "held", "sent")
PAPERS = st.builds(
    Paper,
    id=NAMES,
    title=st.sampled_from(("", "One", "Two")),
    source=st.just(FEED),
    version=st.none() | st.integers(1, 3),
    abstract=st.sampled_from(("", "Words.")),
    announced=st.none() | SECONDS.map(lambda s: NOW - timedelta(hours=s)),
    announce=st.sampled_from(("new", "cross", "replace")),
    aliases=st.lists(NAMES, max_size=2).map(tuple),
    signals=st.builds(Signals, upvotes=st.none() | st.integers(0, 3)),
)


def at(second: int) -> timedelta:
    return timedelta(seconds=second)


@st.composite
def records(draw: st.DrawFn) -> Ask:
    papers = draw(st.lists(PAPERS, max_size=3))
    due, terms = st.none() | SECONDS.map(lambda s: NOW + at(s)), st.sampled_from("xyz").map(why)
    planned = [
        Delivery(paper.id, draw(CHANNELS), (draw(terms),), draw(st.sampled_from(STATES)), due=draw(due))
        for paper in papers
        for _ in range(draw(st.integers(0, 2)))
    ]
    audience = draw(st.none() | st.frozensets(CHANNELS, min_size=1))
    poll = Poll(Bookmark(FEED), tuple(papers), tuple(planned), audience=audience)
    return lambda store, claims, second: store.record(poll, NOW + at(second))


@st.composite
def claims(draw: st.DrawFn) -> Ask:
    lease, limit = at(draw(st.integers(1, 30))), draw(st.integers(1, 3))

    async def ask(store: Store, held: list[Claim], second: int) -> list[Claim]:
        taken = await take(store, NOW + at(second), limit=limit, lease=lease)
        held.extend(taken)
        return taken

    return ask


@st.composite
def finishes(draw: st.DrawFn) -> Ask:
    which, step, name = draw(st.integers(0, 9)), draw(st.integers(0, 5)), draw(st.sampled_from(("m1", "m2")))

    async def ask(store: Store, held: list[Claim], second: int) -> None:
        if not held:
            return
        claim, now = held[-1 - which % len(held)], NOW + at(second)
        steps = (
            lambda: store.posted(claim, name, now),
            lambda: store.done(claim),
            lambda: store.later(claim, now + at(5), "busy", now),
            lambda: store.fail(claim, "refused", "no"),
            lambda: store.threaded(claim.delivery.row, name),
            lambda: store.done(claim),
        )
        await steps[step]()

    return ask


@st.composite
def words(draw: st.DrawFn) -> Ask:
    rule, channel, number = draw(st.sampled_from("pq")), draw(CHANNELS), draw(st.integers(0, 4))
    asked = subscription(rule, channel)
    answers: tuple[Ask, ...] = (
        lambda store, claims, second: store.subscribe(asked, NOW),
        lambda store, claims, second: store.unsubscribe(channel, number),
        lambda store, claims, second: store.draft(asked, NOW + at(second)),
        lambda store, claims, second: store.take_draft(number, channel, asked.creator),
        lambda store, claims, second: store.say(message(rule, rule, channel, number or None)),
        lambda store, claims, second: store.release(FEED if number else None, NOW + at(second)),
        lambda store, claims, second: store.discard(FEED if number else None, "no"),
        lambda store, claims, second: store.add_feed(OwnFeed(channel, rule, "ada"), Poll(Bookmark(rule)), NOW),
        lambda store, claims, second: store.remove_feed(channel, rule),
        lambda store, claims, second: store.keep_compiled(rule, {number: rule, number + 1: asked.creator}),
        lambda store, claims, second: (
            store.address(channel, f"{channel} {rule}") if number else store.end_address(channel)
        ),
        lambda store, claims, second: store.backfill(FEED, NOW.date(), [paper(f"url:{rule}")], NOW + at(second)),
        lambda store, claims, second: store.record(Poll(Bookmark(FEED, rule), day=NOW.date()), NOW + at(second)),
    )
    return draw(st.sampled_from(answers))


async def answer(ask: Ask, store: Store, claims: list[Claim], second: int) -> object:
    try:
        return await ask(store, claims, second)  # type: ignore[misc]  # every ask is a coroutine
    except PaperRoundError as error:
        return type(error)


async def everything(store: Store) -> list[object]:
    days = await store.days()
    return [
        await store.deliveries(),
        await store.papers(),
        days,
        [await store.day(day) for day, _ in days],
        [await store.paper(f"url:{name}") for name in "abcdef"],
        await store.rulebook(),
        [await store.messages(channel) for channel in (GENERAL, RANDOM, TEAM)],
        await store.channels("local"),
        await store.bookmarks(),
        await store.holding(),
        [await store.reached(f"url:{name}") for name in "abcdef"],
        [[d.row for d, _ in await store.sent(channel, 9)] for channel in (GENERAL, RANDOM, TEAM)],
        await store.waiting(),
        [await store.addressed(secret) for secret in "pq"],
        await store.index(1),
        await store.narrowed(None),
        await store.narrowed(needs(parse("title:two")), limit=2),
        sorted((await store.vocabulary("w", 2)).items()),
        await store.private([Paper(f"url:{name}", "", FEED) for name in "abcdef"]),
        await store.owners(),
        await store.papers(own=[GENERAL, TEAM]),
        await store.narrowed(None, own=[TEAM]),
        await store.day(NOW.date(), own=[GENERAL, RANDOM]),
        [await store.paper(f"url:{name}", own=[TEAM]) for name in "abc"],
        [[d.row for d in await store.reached(f"url:{name}", own=[GENERAL])] for name in "ab"],
        sorted(await store.feeds(), key=str),
        await store.backfilled(FEED),
        await store.pages(FEED),
        [await store.compiled(rule, after) for rule in ("", "a", "b") for after in (0, 1)],
    ]


@given(st.lists(st.tuples(st.one_of(records(), claims(), finishes(), words()), st.integers(0, 40)), max_size=14))
@settings(max_examples=80, deadline=None)
def test_the_fake_answers_what_sqlite_answers(asks: list[tuple[Ask, int]]) -> None:
    async def compare(file: Path) -> None:
        real, fake = await bot.store.open(str(file)), FakeStore()
        held: tuple[list[Claim], list[Claim]] = ([], [])
        second = 0
        for ask, later in asks:
            second += later
            assert await answer(ask, real, held[0], second) == await answer(ask, fake, held[1], second)
            assert await everything(real) == await everything(fake)
            due = await real.due(PACE), await fake.due(PACE)
            now = NOW + at(second)
            assert due[0] == due[1] or (due[0] and due[1] and max(due[0], due[1]) <= now)  # both: at once
        await real.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder) / "a.db"))
