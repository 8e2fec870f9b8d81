"""The power is cut: `uv run python -m tests.bench.powercut [--kills 200] [--papers 500] [--channels 20]`. Prints only.

The real `paper-round run`, as a process of its own, posts to stand-ins of Slack and Discord and to local channels, and
mails digests through a real SMTP server (aiosmtpd). It is killed (SIGKILL) at random moments and started again; then
every channel is read, and papers lost and doubled are counted: for posts, and for the openers of their threads in
every third channel of a platform (`thread:auto`). Half of Discord's channels are forums, where each paper is a post of
its own and its opener the second message there.

Mail's hard moment is when the server has taken a mail and the bot has not yet written that down: a share of the kills
is aimed at it. Mailboxes are read as those show them that know a Message-ID again, and as those that do not. A digest
is due in the next life, as the clock is not waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import bot.store
from bot.cli.progress import steps
from bot.model import Bookmark, Channel, Options, Poll, Subscription
from bot.ports import Store
from tests.door.command import environment, paper_round
from tests.standins.discord import Discord
from tests.standins.discord.world import FORUM, TEXT
from tests.standins.mail import MailServer, mail_server, text_of
from tests.standins.slack import StandIn, serving

PACE = 50.0
EARLY = 0.2
"""The share of kills at any moment of start-up; the others come while papers go out."""
SPREAD = 0.4
"""Seconds after the first message of a life within which it is killed."""
MAILED = 0.4
"""The share of kills within `HARD` seconds of a mail server's taking a mail, if one is taken in that life."""
HARD = 0.03
PATIENCE = 30.0
"""Seconds a life gets for its first message, on a machine however busy."""
PLATFORMS = ("slack", "discord", "local", "email")
BASE = "https://papers.example.org"


@dataclass(frozen=True)
class Plan:
    """What is done: `history` grants the scope by which Slack lets the bot look for what it said."""

    kills: int = 200
    papers: int = 500
    channels: int = 20
    seed: int = 1
    history: bool = True
    pace: float = PACE


@dataclass
class Count:
    """What one platform's channels hold, beside what they should: each paper, and each thread's opener, once."""

    due: int = 0
    lost: int = 0
    doubled: int = 0
    threads: int = 0
    openers_lost: int = 0
    openers_doubled: int = 0


