"""A digest: planned once, posted part by part, each remembered before the next; what is above `max` in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot import rounds, rules, summary
from bot.errors import MessageGone, Refused, TryLater
from bot.flow.world import World, ranks, turn
from bot.matching import Ranks, of_the_day
from bot.model import Claim, Delivery, Item, Line, Paper, Post
from bot.ports import Chat

UNWANTED = "The channel was unsubscribed from the rules that matched before it could be posted."
PASSED = "It was among the highest of its day for a while, and others had passed it when the digest was made."

FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the papers of one digest, the same in each of its parts."""

    first: Item
    total: int
    rest: int
    rules: tuple[str, ...]
    week: tuple[Line, ...] = ()
    since: datetime | None = None

    def render(self, items: Sequence[Item], part: int, parts: int, threads: Mapping[int, str] | None = None) -> Post:
        delivery = self.first.delivery
        due, sent = delivery.due, delivery.posted_at
        assert due is not None
        assert sent is not None
        late = rounds.is_late(due, sent) and delivery.bundle in ("digest", "overflow")
        return summary.digest(
            items,
            day=rounds.local_date(delivery.options, sent),
            kind="waited" if delivery.bundle == "paused" else delivery.bundle or "digest",
            since=rounds.local(delivery.options, self.since) if self.since else None,
            paused=delivery.bundle == "paused",
            part=part,
            parts=parts,
            total=self.total,
            rest=self.rest if part == 1 else 0,
            rules=self.rules,
            late=(rounds.local(delivery.options, due), rounds.local(delivery.options, sent)) if late else None,
            week=self.week,
            threads=threads or {},
        )


async def send(claim: Claim, world: World) -> None:
    """Plan the parts, unless that was done before a crash; then post those that the channel has not had."""
    items, now = list(claim.items), world.clock()
    if all(item.delivery.part is None for item in items):
        due = min(item.delivery.due for item in items if item.delivery.due)
        then = rounds.put_off(claim.delivery.options, due, now) if claim.delivery.bundle == "digest" else None
        if then is not None:
            await world.store.put_off(claim, then, "digest")
            return
    items = await _planned(claim, items, world)
    left = [part for part in _parts(items) if _unsaid(items, part)]
    for part in left:
        await turn(claim.delivery.channel, world)
        await _post(claim, part, items, world) if part > 0 else await _rest(claim, part, world)
        if part != left[-1] and await paused(claim, world):
            return
    await world.store.done(claim)


async def paused(claim: Claim, world: World) -> bool:
    """Give it back for the time that its channel takes no other message; False where a channel takes any number."""
    pace = world.chats[claim.delivery.channel.platform].pace
    if pace:
        await world.store.let_go(claim, world.clock() + pace, doubt=False)
    return bool(pace)


def _parts(items: Sequence[Item]) -> list[int]:
    """The digest's messages in their order: 1, 2, …, then -1, -2, … in its thread."""
    return sorted({part for item in items if (part := item.delivery.part)}, key=lambda part: (part < 0, abs(part)))


def _unsaid(items: Sequence[Item], part: int) -> bool:
    return any(item.delivery.part == part and not item.delivery.message for item in items)


async def unwanted(deliveries: Sequence[Delivery], world: World) -> list[Delivery]:
    """Those of one channel whose every rule has been unsubscribed since they were planned."""
    if not deliveries:
        return []
    kept = {one.rule for one in await world.store.subscriptions(deliveries[0].channel)}
    return [one for one in deliveries if (wanted := {r.rule for r in one.reasons}) and not wanted & kept]


async def passed(items: Sequence[Item], world: World) -> list[int]:
    """The rows of papers that were wanted for their place in their day (`top:10`) and do not hold it any more."""
    asked = [item for item in items if of_the_day(item.delivery.reasons)]
    places: dict[str, int] = {}
    for papers in _by_day([item.paper for item in asked]):
        before, after = await ranks(papers, world, world.clock())
        places |= await asyncio.to_thread(_overtaken, papers, before, after)
    return await asyncio.to_thread(lambda: [one.delivery.row for one in asked if not _holds(one, places, world)])


def _by_day(papers: Iterable[Paper]) -> Iterable[list[Paper]]:
    days: dict[date | None, list[Paper]] = {}
    for paper in papers:
        came = paper.announced or paper.seen
        days.setdefault(came.date() if came else None, []).append(paper)
    return days.values()


