"""Where things stand in Discord: channels, messages and threads by their numbers. Pure.

A message is named by its number; one that stands in a forum's post and did not begin it by `POST/NUMBER`. A thread is
named by its number; where no thread could be had, the reply that stands for it by `reply:NUMBER`.
"""

from __future__ import annotations

from typing import Final

from bot.errors import MessageGone, Refused
from bot.model import Channel

OWN: Final = "@me"
"""Stands where a server's number does, for people's own messages, as in Discord's addresses."""

REPLY: Final = "reply:"
HOME: Final = "https://discord.com/channels"


def ids(channel: Channel) -> tuple[str, int]:
    """Server and channel. `Refused` for what cannot be one, such as a name in place of the id."""
    server, _, place = channel.place.partition("/")
    if not ((server == OWN or is_number(server)) and is_number(place)):
        raise Refused(f"{channel} is no Discord channel: it reads discord:SERVER/CHANNEL, both as numbers.")
    return server, int(place)


def within(message: str, place: int, *, forum: bool) -> tuple[int, int]:
    """The channel or thread that a message stands in, and its number; `MessageGone` for what cannot be one."""
    post, slash, inner = message.partition("/")
    if slash:
        return number(post), number(inner)
    return (number(message) if forum else place), number(message)


def number(message: str) -> int:
    """A message's or thread's id; `MessageGone` for what cannot be one."""
    if not is_number(message):
        raise MessageGone(f"Discord has no message {message!r}: its ids are numbers.")
    return int(message)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 21


def address(channel: Channel, thread: str) -> str:
    """Where a click leads to a thread, or to the reply that stands for one.

    https://docs.discord.com/developers/reference (message links): for a thread server and thread are enough.
    """
    server = channel.place.partition("/")[0]
    reply = thread.removeprefix(REPLY)
    return f"{HOME}/{channel.place}/{reply}" if reply != thread else f"{HOME}/{server}/{thread}"