@dataclass
class Outcome:
    """What came of it. `in_hand` are the kills that left a delivery under way, `doubtful` these deliveries."""

    counts: dict[str, Count] = field(default_factory=dict)
    kills: int = 0
    in_hand: int = 0
    doubtful: int = 0
    limited: int = 0
    again: int = 0
    """Mails that were handed in a second time under their Message-ID; `repeated` papers they brought again."""
    repeated: int = 0
    faults: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class Rig:
    """Stand-ins that outlive every process of the bot, its store, and a feed that grows."""

    def __init__(self, plan: Plan, home: Path, slack: StandIn, discord: Discord, mail: MailServer) -> None:
        self.plan, self.home, self.slack, self.discord, self.mail = plan, home, slack, discord, mail
        self.chance = random.Random(plan.seed)
        self.day, self.db = home / "day.json", home / "round.db"
        self.rooms = {one: self._channel(one) for one in range(plan.channels)}
        self.outcome = Outcome()
        self.log = (home / "bot.log").open("w")

    def _channel(self, number: int) -> Channel:
        platform = PLATFORMS[number % len(PLATFORMS)]
        if platform == "email":
            return Channel(platform, f"reader{number}@mail.example")
        if platform == "slack":
            return Channel(platform, f"{self.slack.team}/C{number}")
        if platform == "discord":
            kind = FORUM if number // len(PLATFORMS) % 2 else TEXT
            return Channel(platform, f"{self.discord.guild}/{self.discord.add_channel(f'room-{number}', kind).id}")
        return Channel(platform, f"room-{number}")

    def threaded(self) -> list[Channel]:
        """The channels where every post opens its thread."""
        some = [channel for number, channel in self.rooms.items() if number // len(PLATFORMS) % 3 == 0]
        return [channel for channel in some if channel.platform != "email"]

    async def prepare(self) -> None:
        """A baseline of one paper, and every channel wanting all that follow, each in a message of its own."""
        (self.home / "mine.toml").write_text(f"[limits]\npace = {self.plan.pace}\n[web]\nport = 0\n")
        opened = await bot.store.open(str(self.db))
        for channel in self.rooms.values():
            mode: Any = "daily" if channel.platform == "email" else "instant"
            wish = Options(mode=mode, start=0, thread="auto" if channel in self.threaded() else "off")
            await opened.subscribe(Subscription(channel, "quantization", "local:bench", wish), datetime.now(UTC))
        await opened.close()
        self.write(0)
        words = ("run", "--once", "--source", str(self.day), "--store", str(self.db))
        ended = await asyncio.to_thread(paper_round, self.home, *words)
        assert ended.code == 0, ended.err

    def write(self, papers: int) -> None:
        """The feed as it stands once so many papers have come."""
        items = [
            {
                "id": f"https://papers.example/{number}",
                "url": f"https://papers.example/{number}",
                "title": title(number),
                "content_text": f"We study the quantization of network {number} and measure what it costs.",
                "authors": [{"name": "Ada Lovelace"}],
            }
            for number in range(papers + 1)
        ]
        self.day.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Lab", "items": items}))

    async def publish(self, papers: int) -> None:
        """The feed has grown, and is to be read as soon as somebody runs."""
        self.write(papers)
        opened = await bot.store.open(str(self.db))
        known = await opened.bookmark(str(self.day)) or Bookmark(str(self.day))
        await opened.record(Poll(replace(known, due=datetime.now(UTC))), datetime.now(UTC))
        await self._morning(opened)
        await opened.close()

    async def _morning(self, opened: Store) -> None:
        """The time of all digests that wait has come; nobody waits for nine o'clock."""
        for channel in self.rooms.values():
            if channel.platform == "email":
                waits = [one for one in await opened.deliveries(channel, 10**6) if one.state == "pending"]
                await opened.replan([replace(one, due=datetime.now(UTC)) for one in waits if one.part is None])

    async def start(self) -> asyncio.subprocess.Process:
        """A life of the bot."""
        words = ("-m", "bot", "run", "--source", str(self.day), "--store", str(self.db), "--config", "mine.toml")
        env = environment(self.home, **self.slack.env, **self.discord.env, **self.mail.env, BOT_PUBLIC_URL=BASE)
        return await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=self.home, env=env, stdout=self.log, stderr=self.log
        )

    def said(self) -> int:
        """Messages that the platforms have taken so far."""
        return (
            len(self.slack.said)
            + sum(len(place.messages) for place in self.discord.places.values())
            + len(self.mail.taken)
        )

    async def cut(self, startup: float) -> float:
        """One life, killed at a random moment; the seconds it took to say its first word."""
        before, began = self.said(), time.monotonic()
        bot_ = await self.start()
        if self.chance.random() < EARLY:
            await asyncio.sleep(self.chance.uniform(0, startup))
        else:
            await _until(lambda: self.said() > before or bot_.returncode is not None, PATIENCE)
            if self.said() > before:
                startup = time.monotonic() - began
            mails = len(self.mail.taken)
            if self.chance.random() < MAILED:
                await _until(lambda: len(self.mail.taken) > mails, 2 * SPREAD)
                await asyncio.sleep(self.chance.uniform(0, HARD))
            else:
                await asyncio.sleep(self.chance.uniform(0, SPREAD))
        assert bot_.returncode is None, (self.home / "bot.log").read_text()[-2000:]
        bot_.kill()
        await bot_.wait()
        left = self.ask("SELECT count(*) FROM delivery WHERE leased_until IS NOT NULL")[0][0]
        self.outcome.kills += 1
        self.outcome.in_hand += left > 0
        self.outcome.doubtful += left
        return startup

    async def settle(self) -> None:
        """The last lives, which are left alone until nothing waits any more; then told to stop.

        What the first of them reads is mailed by the second.
        """
        waiting = "SELECT count(*) FROM delivery WHERE (state = 'pending' OR leased_until IS NOT NULL)"
        all_of_them = self.plan.papers * self.plan.channels
        for left in (f"{waiting} AND platform <> 'email'", waiting):

            def settled(left: str = left) -> bool:
                recorded = self.ask("SELECT count(*) FROM delivery")[0][0] == all_of_them
                return recorded and self.ask(left)[0][0] == 0

            bot_ = await self.start()
            await _until(settled, 60 + all_of_them / 20, 0.2)
            bot_.send_signal(signal.SIGTERM)
            await bot_.wait()
            await self.publish(self.plan.papers)

    def ask(self, sql: str) -> list[tuple[int, ...]]:
        """The store's own tables, read beside the bot."""
        with contextlib.closing(sqlite3.connect(self.db, timeout=10)) as db:
            return db.execute(sql).fetchall()

    async def count(self) -> Outcome:
        """Read every channel as the people in it do."""
        for platform in PLATFORMS:
            self.outcome.counts[platform] = Count()
        opened = await bot.store.open(str(self.db))
        for channel in self.rooms.values():
            posts, openers = await self._read(channel, opened)
            found, count = Counter(map(paper_in, posts)), self.outcome.counts[channel.platform]
            count.due += self.plan.papers
            count.lost += sum(not found[number] for number in range(1, self.plan.papers + 1))
            count.doubled += sum(max(0, found[number] - 1) for number in range(1, self.plan.papers + 1))
            if channel in self.threaded():
                hung = Counter(map(paper_in, openers))
                count.threads += self.plan.papers
                count.openers_lost += sum(not hung[number] for number in range(1, self.plan.papers + 1))
                count.openers_doubled += sum(max(0, times - 1) for times in hung.values())
        await opened.close()
        self._count_mail()
        self.outcome.limited = self.slack.limits.refused + self.discord.pacing.limited
        self.outcome.faults = [*self.slack.faults, *self.discord.faults]
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            self.outcome.states = Counter(dict(db.execute("SELECT state, count(*) FROM delivery GROUP BY state")))
        return self.outcome

    def _count_mail(self) -> None:
        """What mailboxes hold that keep every mail they are handed."""
        handed = Counter((to, str(message_from_bytes(mail)["Message-ID"])) for to, mail in self.mail.taken)
        self.outcome.again = sum(times - 1 for times in handed.values())
        for channel in self.rooms.values():
            if channel.platform == "email":
                mails = [
                    message_from_bytes(mail, policy=default) for to, mail in self.mail.taken if to == channel.place
                ]
                found = Counter(map(paper_in, mailed(mails)))
                self.outcome.repeated += sum(times - 1 for times in found.values())

    async def _read(self, channel: Channel, opened: Store) -> tuple[list[str], list[str]]:
        """A channel's posts and the openers of its threads, as words."""
        if channel.platform == "slack":
            said = self.slack.public(channel.place.partition("/")[2])
            return [one.shown for one in said if not one.thread], [one.shown for one in said if one.thread]
        if channel.platform == "discord":
            place = int(channel.place.partition("/")[2])
            threads = [one for one in self.discord.places.values() if one.parent == place]
            hung_there = [told for thread in threads for told in thread.messages if told.kind == 0]
            begun = {thread.id for thread in threads}  # a forum's post and its first message share their number
            firsts = [*self.discord.places[place].messages, *(told for told in hung_there if told.id in begun)]
            return [told.text for told in firsts], [told.text for told in hung_there if told.id not in begun]
        if channel.platform == "email":
            return mailed(self.mail.mails(channel.place)), []
        kept = await opened.messages(channel, limit=10**6)
        hung = [await opened.messages(channel, thread=one.id, limit=100) for one in kept]
        inside = [one.post.plain for thread in hung for one in thread if one.thread]
        return [one.post.plain for one in kept if not one.thread], inside


