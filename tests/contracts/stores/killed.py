"""A process killed before each statement of a step in turn: `python -m tests.contracts.stores.killed STEP FOLDER`.

Every try is a fork that works on its own copy of one file, counts the statements SQLite is about to run, and gets
SIGKILL before the given one; the last try runs through. Prints for each what the file then holds, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio import Future
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlite_utils import Database

from bot.errors import RulesChanged
from bot.model import Bookmark, Claim, Delivery, Poll
from bot.store.sqlite.file import steps as sharing
from bot.store.sqlite.file.connection import connect
from bot.store.sqlite.file.steps import Step, together
from bot.store.sqlite.tables import claims, digests, moving, outages, outbox
from bot.store.sqlite.tables.fairness import Longest
from tests.contracts.stores.nouns import FEED, GENERAL, MINUTE, NOW, PACE, RANDOM, TEAM, paper, poll, why

PATIENCE = timedelta(seconds=30)
BRIDGE = paper("arxiv:a", title="Bridge", aliases=("url:a", "url:b"))


def prepare(db: Database) -> None:
    """Two papers that will turn out to be one, each pending for one channel."""
    outbox.record(db, poll(paper("url:a"), paper("url:b"), to=[GENERAL]), NOW)


def claim_one(db: Database) -> list[Claim]:
    return claims.claim(db, "w", NOW, MINUTE, 5, PACE, {}, Longest())


def record(db: Database) -> None:
    found = (BRIDGE, paper("arxiv:new"))
    planned = tuple(Delivery(p.id, c, (why("again"),)) for p in found for c in (GENERAL, TEAM))
    outbox.record(db, Poll(Bookmark(FEED, etag='"new"'), found, planned), NOW)


def polls(db: Database) -> None:
    """Three polls in one transaction, of which the second is refused."""
    sharing.LONG = 3600.0  # a busy machine must not part them
    loop = asyncio.new_event_loop()
    there = [poll(paper(f"arxiv:{n}"), to=[GENERAL], version=version) for n, version in enumerate((None, 7, None))]
    steps = [Step(partial(outbox.record, poll=one, now=NOW), Future(loop=loop)) for one in there]
    together(db, steps, lambda error: error)
    assert [type(step.error) for step in steps] == [type(None), RulesChanged, type(None)]
    loop.close()


def first(db: Database) -> Claim:
    return claim_one(db)[0]


def steps() -> dict[str, Callable[[Database], Callable[[], object]]]:
    """What is under way when the kill comes; what must stand before it is done first."""

    def finishing(step: Callable[[Database, Claim], object]) -> Callable[[Database], Callable[[], object]]:
        def begin(db: Database) -> Callable[[], object]:
            claim = first(db)
            return lambda: step(db, claim)

        return begin

    return {
        "record": lambda db: lambda: record(db),
        "polls": lambda db: lambda: polls(db),
        "claim": lambda db: lambda: claim_one(db),
        "posted": finishing(lambda db, claim: outbox.posted(db, claim, "m1", NOW, ())),
        "done": finishing(outbox.done),
        "later": finishing(lambda db, claim: outbox.later(db, claim, NOW + MINUTE, "busy", NOW, True, True)),
        "fail": finishing(lambda db, claim: outbox.fail(db, claim, "refused", "no")),
        "put off": finishing(lambda db, claim: digests.put_off(db, claim, NOW + MINUTE, "digest")),
        "part": finishing(lambda db, claim: digests.parted(db, claim, {claim.delivery.row: 1}, {})),
        "lose": finishing(lambda db, claim: digests.lost(db, claim, "gone", NOW, NOW + MINUTE, MINUTE, ())),
        "shut": finishing(lambda db, claim: outages.shut(db, "local", "no", NOW, NOW + MINUTE, MINUTE, claim)),
        "move": finishing(lambda db, claim: moving.move(db, GENERAL, RANDOM, NOW)),
    }


def attempt(step: str, file: Path, deadly: int) -> None:
    """In the child: take the step, and be killed before its statement number `deadly`."""
    db = connect(file, PATIENCE)
    take_step = steps()[step](db)
    run = count(1)

    def about_to_run(statement: str) -> None:
        if next(run) == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    db.conn.set_trace_callback(about_to_run)
    take_step()
    os._exit(0)


def held(file: Path) -> str:
    """All that the file holds, and that SQLite finds it sound."""
    db = connect(file, PATIENCE)
    assert [tuple(row) for row in db.execute("PRAGMA integrity_check")] == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    dump = "\n".join(line for line in db.conn.iterdump() if "_sqlite_migrations" not in line)
    db.close()
    return dump


def main(step: str, folder: str) -> None:
    start = Path(folder) / "start.db"
    db = connect(start, PATIENCE)
    prepare(db)
    db.close()
    for deadly in count(1):
        file = Path(folder) / f"{deadly}.db"
        shutil.copy(start, file)
        child = os.fork()
        if child == 0:
            attempt(step, file, deadly)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"killed": os.WIFSIGNALED(status), "held": held(file)}))
        if not os.WIFSIGNALED(status):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
