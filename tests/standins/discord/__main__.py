"""The stand-in as a server of its own: `python -m tests.standins.discord --channels 20 --pace 50`.

Prints one line of JSON: the environment for the bot, and the channels. What was said is at `/said`. Ends when stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from tests.standins.discord import Discord


async def serve(port: int, channels: int, pace: float | None) -> None:
    """Until SIGTERM or SIGINT."""
    discord, stopped = Discord(pace=pace, port=port), asyncio.Event()
    places = [discord.general, *(discord.add_channel(f"papers-{n}") for n in range(2, channels + 1))]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with discord:
        named = [f"discord:{discord.guild}/{place.id}" for place in places[:channels]]
        said = f"http://127.0.0.1:{discord.port}/said"
        print(json.dumps({"env": discord.env, "channels": named, "said": said}), flush=True)
        await stopped.wait()


def main() -> None:
    """Read what is wanted and serve."""
    asked = argparse.ArgumentParser(prog="python -m tests.standins.discord", description="A stand-in of Discord.")
    asked.add_argument("--port", type=int, default=0, help="0: any free one")
    asked.add_argument("--channels", type=int, default=1)
    asked.add_argument("--pace", type=float, help="keep Discord's rate limits, so many times faster")
    wanted = asked.parse_args()
    asyncio.run(serve(wanted.port, wanted.channels, wanted.pace))


if __name__ == "__main__":
    main()
