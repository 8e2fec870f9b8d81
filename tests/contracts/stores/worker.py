"""Other processes for `test_processes.py`: `python -m tests.contracts.stores.worker ROLE FILE`. Prints what it did."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

import bot.store
from bot.ports import Store
from tests.contracts.stores.nouns import NOW, PACE, paper, poll, take

HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=1)


async def opens(store: Store) -> None:
    print(await store.version())


async def leads(store: Store) -> None:
    """Lead, take what is due, and stand still until killed."""
    await store.lead()
    for claim in await take(store, lease=HOUR):
        print(claim.delivery.row, claim.lease, flush=True)
    print("ready", flush=True)
    await asyncio.sleep(600)


async def works(store: Store) -> None:
    """Deliver whatever is due a day later, from the moment somebody says go."""
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    while await store.due(PACE) is not None:
        for claim in await store.claim("worker", LATER, lease=HOUR, limit=3, pace=PACE):
            print(claim.delivery.row, claim.lease, flush=True)
            await store.posted(claim, f"m{claim.delivery.row}", NOW)
            await store.done(claim)


async def records(store: Store) -> None:
    """Record polls of one paper each."""
    for number in range(50):
        await store.record(poll(paper(f"arxiv:{number}"), paper("arxiv:common")), NOW)
        print(number, flush=True)


async def main(role: str, file: str) -> None:
    store = await bot.store.open(file, patience=timedelta(seconds=30))
    await {"opens": opens, "leads": leads, "works": works, "records": records}[role](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
