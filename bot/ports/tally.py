"""What is counted while the bot works. Counting never fails, never waits, and changes nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

from bot.model import Feed

Step = Literal["post", "thread", "reply", "edit", "tell"]
"""What a platform was asked to do."""

Outcome = Literal["posted", "refused", "given_up"]
"""What becomes of a paper in a channel."""


class Tally(Protocol):
    """Counts what happened; `feed` and `platform` are all it learns of where."""

    def polled(self, feed: Feed, *, read: int, new: int, planned: int) -> None:
        """A feed answered: `read` papers in it, `new` ones among them, `planned` deliveries."""

    def unread(self, feed: Feed, *, limited: bool) -> None:
        """A feed could not be read; `limited`: its owner asked us to slow down."""

    def saying(self, platform: str, step: Step) -> AbstractContextManager[None]:
        """Around one call to a platform: how it ended is counted, and passes through as it is."""

    def ended(self, platform: str, outcome: Outcome, papers: int) -> None:
        """So many papers of one message, or of one claim, ended so: a digest is one message of many."""


class Uncounted:
    """Where nobody counts."""

    def polled(self, feed: Feed, *, read: int, new: int, planned: int) -> None:
        """Let it pass."""

    def unread(self, feed: Feed, *, limited: bool) -> None:
        """Let it pass."""

    def saying(self, platform: str, step: Step) -> AbstractContextManager[None]:
        return nullcontext()

    def ended(self, platform: str, outcome: Outcome, papers: int) -> None:
        """Let it pass."""
