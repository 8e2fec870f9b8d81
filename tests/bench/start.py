"""How soon the bot is ready, and what it takes at rest: prints figures, and never passes or fails on them.

    uv run --group bench python -m tests.bench.start PAPERS.jsonl.gz [--rules 100000] [--times 3] [--rest 20]

The bot is the real one, `paper-round run` as a process, with both platforms connected (stand-ins in this process) and
a feed that has a new paper each time. It is ready when Slack and Discord are heard and when that paper has been asked
of all rules, and what matched is recorded. Memory is what the kernel says of this process at rest: RSS counts every
page that it has, PSS those that it shares with others (Python itself, the C library) by their share. Processes that
read bodies come and go with the work, and are none of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import bot.store
from bot.cli.progress import steps
from bot.store.sqlite.file.connection import connect, writing
from tests.bench.papers import load
from tests.bench.rules import Source
from tests.door.command import daily, environment
from tests.standins.discord import Discord
from tests.standins.slack import StandIn, serving

SLACK_ROOMS, DISCORD_ROOMS, LOCAL_ROOMS = 1_000, 400, 600
"""A server of Discord's holds 500 channels: https://docs.discord.com/developers/resources/guild#create-guild-channel"""
PATIENCE = 120.0
"""Seconds after which a start has failed."""
READY, EMPTY, FULL = 3.0, 90, 140
"""What is wanted: seconds until it is ready; megabytes (2^20) at rest without rules, and with 100,000."""
_ROW = (
    "INSERT INTO subscription (channel, rule, creator, options, state, created) "
    """VALUES (?, ?, 'local:ada', '{"mode":"weekly"}', 'active', '')"""
)
"""Rules for a digest, so that posting is no part of this."""


@dataclass(frozen=True)
class Started:
    """Seconds from the process's start, megabytes at rest, and seconds of processor until then."""

    heard: float
    ruled: float
    rss: float
    pss: float
    cpu: float

    def __str__(self) -> str:
        ready = max(self.heard, self.ruled)
        return f"{self.heard:7.2f} {self.ruled:7.2f} {ready:7.2f} {self.rss:8.1f} {self.pss:7.1f} {self.cpu:7.2f}"


class Rig:
    """A folder, two platforms, and a bot that is started again and again."""

    def __init__(self, home: Path, slack: StandIn, discord: Discord, rest: float) -> None:
        self.home, self.slack, self.discord, self.rest, self.days = home, slack, discord, rest, 0
        (home / "mine.toml").write_text("[web]\nport = 0\n")
        rooms = [f"slack:{slack.team}/{room}" for room in slack.rooms]
        rooms += [f"discord:{discord.guild}/{place}" for place in discord.places]
        self.rooms = [*rooms, *(f"local:room-{number}" for number in range(LOCAL_ROOMS))]

    async def prepare(self) -> None:
        """A file with today's tables."""
        await (await bot.store.open(str(self.home / "round.db"))).close()

    def fill(self, rules: Iterable[str]) -> None:
        """Rules as they are after an import: nothing is compiled yet."""
        db = connect(self.home / "round.db", timedelta(seconds=5))
        with writing(db):
            db.conn.executemany(_ROW, zip(cycle(self.rooms), rules, strict=False))
            db.execute("UPDATE rulebook SET version = version + 1")
        db.close()

    async def start(self) -> Started:
        """One life of the bot, until it has rested."""
        self.days += 1
        papers = [(f"2608.{n:05}", f"Paper {n} of quantization", "We study transformers.") for n in range(self.days)]
        (self.home / "day.json").write_text(daily(*papers))
        with contextlib.closing(sqlite3.connect(self.home / "round.db")) as db, db:
            db.execute("UPDATE bookmark SET due = NULL")  # else a restart asks for nothing before its time
        words = ("-m", "bot", "run", "--source", "day.json", "--config", "mine.toml", "--store", "round.db")
        env = environment(self.home, PYTHONPYCACHEPREFIX=str(self.home / "pyc"), **self.slack.env, **self.discord.env)
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed bot is compiled once, not at every start
        sockets, gateways = self.slack.sockets.opened, self.discord.gateway.connections
        began = time.monotonic()
        with (self.home / "bot.log").open("w") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *words, cwd=self.home, env=env, stdout=log, stderr=log
            )
        heard = asyncio.create_task(self._heard(began, sockets + 1, gateways + 1))
        try:
            async with asyncio.timeout(PATIENCE):
                ruled = await self._ruled(began)
            await asyncio.sleep(self.rest)
            return Started(await heard, ruled, *_memory(process.pid), _processor(process.pid))
        finally:
            heard.cancel()
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def _heard(self, began: float, sockets: int, gateways: int) -> float:
        await self.slack.sockets.connected(opened=sockets)
        await self.discord.listening(gateways)
        return time.monotonic() - began

    async def _ruled(self, began: float) -> float:
        """When the newest paper is recorded, which a poll does once all rules were asked."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home / 'round.db'}?mode=ro", uri=True)) as db:
            while db.execute("SELECT count(*) FROM paper").fetchone()[0] < self.days:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return time.monotonic() - began


def _memory(pid: int) -> tuple[float, float]:
    """RSS and PSS in 2^20 bytes. https://docs.kernel.org/filesystems/proc.html"""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    told = {name: int(rest.split()[0]) / 1024 for name, rest in (line.split(":") for line in lines)}
    return told["Rss"], told["Pss"]


def _processor(pid: int) -> float:
    """Seconds of processor, in the kernel's hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def bench(given: argparse.Namespace, home: Path) -> None:
    standin = StandIn(rooms=[f"C0ROOM{number}" for number in range(SLACK_ROOMS)])
    async with serving(standin) as slack, Discord() as discord:
        for number in range(DISCORD_ROOMS):
            discord.add_channel(f"room-{number}")
        rig = Rig(home, slack, discord, given.rest)
        await rig.prepare()
        print(f"{'':34}  heard   rules   ready   RSS MB     PSS   CPU s")
        print(f"{'the very first start':34} {await rig.start()}", flush=True)
        for _ in steps("Starting without rules", range(given.times)):
            print(f"{'no rules':34} {await rig.start()}", flush=True)
        rig.fill(Source(load(given.papers)).rules(given.rules))
        print(f"{f'{given.rules:,} rules, not compiled yet':34} {await rig.start()}", flush=True)
        for _ in steps("Starting with rules", range(given.times)):
            print(f"{f'{given.rules:,} rules':34} {await rig.start()}", flush=True)
        print(f"wanted: ready within {READY:.0f} s; at rest {EMPTY} MB without rules, {FULL} MB with 100,000")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("papers", type=Path)
    asked.add_argument("--rules", type=int, default=100_000)
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--rest", type=float, default=20)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(asked.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
