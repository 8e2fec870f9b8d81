"""`paper-round address CHANNEL [--end]`: the secret address of a channel's page, for those it may be shown to."""

from __future__ import annotations

import secrets
from argparse import Namespace

from bot.cli.pages import public_url
from bot.cli.world import opened_store, print_rows, run, settings, tell
from bot.model import Channel

BYTES = 24
"""192 bits, which nobody guesses: https://docs.python.org/3/library/secrets.html"""


def main(words: Namespace) -> int:
    """Print the address, made the first time; or end it."""
    return run(_do(words))


async def _do(words: Namespace) -> int:
    chosen, channel = settings(words), Channel.parse(words.channel)
    base = public_url(chosen.env)
    async with opened_store(chosen) as store:
        if words.end:
            ended = await store.end_address(channel)
            tell(f"The address of {channel} leads nowhere now." if ended else f"{channel} has no address.")
            return 0
        secret = await store.address(channel, secrets.token_urlsafe(BYTES))
    row = {"channel": str(channel), "address": f"{base or ''}/shared/{secret}"}
    print_rows([row], as_json=words.json, columns={"channel": 0, "address": 0})
    if base is None:
        tell("Put the address that `paper-round run` prints in front of it, or set BOT_PUBLIC_URL.")
    return 0