def _overtaken(brought: Sequence[Paper], before: Ranks, after: Ranks) -> dict[str, int]:
    """The places of a day's papers as its digest has them: whoever was lifted over one of them by votes of this
    installation alone, and does not come in the digest, takes no place away, or there would be a paper too few."""
    here = {paper.id for paper in brought}
    return {
        name: after[name]
        - sum(after[u] < after[name] and was > before[name] for u, was in before.items() if u not in here)
        for name in here & after.keys() & before.keys()
    }


def _holds(item: Item, places: Ranks, world: World) -> bool:
    """Whether the paper's place is good enough for any rule that brought it; what else has changed about the paper
    since takes nothing back. Rules were readable when they were kept."""
    for rule in {reason.rule for reason in item.delivery.reasons}:
        told = rules.explain(rules.parse(rule, world.acronyms), item.paper, acronyms=world.acronyms, ranks=places)
        if not any(term.startswith("top:") for term in told.missing):
            return True
    return False


async def _planned(claim: Claim, items: list[Item], world: World) -> list[Item]:
    """The items with their parts: the best `max` of them in messages, the others one a line in the thread."""
    fresh = [item for item in items if item.delivery.part is None and item.delivery.message is None]
    if not fresh:
        return items
    gone = {one.row: UNWANTED for one in await unwanted([item.delivery for item in fresh], world)}
    held = [item for item in fresh if item.delivery.row not in gone and _was_held(item, claim)]
    gone |= dict.fromkeys(await passed(held, world), PASSED)
    wanted = summary.ranked(item for item in fresh if item.delivery.row not in gone)
    most = claim.delivery.options.max if claim.delivery.bundle == "digest" else None
    if not wanted:
        await world.store.parted(claim, {}, gone)
        return []
    shown, rest = wanted[:most], wanted[most:] if most is not None else []
    chat = world.chats[claim.delivery.channel.platform]
    frame = await _frame(wanted, len(rest), world)
    parts = summary.split(shown, frame.render, chat.fits)
    lines = summary.split(rest, _one_liners, chat.fits) if rest else []
    numbers = {i.delivery.row: n for n, part in enumerate(parts, 1) for i in part}
    numbers |= {i.delivery.row: -n for n, part in enumerate(lines, 1) for i in part}
    await world.store.parted(claim, numbers, gone)
    return [_in_part(i, numbers[i.delivery.row]) for i in wanted]


def _was_held(item: Item, claim: Claim) -> bool:
    """Whether it waited for its day to be over: for its digest, or for one that its channel could not be sent."""
    bundle = claim.delivery.bundle
    return bundle == "digest" or (bundle in ("waited", "paused") and item.delivery.options.mode != "instant")


def _in_part(item: Item, part: int) -> Item:
    return replace(item, delivery=replace(item.delivery, part=part))


def _one_liners(items: Sequence[Item], part: int, parts: int) -> Post:
    return summary.one_liners(items, part=part, parts=parts)


async def _frame(items: Sequence[Item], rest: int, world: World) -> Frame:
    """What stands around these papers, if they go out now."""
    first, channel = items[0], items[0].delivery.channel
    sent = first.delivery.posted_at or world.clock()
    oldest = min(item.delivery.due for item in items if item.delivery.due)
    first = replace(first, delivery=replace(first.delivery, posted_at=sent, due=oldest))
    found_by = tuple(dict.fromkeys(r.rule for item in items for r in item.delivery.reasons if r.rule))
    since = (await world.store.customs([channel]))[channel].lost_since if first.delivery.bundle == "waited" else None
    return Frame(first, len(items), rest, found_by, await _week(first, world), since)


async def _week(first: Item, world: World) -> tuple[Line, ...]:
    """On Fridays, what this channel voted for and discussed most in the seven days before."""
    delivery = first.delivery
    assert delivery.posted_at is not None
    if delivery.bundle != "digest" or rounds.local_date(delivery.options, delivery.posted_at).weekday() != FRIDAY:
        return ()
    since = delivery.posted_at - timedelta(days=7)
    had = [item for item in await world.store.lately(delivery.channel, since) if _before(item, delivery)]
    voted = sorted((i for i in had if i.delivery.votes), key=lambda i: (-i.delivery.votes, i.delivery.row))
    return summary.week(voted, [item for item in had if item.delivery.thread])


def _before(item: Item, delivery: Delivery) -> bool:
    return bool(item.delivery.posted_at and delivery.posted_at and item.delivery.posted_at < delivery.posted_at)


