"""What mail needs of a database: the key its links are signed with, and which mailboxes are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.model import Channel


class Mailboxes(Protocol):
    """Every method is one transaction, as in `Store`."""

    async def mail_key(self, fresh: bytes) -> bytes:
        """The key that links in mails are signed with: the one there is, else `fresh` from now on."""

    async def mail_refused(self, channel: Channel, why: str, now: datetime, *, most: int) -> bool:
        """Count that the server refused this address for good. True when it was the `most`-th time in a row, or a
        later one: its subscriptions are ended then, and the rulebook's version changes."""

    async def mail_taken(self, channel: Channel) -> None:
        """The server took a mail for this address: its refusals are forgotten."""

    async def mail_refusals(self, channel: Channel) -> tuple[int, str]:
        """How often in a row this address was refused, and what was said the last time."""
