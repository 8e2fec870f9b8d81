"""The mail room of the fake store."""

from __future__ import annotations

from datetime import datetime

from bot.model import Channel
from tests.fakes.tables import Tables


class FakeMailboxes:
    """`bot.ports.mail` over `Tables`."""

    tables: Tables

    async def mail_key(self, fresh: bytes) -> bytes:
        with self.tables.transaction():
            self.tables.mail_keys = self.tables.mail_keys or [fresh]
        return self.tables.mail_keys[0]

    async def mail_refused(self, channel: Channel, why: str, now: datetime, *, most: int) -> bool:
        with self.tables.transaction():
            count = self.tables.refusals.get(channel, (0, ""))[0] + 1
            self.tables.refusals[channel] = (count, why)
            mine = [number for number, one in self.tables.subscriptions.items() if one.channel == channel]
            if count >= most and mine:
                for number in mine:
                    del self.tables.subscriptions[number]
                self.tables.number("version")
        return count >= most

    async def mail_taken(self, channel: Channel) -> None:
        with self.tables.transaction():
            self.tables.refusals.pop(channel, None)

    async def mail_refusals(self, channel: Channel) -> tuple[int, str]:
        return self.tables.refusals.get(channel, (0, ""))
