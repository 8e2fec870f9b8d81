"""Digests that say "no papers", in channels that ask for them (`empty:say`): once a round, come what may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot import options, rounds, summary
from bot.flow.world import World
from bot.model import Customs, Notice, Options, Subscription
from bot.ports import Round

GRACE = timedelta(seconds=20)
"""So long after a round is it looked at: a poll that was planned for it may still be on its way to the database."""


async def arrange(world: World) -> None:
    """The next round of each channel that wants to hear of empty ones; for whenever rules or settings have changed."""
    now = world.clock()
    wanted = [
        Round(channel, due)
        for channel, (customs, mine) in (await world.store.wishing()).items()
        if (due := _next(_wishes(customs, mine, world), now)) is not None
    ]
    await world.store.arrange(wanted, now)


async def close(world: World) -> int:
    """Close the rounds that have come; how many had no papers, which is to be said."""
    now = world.clock()
    come = await world.store.rounds(now - GRACE)
    wishing = await world.store.wishing() if come else {}
    said = 0
    for one in come:
        customs, mine = wishing.get(one.channel, (Customs(one.channel), ()))
        wishes = _wishes(customs, mine, world)
        due = _next(wishes, now)
        then = Round(one.channel, due) if due else None
        said += await world.store.close_round(one, then, _notice(one, customs, mine, wishes, now), now)
    return said


def _wishes(customs: Customs, mine: Sequence[Subscription], world: World) -> list[Options]:
    """What counts for the rules that come in digests and want to hear of empty ones."""
    every = [options.effective(one.options, customs, world.zone) for one in mine]
    return [wish for wish in every if wish.empty == "say" and wish.mode != "instant"]


def _next(wishes: Iterable[Options], after: datetime) -> datetime | None:
    return min((rounds.next_round(wish, after) for wish in wishes), default=None)


def _notice(
    one: Round, customs: Customs, mine: Sequence[Subscription], wishes: Sequence[Options], now: datetime
) -> Notice | None:
    """What is said of an empty round; nothing while nothing is posted there, or where the next round is near."""
    held = customs.lost_since is not None or (customs.paused_until is not None and customs.paused_until > now)
    if held or not wishes:
        return None
    wish, due = _round_of(one, wishes, now)
    if rounds.put_off(wish, due, now) is not None:
        return None
    rules = [each.rule for each in mine]
    late = (rounds.local(wish, due), rounds.local(wish, now)) if rounds.is_late(due, now) else None
    day = rounds.local_date(wish, due)
    post = summary.digest((), day=day, rules=rules, late=late, weekly=wish.mode == "weekly")
    return Notice(f"{one.channel}|empty|{due.isoformat()}", one.channel, post)


def _round_of(one: Round, wishes: Sequence[Options], now: datetime) -> tuple[Options, datetime]:
    """Whose round it is, and the latest of those that were missed: several days of silence are told in one line."""
    wish = next((each for each in wishes if _is_round(each, one.due)), wishes[0])
    due = one.due
    while (then := rounds.next_round(wish, due)) <= now:
        due = then
    return wish, due


def _is_round(wish: Options, due: datetime) -> bool:
    return rounds.next_round(wish, due - timedelta(microseconds=1)) == due
