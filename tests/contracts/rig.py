"""What a chat's contract test needs from each platform: the real chat, wired to something that shows what it took.

`tests/contracts/chats/<page>.py` stands beside `bot/chat/<page>.py` and has `rig()`; the contract finds it by its name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from bot.model import Channel, Heard, Reply
from bot.ports import Chat


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the platform holds it: its id, its readable text, and the thread it stands in, if any."""

    id: str
    text: str
    thread: str | None = None
    actions: tuple[str, ...] = ()
    """What can be pressed there, in buttons and menus, in the order they stand."""


@dataclass(slots=True)
class Rig:
    """A connected chat and its platform's other side."""

    chat: Chat
    channel: Channel
    """A channel the bot may post to."""
    lost_channel: Channel | None
    """A channel that does not exist (any more); None where a platform cannot lose one."""
    shown: Callable[[], Awaitable[list[Shown]]]
    """All messages of `channel` and its threads, oldest first."""
    slow_down: Callable[[float], None] | None
    """Make the platform ask for a pause of so many seconds at the next post; None where it never does."""
    second: Callable[[], Awaitable[Chat]]
    """The chat of another process of the same bot: it remembers nothing of what the first one did."""
    delete: Callable[[str], Awaitable[None]] | None
    """Delete a message of `channel` as a person would, with its thread; None where nobody can."""
    person: str
    """Somebody on the platform (`slack:U1`)."""
    told: Callable[[], Awaitable[list[Shown]]] | None
    """What that person's own messages from the bot are, oldest first; None where people have none."""
    type_words: Callable[[str, str], Awaitable[Reply | None]] | None = None
    """Type a command (`subscribe`, words) in `channel` as a person would."""
    heard: list[Heard] | None = None
    lasting: bool = False
    """What was said stays as it is and can be neither pressed nor looked up: mail."""


MakeRig = Callable[[], AbstractAsyncContextManager[Rig]]
