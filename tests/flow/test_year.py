"""A year of digests in five time zones, with weekends and a bot that is away: each on its minute, none twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import bot.store
from bot import flow
from bot.flow import World
from bot.matching import Matcher
from bot.model import Channel, Feed, Options, Post, Subscription
from tests.fakes.chat import FakeChat
from tests.flow.stage import FakeFetch, paper

START, END = datetime(2026, 1, 1, 0, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed("https://feed.example/papers", "https://feed.example/papers")

CHANNELS = {
    Channel("local", "berlin"): Options("daily", "09:00", "Europe/Berlin", "mon-fri"),
    Channel("local", "new-york"): Options("daily", "02:30", "America/New_York", "mon-sun"),  # the hour that goes
    Channel("local", "auckland"): Options("daily", "08:15", "Pacific/Auckland", "mon-fri"),
    Channel("local", "kolkata"): Options("daily", "18:45", "Asia/Kolkata", "mon-sat"),
    Channel("local", "santiago"): Options("weekly", "00:00", "America/Santiago", "sun"),  # the midnight that goes
}
"""Every one of the zones, but one, changes its clocks twice in the year, on both halves of the earth."""

AWAY = [
    (datetime(2026, 2, 3, 7, 30, tzinfo=UTC), 2 * HOUR),  # over one digest: late
    (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), 30 * HOUR),  # over Europe's short night
    (datetime(2026, 6, 10, 6, 0, tzinfo=UTC), 24 * HOUR),  # until an hour before the next: merged
    (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), 9 * HOUR),  # over Europe's long night
    (datetime(2026, 12, 20, 0, 0, tzinfo=UTC), 6 * DAY),
]


@dataclass
class Year:
    """The clock, and when each message went out."""

    time: datetime = START
    sent: dict[Channel, list[tuple[datetime, Post]]] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.time

    def is_away(self) -> datetime | None:
        """When the bot is back, if it is away now."""
        return next((start + span for start, span in AWAY if start <= self.time < start + span), None)


def slots(wish: Options) -> list[datetime]:
    """Every moment of the year at which a digest is wanted: reckoned in another way than `rounds` does it."""
    zone, found = ZoneInfo(wish.tz or ""), []
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    first, _, last = (wish.days or "").partition("-")
    wanted = range(names.index(first), names.index(last or first) + 1)
    day, hour, minute = date(2025, 12, 31), *map(int, (wish.at or "").split(":"))
    while day < date(2027, 1, 9):
        if day.weekday() in wanted:
            naive = datetime.combine(day, time(hour, minute))
            before = (datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY).astimezone(zone).utcoffset()
            moments = [naive.replace(tzinfo=UTC) - HOUR * quarter / 4 for quarter in range(-56, 57, 2)]
            there = [at for at in moments if at.astimezone(zone).replace(tzinfo=None) == naive]
            assert before is not None
            found.append(min(there) if there else (naive - before).replace(tzinfo=UTC))
        day += DAY
    return found


def wanted(found: datetime, due: list[datetime]) -> datetime:
    """When a paper found then is to go out, the bot's absences considered."""
    slot = next(at for at in due if at > found)
    for start, span in AWAY:
        back = start + span
        if start <= slot < back:
            following = next(at for at in due if at > back)
            late = back - slot > timedelta(minutes=15)
            return following if late and following - back <= 3 * HOUR else back
    return slot


async def test_a_year_of_digests_comes_on_its_minutes_and_none_twice(tmp_path: Path) -> None:
    dice = random.Random(5)
    year, chat, fetch = Year(), FakeChat(), FakeFetch([[]])
    store = await bot.store.open(str(tmp_path / "year.db"))
    world = World(store, year.clock, fetch, fetch.read, {"local": chat}, Matcher())
    await store.lead()
    for channel, wish in CHANNELS.items():
        await store.subscribe(Subscription(channel, "quantum", "local:ada", wish), START)
    await flow.poll(FEED, world)  # the baseline
    found, when = await _live(year, world, fetch, dice)
    await store.close()
    assert len(found) > 400
    late = 0
    for channel, wish in CHANNELS.items():
        due = slots(wish)
        expected = {name: wanted(at, due) for name, at in found.items()}
        got = dict(when[channel])
        assert len(when[channel]) == len(got), f"{channel}: a paper came twice"
        assert got == {name: at for name, at in expected.items() if at < END}, str(channel)
        posts = [said for said in chat.said if said.channel == channel]
        assert len(posts) == len(set(got.values())), f"{channel}: more than one message a digest"
        lates = [at for at in set(got.values()) if at not in due]
        late += len(lates)
        assert sum("Late: it was due" in said.post.plain for said in posts) == len(lates)
    assert late >= 4


async def _live(
    year: Year, world: World, fetch: FakeFetch, dice: random.Random
) -> tuple[dict[str, datetime], dict[Channel, list[tuple[str, datetime]]]]:
    """The year, from event to event: when each paper was found, and when each channel was told of it."""
    chat = world.chats["local"]
    assert isinstance(chat, FakeChat)
    found: dict[str, datetime] = {}
    when: dict[Channel, list[tuple[str, datetime]]] = {channel: [] for channel in CHANNELS}
    poll = START + HOUR
    while year.time < END:
        due = await world.store.due(["local"])
        year.time = max(year.time, min(poll, due or END))
        year.time = year.is_away() or year.time
        if year.time >= END:
            break
        if year.time >= poll:
            papers = [paper(f"{len(found) + n}", "On quantum things") for n in range(dice.randrange(1, 5))]
            fetch.days = [papers]
            await flow.poll(FEED, world)
            found |= {one.id: year.time for one in papers}
            poll = year.time + timedelta(minutes=dice.randrange(60, 72 * 60))
        before = len(chat.said)
        while claims := await flow.claim(world, "year", 10):
            assert all([await flow.deliver(claim, world) for claim in claims])
        for said in chat.said[before:]:
            when[said.channel] += [(entry.paper or "", year.time) for entry in said.post.entries]
    return found, when
