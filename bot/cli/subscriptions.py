"""`paper-round subscribe | unsubscribe | subscriptions`: the rules, from the command line."""

from __future__ import annotations

import getpass
from argparse import Namespace
from typing import Any

from bot import commands, optin, options, rules
from bot.chat import NEEDS
from bot.cli.world import clock, opened_store, print_rows, run, settings, tell
from bot.errors import ChannelUnknown, WordsWrong
from bot.model import Channel, Subscription

COLUMNS = {"id": 5, "channel": 28, "rule": 50, "options": 20, "creator": 16, "state": 0}


def main(words: Namespace) -> int:
    """Do `words.action`."""
    return run(_do(words))


async def _do(words: Namespace) -> int:
    if words.action == "list":
        async with opened_store(settings(words)) as store:
            found = await store.subscriptions()
        print_rows(map(_row, found), as_json=words.json, columns=COLUMNS)
        return 0
    channel, typed = Channel.parse(words.channel), " ".join(words.words)
    channel = optin.mailbox(channel.place) if channel.platform == "email" else channel
    acronyms = rules.extend(settings(words).file.meanings())
    if words.action == "subscribe":
        return await _subscribe(words, channel, commands.subscribe(typed, acronyms))
    return await _unsubscribe(words, channel, commands.unsubscribe(typed, acronyms))


async def _subscribe(words: Namespace, channel: Channel, wish: commands.Subscribe) -> int:
    require_served(channel)
    async with opened_store(settings(words)) as store:
        wanted = Subscription(channel, rules.write(wish.rule), f"console:{who()}", wish.options)
        made = await store.subscribe(wanted, clock())
    print_rows([_row(made)], as_json=words.json, columns=COLUMNS)
    tell(f"{channel} is subscribed to {made.rule} (#{made.id}). A running bot follows within a second.")
    return 0


def require_served(channel: Channel) -> None:
    """`ChannelUnknown` for a channel that nothing can be posted to."""
    if channel.platform == "email":
        raise ChannelUnknown(
            "Mail goes only to who said yes to it: the mailbox's owner signs up on the pages, at /mail."
        )
    if channel.platform not in ("local", *NEEDS):
        raise ChannelUnknown(
            f"Nothing can be posted to {channel} yet: there are local:, slack: and discord: channels. Nothing was kept."
        )
    if channel.platform == "local" and not _has_a_page(channel):
        raise ChannelUnknown(
            f"{channel} could not be opened in a browser: a local channel's name has letters, digits, - and _, "
            "at most 40, such as local:reading-group. Nothing was kept."
        )


async def _unsubscribe(words: Namespace, channel: Channel, which: commands.Unsubscribe) -> int:
    async with opened_store(settings(words)) as store:
        found = _chosen(await store.subscriptions(channel), which)
        ended = [gone for one in found if (gone := await store.unsubscribe(channel, one.id))]
    if not ended:
        raise WordsWrong(f"{channel} has no such subscription. `paper-round subscriptions` lists what there is.")
    print_rows(map(_row, ended), as_json=words.json, columns=COLUMNS)
    return 0


def _has_a_page(channel: Channel) -> bool:
    from bot.web import words as web_words

    return web_words.channel(channel.place) == channel


def _chosen(found: list[Subscription], which: commands.Unsubscribe) -> list[Subscription]:
    if which.number is not None:
        return [one for one in found if one.id == which.number]
    return found if which.rule is None else [one for one in found if one.rule == rules.write(which.rule)]


def _row(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "channel": str(one.channel),
        "rule": one.rule,
        "options": options.write(one.options),
        "creator": one.creator,
        "state": one.state,
    }


def who() -> str:
    """Whoever runs this command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "operator"
