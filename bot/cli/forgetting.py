"""`paper-round forget USER`: take a person out of every table."""

from __future__ import annotations

from argparse import Namespace

from bot.cli.world import opened_store, print_rows, run, settings, tell
from bot.errors import WordsWrong


def main(words: Namespace) -> int:
    """Forget them, and tell what held them."""
    platform, colon, name = words.person.partition(":")
    if not colon or platform not in ("slack", "discord", "local", "email") or not name or " " in name:
        raise WordsWrong(
            f"{words.person!r} is nobody: people read slack:U0ADA, discord:123456789012345678, local:… or "
            "email:ada@example.org (subscriptions lists who made which rule)."
        )
    return run(_forget(words))


async def _forget(words: Namespace) -> int:
    async with opened_store(settings(words)) as store:
        taken = await store.forget(words.person)
    rows = [{"table": table, "rows": count} for table, count in taken.items()]
    print_rows(rows, as_json=words.json, columns={"table": 16, "rows": 0})
    if not taken:
        tell(f"Nothing is kept of {words.person}.")
        return 0
    tell(f"{words.person} is forgotten. Rules made for a channel stay the channel's, made by nobody.")
    tell("Backups still hold what they held: delete those that are older than today.")
    return 0
