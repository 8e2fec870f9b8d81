"""A simulated year: `uv run python -m tests.bench.soak [days] [feeds] [channels] [rules] [papers a day]`.

The real flow over a real SQLite file, from hour to hour of a clock that the simulation turns: feeds that fail and are
served twice, platforms that are down, answers that get lost, crashes between a post and its being written down, clocks
that jump, channels that are archived, paused or get other ids, a server that takes the bot out, rules that come and go,
two floods that are held for a person, right after and right before channels move, and old papers thinned while their
feeds still show them. (What channels and people are called is not kept, so names may change as they like.) Beside it
stands a reckoning of our own: for each paper, at the moment it was first read, which channels' rules hold its words.
In the end every one of those must be accounted for.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
from array import array
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.store
from bot import flow
from bot.cli.progress import steps
from bot.errors import ChannelLost, SourceFailed, TryLater, Unsure
from bot.flow import World, keeping, later
from bot.matching import Matcher
from bot.model import Bookmark, Change, Channel, Customs, Feed, Options, Paper, Post, Reading, Subscription
from bot.ports import Fetched, Store
from tests.fakes.chat import FakeChat

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOWN = 40
"""Papers that a feed shows: some of them for months, long after they were thinned."""
WORDS = 4000
MANY = 10_000
"""Channels at the most, and messages that a platform remembers by their keys."""
KEPT = timedelta(days=60)
FLOOD = 700
"""Papers that one feed brings at once on these days of the year."""
FLOODED = (45, 200)
_NAME = re.compile(r"\bzq(\d+)z\b")


class Cut(BaseException):
    """The power goes: after the platform took a message, before anybody wrote that down."""


@dataclass(slots=True)
class Platform(FakeChat):
    """Remembers messages by their keys and is asked for them in doubt; down, lossy and cut off as the year says."""

    down: bool = False
    lossy: float = 0.0
    cutting: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(3))
    keys: dict[str, str] = field(default_factory=dict)
    shown: array[int] = field(default_factory=lambda: array("Q"))
    """Each paper that a message shows, with its channel, in one number: the reckoning must not be what grows."""
    places: dict[Channel, int] = field(default_factory=dict)
    messages: int = 0

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        if self.down:
            raise TryLater("503")
        if channel in self.lost:
            raise ChannelLost("It is archived: unarchive it.")
        if doubt and key in self.keys:
            return self.keys[key]
        self.messages += 1
        self.keys[key] = str(self.messages)
        if len(self.keys) > MANY:  # what is in doubt is asked for within days
            del self.keys[next(iter(self.keys))]
        for name in set(_NAME.findall(post.plain)):
            self.shown.append(int(name) * MANY + self.places[channel])
        if self.cutting:
            self.cutting = False
            raise Cut
        if self.lossy and self.dice.random() < self.lossy:
            raise Unsure("the answer was lost")
        return self.keys[key]

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        await self.post(channel, opener, key, doubt=doubt)
        return message

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        return await self.post(channel, post, key, doubt=doubt)

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """It shows something else; what it shows was counted when it was said."""


@dataclass
class Owners:
    """All feeds: what each shows, and which fail."""

    papers: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))
    failing: set[str] = field(default_factory=set)
    flooding: set[str] = field(default_factory=set)
    """Feeds that show all they have for once."""

    def shown(self, feed: Feed) -> list[Paper]:
        return self.papers[feed.address][-(FLOOD if feed.address in self.flooding else SHOWN) :]

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        if feed.address in self.failing:
            raise SourceFailed(f"{feed.address} could not be reached.")
        shown = [paper.id for paper in self.shown(feed)]
        digest = str(hash(tuple(shown)))
        body = None if digest == bookmark.digest else json.dumps(shown).encode()
        return Fetched(body, replace(bookmark, digest=digest))

    async def read(self, fetched: Fetched, feed: Feed, before: Bookmark) -> Reading:
        return Reading(tuple(self.shown(feed)), feed.address, "soak")


@dataclass
class Size:
    """How large a year it is."""

    days: int = 365
    feeds: int = 200
    channels: int = 2000
    rules: int = 5000
    papers: float = 140.0
    """A day, over all feeds."""


class Year:
    """The simulation: its clock, its bot, and its own reckoning."""

    def __init__(self, size: Size, file: Path) -> None:
        self.size, self.file, self.dice = size, file, random.Random(7)
        self.time, self.skew = START, timedelta()
        self.owners = Owners()
        self.feeds = [Feed(f"https://feed{n}.example/rss", f"https://feed{n}.example/rss") for n in range(size.feeds)]
        self.chats = {name: Platform(name) for name in ("slack", "discord", "local")}
        self.channels = [self._channel(number) for number in range(size.channels)]
        self.words = [f"{_syllables(n)}x" for n in range(WORDS)]
        self.rules: dict[str, dict[str, set[Channel]]] = defaultdict(lambda: defaultdict(set))
        """First word → rule → channels that have it now."""
        self.places = {channel: number for number, channel in enumerate(self.channels)}
        for chat in self.chats.values():
            chat.places = self.places
        self.expected = array("Q")
        self.known: set[str] = set()
        self.gone: set[Channel] = set()
        self.archived: list[Channel] = []
        self.made = 0
        self.counts: Counter[str] = Counter()
        self.store: Store
        self.world: World

    def clock(self) -> datetime:
        return self.time + self.skew

    def _channel(self, number: int) -> Channel:
        platform = ("slack", "discord", "local")[number % 3]
        team = f"{'T' if platform == 'slack' else ''}{number % 23}"
        return Channel(platform, f"c{number}" if platform == "local" else f"{team}/C{number}")

    # ── the bot ──

    async def start(self) -> None:
        self.store = await bot.store.open(str(self.file))
        await self.store.lead()
        self.world = World(
            self.store, self.clock, self.owners, self.owners.read, dict(self.chats), Matcher(), max_age=timedelta()
        )
        self.counts["starts"] += 1

    async def restart(self) -> None:
        await self.store.close()
        await self.start()

    async def poll(self, feed: Feed) -> None:
        """What is expected of new papers is reckoned by the rules of this moment."""
        try:
            polled = await flow.poll(feed, self.world)
        except SourceFailed:
            self.counts["polls failed"] += 1
            return
        self.counts["polls"] += 1
        for paper in self.owners.shown(feed):
            if paper.id not in self.known:
                self.known.add(paper.id)
                if not polled.baseline:
                    number = int(paper.id.partition(":")[2]) * MANY
                    self.expected.extend(number + self.places[channel] for channel in self.matching(paper))

    def matching(self, paper: Paper) -> set[Channel]:
        words = set(paper.title.split())
        return {
            channel
            for word in words & self.rules.keys()
            for rule, channels in self.rules[word].items()
            if set(rule.split()) <= words
            for channel in channels
        } - self.gone

    async def deliver(self) -> None:
        """Whatever is due, then what became of papers."""
        while claims := await flow.claim(self.world, "soak", 256):
            for claim in claims:
                await flow.deliver(claim, self.world)
                self.counts["claims"] += 1
        for claim in await later.claim_news(self.world, "soak", 256):
            await later.tell(claim, self.world)
        for edit in await later.edits(self.world, 256):
            await later.edit(edit, self.world)

    # ── what happens ──

    async def begin(self) -> None:
        await self.start()
        for feed in self.feeds:
            self.write(feed, 3)
            await self.poll(feed)
        for channel in self.channels:
            await self.store.keep_customs(Customs(channel, self._wish(channel)))
        for _ in range(self.size.rules):
            await self.subscribe()

    def _wish(self, channel: Channel) -> Options:
        mode = self.dice.choices(["daily", "weekly", "instant"], [6, 1, 3])[0]
        zone = self.dice.choice(["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"])
        most = self.dice.choice([None, None, None, 3])
        return Options(mode, f"{self.dice.randrange(24):02}:00", zone, "mon-fri", max=most, start=0, thread="off")  # type: ignore[arg-type]

    async def subscribe(self) -> None:
        channel = self.dice.choice(self.channels)
        if channel in self.gone:
            return
        words = [self._word() for _ in range(self.dice.choice([1, 1, 2]))]
        rule = " ".join(dict.fromkeys(words))
        made = await self.store.subscribe(Subscription(channel, rule, "local:ada"), self.clock())
        first = rule.split()[0]
        self.rules[first][made.rule].add(channel)

    async def unsubscribe(self) -> None:
        found = await self.store.subscriptions(self.dice.choice(self.channels))
        for one in found[:1]:
            await self.store.unsubscribe(one.channel, one.id)
            self.rules[one.rule.split()[0]][one.rule].discard(one.channel)

    def _word(self) -> str:
        """Some words are many times as frequent as others, as in titles."""
        return self.words[int(WORDS * self.dice.random() ** 2)]

    def write(self, feed: Feed, count: int) -> None:
        """New papers in a feed; some of them stand in a second one, too."""
        for _ in range(count):
            self.made += 1
            name = f"zq{self.made}z"
            title = " ".join([name, *(self._word() for _ in range(7))])
            paper = Paper(f"url:{self.made}", title, feed.address, abstract="Of no account here. " * 30)
            others = [self.dice.choice(self.feeds)] if self.dice.random() < 0.1 else []
            for one in [feed, *others]:
                self.owners.papers[one.address] = [*self.owners.papers[one.address], paper][-FLOOD:]

    async def day(self, number: int) -> None:
        """A day's accidents, drawn before its hours."""
        dice = self.dice
        self.owners.failing = {feed.address for feed in self.feeds if dice.random() < 0.03}
        if number == 120:
            self.owners.failing = {feed.address for feed in self.feeds}
        for chat in self.chats.values():
            chat.down, chat.lossy = dice.random() < 0.02, 0.01
        self.skew = {40: 5 * HOUR, 41: timedelta(), 90: -3 * HOUR, 92: timedelta()}.get(number, self.skew)
        if number % 30 == 10:
            lost = {channel for channel in self.channels if dice.random() < 0.01}
            for chat in self.chats.values():
                chat.lost = frozenset(one for one in lost | self.gone if one.platform == chat.platform)
        if number == 150:  # a workspace takes the bot out
            self.gone = {one for one in self.channels if one.platform == "slack" and one.place.startswith("T3/")}
            self.chats["slack"].lost |= self.gone
            await flow.answer(Change(Channel("slack", "T3/"), "expelled", "The app was uninstalled."), self.world)
        await self.floods(number)
        for _ in range(max(1, self.size.rules // 500)):
            await self.subscribe()
            await self.unsubscribe()
        if number % 25 == 20:
            await self.move(dice.choice([one for one in self.channels if one.platform == "slack"]))
        await self.archive(number)
        if number % 7 == 3:
            paused = dice.choice(self.channels)
            known = (await self.store.customs([paused]))[paused]
            await self.store.keep_customs(replace(known, paused_until=self.clock() + 3 * DAY))

    async def floods(self, number: int) -> None:
        """A feed brings 700 papers at once, right after channels have got other ids, and once more while they wait.

        Of the first flood somebody says two days later that it is to be posted; the second is left to wait.
        """
        flooded, feed = number in FLOODED, self.feeds[0]
        self.owners.flooding = {feed.address} if flooded else set()
        if flooded:
            self.owners.failing.discard(feed.address)
            self.write(feed, FLOOD)
        if flooded or number - 1 in FLOODED:
            slack = [one for one in self.channels if one.platform == "slack"]
            for channel in self.dice.sample(slack, 1 + len(slack) // 50):
                await self.move(channel)
        if number - 2 == FLOODED[0]:
            self.counts["held, then let go"] = await self.store.release(None, self.clock())

    async def archive(self, number: int) -> None:
        """A platform tells that a channel is archived, and two days later that it is back."""
        if number % 30 == 17:
            self.archived = self.dice.sample([one for one in self.channels if one not in self.gone], 2)
            for one in self.archived:
                self.chats[one.platform].lost |= {one}
                await flow.answer(Change(one, "lost", "It is archived: unarchive it."), self.world)
        if number % 30 == 19:
            for one in self.archived:
                self.chats[one.platform].lost -= {one}
                await flow.answer(Change(one, "back"), self.world)

    async def move(self, channel: Channel) -> None:
        """Slack gives the channel another id, as it does when one is shared or made private."""
        if channel in self.gone:
            return
        new = replace(channel, place=f"{channel.place}m")
        self.places[new] = self.places[channel]
        self.channels[self.places[channel]] = new
        for rules in self.rules.values():
            for channels in rules.values():
                if channel in channels:
                    channels.remove(channel)
                    channels.add(new)
        slack = self.chats["slack"]
        slack.lost = slack.lost - {new} | {channel}
        await flow.answer(Change(channel, "moved", to=new), self.world)
        self.counts["moves"] += 1

    async def hours(self, number: int) -> None:
        for hour in range(24):
            self.time = START + number * DAY + hour * HOUR
            if number % 11 == 5 and hour == 9:
                self.chats[self.dice.choice(list(self.chats))].cutting = True
            for place, feed in enumerate(self.feeds):
                if place % 12 == hour % 12:
                    self.write(feed, self._fresh())
                    await self.poll(feed)
            try:
                await self.deliver()
            except Cut:
                self.counts["cuts"] += 1
                await self.restart()
                await self.deliver()
        await keeping.purge(self.world)
        while await keeping.thin(self.world, keeping.Retention(KEPT, KEPT)):
            self.counts["thinned"] += 1
        if number % 15 == 14:
            await self.restart()

    def _fresh(self) -> int:
        """New papers of one feed since its last poll, half a day ago."""
        mean = self.size.papers / self.size.feeds / 2
        return int(mean) + (self.dice.random() < mean % 1)

    # ── the reckoning ──

    def account(self) -> Counter[str]:
        """What became of each match that was expected; `missing` and `doubled` are what must not be."""
        with closing(sqlite3.connect(self.file)) as db:
            rows = db.execute(
                "SELECT paper.id, channel, state, digest IS NOT NULL, coalesce(error, '') FROM delivery "
                "JOIN paper ON paper.number = delivery.paper WHERE state <> 'merged'"
            ).fetchall()
        found = {(paper, channel): (state, digest, error) for paper, channel, state, digest, error in rows}
        told = Counter(number for chat in self.chats.values() for number in chat.shown)
        wanted = set(self.expected)
        sums: Counter[str] = Counter(expected=len(wanted))
        for number in wanted:
            paper, channel = f"url:{number // MANY}", self.channels[number % MANY]
            sums[self._fate(found.get((paper, str(channel))), told[number], channel)] += 1
        sums["missing"] += 0
        sums["doubled"] = sum(count > 1 for count in told.values())
        sums["uncalled for"] = sum(number not in wanted for number in told)
        return sums

    def _fate(self, found: tuple[str, bool, str] | None, told: int, channel: Channel) -> str:
        if found is None:
            return "purged with its workspace" if channel in self.gone else "missing"
        state, digest, reason = found
        if state == "sent":
            return ("posted in a digest" if digest else "posted alone") if told else "missing"
        if state in ("refused", "given_up") and not reason:
            return "missing"
        names = {"pending": "waiting", "held": "held for a person", "refused": "refused, with the reason"}
        names["given_up"] = "given up, with the reason"
        return names.get(state, state)

    async def oldest(self) -> float:
        """Days that the oldest due delivery has waited, where nothing keeps its channel."""
        ages = [(self.clock() - one.due).total_seconds() for one in await self.store.waiting() if one.due]
        return max([0.0, *ages]) / 86400


def _syllables(number: int) -> str:
    """A made-up word: no plural, no family of its own."""
    letters = []
    for _ in range(3):
        number, rest = divmod(number, 16)
        letters.append("bdfgklmnprstvzhj"[rest] + "aeiou"[(number + rest) % 5])
    return "".join(letters)


async def run(size: Size, file: Path) -> Year:
    """The year; a line a month."""
    logging.getLogger("paper-round").setLevel(logging.CRITICAL)
    year = Year(size, file)
    began = time.perf_counter()
    await year.begin()
    print(f"{'day':>4}{'expected':>10}{'messages':>10}{'db MB':>8}{'RSS MB':>8}{'peak':>6}{'oldest d':>9}{'CPU s':>8}")
    for number in steps("Living days", range(size.days)):
        await year.day(number)
        await year.hours(number)
        if number % 30 == 29 or number == size.days - 1:
            said = sum(chat.messages for chat in year.chats.values())
            megabytes = await asyncio.to_thread(lambda: file.stat().st_size / 1e6)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{number + 1:4}{len(year.expected):10}{said:10}{megabytes:8.1f}{_rss():8}{peak:6}"
                f"{await year.oldest():9.2f}{time.process_time():8.0f}",
                flush=True,
            )
    year.counts["seconds"] = round(time.perf_counter() - began)
    await settle(year)
    await year.store.close()
    return year


async def settle(year: Year) -> None:
    """A calm fortnight without new papers, so that what waits has had its turn."""
    for chat in year.chats.values():
        chat.down, chat.lossy = False, 0.0
        chat.lost = frozenset(one for one in year.gone if one.platform == chat.platform)
    for _ in range(15 * 24):
        year.time += HOUR
        await year.deliver()
    await keeping.purge(year.world)


def _rss() -> int:
    try:
        line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    except OSError:  # not Linux
        return 0
    return int(line.split()[1]) // 1024


def main(*asked: str) -> None:
    size = Size(*(float(one) if "." in one else int(one) for one in asked))  # type: ignore[arg-type]
    print(", ".join(f"{value} {name}" for name, value in asdict(size).items()))
    with tempfile.TemporaryDirectory() as folder:
        year = asyncio.run(run(size, Path(folder) / "soak.db"))
        print("\nWhat became of every match:")
        for fate, count in sorted(year.account().items(), key=lambda pair: -pair[1]):
            print(f"{count:10}  {fate}")
        print("\nMeanwhile:", ", ".join(f"{count} {what}" for what, count in year.counts.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