async def _post(claim: Claim, part: int, items: Sequence[Item], world: World) -> None:
    """One message of the digest."""
    mine = [item for item in items if item.delivery.part == part]
    channel, chat = claim.delivery.channel, world.chats[claim.delivery.channel.platform]
    parts = max(item.delivery.part or 0 for item in items)
    rest = sum((item.delivery.part or 0) < 0 for item in items)
    frame = await _frame(items, rest, world)
    top = await _top(claim, world) if part > 1 else None
    post = summary.filed(frame.render(summary.ranked(mine), part, parts), mine, top)
    key = f"{claim.delivery.known_as}|digest|{claim.delivery.digest}|{part}"
    message = await chat.post(channel, post, key, doubt=claim.delivery.doubt)
    await _remember(claim, message, mine, world)


async def _remember(claim: Claim, message: str, mine: Sequence[Item], world: World) -> None:
    await world.store.posted(claim, message, world.clock(), [item.delivery.row for item in mine])
    world.tally.ended(claim.delivery.channel.platform, "posted", len(mine))


async def _top(claim: Claim, world: World) -> str | None:
    """The digest's first message, which the others go on from."""
    items = await world.store.passengers(claim.delivery.digest or 0)
    return next((i.delivery.message for i in items if i.delivery.part == 1 and i.delivery.message), None)


async def _rest(claim: Claim, part: int, world: World) -> None:
    """Some of what is above `max`, one paper a line, in the thread of the digest's first message."""
    assert claim.delivery.digest is not None
    chat = world.chats[claim.delivery.channel.platform]
    items = await world.store.passengers(claim.delivery.digest)
    top = next((i.delivery.message for i in items if i.delivery.part == 1 and i.delivery.message), None)
    mine, below = [i for i in items if i.delivery.part == part], [i for i in items if (i.delivery.part or 0) < 0]
    parts = -min(item.delivery.part or 0 for item in items)
    post = summary.one_liners(mine, part=-part, parts=parts, total=len(below))
    key = f"{claim.delivery.known_as}|digest|{claim.delivery.digest}|rest|{-part}"
    message = await _line_up(chat, claim, top, post, key, first=part == -1)
    await _remember(claim, top or message, mine, world)


async def _line_up(chat: Chat, claim: Claim, top: str | None, post: Post, key: str, *, first: bool) -> str:
    """Say it in the digest's thread, which the first of them opens; where there can be none, in the channel."""
    channel, doubt = claim.delivery.channel, claim.delivery.doubt
    try:
        if top is not None and first:
            return await chat.thread(channel, top, post.headline.text, post, key, doubt=doubt)
        if top is not None:
            return await chat.reply(channel, top, post, key, doubt=doubt)
    except TryLater:
        raise
    except (MessageGone, Refused):
        pass
    return await chat.post(channel, post, key, doubt=doubt)


async def shown(channel_items: Sequence[Item], message: str, world: World) -> Post | None:
    """What a message is to show now: a paper's own post, or the part of the digest it is. None: nothing is known."""
    if not channel_items:
        return None
    one = channel_items[0]
    if one.delivery.card == message:
        return summary.card(one.delivery, one.paper)
    if one.delivery.bundle is None or one.delivery.digest is None:
        return summary.post(one.delivery, one.paper)
    items = await world.store.passengers(one.delivery.digest)
    mine = _as_posted([item for item in items if item.delivery.message == message and (item.delivery.part or 0) > 0])
    if not mine:
        return None
    parts = max(item.delivery.part or 0 for item in items)
    frame = await _frame(items, sum((item.delivery.part or 0) < 0 for item in items), world)
    return frame.render(mine, mine[0].delivery.part or 1, parts, await _threads(mine, world))


def _as_posted(items: Sequence[Item]) -> list[Item]:
    """In the order they were posted in, before anybody here could vote: lines do not move under a reader's eyes."""
    by_row = {item.delivery.row: item for item in items}
    unvoted = [replace(item, delivery=replace(item.delivery, votes=0)) for item in items]
    return [by_row[item.delivery.row] for item in summary.ranked(unvoted)]


async def _threads(items: Sequence[Item], world: World) -> dict[int, str]:
    """Where each paper that is discussed has its thread."""
    found: dict[int, str] = {}
    for item in items:
        if item.delivery.thread:
            chat = world.chats[item.delivery.channel.platform]
            link = await chat.link(item.delivery.channel, item.delivery.thread)
            found |= {item.delivery.row: link} if link else {}
    return found
