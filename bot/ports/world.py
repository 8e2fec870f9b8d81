"""What the flow needs of clocks, feeds and platforms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.model import (
    Bookmark,
    Channel,
    Feed,
    Heard,
    Post,
    Reply,
    Standing,
)

Clock = Callable[[], datetime]
"""The time now, in UTC."""

Answer = Callable[[Heard], Awaitable[Reply]]
"""What the bot does with words, presses and changes. Never raises: what is wrong comes back as a Reply."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a feed's owner answered. `body` is None when nothing has changed since the bookmark.

    `bookmark` is the one given, with what this answer says put in: etag, modified, digest, moved_to.
    `wait` is the seconds the owner asks us to stay away (`max-age`, `Expires`), None when nothing is said.
    `took` is how many seconds the answer took once it was our turn; None where nobody was asked.
    """

    body: bytes | None
    bookmark: Bookmark
    wait: float | None = None
    content_type: str = ""
    took: float | None = None
    date: str = ""
    """The answer's Date header, as it came."""


class Fetch(Protocol):
    """The polite conditional GET of a feed, a file, standard input or the sample."""

    async def __call__(self, feed: Feed, bookmark: Bookmark) -> Fetched:
        """Read the feed; `SourceFailed` says why it could not be, and when the owner wants us back."""


class Chat(Protocol):
    """A platform. Vendor errors never leave it: only `TryLater` and `Refused` do."""

    platform: str
    pace: timedelta
    """One message to one channel at most this often."""
    crowd: timedelta
    """One message of the bot at most this often, over all its channels; nothing: no such limit."""

    def fits(self, post: Post) -> bool:
        """Whether the post can be said in one message without anything being cut."""

    async def listen(self, answer: Answer) -> None:
        """Connect, and hand every command, press and change of a channel to `answer` until cancelled.

        `Refused` when the platform will not have us at all (a wrong token), in a sentence that says what to do.
        """

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in the channel and return the message's id.

        Saying the same `key` again within the platform's memory returns the first message instead of a second.
        `doubt`: another process may have said it; look among the channel's messages first, where the platform lets us.
        `Unsure` when it may have been taken and may not, `ChannelLost` when nothing can be said there.
        """

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """Open the thread under a message, or find the one that is there; say `opener` in it; return its id.

        `doubt` as in `post`. `MessageGone` when there is no such message any more.
        """

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """Say it in a thread, waking it where it sleeps, mentioning nobody; return the message's id.

        `key` and `doubt` as in `post`. `MessageGone` when the thread is not there any more.
        """

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """Put `post` in the place of what the message said. `MessageGone` when it is not there any more."""

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """Say it to one person of this platform (`slack:U1`), in their own messages. `key` and `doubt` as in `post`.

        `Refused` where that cannot be done: a person who takes no messages, a platform without any.
        """

    async def inbox(self, person: str) -> Channel:
        """The channel of one person's own messages, for what they follow alone; `Refused` as in `tell`."""

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Those of the channels of this platform that the person can read; nobody's own messages but theirs."""

    async def standing(self, person: str, channel: Channel) -> Standing:
        """What the person is in a channel that they can read; a plain member where the platform does not say.

        In their own messages everybody is a manager.
        """

    async def link(self, channel: Channel, thread: str) -> str | None:
        """An address a person can click to reach a thread or message."""

    async def close(self) -> None:
        """Let go of every connection."""


@runtime_checkable
class Wary(Protocol):
    """A chat whose platform bars whoever is told no too often, and which therefore counts."""

    def refusals(self) -> int:
        """How many of the platform's answers said no in the last ten minutes."""

    def hear_limits(self, limited: Callable[[], None]) -> None:
        """Call `limited` at every answer that says to slow down, also where the page's SDK waits that out by itself."""
