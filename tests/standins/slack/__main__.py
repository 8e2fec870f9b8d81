"""The stand-in as a process of its own: `python -m tests.standins.slack --pace 50 --history --rooms 20`.

Its first line on standard output is JSON: `env`, what a bot needs to be pointed here, and `look`, an address: a GET
answers with all messages, faults and pauses; a POST types a command or presses a button. It ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from tests.standins.slack.serving import serving
from tests.standins.slack.standin import StandIn


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.slack", description=__doc__)
    asked.add_argument("--port", type=int, default=0, help="0: any free one")
    asked.add_argument(
        "--pace", type=float, help="times Slack's one message a second a channel; unlimited if not given"
    )
    asked.add_argument("--burst", type=int, default=3, help="messages that a channel takes at once")
    asked.add_argument("--history", action="store_true", help="grant the history scopes")
    asked.add_argument("--rationed", action="store_true", help="15 messages a minute of history")
    asked.add_argument("--rooms", type=int, default=0, help="channels C0ROOM1 … beside C0GENERAL")
    return asked.parse_args()


async def _serve(asked: argparse.Namespace) -> None:
    rooms = ["C0GENERAL", *(f"C0ROOM{number}" for number in range(1, asked.rooms + 1))]
    standin = StandIn(pace=asked.pace, burst=asked.burst, history=asked.history, rationed=asked.rationed, rooms=rooms)
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with serving(standin, asked.port):
        told = {"env": standin.env, "look": f"{standin.base}/stand-in", "team": standin.team, "rooms": rooms}
        print(json.dumps(told), flush=True)  # how its starter finds it
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_asked()))
