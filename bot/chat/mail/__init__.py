"""Mail: digests to mailboxes whose owners said yes.

A mail cannot be taken back, edited, pressed or looked up. So a channel of mail gets digests only (daily or weekly), and
news of papers that it has had is not mailed: what becomes of them stands on their pages. What is said in a thread is
a mail that follows the first one. The same key gives the same Message-ID in every process, so a mail that had to be
said again, because the server's last word was lost, is known to the mailbox as the one it has.

An address that the server refuses for good is tried again as any lost channel is; the third refusal in a row ends its
subscriptions.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot import optin
from bot.chat.mail import letter, line
from bot.chat.mail.letter import Extras, Sender
from bot.chat.mail.server import Server
from bot.errors import ChannelLost, Refused, StoreFailed, TryLater
from bot.model import Channel, Post, Standing
from bot.ports import Answer, Clock, Mailboxes

log = logging.getLogger("paper-round")

PACE = timedelta(seconds=10)
"""Between two mails to one mailbox."""
CROWD = timedelta(milliseconds=250)
"""Between two mails to anybody: 14,400 an hour, within what hosts of mail let a new customer send."""
DOMAIN = 1.0
"""Seconds between two mails to one domain: large hosts put off who sends faster without being known."""
WAIT = 20.0
"""Seconds that a mail waits for its domain's turn; when it is further away, the delivery is given back."""
LINES = 4
"""Connections at once."""
CHECK = 300.0
"""Seconds until a server that was not there at the start is asked again."""
MOST = 3
"""Refusals in a row after which an address is stopped."""
REMEMBERED = 1_000


@dataclass(slots=True)
class Mail:
    """The chat of mailboxes, `email:ada@example.org`."""

    server: Server
    sender: Sender
    boxes: Mailboxes
    clock: Clock
    key: bytes = field(repr=False)
    platform: str = "email"
    pace: timedelta = PACE
    crowd: timedelta = CROWD
    domain_pace: float = DOMAIN
    _turns: dict[str, float] = field(default_factory=dict)
    _said: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lines: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LINES))

    def fits(self, post: Post) -> bool:
        return letter.fits(post, self.sender)

    async def listen(self, answer: Answer) -> None:
        """See once that the server will have us, then wait: nobody types commands by mail."""
        while True:
            try:
                await line.hang_up(await line.opened(self.server))
            except TryLater as error:
                log.warning("%s It is asked again.", error)
                await asyncio.sleep(CHECK)
                continue
            await asyncio.Event().wait()

    async def post(self, channel: Channel, post: Post, key: str, *, doubt: bool = False) -> str:
        """Send it. There is nowhere to look for an earlier one: `doubt` sends it again, under the same Message-ID."""
        return await self._send(channel, post, key, Extras(self._manage(channel)))

    async def thread(
        self, channel: Channel, message: str, name: str, opener: Post, key: str, *, doubt: bool = False
    ) -> str:
        """A mail that follows the first one; the thread's id is the first one's."""
        await self._send(channel, opener, f"thread:{key}", Extras(self._manage(channel), message))
        return message

    async def reply(self, channel: Channel, thread: str, post: Post, key: str, *, doubt: bool = False) -> str:
        """A mail that follows."""
        return await self._send(channel, post, f"reply:{key}", Extras(self._manage(channel), thread))

    async def edit(self, channel: Channel, message: str, post: Post) -> None:
        """`Refused`: always."""
        raise Refused("A mail that was sent stays as it is.")

    async def tell(self, person: str, post: Post, key: str, *, doubt: bool = False) -> None:
        """`Refused`: a mailbox gets what its owner said yes to."""
        raise Refused("Mail goes out as digests only.")

    async def inbox(self, person: str) -> Channel:
        """The person is the mailbox."""
        return optin.mailbox(person.removeprefix("email:"))

    async def visible(self, person: str, channels: Collection[Channel]) -> frozenset[Channel]:
        """Their own mailbox."""
        return frozenset(channel for channel in channels if str(channel) == person)

    async def standing(self, person: str, channel: Channel) -> Standing:
        """A mailbox is its owner's."""
        return "manager" if str(channel) == person else "member"

    async def link(self, channel: Channel, thread: str) -> str | None:
        """The mail, for a reader that knows such addresses: https://www.rfc-editor.org/rfc/rfc2392"""
        return f"mid:{thread}"

    async def close(self) -> None:
        """Every mail has its own connection, which is closed already."""

    async def invite(self, channel: Channel, post: Post, key: str) -> None:
        """Ask a mailbox whether its owner wants mail: outside every list, and once for each key."""
        await self._send(channel, post, f"invite:{key}", Extras())

    def _manage(self, channel: Channel) -> str:
        return f"{self.sender.base}{optin.manage_path(optin.signed(self.key, 'manage', channel))}"

    async def _send(self, channel: Channel, post: Post, key: str, extras: Extras) -> str:
        named = letter.message_id(channel, key, self.sender)
        if named in self._said:
            return named
        await self._turn(optin.domain_of(channel))
        mail = await asyncio.to_thread(letter.letter, channel, post, named, self.sender, self.clock(), extras)
        async with self._lines:
            await self._hand_in(channel, mail)
        self._said[named] = None
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        with suppress(StoreFailed):  # the mail is out: an old count does not matter now
            await self.boxes.mail_taken(channel)
        return named

    async def _hand_in(self, channel: Channel, mail: bytes) -> None:
        client = await line.opened(self.server)
        try:
            await line.hand_in(client, self.sender.envelope, channel, mail)
        except ChannelLost as error:
            raise await self._counted(channel, error) from error
        finally:
            await asyncio.shield(line.hang_up(client))

    async def _counted(self, channel: Channel, error: ChannelLost) -> Refused:
        """The refusal, or that it was the last one."""
        try:
            stopped = await self.boxes.mail_refused(channel, str(error), self.clock(), most=MOST)
        except StoreFailed:
            return error
        if not stopped:
            return error
        return Refused(f"{error} That was {MOST} times in a row, so its subscriptions are ended.")

    async def _turn(self, domain: str) -> None:
        """Wait for the domain's turn; `TryLater` when that is too far away."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._turns.get(domain, now))
        if at - now > WAIT:
            raise TryLater(f"Much mail goes to {domain} at the moment.", at - now)
        self._turns = {name: until for name, until in self._turns.items() if until > now}
        self._turns[domain] = at + self.domain_pace
        await asyncio.sleep(at - now)


async def connect(server: Server, base: str, boxes: Mailboxes, clock: Clock, fresh: bytes) -> Mail:
    """The chat of mailboxes. `fresh` becomes the key of its links where the database has none yet."""
    return Mail(server, Sender(server.sender, base), boxes, clock, await boxes.mail_key(fresh))