def title(number: int) -> str:
    """A title by which the paper is known again wherever it is shown; its abstract says the number too."""
    return f"Quantization of network {number}, quickly"


def mailed(mails: Sequence[EmailMessage]) -> list[str]:
    """The papers' lines in these mails."""
    return [line for mail in mails for line in re.findall(r"^\d+\. (.*)$", text_of(mail), re.MULTILINE)]


def paper_in(words: str) -> int:
    """Which paper a message is about."""
    _, _, after = words.partition("of network ")
    digits = after.split(",")[0].split(" ")[0].strip()
    return int(digits) if digits.isdecimal() else -1


async def _until(fulfilled: Callable[[], bool], within: float, every: float = 0.002) -> None:
    end = time.monotonic() + within
    while not fulfilled() and time.monotonic() < end:  # noqa: ASYNC110 — what is waited for happens in another process
        await asyncio.sleep(every)


async def ordeal(plan: Plan, home: Path) -> Outcome:
    """All of it: prepare, cut so many times while the papers come, let it finish, count."""
    began = time.monotonic()
    slack = StandIn(pace=plan.pace, history=plan.history, rooms=[f"C{number}" for number in range(plan.channels)])
    discord = Discord(pace=plan.pace)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(slack))
        await stack.enter_async_context(discord)
        rig = Rig(plan, home, slack, discord, await stack.enter_async_context(mail_server()))
        stack.callback(rig.log.close)
        await rig.prepare()
        startup = 2.0
        for life in steps("Killing", range(plan.kills)):
            await rig.publish(plan.papers * (life + 1) // plan.kills)
            startup = await rig.cut(startup)
        await rig.settle()
        outcome = await rig.count()
    return replace(outcome, seconds=time.monotonic() - began)


def show(plan: Plan, outcome: Outcome) -> None:
    """The table."""
    scope = "with" if plan.history else "without"
    print(
        f"\n{outcome.kills} kills ({outcome.in_hand} with {outcome.doubtful} deliveries in hand) while {plan.papers} "
        f"papers went to {plan.channels} channels, Slack {scope} history scope, seed {plan.seed}: "
        f"{outcome.seconds:.0f} s, {outcome.limited} 429s, states {dict(outcome.states)}"
    )
    print(f"{'':10}{'due':>8}{'lost':>8}{'doubled':>9}{'threads':>9}{'lost':>8}{'doubled':>9}")
    for platform, one in outcome.counts.items():
        print(
            f"{platform:10}{one.due:8}{one.lost:8}{one.doubled:9}"
            f"{one.threads:9}{one.openers_lost:8}{one.openers_doubled:9}"
        )
    print(
        f"email counts mailboxes that know a Message-ID; to those that do not, {outcome.again} mails were handed in "
        f"again, with {outcome.repeated} papers"
    )
    for fault, times in Counter(outcome.faults).most_common(5):
        print(f"fault, {times} times: {fault}")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench.powercut")
    for name, number in (("kills", 200), ("papers", 500), ("channels", 20), ("seed", 1)):
        asked.add_argument(f"--{name}", type=int, default=number)
    asked.add_argument("--slack", choices=("history", "bare", "both"), default="both", help="Slack's scope")
    asked.add_argument("--keep", type=Path, help="a folder for the bot's log and database")
    given = asked.parse_args()
    for history in (True, False):
        if given.slack in ("both", "history" if history else "bare"):
            plan = Plan(given.kills, given.papers, given.channels, given.seed, history)
            with tempfile.TemporaryDirectory() as folder:
                home = (given.keep / f"history-{history}") if given.keep else Path(folder)
                home.mkdir(parents=True, exist_ok=True)
                show(plan, asyncio.run(ordeal(plan, home)))


if __name__ == "__main__":
    main()
